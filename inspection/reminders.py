"""The tick: finds what time has made due, deadlines and holds, and says so once. Several workers may tick."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from agencies.powers import SYSTEM
from inspection import booking_ends
from inspection.events import EventType
from kit import event_log


async def tick(session: AsyncSession, now: datetime) -> int:
    """Writes DeadlineReached, to the stream it carries, for every deadline that just became due; returns how many.

    As the platform. A reaction makes of the event what it means there.
    """
    reached = await running_deadlines.reached(session, now)
    for row in reached:
        data = {"subject": row.subject, "due": row.due_at.isoformat(), "rung": running_deadlines.REACHED}
        await event_log.append(session, row.stream, EventType.DEADLINE_REACHED, data, by=SYSTEM, at=now, tenant=row.port)
    return len(reached) + await booking_ends.expire_holds(session, now)
