"""Deadlines at the office: the list every member reads, and what the lead does to one."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.timekeeping import case_deadlines
from inspection.timekeeping.case_deadlines import DeadlineView, ExtendRequest, PauseRequest
from kit.idempotency import Once

DEADLINES = "/api/v1/cases/{no:str}/deadlines"
ONE = DEADLINES + "/{deadline_id:uuid}"


@get(DEADLINES)
async def deadlines(no: FromPath[str], act: NamedDependency[Act]) -> list[DeadlineView]:
    """The case's deadlines: what was given, what is consumed, when it is due, its ladder, pauses and extensions."""
    return await case_deadlines.of_case(act.session, act.principal, no, act.now)


@post(ONE + "/pause", status_code=200)
async def pause(
    no: FromPath[str], deadline_id: FromPath[UUID], data: JSONBody[PauseRequest], act: NamedDependency[Act]
) -> DeadlineView:
    """The clock stands, for a reason that this deadline allows; the same reason again changes nothing."""
    return await case_deadlines.pause(act.session, act.principal, no, deadline_id, data, act.now)


@post(ONE + "/resume", status_code=200)
async def resume(
    no: FromPath[str], deadline_id: FromPath[UUID], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The clock runs again."""
    return await once(lambda: case_deadlines.resume(act.session, act.principal, no, deadline_id, act.now), required=False)


@post(ONE + "/extend", status_code=200)
async def extend(
    no: FromPath[str],
    deadline_id: FromPath[UUID],
    data: JSONBody[ExtendRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """More time, within the limit of the law; each request needs its own Idempotency-Key."""
    return await once(lambda: case_deadlines.extend(act.session, act.principal, no, deadline_id, data, act.now))


HANDLERS = [deadlines, pause, resume, extend]
