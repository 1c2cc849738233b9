"""Taking a closed case up again, at the edge. Thin: each handler is one operation."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.following_up import reopenings
from inspection.following_up.reopenings import ReopeningView, ReopenRequest

REOPENINGS = "/api/v1/cases/{no:str}/reopenings"


@get(REOPENINGS)
async def list_reopenings(no: FromPath[str], act: NamedDependency[Act]) -> list[ReopeningView]:
    """When the case was taken up again, by whom and why."""
    return await reopenings.of_case(act.session, act.principal, no)


@post(REOPENINGS, status_code=200)
async def reopen_case(no: FromPath[str], data: JSONBody[ReopenRequest], act: NamedDependency[Act]) -> ReopeningView:
    """An approver takes a closed case up again, with a reason. The same again changes nothing."""
    return await reopenings.reopen(act.session, act.principal, no, data, act.now)


HANDLERS = [list_reopenings, reopen_case]
"""The routes of reopenings."""
