"""Accounts: giving a person one, a new link for a lost password, and taking it away. Each is written into the person's stream.

Done by whoever holds the platform's data directory (``lianjian people``), as the platform.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import certificates, people
from agencies.powers import SYSTEM, Kind, Power
from agencies.sign_in import LINK_LIFE
from agencies.tables import Agency, Credential, Enterprise, OneTimeLink, Person, SignInSession
from kit import event_log
from kit.errors import Conflict, Invalid, NotFound

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
LONGEST_NAME = 100
CUSTOMS = "customs"


class AccountEvent(StrEnum):
    """What happens to an account; the stream is ``person:<id>``."""

    PERSON_ADDED = "PersonAdded"
    LINK_ISSUED = "LinkIssued"
    PERSON_DISABLED = "PersonDisabled"


class PersonInvalid(Invalid):
    """The account cannot be as it is asked for; ``details['errors']`` names each field."""

    code = "person_invalid"
    title_zh = "人员信息不符合要求"
    title_en = "The person cannot be added like this"
    advice_zh = "请按所列各项更正后重试。"
    advice_en = "Correct what is listed and try again."


class AdministratorExists(Conflict):
    """The first administrator is already there; ``details['logins']`` names who administers."""

    code = "administrator_exists"
    title_zh = "已有系统管理员"
    title_en = "There is an administrator already"
    advice_zh = "忘记密码请用 lianjian people link；增设管理员请用 --kind admin。"
    advice_en = "For a lost password: lianjian people link. For another administrator: --kind admin."


class AccountDisabled(Conflict):
    """The person may no longer sign in, so there is nothing to set a password for."""

    code = "account_disabled"
    title_zh = "该人员已停用"
    title_en = "The person is disabled"
    advice_zh = "请为其在岗人员另建账户。"
    advice_en = "Add an account for whoever does this work now."


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person to add. ``agency`` and ``port`` for officers, ``enterprise`` (its code) for enterprises.

    ``enterprise_name`` adds the enterprise itself when it is not known yet.
    """

    login: str
    name: str
    kind: Kind
    powers: frozenset[Power]
    agency: str | None = None
    port: str | None = None
    enterprise: str | None = None
    enterprise_name: str | None = None
    certified_until: date | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the list of accounts shows it. ``password`` says whether one has been set."""

    login: str
    name: str
    kind: Kind
    powers: tuple[Power, ...]
    agency: str | None
    port: str | None
    enterprise: str | None
    certified_until: date | None
    password: bool
    disabled_at: datetime | None
    demo: bool


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time token, shown once, and until when it works."""

    login: str
    token: str
    expires_at: datetime


# Kind of person → (fields it needs, fields it may have besides). The policies of the database read them.
PLACE: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    Kind.CUSTOMS: (frozenset({"agency", "port"}), frozenset()),
    Kind.AGENCY: (frozenset({"agency", "port"}), frozenset({"certified_until"})),
    Kind.ENTERPRISE: (frozenset({"enterprise"}), frozenset({"enterprise_name"})),
    Kind.AUDITOR: (frozenset({"port"}), frozenset()),
    Kind.RULES: (frozenset(), frozenset({"port"})),
    Kind.ADMIN: (frozenset(), frozenset()),
}
PLACES = ("agency", "port", "enterprise", "enterprise_name", "certified_until")


def check_new(person: NewPerson) -> None:
    """Raises :class:`PersonInvalid` naming everything that does not fit, or NotAllowed for powers the kind cannot hold."""
    errors = []
    if not LOGIN.fullmatch(person.login):
        zh = "应为 2 至 64 个小写字母、数字或 . _ @ + - ，以字母或数字开头"
        errors.append(_error("login", zh, "2 to 64 small letters, digits or . _ @ + -, a letter or digit first"))
    if not person.name.strip() or len(person.name) > LONGEST_NAME or not person.name.isprintable():
        errors.append(_error("name", f"应为 1 至 {LONGEST_NAME} 个字符", f"1 to {LONGEST_NAME} printable characters"))
    if not person.powers:
        errors.append(_error("powers", "至少应有一项权限", "at least one power"))
    needed, allowed = PLACE[person.kind]
    for field in PLACES:
        given = getattr(person, field) is not None
        if field in needed and not given:
            errors.append(_error(field, f"{person.kind} 类人员必填", f"a person of kind {person.kind} needs it"))
        elif given and field not in needed | allowed:
            errors.append(_error(field, f"{person.kind} 类人员不适用", f"does not belong to a person of kind {person.kind}"))
    if (person.kind is Kind.CUSTOMS) != (person.agency == CUSTOMS) and person.agency is not None:
        errors.append(
            _error("agency", "海关人员应为 customs，其他部门人员不得为 customs", "customs officers, and only they: customs")
        )
    if errors:
        raise PersonInvalid(errors=errors)


def _error(field: str, zh: str, en: str) -> dict[str, str]:
    return {"path": field, "message_zh": zh, "message_en": en}


async def check_no_administrator(session: AsyncSession) -> None:
    """Raises :class:`AdministratorExists` when somebody who is not disabled administers the platform."""
    found = list(await session.scalars(select(Person.login).where(Person.kind == Kind.ADMIN.value, Person.disabled_at.is_(None))))
    if found:
        raise AdministratorExists(logins=sorted(found))


async def add(session: AsyncSession, new: NewPerson, now: datetime) -> Link:
    """Adds the person without a password, and the link to set one.

    Raises what :func:`check_new` raises (also for an agency or enterprise that is not known) and LoginTaken.
    """
    check_new(new)
    if new.agency is not None and await session.get(Agency, new.agency) is None:
        raise PersonInvalid(errors=[_error("agency", f"没有部门 {new.agency}", f"there is no agency {new.agency}")])
    if new.enterprise is not None and new.enterprise_name is not None:
        await people.add_enterprise(session, new.enterprise, new.enterprise_name)
    elif new.enterprise is not None and await session.get(Enterprise, new.enterprise) is None:
        zh, en = "企业未登记，请同时给出企业名称", "not known yet: name the enterprise as well"
        raise PersonInvalid(errors=[_error("enterprise_name", zh, en)])
    person = await people.add_person(
        session,
        login=new.login,
        name=new.name.strip(),
        kind=new.kind,
        powers=new.powers,
        now=now,
        agency=new.agency,
        port=new.port,
        enterprise=new.enterprise,
        certified_until=new.certified_until,
    )
    added = {"login": person.login, "kind": person.kind, "powers": person.powers}
    await _record(session, person, AccountEvent.PERSON_ADDED, added, now)
    return await _link(session, person, now)


async def renew_link(session: AsyncSession, login: str, now: datetime) -> Link:
    """A new link for a person; links issued before stop working. The present password works until the new one is set.

    Raises NotFound, or :class:`AccountDisabled`.
    """
    person = await _by_login(session, login)
    if person.disabled_at is not None:
        raise AccountDisabled(login=login, since=person.disabled_at.isoformat())
    await _void_links(session, person, now)
    return await _link(session, person, now)


async def disable(session: AsyncSession, login: str, now: datetime) -> int:
    """The person can no longer sign in; every session and link ends. Returns how many sessions that were. Repeatable."""
    person = await _by_login(session, login)
    if person.disabled_at is not None:
        return 0
    person.disabled_at = now
    live = SignInSession.person_id == person.id, SignInSession.revoked_at.is_(None), SignInSession.expires_at > now
    ended = list(await session.scalars(update(SignInSession).where(*live).values(revoked_at=now).returning(SignInSession.id)))
    await _void_links(session, person, now)
    await _record(session, person, AccountEvent.PERSON_DISABLED, {"login": login, "sessions_ended": len(ended)}, now)
    return len(ended)


async def listed(session: AsyncSession) -> Sequence[Account]:
    """Every account by login."""
    certified = await certificates.last_days(session)
    found = await session.execute(
        select(Person, Credential.person_id).outerjoin(Credential, Credential.person_id == Person.id).order_by(Person.login)
    )
    return [
        Account(
            login=person.login,
            name=person.name,
            kind=Kind(person.kind),
            powers=tuple(Power(power) for power in person.powers),
            agency=person.agency,
            port=person.port,
            enterprise=person.enterprise,
            certified_until=certified.get(person.id),
            password=credential is not None,
            disabled_at=person.disabled_at,
            demo=person.demo,
        )
        for person, credential in found
    ]


async def _by_login(session: AsyncSession, login: str) -> Person:
    person = await session.scalar(select(Person).where(Person.login == login).with_for_update())
    if person is None:
        raise NotFound(login=login)
    return person


async def _link(session: AsyncSession, person: Person, now: datetime) -> Link:
    token = await people.one_time_link(session, person, now)
    expires_at = now + LINK_LIFE
    await _record(session, person, AccountEvent.LINK_ISSUED, {"expires_at": event_log.instant_text(expires_at)}, now)
    return Link(login=person.login, token=token, expires_at=expires_at)


async def _void_links(session: AsyncSession, person: Person, now: datetime) -> None:
    unused = OneTimeLink.person_id == person.id, OneTimeLink.used_at.is_(None)
    await session.execute(update(OneTimeLink).where(*unused).values(used_at=now))


async def _record(session: AsyncSession, person: Person, type: AccountEvent, data: dict[str, Any], now: datetime) -> None:
    stream = f"person:{person.id}"
    await event_log.append(session, stream, type, data, by=SYSTEM, at=now, tenant=person.port or "", owner=person.agency)
