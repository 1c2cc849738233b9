"""What handlers may ask for by name, taken from the process's platform and the request the gate has let through."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.act import Act
from agencies.powers import Principal, nobody
from inspection.server.platform import Platform
from kit.idempotency import Once

Connection = Request[Any, Any, State]


def platform_of(scope_owner: Connection) -> Platform:
    """The platform of the app that serves this connection."""
    platform = scope_owner.app.state.platform
    assert isinstance(platform, Platform)
    return platform


async def provide_session(request: Request[Any, Any, State]) -> AsyncGenerator[AsyncSession, None]:
    """The unit of work of one request: the principal's role and settings, committed before the answer leaves."""
    principal = request.state.principal
    async with platform_of(request).database.unit_of_work(principal.acting if principal else nobody()) as session:
        yield session


def provide_principal(request: Request[Any, Any, State]) -> Principal:
    """Who is asking."""
    principal = request.state.principal
    assert isinstance(principal, Principal)
    return principal


def provide_now(request: Request[Any, Any, State]) -> datetime:
    """When the request's head arrived (UTC): what every deadline is judged by."""
    received_at = request.state.received_at
    assert isinstance(received_at, datetime)
    return received_at


def provide_act(
    session: NamedDependency[AsyncSession], principal: NamedDependency[Principal], now: NamedDependency[datetime]
) -> Act:
    """What nearly every handler starts from, as one."""
    return Act(session, principal, now)


async def provide_once(request: Request[Any, Any, State], act: NamedDependency[Act]) -> Once:
    """The request's ``Idempotency-Key``."""
    identity = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return Once(act.session, str(act.principal.id), request.headers.get("idempotency-key"), identity, act.now)


def provide_platform(state: State) -> Platform:
    """The parts of this process."""
    platform = state.platform
    assert isinstance(platform, Platform)
    return platform


def _part(name: str) -> Provide:
    def provide(state: State) -> Any:
        return getattr(state.platform, name)

    return Provide(provide, sync_to_thread=False)


PARTS = ("settings", "database", "clock", "store", "seal", "rulebook", "nomenclature", "hub", "sign_in_rate", "progress_rate")

DEPENDENCIES: dict[str, Provide] = {
    "session": Provide(provide_session),
    "principal": Provide(provide_principal, sync_to_thread=False),
    "now": Provide(provide_now, sync_to_thread=False),
    "act": Provide(provide_act, sync_to_thread=False),
    "once": Provide(provide_once),
    "platform": Provide(provide_platform, sync_to_thread=False),
    **{name: _part(name) for name in PARTS},
}
