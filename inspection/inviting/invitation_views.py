"""Invitations as members of the case see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from agencies.running_deadlines import Reckoned
from inspection import events
from inspection.case_tables import Invitation, JointCase
from inspection.inviting import invitation_rows


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as members of the case see it.

    ``due`` is counted in ``basis`` by the version of a ``calendar``; ``provisional``: that one does not reach so far yet.
    ``level`` counts red rungs; ``conflict``: no agency holds the matter to be its own. ``composed_at`` is what a device said of
    the answer, shown and never used; ``offer`` a late answer that waits for the lead. ``on_missing`` is the path silence took,
    ``substitute`` who stands in or, while ``proposed``, what the mandates allow; ``ended_*`` who ended it otherwise and why.
    """

    agency: str
    round: int
    state: str
    mandatory: bool
    domains: list[str]
    points: list[dict[str, object]]
    due: datetime | None
    basis: str | None
    calendar: str | None
    provisional: bool
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    late: bool
    experts: list[dict[str, object]]
    decline_reason: str | None
    decline_text: str | None
    decline_confirmed: bool
    level: int
    conflict: bool
    composed_at: datetime | None
    offer: dict[str, Any] | None
    on_missing: str | None
    substitute: dict[str, Any] | None
    ended_at: datetime | None
    ended_by: UUID | None
    ended_because: str | None


DERIVED = frozenset({"due", "basis", "calendar", "provisional"})


async def of_case(session: AsyncSession, case: JointCase) -> list[InvitationView]:
    """The case's invitations by agency and round, as far as the acting role may see them."""
    reckoned = await running_deadlines.reckoned(session, events.case_stream(case.no))
    return [view_of(row, reckoned) for row in await invitation_rows.every_round(session, case)]


async def view(session: AsyncSession, row: Invitation) -> InvitationView:
    """One invitation."""
    return view_of(row, await running_deadlines.reckoned(session, events.case_stream(row.case_no)))


def view_of(row: Invitation, reckoned: Mapping[UUID, Reckoned]) -> InvitationView:
    """The public fields of an invitation."""
    named = {name: getattr(row, name) for name in InvitationView.__struct_fields__ if name not in DERIVED}
    due = reckoned.get(row.deadline_id) if row.deadline_id else None
    if due is None:
        return InvitationView(**named, due=row.due_at, basis=None, calendar=None, provisional=False)
    return InvitationView(**named, due=row.due_at, **msgspec.structs.asdict(due))
