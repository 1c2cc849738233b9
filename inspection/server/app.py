"""The application: routes, the gate before them, the unit of work around them. Wiring only, no rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from agencies import calendars_api, keys_api, people_api
from agencies import office_api as sign_in_api
from inspection import enterprise_api, office_api, public_api
from inspection.deciding import appeals_api, decision_api, dissents_api
from inspection.fieldwork import field_api, session_api
from inspection.following_up import audits_api, follow_up_files_api, follow_ups_api, recall_api, reopenings_api
from inspection.inviting import invitations_api
from inspection.live_feed import live_api
from inspection.notifying import notices_api
from inspection.planning import schedule_api
from inspection.policies import policies_api
from inspection.preparing import cabin_api
from inspection.reporting import liability_api, seal_api
from inspection.requesting import recognition_api, requests_api, rights_api
from inspection.server import health_api, pages
from inspection.server.dependencies import DEPENDENCIES
from inspection.server.gate import Gatekeeper
from inspection.server.platform import Platform
from inspection.server.problem_details import EXCEPTION_HANDLERS
from inspection.staffing import experts_api
from inspection.timekeeping import deadlines_api, elapsed_api
from risk import rulebooks_api

MAX_BODY = 2 * 1024 * 1024
"""Bytes of an ordinary request body; routes that take more say so."""


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """The live feeds run as long as the application serves; readiness goes before they do."""
    platform: Platform = app.state.platform
    await platform.hub.start()
    yield
    platform.draining = True
    await platform.hub.stop()


def create_app(platform: Platform) -> Litestar:
    """The ASGI application of ``platform``, which is in its state and nowhere else in it."""
    return Litestar(
        route_handlers=[
            *sign_in_api.HANDLERS,
            *keys_api.HANDLERS,
            *people_api.HANDLERS,
            *calendars_api.HANDLERS,
            *enterprise_api.HANDLERS,
            *office_api.HANDLERS,
            *policies_api.HANDLERS,
            *rulebooks_api.HANDLERS,
            *invitations_api.HANDLERS,
            *experts_api.HANDLERS,
            *deadlines_api.HANDLERS,
            *schedule_api.HANDLERS,
            *elapsed_api.HANDLERS,
            *cabin_api.HANDLERS,
            *session_api.HANDLERS,
            *requests_api.HANDLERS,
            *recognition_api.HANDLERS,
            *rights_api.HANDLERS,
            *field_api.HANDLERS,
            *decision_api.HANDLERS,
            *dissents_api.HANDLERS,
            *liability_api.HANDLERS,
            *recall_api.HANDLERS,
            *reopenings_api.HANDLERS,
            *appeals_api.HANDLERS,
            *audits_api.HANDLERS,
            *follow_ups_api.HANDLERS,
            *follow_up_files_api.HANDLERS,
            *seal_api.HANDLERS,
            *live_api.HANDLERS,
            *notices_api.HANDLERS,
            *public_api.HANDLERS,
            *health_api.handlers(platform.settings),
            *pages.HANDLERS,
        ],
        dependencies=DEPENDENCIES,
        middleware=[Gatekeeper()],
        exception_handlers=EXCEPTION_HANDLERS,
        state=State({"platform": platform}),
        request_max_body_size=MAX_BODY,
        logging_config=None,  # kit/logs.py sets logging up
        openapi_config=OpenAPIConfig(title="Lianjian 联检", version="1", render_plugins=[JsonRenderPlugin()]),
        lifespan=[lifespan],
    )
