"""The evidence chain at the edge: requests between agencies, their signed answers, minutes of consultations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.fieldwork import finding_minutes
from inspection.fieldwork.finding_minutes import MinutesRequest
from inspection.requesting import request_views, requests
from inspection.requesting.request import RequestContent
from inspection.requesting.request_views import EvidenceChains, MinutesView, RequestView
from inspection.requesting.requests import Reason, SignedAnswer

CASE = "/api/v1/cases/{no:str}"
REQUESTS = CASE + "/info-requests"
REQUEST = REQUESTS + "/{request_id:uuid}"


@get(REQUESTS)
async def list_requests(no: FromPath[str], act: NamedDependency[Act]) -> EvidenceChains:
    """Every request with its answer, the minutes, and the chain of each finding: finding ← request ← response ← source."""
    return await request_views.of_case(act.session, act.principal, no)


@put(REQUEST)
async def ask(
    no: FromPath[str], request_id: FromPath[UUID], data: JSONBody[RequestContent], act: NamedDependency[Act]
) -> RequestView:
    """Asks another agency of the case, under an id that the client makes."""
    return await requests.ask(act.session, act.principal, no, request_id, data, act.now)


@post(REQUEST + "/answer", status_code=200)
async def answer(
    no: FromPath[str],
    request_id: FromPath[UUID],
    data: JSONBody[SignedAnswer],
    request: Request[Any, Any, Any],
    act: NamedDependency[Act],
) -> RequestView:
    """The asked agency answers with its sources, signed (``lianjian.answer/1``) by whoever sends it."""
    sent = msgspec.json.decode(await request.body())["answer"]  # the signature covers the answer as it came
    return await requests.answer(act.session, act.principal, no, request_id, data, sent, act.now)


@post(REQUEST + "/decline", status_code=200)
async def decline(
    no: FromPath[str], request_id: FromPath[UUID], data: JSONBody[Reason], act: NamedDependency[Act]
) -> RequestView:
    """The asked agency cannot answer; the chain stays open until whoever asked takes the request back."""
    return await requests.decline(act.session, act.principal, no, request_id, data, act.now)


@post(REQUEST + "/withdraw", status_code=200)
async def withdraw(
    no: FromPath[str], request_id: FromPath[UUID], data: JSONBody[Reason], act: NamedDependency[Act]
) -> RequestView:
    """Whoever asked takes it back."""
    return await requests.withdraw(act.session, act.principal, no, request_id, data, act.now)


@put(CASE + "/findings/{finding_id:uuid}/minutes/{minutes_id:uuid}")
async def file_minutes(
    no: FromPath[str],
    finding_id: FromPath[UUID],
    minutes_id: FromPath[UUID],
    data: JSONBody[MinutesRequest],
    act: NamedDependency[Act],
) -> MinutesView:
    """The minutes of a consultation about a finding of one's own agency."""
    return await finding_minutes.file(act.session, act.principal, no, finding_id, minutes_id, data, act.now)


HANDLERS = [list_requests, ask, answer, decline, withdraw, file_minutes]
