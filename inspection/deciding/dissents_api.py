"""Dissent at the edge. Thin: each handler is one operation."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.deciding import dissents
from inspection.deciding.dissents import DepartureView, DissentDecision, DissentRequest
from kit.idempotency import Once

CASE = "/api/v1/cases/{no:str}"


@get(CASE + "/dissents")
async def list_dissents(no: FromPath[str], act: NamedDependency[Act]) -> list[DepartureView]:
    """Every departure from a conclusion, what the agency said to it and what was decided."""
    return await dissents.of_case(act.session, act.principal, no)


@post(CASE + "/dissents", status_code=200)
async def dissent(
    no: FromPath[str], data: JSONBody[DissentRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The agency objects to the departure from its conclusion, while its window is open."""
    return await once(lambda: dissents.dissent(act.session, act.principal, no, data, act.now))


@post(CASE + "/dissents/{agency:str}/decide", status_code=200)
async def decide_dissent(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[DissentDecision],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A superior upholds the departure or follows the conclusion, with a reason."""
    return await once(lambda: dissents.decide(act.session, act.principal, no, agency, data, act.now), required=False)


HANDLERS = [list_dissents, dissent, decide_dissent]
"""The routes of dissent."""
