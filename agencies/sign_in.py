"""Signing in: argon2id passwords, sessions as cookie or bearer token, locks after failures, one-time links for first passwords.

Only hashes are kept: of passwords (argon2id) and of tokens (SHA-256 of 256 random bits). Everything before the person is known
runs as the public database role, which sees the one row whose hash or login was presented.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Kind, Power, Principal, nobody
from agencies.tables import Credential, OneTimeLink, Person, SignInSession
from kit.acting import Acting
from kit.database import assume, elevated
from kit.errors import Invalid, NotAllowed, NotFound
from kit.ids import uuid7

SESSION_LIFE = timedelta(hours=12)
BEARER_LIFE = timedelta(days=30)
LINK_LIFE = timedelta(hours=72)
FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
TokenKind = Literal["cookie", "bearer"]

_HASHER = PasswordHasher()
# Verified against when the login does not exist, so that time does not tell.
_DECOY = _HASHER.hash(secrets.token_urlsafe(16))


class SignInRefused(NotAllowed):
    """Name or password is wrong, or the person is disabled: the three are not told apart."""

    code = "sign_in_refused"
    title_zh = "用户名或密码不正确"
    title_en = "Name or password is wrong"
    advice_zh = "请核对后重试；连续失败将暂时锁定。"
    advice_en = "Check both and try again; repeated failures lock the account for a while."


class SignInLocked(NotAllowed):
    """Too many failures; ``details`` say ``until`` when, and in how many seconds that is (``retry_after``)."""

    code = "sign_in_locked"
    title_zh = "连续失败次数过多，账户已暂时锁定"
    title_en = "Too many failures: the account is locked for a while"
    advice_zh = "请在所示时间之后重试，或联系管理员。"
    advice_en = "Try again after the time shown, or ask the administrator."


class OldPasswordWrong(Invalid):
    """The present password was not given right; nothing was changed and the session goes on."""

    code = "old_password_wrong"
    title_zh = "原密码不正确"
    title_en = "The present password is wrong"
    advice_zh = "请核对后重试；忘记原密码请联系管理员。"
    advice_en = "Check it and try again; ask the administrator when it is lost."


class PasswordTooWeak(Invalid):
    """Shorter than 12 characters, or the login itself."""

    code = "password_too_weak"
    title_zh = "密码过于简单"
    title_en = "The password is too weak"
    advice_zh = f"请使用至少 {SHORTEST_PASSWORD} 个字符、且不含用户名的密码。"
    advice_en = f"Use at least {SHORTEST_PASSWORD} characters that do not contain the login."


def token_hash(token: str) -> bytes:
    """SHA-256 of a token, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


async def hash_password(password: str) -> str:
    """argon2id in a thread (about 0.1 s of CPU)."""
    return await asyncio.to_thread(_HASHER.hash, password)


def check_password_strength(login: str, password: str) -> None:
    """Raises :class:`PasswordTooWeak`."""
    if len(password) < SHORTEST_PASSWORD or login.casefold() in password.casefold():
        raise PasswordTooWeak()


def bearer(token: str) -> Acting:
    """The public role with what it may look up a session by: a transaction under it finds who is behind ``token``."""
    return nobody(token_hash=token_hash(token).hex())


async def principal_of(session: AsyncSession, token: str, now: datetime) -> Principal | None:
    """The person behind a session token, or None when it is unknown, expired or revoked. ``session`` acts as :func:`bearer`."""
    hashed = token_hash(token)
    found = (
        await session.execute(
            select(SignInSession, Person)
            .join(Person, Person.id == SignInSession.person_id)
            .where(SignInSession.token_hash == hashed)
        )
    ).one_or_none()
    if found is None:
        return None
    row, person = found
    if row.revoked_at is not None or row.expires_at <= now or person.disabled_at is not None:
        return None
    return principal(person, row.id)


def principal(person: Person, session_id: UUID | None = None) -> Principal:
    """A row as the principal it stands for."""
    return Principal(
        id=person.id,
        login=person.login,
        name=person.name,
        kind=Kind(person.kind),
        powers=frozenset(Power(power) for power in person.powers),
        agency=person.agency,
        port=person.port,
        enterprise=person.enterprise,
        session_id=session_id,
        demo=person.demo,
    )


async def check_password(
    session: AsyncSession, login: str, password: str, now: datetime
) -> Person | SignInRefused | SignInLocked:
    """The person, or why not. A refusal is returned and not raised: the failure it counted has to be committed."""
    await assume(session, nobody(login=login))
    person = await session.scalar(select(Person).where(Person.login == login))
    credential = await session.scalar(select(Credential).where(Credential.login == login).with_for_update())
    if credential is not None and credential.locked_until is not None and credential.locked_until > now:
        wait = credential.locked_until - now
        return SignInLocked(until=credential.locked_until.isoformat(), retry_after=int(wait.total_seconds()) + 1)
    right = await asyncio.to_thread(_verify, credential.password_hash if credential else _DECOY, password)
    if credential is None or person is None:
        return SignInRefused()
    if not right:
        credential.failures += 1
        if credential.failures >= FAILURES_BEFORE_LOCK:
            credential.failures, credential.locked_until = 0, now + LOCK
        return SignInRefused()
    credential.failures, credential.locked_until = 0, None
    return person if person.disabled_at is None else SignInRefused()


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def open_session(session: AsyncSession, person: Person, kind: TokenKind, user_agent: str, now: datetime) -> str:
    """Opens a session for a person whose password was just checked; returns the token, which is shown once."""
    token = secrets.token_urlsafe(32)
    hashed = token_hash(token)
    await session.flush()
    await assume(session, nobody(login=person.login, token_hash=hashed.hex()))
    session.add(
        SignInSession(
            id=uuid7(),
            token_hash=hashed,
            person_id=person.id,
            kind=kind,
            user_agent=user_agent[:200],
            created_at=now,
            expires_at=now + (SESSION_LIFE if kind == "cookie" else BEARER_LIFE),
            revoked_at=None,
        )
    )
    await session.flush()
    return token


async def sessions_of(session: AsyncSession, who: Principal, now: datetime) -> list[SignInSession]:
    """The person's live sessions, newest first."""
    return list(
        await session.scalars(
            select(SignInSession)
            .where(SignInSession.person_id == who.id, SignInSession.revoked_at.is_(None), SignInSession.expires_at > now)
            .order_by(SignInSession.created_at.desc())
        )
    )


async def still_open(session: AsyncSession, ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of the sessions that are neither revoked nor expired and whose person is not disabled. As the platform."""
    found = await session.scalars(
        select(SignInSession.id)
        .join(Person, Person.id == SignInSession.person_id)
        .where(
            SignInSession.id.in_(ids),
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
            Person.disabled_at.is_(None),
        )
    )
    return set(found)


async def revoke(session: AsyncSession, who: Principal, session_id: UUID, now: datetime) -> None:
    """Ends one of the person's own sessions; repeating it changes nothing."""
    row = await session.scalar(
        select(SignInSession).where(SignInSession.id == session_id, SignInSession.person_id == who.id).with_for_update()
    )
    if row is None:
        raise NotFound()
    row.revoked_at = row.revoked_at or now


async def change_password(session: AsyncSession, who: Principal, old: str, new: str, now: datetime) -> None:
    """Sets a new password and ends every other session of the person. Raises OldPasswordWrong, PasswordTooWeak."""
    check_password_strength(who.login, new)
    credential = await session.scalar(select(Credential).where(Credential.person_id == who.id).with_for_update())
    if credential is None or not await asyncio.to_thread(_verify, credential.password_hash, old):
        raise OldPasswordWrong()
    credential.password_hash = await hash_password(new)
    await session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == who.id, SignInSession.id != who.session_id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def first_password(session: AsyncSession, token: str, password: str, now: datetime) -> None:
    """Uses a one-time link: sets the person's password, once, before the link expires, and ends the person's sessions."""
    hashed = token_hash(token)
    await assume(session, nobody(token_hash=hashed.hex()))
    link = await session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == hashed).with_for_update())
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise NotFound()
    person = (await session.scalars(select(Person).where(Person.id == link.person_id))).one()
    if person.disabled_at is not None:
        raise NotFound()
    check_password_strength(person.login, password)
    link.used_at = now
    await session.flush()
    as_person = nobody(login=person.login)
    await assume(session, as_person)
    await store_password(session, person, await hash_password(password))
    # A lost password may have been found by somebody: what was opened with it ends, which a stranger has no right to say.
    async with elevated(session, PLATFORM, as_person):
        open_ones = SignInSession.person_id == person.id, SignInSession.revoked_at.is_(None)
        await session.execute(update(SignInSession).where(*open_ones).values(revoked_at=now))


async def store_password(session: AsyncSession, person: Person, hashed: str) -> None:
    """Writes the person's password hash and forgets earlier failures."""
    credential = await session.scalar(select(Credential).where(Credential.login == person.login).with_for_update())
    if credential is None:
        session.add(Credential(person_id=person.id, login=person.login, password_hash=hashed, failures=0, locked_until=None))
    else:
        credential.password_hash, credential.failures, credential.locked_until = hashed, 0, None
    await session.flush()
