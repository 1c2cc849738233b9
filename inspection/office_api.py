"""The office: cases, invitations, task sheets, windows, the inbox. Thin: each handler is one operation."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
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
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    in_state: Annotated[str | None, QueryParameter(name="state")] = None,
    late: FromQuery[bool] = False,
    q: FromQuery[str] = "",
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = 50,
) -> CasePage:
    """Cases the person takes part in, newest first, each with whom it waits for and how late that is; ``late``: only those."""
    return await case_list.page(session, principal, now, state=in_state, late=late, q=q, cursor=cursor, limit=limit)


@get(CASE)
async def one_case(
    no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> dict[str, Any]:
    """A case with its invitations, bookings, sessions and decision."""
    return await case_views.one(session, principal, no)


@get(CASE + "/events")
async def case_events(
    no: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    after: FromQuery[int] = 0,
    limit: FromQuery[int] = 200,
) -> list[dict[str, Any]]:
    """The case's events after a number; one that is not for the person appears as ``withheld``."""
    case = await case_for(session, principal, no)
    stream = case_stream(case.no)
    seen = await event_log.read(session, stream, after=after, limit=min(limit, MOST_EVENTS))
    return case_views.frames(seen, after=after, head=await event_log.head(session, stream), limit=min(limit, MOST_EVENTS))


@get(CASE + "/screening")
async def screening(
    no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> dict[str, Any] | None:
    """Why which agency was called."""
    case = await case_for(session, principal, no)
    return await declarations.screening_of(session, case.declaration_id)


@get(CASE + "/task-sheet")
async def task_sheet(
    no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> dict[str, Any]:
    """The latest task sheet: state, hash and document."""
    row = await task_sheets.sheet_for(session, principal, no)
    return {"version": row.version, "state": row.state, "hash": row.document_hash, "document": row.document}


@get(CASE + "/task-sheet.pdf")
async def task_sheet_pdf(
    no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> Response[bytes]:
    """The latest task sheet as PDF/A-3 with its JSON attached."""
    row = await task_sheets.sheet_for(session, principal, no)
    pdf = await asyncio.to_thread(typesetting.task_sheet_pdf, task_sheets.document_of(row))
    return Response(pdf, media_type=PDF, headers={"Content-Disposition": f'inline; filename="T-{no}-v{row.version}.pdf"'})


@get("/api/v1/inbox")
async def fetch_inbox(
    session: NamedDependency[AsyncSession], principal: NamedDependency[Principal], now: NamedDependency[datetime]
) -> list[Item]:
    """What the person's agency has not acknowledged."""
    return await inbox.fetch(session, principal, now)


@post("/api/v1/inbox/{item_id:uuid}/acknowledge", status_code=204)
async def acknowledge(
    item_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> None:
    """The terminal has the item. For an invitation this is its delivery."""
    item = await inbox.acknowledge(session, principal, item_id, now)
    if item.kind == "invitation" and principal.agency:
        case = (await session.scalars(select(JointCase).where(JointCase.no == item.case_no))).one()
        await invitations.delivered(session, case, principal.agency, principal, now)


@get("/api/v1/ports/{port:str}/policy")
async def port_policy(
    port: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> PolicyView:
    """The merge policy new cases of the port get."""
    return await policies_in_force.view(session, principal, port, now)


@put("/api/v1/ports/{port:str}/policy")
async def choose_policy(
    port: FromPath[str],
    data: JSONBody[PolicyChoice],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> PolicyView:
    """A superior chooses it, with a reason; running cases keep theirs."""
    return await policies_in_force.choose(session, principal, port, data, now)


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
