"""Signing in and out, and what a person may do with the own account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import sign_in
from agencies.act import Act
from agencies.powers import Principal, nobody
from agencies.sign_in import SESSION_LIFE, TokenKind
from kit.database import Database
from kit.errors import LianjianError
from kit.rate_limit import RateLimit
from kit.settings import Settings

COOKIE = "lianjian"
HOST_COOKIE = "__Host-lianjian"


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``kind``: cookie for browsers, bearer for systems and terminals."""

    login: str
    password: str
    kind: TokenKind = "cookie"


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in person."""

    id: UUID
    login: str
    name: str
    kind: str
    powers: list[str]
    agency: str | None
    port: str | None
    enterprise: str | None
    demo: bool


class SignedIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who signed in; ``token`` only when a bearer token was asked for. It is shown once."""

    person: Me
    token: str | None = None


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The present password and the new one (12 characters at least)."""

    old: str
    new: str


class FirstPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of a one-time link and the password to set."""

    token: str
    password: str


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the person's sessions."""

    id: UUID
    kind: str
    user_agent: str
    created_at: datetime
    expires_at: datetime
    current: bool


def me_of(person: Principal) -> Me:
    """The public fields of a principal."""
    return Me(
        id=person.id,
        login=person.login,
        name=person.name,
        kind=person.kind.value,
        powers=sorted(power.value for power in person.powers),
        agency=person.agency,
        port=person.port,
        enterprise=person.enterprise,
        demo=person.demo,
    )


def cookie_name(settings: Settings) -> str:
    """The session cookie's name: ``__Host-`` over https, where browsers then refuse what a neighbouring host sets."""
    https = settings.public_url is not None and settings.public_url.startswith("https://")
    return HOST_COOKIE if https else COOKIE


def cookie_of(settings: Settings, token: str, max_age: int) -> Cookie:
    """``__Host-`` and Secure over https; a plain HttpOnly Strict cookie on loopback only."""
    name = cookie_name(settings)
    return Cookie(
        key=name,
        value=token,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=name == HOST_COOKIE,
        samesite="strict",
    )


@post("/api/v1/sign-in", status_code=200)
async def sign_in_route(
    request: Request[Any, Any, Any],
    data: JSONBody[SignInRequest],
    database: NamedDependency[Database],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
    sign_in_rate: NamedDependency[RateLimit],
) -> Response[SignedIn]:
    """Name and password to a cookie or a bearer token. Five failures lock the account for a quarter of an hour."""
    sign_in_rate.take(request.client.host if request.client else "")
    # Two transactions: a refusal has counted a failure, and that has to be committed although the answer is an error.
    async with database.unit_of_work(nobody()) as session:
        person = await sign_in.check_password(session, data.login, data.password, now)
    if isinstance(person, LianjianError):
        raise person
    async with database.unit_of_work(nobody()) as session:
        token = await sign_in.open_session(session, person, data.kind, request.headers.get("user-agent", ""), now)
    who = me_of(sign_in.principal(person))
    if data.kind == "bearer":
        return Response(SignedIn(person=who, token=token))
    return Response(SignedIn(person=who), cookies=[cookie_of(settings, token, int(SESSION_LIFE.total_seconds()))])


@post("/api/v1/sign-out", status_code=204)
async def sign_out(act: NamedDependency[Act], settings: NamedDependency[Settings]) -> Response[None]:
    """Ends the present session."""
    assert act.principal.session_id is not None
    await sign_in.revoke(act.session, act.principal, act.principal.session_id, act.now)
    return Response(None, status_code=204, cookies=[cookie_of(settings, "", 0)])


@get("/api/v1/me")
async def me(principal: NamedDependency[Principal]) -> Me:
    """Who I am and what I may do."""
    return me_of(principal)


@post("/api/v1/me/password", status_code=204)
async def change_password(
    request: Request[Any, Any, Any],
    data: JSONBody[PasswordChange],
    act: NamedDependency[Act],
    sign_in_rate: NamedDependency[RateLimit],
) -> None:
    """Sets a new password and ends every other session."""
    # Whoever found an open session must not be able to try passwords as fast as the machine goes.
    sign_in_rate.take(request.client.host if request.client else "")
    await sign_in.change_password(act.session, act.principal, data.old, data.new, act.now)


@get("/api/v1/me/sessions")
async def sessions(act: NamedDependency[Act]) -> list[SessionView]:
    """My live sessions, newest first."""
    return [
        SessionView(
            id=row.id,
            kind=row.kind,
            user_agent=row.user_agent,
            created_at=row.created_at,
            expires_at=row.expires_at,
            current=row.id == act.principal.session_id,
        )
        for row in await sign_in.sessions_of(act.session, act.principal, act.now)
    ]


@delete("/api/v1/me/sessions/{session_id:uuid}")
async def revoke(session_id: FromPath[UUID], act: NamedDependency[Act]) -> None:
    """Ends one of my sessions."""
    await sign_in.revoke(act.session, act.principal, session_id, act.now)


@post("/api/v1/first-password", status_code=204)
async def first_password(
    request: Request[Any, Any, Any],
    data: JSONBody[FirstPassword],
    session: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    sign_in_rate: NamedDependency[RateLimit],
) -> None:
    """Uses a one-time link to set a first password."""
    sign_in_rate.take(request.client.host if request.client else "")
    await sign_in.first_password(session, data.token, data.password, now)


HANDLERS = [sign_in_route, sign_out, me, change_password, sessions, revoke, first_password]
