"""The office: cases, invitations, task sheets, windows, the inbox. Thin: each handler is one operation."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy import select

from agencies.act import Act
from inspection import case_list, case_views
from inspection.case_access import case_for
from inspection.case_list import CasePage
from inspection.case_tables import JointCase
from inspection.declaring import declarations
from inspection.events import case_stream
from inspection.inviting import invitations
from inspection.notifying import inbox
from inspection.notifying.inbox import Item
from inspection.policies import policies_in_force
from inspection.policies.policies_in_force import PolicyChoice, PolicyView
from inspection.preparing import task_sheets
from inspection.reporting import typesetting
from kit import event_log

CASE = "/api/v1/cases/{no:str}"
PDF = "application/pdf"
MOST_EVENTS = 1000


@get("/api/v1/cases")
async def list_cases(
    act: NamedDependency[Act],
    in_state: Annotated[str | None, QueryParameter(name="state")] = None,
    late: FromQuery[bool] = False,
    q: FromQuery[str] = "",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = 50,
) -> CasePage:
    """Cases the person takes part in, newest first, each with whom it waits for and how late that is; ``late``: only those."""
    return await case_list.page(act.session, act.principal, act.now, state=in_state, late=late, q=q, cursor=cursor, limit=limit)


@get(CASE)
async def one_case(no: FromPath[str], act: NamedDependency[Act]) -> dict[str, Any]:
    """A case with its invitations, bookings, sessions and decision."""
    return await case_views.one(act.session, act.principal, no)


@get(CASE + "/events")
async def case_events(
    no: FromPath[str], act: NamedDependency[Act], after: FromQuery[int] = 0, limit: FromQuery[int] = 200
) -> list[dict[str, Any]]:
    """The case's events after a number; one that is not for the person appears as ``withheld``."""
    case = await case_for(act.session, act.principal, no)
    stream = case_stream(case.no)
    seen = await event_log.read(act.session, stream, after=after, limit=min(limit, MOST_EVENTS))
    return case_views.frames(seen, after=after, head=await event_log.head(act.session, stream), limit=min(limit, MOST_EVENTS))


@get(CASE + "/screening")
async def screening(no: FromPath[str], act: NamedDependency[Act]) -> dict[str, Any] | None:
    """Why which agency was called."""
    case = await case_for(act.session, act.principal, no)
    return await declarations.screening_of(act.session, case.declaration_id)


@get(CASE + "/task-sheet")
async def task_sheet(no: FromPath[str], act: NamedDependency[Act]) -> dict[str, Any]:
    """The latest task sheet: state, hash and document."""
    row = await task_sheets.sheet_for(act.session, act.principal, no)
    return {"version": row.version, "state": row.state, "hash": row.document_hash, "document": row.document}


@get(CASE + "/task-sheet.pdf")
async def task_sheet_pdf(no: FromPath[str], act: NamedDependency[Act]) -> Response[bytes]:
    """The latest task sheet as PDF/A-3 with its JSON attached."""
    row = await task_sheets.sheet_for(act.session, act.principal, no)
    pdf = await asyncio.to_thread(typesetting.task_sheet_pdf, task_sheets.document_of(row))
    return Response(pdf, media_type=PDF, headers={"Content-Disposition": f'inline; filename="T-{no}-v{row.version}.pdf"'})


@get("/api/v1/inbox")
async def fetch_inbox(act: NamedDependency[Act]) -> list[Item]:
    """What the person's agency has not acknowledged."""
    return await inbox.fetch(act.session, act.principal, act.now)


@post("/api/v1/inbox/{item_id:uuid}/acknowledge", status_code=204)
async def acknowledge(item_id: FromPath[UUID], act: NamedDependency[Act]) -> None:
    """The terminal has the item. For an invitation this is its delivery."""
    item = await inbox.acknowledge(act.session, act.principal, item_id, act.now)
    if item.kind == "invitation" and act.principal.agency:
        case = (await act.session.scalars(select(JointCase).where(JointCase.no == item.case_no))).one()
        await invitations.delivered(act.session, case, act.principal.agency, act.principal, act.now)


@get("/api/v1/ports/{port:str}/policy")
async def port_policy(port: FromPath[str], act: NamedDependency[Act]) -> PolicyView:
    """The merge policy new cases of the port get."""
    return await policies_in_force.view(act.session, act.principal, port, act.now)


@put("/api/v1/ports/{port:str}/policy")
async def choose_policy(port: FromPath[str], data: JSONBody[PolicyChoice], act: NamedDependency[Act]) -> PolicyView:
    """A superior chooses it, with a reason; running cases keep theirs."""
    return await policies_in_force.choose(act.session, act.principal, port, data, act.now)


HANDLERS = [
    port_policy,
    choose_policy,
    list_cases,
    one_case,
    case_events,
    screening,
    task_sheet,
    task_sheet_pdf,
    fetch_inbox,
    acknowledge,
]
