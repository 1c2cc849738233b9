"""Deadlines as rows: started with the inputs that made them, moved, met, found by the tick when they are reached."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadlines
from agencies.calendars import WorkCalendar
from agencies.deadline_ledger import Terms, calendar_name
from agencies.tables import DeadlineRow, DeadlineRung
from kit.ids import uuid7

REACHED = 100
AT_ONCE = 200


async def start(
    session: AsyncSession, *, port: str, stream: str, subject: str, terms: Terms, starts: datetime, calendar: WorkCalendar
) -> DeadlineRow:
    """A running deadline for ``subject``; reaching it is written to ``stream``."""
    due = deadlines.due(starts, terms.budget, calendar)
    row = DeadlineRow(
        id=uuid7(),
        port=port,
        stream=stream,
        subject=subject,
        basis=terms.budget.basis.value,
        budget=str(terms.budget),
        calendar=calendar_name(calendar),
        started_at=starts,
        due_at=due.due,
        provisional=due.provisional,
        state="RUNNING",
        closed_at=None,
    )
    session.add(row)
    await session.flush()
    return row


async def start_earlier(
    session: AsyncSession, deadline_id: UUID | None, starts: datetime, calendar: WorkCalendar
) -> datetime | None:
    """Moves the start of a running deadline to ``starts`` when that is earlier; returns the due then, None if nothing moved."""
    row = await session.get(DeadlineRow, deadline_id, with_for_update=True)
    if row is None or row.state != "RUNNING" or starts >= row.started_at:
        return None
    due = deadlines.due(starts, row.budget, calendar)
    row.started_at, row.due_at, row.provisional = starts, due.due, due.provisional
    return due.due


async def meet(session: AsyncSession, deadline_id: UUID | None, now: datetime) -> None:
    """What was awaited came; a deadline already reached stays reached."""
    row = await session.get(DeadlineRow, deadline_id, with_for_update=True)
    if row is not None and row.state == "RUNNING":
        row.state, row.closed_at = "MET", now


async def bases(session: AsyncSession, stream: str) -> dict[UUID, str]:
    """In what each deadline of the stream is counted."""
    rows = await session.execute(select(DeadlineRow.id, DeadlineRow.basis).where(DeadlineRow.stream == stream))
    return {row.id: row.basis for row in rows}


async def reached(session: AsyncSession, now: datetime, *, grace: timedelta = deadlines.LAPSE_GRACE) -> list[DeadlineRow]:
    """Claims running deadlines past their due and grace: each is returned once, whatever the number of workers. As the platform.

    Rows another worker holds are skipped, it will claim them; the rung's primary key is the claim.
    """
    due = await session.scalars(
        select(DeadlineRow)
        .where(DeadlineRow.state == "RUNNING", DeadlineRow.due_at <= now - grace)
        .order_by(DeadlineRow.due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for row in due:
        claim = insert(DeadlineRung).values(deadline_id=row.id, rung=REACHED, port=row.port, claimed_at=now)
        first = (await session.execute(claim.on_conflict_do_nothing().returning(DeadlineRung.rung))).first()
        row.state, row.closed_at = "REACHED", now
        if first is not None:
            claimed.append(row)
    return claimed
