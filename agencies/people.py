"""People, agencies, units and enterprises: adding them. Done as the administrator's role or by the platform's own seed."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import certificates
from agencies.powers import Kind, Power, check_powers_fit
from agencies.sign_in import LINK_LIFE, token_hash
from agencies.tables import Agency, Enterprise, OneTimeLink, Person, Unit
from kit.errors import Conflict
from kit.ids import uuid7

AGENCIES: tuple[tuple[str, str, str], ...] = (
    ("customs", "海关", "Customs"),
    ("market_regulation", "市场监管部门", "Market Regulation"),
    ("ip", "知识产权部门", "Intellectual Property"),
    ("environment", "生态环境部门", "Environment"),
    ("agriculture", "农业农村部门", "Agriculture"),
    ("drug", "药品监管部门", "Drug Administration"),
    ("emergency", "应急管理部门", "Emergency Management"),
)
"""The agencies that ship (code, Chinese, English); others are rows."""


class LoginTaken(Conflict):
    """Another person signs in by this name."""

    code = "login_taken"
    title_zh = "该登录名已被使用"
    title_en = "Another person signs in by this name"
    advice_zh = "请另选登录名。"
    advice_en = "Choose another login."


async def add_agencies(session: AsyncSession) -> None:
    """The agencies that ship; repeating it changes nothing."""
    rows = [{"code": code, "name_zh": zh, "name_en": en} for code, zh, en in AGENCIES]
    await session.execute(insert(Agency).values(rows).on_conflict_do_nothing())


async def add_unit(session: AsyncSession, port: str, agency: str, name_zh: str, name_en: str, *, duty_24h: bool) -> None:
    """An agency's unit at a port; repeating it changes nothing."""
    row = {"port": port, "agency": agency, "name_zh": name_zh, "name_en": name_en, "duty_24h": duty_24h}
    await session.execute(insert(Unit).values(row).on_conflict_do_nothing())


async def add_enterprise(session: AsyncSession, code: str, name: str, *, demo: bool = False) -> None:
    """An enterprise; repeating it changes nothing."""
    await session.execute(insert(Enterprise).values(code=code, name=name, demo=demo).on_conflict_do_nothing())


async def exists(session: AsyncSession, login: str) -> bool:
    """Whether somebody signs in by this name."""
    return await session.scalar(select(Person.id).where(Person.login == login)) is not None


async def add_person(
    session: AsyncSession,
    *,
    login: str,
    name: str,
    kind: Kind,
    powers: frozenset[Power],
    now: datetime,
    agency: str | None = None,
    port: str | None = None,
    enterprise: str | None = None,
    certified_until: date | None = None,
    demo: bool = False,
    person_id: UUID | None = None,
) -> Person:
    """Adds a person without a password; ``certified_until`` gives a certificate for every domain of the agency as well.

    Raises :class:`LoginTaken`, or NotAllowed for powers the kind cannot hold.
    """
    check_powers_fit(kind, powers)
    if await exists(session, login):
        raise LoginTaken(login=login)
    person = Person(
        id=person_id or uuid7(),
        login=login,
        name=name,
        kind=kind.value,
        powers=sorted(powers),
        agency=agency,
        port=port,
        enterprise=enterprise,
        disabled_at=None,
        demo=demo,
        created_at=now,
    )
    session.add(person)
    await session.flush()
    if certified_until is not None:
        await certificates.issue_general(session, person, certified_until, now)
    return person


async def one_time_link(session: AsyncSession, person: Person, now: datetime) -> str:
    """A token with which the person sets a first password, once, within 72 hours. Shown once; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(OneTimeLink(token_hash=token_hash(token), person_id=person.id, expires_at=now + LINK_LIFE, used_at=None))
    await session.flush()
    return token
