"""Whether the process lives and is ready; moving the clock where that is allowed at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from agencies import calendar_watch, rung_claims
from agencies.powers import PLATFORM
from inspection.notifying import notice_health
from inspection.server.platform import Platform
from kit.clock import AdjustableClock
from kit.settings import Settings


class MoveClock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The instant that is to be the present."""

    now: datetime


@get("/healthz")
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """``warnings`` keep nothing from running; an operator should look: calendar_unpublished,
    calendar_provisional, ladder_unattended (rungs of deadlines wait: no worker runs), notices_failed (some were given up within
    the last day), rulebook_unlike_shipped (a pack that ships was changed without a new version: what was stored decides)."""

    status: str
    warnings: list[str] = []


@get("/readyz")
async def readyz(platform: NamedDependency[Platform]) -> Response[Readiness]:
    """The database answers and the process is not draining."""
    if platform.draining:
        return Response(Readiness(status="draining"), status_code=503)
    async with platform.database.unit_of_work(PLATFORM) as session:
        reaches = await calendar_watch.reaches(session, platform.clock.now())
        unattended = await rung_claims.unattended(session, platform.clock.now())
        given_up = await notice_health.given_up(session, platform.clock.now())
    warned = {f"calendar_{warning}" for reach in reaches for warning in reach.warnings}
    warned |= {"ladder_unattended"} if unattended else set()
    warned |= {"notices_failed"} if given_up else set()
    warned |= {"rulebook_unlike_shipped"} if platform.unlike_shipped else set()
    return Response(Readiness(status="ready", warnings=sorted(warned)))


@post("/test/v1/clock", status_code=200)
async def move_clock(data: JSONBody[MoveClock], platform: NamedDependency[Platform]) -> dict[str, str]:
    """Moves the platform's time. This route exists only with LIANJIAN_CLOCK=adjustable, on an embedded platform on loopback."""
    clock = platform.clock
    assert isinstance(clock, AdjustableClock)
    async with platform.database.unit_of_work(PLATFORM) as session:
        await clock.move_to(session, data.now)
    return {"now": clock.now().isoformat()}


def handlers(settings: Settings) -> list[Any]:
    """The routes of this platform."""
    return [healthz, readyz, *([move_clock] if settings.clock == "adjustable" else [])]
