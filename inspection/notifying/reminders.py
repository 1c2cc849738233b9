"""The tick: finds what time has made due, deadlines and holds, and says so once. Several workers may tick."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import rung_claims, running_deadlines
from agencies.powers import SYSTEM
from inspection.events import EventType
from inspection.planning import booking_ends
from kit import event_log


async def tick(session: AsyncSession, now: datetime) -> int:
    """Writes DeadlineReached, to the stream it carries, for every rung a deadline has just reached; returns how many rows moved.

    As the platform. A reaction makes of the event what it means there: rung 100 is the lapse, those before and after it warn.
    """
    looked = await rung_claims.claim(session, now)
    for row in looked.resumed:
        await running_deadlines.record_used_up_pause(session, row, now)
    for one in looked.claimed:
        row, rung = one.deadline, one.rung
        data = {
            "deadline": str(row.id),
            "subject": row.subject,
            "due": row.due_at.isoformat(),
            "rung": rung.number,
            "level": rung.level.value,
        }
        await event_log.append(session, row.stream, EventType.DEADLINE_REACHED, data, by=SYSTEM, at=now, tenant=row.port)
    return looked.rows + await booking_ends.expire_holds(session, now)
