"""Where the time of cases went: of one case, of a port in a period, of an enterprise's own declaration."""

from __future__ import annotations

from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from agencies.act import Act
from inspection.timekeeping import elapsed_figures, elapsed_time
from inspection.timekeeping.elapsed_figures import PortFigures
from inspection.timekeeping.elapsed_time import ElapsedView, PublicElapsed


@get("/api/v1/cases/{no:str}/elapsed")
async def of_case(no: FromPath[str], act: NamedDependency[Act]) -> ElapsedView:
    """Every second of a case by whom it waited for, in clock and in working time."""
    return await elapsed_time.of_case(act.session, act.principal, no, act.now)


@get("/api/v1/ports/{port:str}/elapsed")
async def of_port(
    port: FromPath[str],
    act: NamedDependency[Act],
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> PortFigures:
    """Figures per party and the targets, for cases that ended in the period (the last thirty days unless named)."""
    return await elapsed_figures.of_port(act.session, act.principal, port, since, until, act.now)


@get("/api/v1/declarations/{number:str}/elapsed")
async def of_declaration(number: FromPath[str], act: NamedDependency[Act]) -> PublicElapsed:
    """Where the time of one's own declaration went, by party in public words."""
    return await elapsed_time.of_own(act.session, act.principal, number, act.now)


HANDLERS = [of_case, of_port, of_declaration]
