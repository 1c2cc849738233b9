"""The merged demand of a case: what the enterprise has to do now, of every agency. As the platform; it only reads."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.running_deadlines import Deadline
from inspection.case_tables import JointCase
from inspection.deciding.decision_tables import DispositionRow
from inspection.following_up import demand, follow_up_deadlines, follow_up_rows
from inspection.following_up.demand import Demand, Item
from inspection.following_up.follow_up import OPEN, Kind, State
from inspection.status import Words
from inspection.statuses import PORT_ZONE, party_names
from kit.event_log import Event


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """``due`` is the first of the dates; ``type`` what was decided."""

    items: Words
    kinds: tuple[str, ...]
    due: datetime | None
    provisional: bool
    type: str | None


async def merged(session: AsyncSession, event: Event, case: JointCase) -> Merged | None:
    """Everything that is open under the disposition an event is about."""
    disposition_id = UUID(str(event.data["disposition"]))
    row = await session.get(DispositionRow, disposition_id)
    rows = [one for one in await follow_up_rows.of_disposition(session, disposition_id) if one.state in OPEN]
    if not rows:
        return None
    names = await party_names(session)
    clocks = await follow_up_deadlines.dues(session, rows)
    windows = {one.deadline_id for one in rows if one.state == State.APPEALABLE}
    first = min((one for one in clocks.values() if one.id not in windows), key=lambda one: one.due_at, default=None)
    items = [
        Item(
            kind=Kind(one.kind),
            agency=names.get(one.agency, Words(one.agency, one.agency)),
            lines=tuple(one.lines),
            demand=msgspec.convert(one.demand, Demand),
            objection_until=_until(clocks.get(one.deadline_id)) if one.deadline_id in windows and one.deadline_id else None,
        )
        for one in rows
    ]
    return Merged(
        items=demand.listed(items),
        kinds=tuple(one.kind for one in rows),
        due=first.due_at if first else None,
        provisional=first is not None and first.provisional,
        type=row.type if row is not None else None,
    )


def _until(clock: Deadline | None) -> str | None:
    return f"{clock.due_at.astimezone(PORT_ZONE):%Y-%m-%d %H:%M}" if clock is not None else None
