"""What members of a case read: one case with what hangs on it, and its events as frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.cases import view_of
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.fieldwork.field_tables import FieldSession, Workstream
from inspection.inviting import invitation_views
from inspection.planning import booking_views
from kit.event_log import Event

WITHHELD = "withheld"


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
        "invitations": msgspec.to_builtins(await invitation_views.of_case(session, case)),
        "bookings": msgspec.to_builtins(await booking_views.of_case(session, case)),
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
