"""Follow-ups at the edge: what has to happen after a disposition, and what people put on record about it. Thin."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.declaring import goods_facts
from inspection.declaring.goods_facts import FactRequest, FactView
from inspection.following_up import (
    case_filings,
    costs,
    detention_time,
    follow_up_handovers,
    follow_up_proofs,
    follow_up_records,
    follow_up_views,
)
from inspection.following_up.case_filings import FilingView, OutcomeRequest
from inspection.following_up.costs import CostRequest, CostView
from inspection.following_up.demand import DemandRequest
from inspection.following_up.detention_time import ExtensionRequest, TestingRequest
from inspection.following_up.follow_up_handovers import HandOverRequest
from inspection.following_up.follow_up_proofs import ProofRequest, VerifyRequest
from inspection.following_up.follow_up_records import RecordRequest
from inspection.following_up.follow_up_views import FollowUpView, HandedOverView, OwnFollowUpView
from kit.idempotency import Once

CASE = "/api/v1/cases/{no:str}"
ONE = CASE + "/follow-ups/{follow_up_id:uuid}"
OWN = "/api/v1/declarations/{number:str}/follow-ups"
OFFICE = "/api/v1/handed-over"


@get(CASE + "/follow-ups")
async def list_follow_ups(no: FromPath[str], act: NamedDependency[Act]) -> list[FollowUpView]:
    """What has to happen, whose turn it is, and what was done."""
    return await follow_up_views.of_case(act.session, act.principal, no)


@post(ONE + "/demand", status_code=200)
async def demand(
    no: FromPath[str], follow_up_id: FromPath[UUID], data: JSONBody[DemandRequest], act: NamedDependency[Act]
) -> FollowUpView:
    """The demanding agency says what it wants; the enterprise gets the merged demand anew."""
    return await follow_up_records.state_demand(act.session, act.principal, no, follow_up_id, data, act.now)


@post(ONE + "/verify", status_code=200)
async def verify(
    no: FromPath[str],
    follow_up_id: FromPath[UUID],
    data: JSONBody[VerifyRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The re-check, by the demanding agency only."""
    return await once(
        lambda: follow_up_proofs.verify(act.session, act.principal, no, follow_up_id, data, act.now), required=False
    )


@post(ONE + "/register", status_code=200)
async def register(
    no: FromPath[str], follow_up_id: FromPath[UUID], data: JSONBody[RecordRequest], act: NamedDependency[Act]
) -> FollowUpView:
    """A security, a laboratory's result, a witness record, a filed case, a move, the end of a detention."""
    return await follow_up_records.register(act.session, act.principal, no, follow_up_id, data, act.now)


@post(ONE + "/hand-over", status_code=200)
async def hand_over(
    no: FromPath[str], follow_up_id: FromPath[UUID], data: JSONBody[HandOverRequest], act: NamedDependency[Act]
) -> FollowUpView:
    """The lead hands it to the office at the destination."""
    return await follow_up_handovers.hand_over(act.session, act.principal, no, follow_up_id, data, act.now)


@post(ONE + "/testing", status_code=200)
async def testing(
    no: FromPath[str], follow_up_id: FromPath[UUID], data: JSONBody[TestingRequest], act: NamedDependency[Act]
) -> FollowUpView:
    """The detained goods go to the laboratory or come back: that time is excluded, and announced."""
    return await detention_time.exclude_testing(act.session, act.principal, no, follow_up_id, data, act.now)


@post(ONE + "/extend", status_code=200)
async def extend(
    no: FromPath[str],
    follow_up_id: FromPath[UUID],
    data: JSONBody[ExtensionRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """An approver extends the detention."""
    return await once(lambda: detention_time.extend(act.session, act.principal, no, follow_up_id, data, act.now))


@get(OWN)
async def list_own(number: FromPath[str], act: NamedDependency[Act]) -> list[OwnFollowUpView]:
    """What the enterprise is asked for, and what became of what it sent."""
    return await follow_up_views.of_own(act.session, act.principal, number)


@post(OWN + "/{follow_up_id:uuid}/proof", status_code=200)
async def prove(
    number: FromPath[str],
    follow_up_id: FromPath[UUID],
    data: JSONBody[ProofRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The enterprise shows that it has done its part."""
    return await once(lambda: follow_up_proofs.prove(act.session, act.principal, number, follow_up_id, data, act.now))


@get(OFFICE)
async def list_handed_over(act: NamedDependency[Act]) -> list[HandedOverView]:
    """What other ports have handed to the person's office."""
    return await follow_up_views.handed_over(act.session, act.principal)


@post(OFFICE + "/{follow_up_id:uuid}/acknowledge", status_code=200)
async def acknowledge(follow_up_id: FromPath[UUID], act: NamedDependency[Act]) -> HandedOverView:
    """The office has taken it over."""
    return await follow_up_handovers.acknowledge(act.session, act.principal, follow_up_id, act.now)


@post(OFFICE + "/{follow_up_id:uuid}/result", status_code=200)
async def result(
    follow_up_id: FromPath[UUID], data: JSONBody[VerifyRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """What the office found."""
    return await once(
        lambda: follow_up_handovers.conclude_elsewhere(act.session, act.principal, follow_up_id, data, act.now), required=False
    )


@get(CASE + "/goods-facts")
async def list_facts(no: FromPath[str], act: NamedDependency[Act]) -> list[FactView]:
    """What was recorded of the goods."""
    return await goods_facts.of_case(act.session, act.principal, no)


@post(CASE + "/goods-facts", status_code=200)
async def record_fact(no: FromPath[str], data: JSONBody[FactRequest], act: NamedDependency[Act]) -> FactView:
    """The lead records whether the goods can be split, returned, rectified here, are prohibited, or may go first."""
    return await goods_facts.record(act.session, act.principal, no, data, act.now)


@get(CASE + "/costs")
async def list_costs(no: FromPath[str], act: NamedDependency[Act]) -> list[CostView]:
    """What was paid for, and who bears it."""
    return await costs.of_case(act.session, act.principal, no)


@post(CASE + "/costs")
async def record_cost(
    no: FromPath[str], data: JSONBody[CostRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """Customs puts a cost on record."""
    return await once(lambda: costs.record(act.session, act.principal, no, data, act.now))


@get(CASE + "/case-filings")
async def list_filings(no: FromPath[str], act: NamedDependency[Act]) -> list[FilingView]:
    """The cases filed on account of these goods."""
    return await case_filings.of_case(act.session, act.principal, no)


@post(CASE + "/case-filings/{filing_id:uuid}/close", status_code=200)
async def close_filing(
    no: FromPath[str], filing_id: FromPath[UUID], data: JSONBody[OutcomeRequest], act: NamedDependency[Act]
) -> FilingView:
    """The agency that filed it says how it ended."""
    return await case_filings.close(act.session, act.principal, no, filing_id, data, act.now)


HANDLERS = [
    list_follow_ups,
    demand,
    verify,
    register,
    hand_over,
    testing,
    extend,
    list_own,
    prove,
    list_handed_over,
    acknowledge,
    result,
    list_facts,
    record_fact,
    list_costs,
    record_cost,
    list_filings,
    close_filing,
]
