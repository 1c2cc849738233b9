"""Experts at the edge: who may be sent, draws, hand-overs, waivers, the public figures. Thin: each handler is one operation."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from agencies.act import Act
from agencies.certificates import WaiverRequest
from agencies.powers import PLATFORM
from inspection.case_access import case_for
from inspection.staffing import draw_statistics, draws, expert_draws, handovers
from inspection.staffing.draw_statistics import DrawStatistics
from inspection.staffing.draws import DrawView
from inspection.staffing.expert_draws import DrawRequest, EligibleView, KeyPointsRequest
from inspection.staffing.handovers import DutyHolder, HandOverRequest
from kit.clock import Clock
from kit.database import Database
from kit.idempotency import Once
from kit.rate_limit import RateLimit

CASE = "/api/v1/cases/{no:str}"
INVITATION = CASE + "/invitations/{agency:str}"


@get(INVITATION + "/eligible")
async def eligible(no: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> EligibleView:
    """Everybody of the unit, with every reason for or against being sent."""
    return await expert_draws.eligible(act.session, act.principal, no, agency, act.now)


@post(INVITATION + "/draw-experts", status_code=200)
async def draw_experts(
    no: FromPath[str], agency: FromPath[str], data: JSONBody[DrawRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """Draws experts from those who may be sent; the record can be replayed by anybody."""
    return await once(lambda: expert_draws.draw_experts(act.session, act.principal, no, agency, data, act.now))


@post(CASE + "/draw-key-points", status_code=200)
async def draw_key_points(
    no: FromPath[str], data: JSONBody[KeyPointsRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """Draws which of the task sheet's points are looked at first hand."""
    return await once(lambda: expert_draws.draw_key_points(act.session, act.principal, no, data, act.now))


@get(CASE + "/draws")
async def list_draws(no: FromPath[str], act: NamedDependency[Act]) -> list[DrawView]:
    """Every draw of the case with its record."""
    return await draws.of_case(act.session, await case_for(act.session, act.principal, no))


@get(CASE + "/draws/{draw_id:uuid}")
async def draw_record(no: FromPath[str], draw_id: FromPath[UUID], act: NamedDependency[Act]) -> dict[str, Any]:
    """One draw's record, as ``lianjian draw --record`` reads it."""
    return await draws.record_of(act.session, await case_for(act.session, act.principal, no), draw_id)


@post(CASE + "/hand-over", status_code=200)
async def hand_over(no: FromPath[str], data: JSONBody[HandOverRequest], act: NamedDependency[Act]) -> DutyHolder:
    """The case goes to the next shift on the own agency's side."""
    return await handovers.hand_over(act.session, act.principal, no, data, act.now)


@get(CASE + "/holders")
async def holders(no: FromPath[str], act: NamedDependency[Act]) -> list[DutyHolder]:
    """Who holds the case, agency by agency."""
    return await handovers.holders(act.session, act.principal, no)


@post(CASE + "/certificate-waivers", status_code=204)
async def waive_certificate(no: FromPath[str], data: JSONBody[WaiverRequest], act: NamedDependency[Act]) -> None:
    """An approver lets somebody work on the case without the certificate."""
    await handovers.waive_certificate(act.session, act.principal, no, data, act.now)


@get("/public/v1/draws")
async def public_draws(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    progress_rate: NamedDependency[RateLimit],
    port: FromQuery[str | None] = None,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
) -> DrawStatistics:
    """Figures of the draws of a period, without names: anybody may read them."""
    progress_rate.take(request.client.host if request.client else "")
    async with database.unit_of_work(PLATFORM) as session:
        return await draw_statistics.statistics(session, port=port, first=first, last=last, now=clock.now())


HANDLERS = [
    eligible,
    draw_experts,
    draw_key_points,
    list_draws,
    draw_record,
    hand_over,
    holders,
    waive_certificate,
    public_draws,
]
