"""What members of a case read: the list, one case with what hangs on it, and its events as frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Kind, Principal
from inspection import bookings, invitations
from inspection.case_access import case_for
from inspection.cases import CaseView, view_of
from inspection.tables import CaseMember, DeclarationRow, FieldSession, JointCase, Workstream
from kit.event_log import Event

MOST = 200
WITHHELD = "withheld"


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases; ``cursor`` asks for the next one, null at the end."""

    items: list[CaseView]
    cursor: str | None


async def page(
    session: AsyncSession, principal: Principal, *, state: str | None, q: str, cursor: str | None, limit: int
) -> CasePage:
    """Newest first: case numbers sort by day and sequence, so the last of a page is the cursor of the next."""
    size = min(max(limit, 1), MOST)
    query = select(JointCase).where(JointCase.port == principal.port).order_by(JointCase.no.desc()).limit(size + 1)
    if principal.kind is Kind.AGENCY:
        taking_part = select(CaseMember.case_no).where(CaseMember.port == principal.port, CaseMember.agency == principal.agency)
        query = query.where(JointCase.no.in_(taking_part))
    if state:
        query = query.where(JointCase.state == state)
    if q:
        query = query.where(
            JointCase.no.contains(q, autoescape=True) | JointCase.declaration_number.startswith(q, autoescape=True)
        )
    rows = list(await session.scalars(query if cursor is None else query.where(JointCase.no < cursor)))
    return CasePage(items=[view_of(row) for row in rows[:size]], cursor=rows[size - 1].no if len(rows) > size else None)


async def one(session: AsyncSession, principal: Principal, no: str) -> dict[str, Any]:
    """Everything a member needs on one screen; what is not for the person is simply not among it."""
    case = await case_for(session, principal, no)
    declaration = await session.get_one(DeclarationRow, case.declaration_id)
    sessions = await session.scalars(select(FieldSession).where(FieldSession.port == case.port, FieldSession.case_no == case.no))
    streams = await session.scalars(select(Workstream).where(Workstream.port == case.port, Workstream.case_no == case.no))
    return {
        **msgspec.to_builtins(view_of(case)),
        "declaration_document": declaration.document,
        "flags": declaration.flags,
        "invitations": msgspec.to_builtins(await invitations.of_case(session, case)),
        "bookings": msgspec.to_builtins(await bookings.of_case(session, case)),
        "sessions": [
            {"id": str(row.id), "state": row.state, "officers": row.officers, "attendance": row.attendance} for row in sessions
        ],
        "workstreams": [
            {"session": str(row.session_id), "agency": row.agency, "state": row.state, "reason": row.reason} for row in streams
        ],
    }


def frame(event: Event) -> dict[str, Any]:
    """An event as the live feed and the events list show it."""
    return {"seq": event.seq, "type": event.type, "at": event.at, "by": event.by, "data": event.data}


def frames(seen: Sequence[Event], *, after: int, head: int, limit: int) -> list[dict[str, Any]]:
    """The events seen, with a withheld frame in the place of each one that was not: numbers have no holes for anybody.

    Pure. ``seen`` are the visible ones above ``after`` in order; at most ``limit`` frames, and none above ``head``.
    """
    visible = {event.seq: event for event in seen}
    last = min(head, after + limit)
    return [frame(visible[seq]) if seq in visible else {"seq": seq, "type": WITHHELD} for seq in range(after + 1, last + 1)]
