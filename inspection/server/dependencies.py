"""What handlers may ask for by name, taken from the process's platform and the request the gate has let through."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal, nobody
from inspection.server.platform import Platform
from kit.idempotency import Once

Connection = ASGIConnection[Any, Any, Any, Any]


def platform_of(scope_owner: Connection) -> Platform:
    """The platform of the app that serves this connection."""
    platform = scope_owner.app.state.platform
    assert isinstance(platform, Platform)
    return platform


async def provide_session(request: Any) -> AsyncGenerator[AsyncSession, None]:
    """The unit of work of one request: the principal's role and settings, committed before the answer leaves."""
    principal = request.state.principal
    async with platform_of(request).database.unit_of_work(principal.acting if principal else nobody()) as session:
        yield session


def provide_principal(request: Any) -> Principal:
    """Who is asking."""
    principal = request.state.principal
    assert isinstance(principal, Principal)
    return principal


def provide_now(request: Any) -> datetime:
    """When the request's head arrived (UTC): what every deadline is judged by."""
    received_at = request.state.received_at
    assert isinstance(received_at, datetime)
    return received_at


async def provide_once(request: Any, session: AsyncSession, principal: Principal, now: datetime) -> Once:
    """The request's ``Idempotency-Key``."""
    identity = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return Once(session, str(principal.id), request.headers.get("idempotency-key"), identity, now)


def _part(name: str) -> Provide:
    def provide(state: Any) -> Any:
        return getattr(state.platform, name)

    return Provide(provide, sync_to_thread=False)


PARTS = ("settings", "database", "clock", "store", "screener", "nomenclature", "hub", "sign_in_rate", "progress_rate")

DEPENDENCIES: dict[str, Provide] = {
    "session": Provide(provide_session),
    "principal": Provide(provide_principal, sync_to_thread=False),
    "now": Provide(provide_now, sync_to_thread=False),
    "once": Provide(provide_once),
    "platform": Provide(lambda state: state.platform, sync_to_thread=False),
    **{name: _part(name) for name in PARTS},
}
