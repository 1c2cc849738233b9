"""The application: routes, the gate before them, the unit of work around them. Wiring only, no rules."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import office_api as people_api
from agencies.powers import Principal, nobody
from inspection import enterprise_api, field_api, live_api, office_api, public_api
from inspection.server import health_api, pages
from inspection.server.gate import Gatekeeper, principal_of
from inspection.server.platform import Platform
from inspection.server.problem_details import EXCEPTION_HANDLERS

MAX_BODY = 2 * 1024 * 1024
"""Bytes of an ordinary request body; routes that take more say so."""


async def provide_session(request: Request[Any, Any, State]) -> AsyncGenerator[AsyncSession, None]:
    """The unit of work of one request: the principal's role and settings, committed before the answer leaves."""
    platform: Platform = request.app.state.platform
    principal = request.state.principal
    async with platform.database.unit_of_work(principal.acting if principal else nobody()) as session:
        yield session


def provide_principal(request: Request[Any, Any, State]) -> Principal:
    """Who is asking."""
    return principal_of(request)


def provide_now(request: Request[Any, Any, State]) -> datetime:
    """When the request's head arrived (UTC): what every deadline is judged by."""
    received_at = request.state.received_at
    assert isinstance(received_at, datetime)
    return received_at


def provide_platform(request: Request[Any, Any, State]) -> Platform:
    """The parts of this process."""
    platform = request.app.state.platform
    assert isinstance(platform, Platform)
    return platform


def create_app(platform: Platform) -> Litestar:
    """The ASGI application of ``platform``."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await platform.hub.start()
        yield
        await platform.hub.stop()

    return Litestar(
        route_handlers=[
            *people_api.HANDLERS,
            *enterprise_api.HANDLERS,
            *office_api.HANDLERS,
            *field_api.HANDLERS,
            *live_api.HANDLERS,
            *public_api.HANDLERS,
            *health_api.handlers(platform.settings),
            *pages.HANDLERS,
        ],
        dependencies={
            "session": Provide(provide_session),
            "principal": Provide(provide_principal, sync_to_thread=False),
            "now": Provide(provide_now, sync_to_thread=False),
            "platform": Provide(provide_platform, sync_to_thread=False),
        },
        middleware=[Gatekeeper(platform)],
        exception_handlers=EXCEPTION_HANDLERS,
        state=State({"platform": platform}),
        request_max_body_size=MAX_BODY,
        openapi_config=OpenAPIConfig(title="Lianjian 联检", version="1", render_plugins=[]),
        lifespan=[lifespan],
    )
