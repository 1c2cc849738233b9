"""Whether the process lives and is ready; moving the clock where that is allowed at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from sqlalchemy import text

from agencies.powers import PLATFORM, nobody
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


@get("/readyz")
async def readyz(platform: NamedDependency[Platform]) -> Response[dict[str, str]]:
    """The database answers and the process is not draining."""
    if platform.draining:
        return Response({"status": "draining"}, status_code=503)
    async with platform.database.unit_of_work(nobody()) as session:
        await session.execute(text("SELECT 1"))
    return Response({"status": "ready"})


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
