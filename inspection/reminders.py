"""The tick: finds what time has made due, and says so once. Several workers may tick; the rung's unique row is the claim."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.deadlines import LAPSE_GRACE
from agencies.powers import SYSTEM
from agencies.tables import DeadlineRow, DeadlineRung
from inspection.events import EventType
from kit import event_log

REACHED = 100
AT_ONCE = 200


async def tick(session: AsyncSession, now: datetime, *, grace: timedelta = LAPSE_GRACE) -> int:
    """Writes DeadlineReached for every running deadline past its due and grace; returns how many. As the platform.

    Rows another worker holds are skipped: it will do them. ``DeadlineReached`` goes to the stream the deadline carries; a
    reaction makes of it what it means there.
    """
    due = list(
        await session.scalars(
            select(DeadlineRow)
            .where(DeadlineRow.state == "RUNNING", DeadlineRow.due_at <= now - grace)
            .order_by(DeadlineRow.due_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    for deadline in due:
        claim = insert(DeadlineRung).values(deadline_id=deadline.id, rung=REACHED, port=deadline.port, claimed_at=now)
        claimed = (await session.execute(claim.on_conflict_do_nothing().returning(DeadlineRung.rung))).first()
        deadline.state, deadline.closed_at = "REACHED", now
        if claimed is None:
            continue
        data = {"subject": deadline.subject, "due": deadline.due_at.isoformat(), "rung": REACHED}
        await event_log.append(
            session, deadline.stream, EventType.DEADLINE_REACHED, data, by=SYSTEM, at=now, tenant=deadline.port
        )
    return len(due)
