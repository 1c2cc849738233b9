"""A calendar has changed: deadlines that run are reckoned again, and what shows their due shows the new one.

Found by looking, not by an event: a deadline that began while the calendar was being published, and the calendar that an upgraded
package brings, tell nobody. A look that finds nothing costs two small queries.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import calendar_watch, deadline_corrections, running_deadlines
from agencies.calendar_seed import seeded_calendar
from agencies.deadline_corrections import Outdated
from agencies.deadline_ledger import calendar_name
from inspection.case_tables import Invitation
from inspection.timekeeping import case_deadlines


async def recompute(session: AsyncSession, now: datetime) -> int:
    """Reckons some of the outdated deadlines again and says so in their streams; returns how many. As the platform.

    Rows somebody holds are left for the next look. Several workers may look at once: a deadline that cites the version in force
    is left alone.
    """
    published = await calendar_watch.in_force(session)
    names = {whose: calendar_name(calendar) for whose, calendar in published.items()}
    found = await deadline_corrections.outdated(session, names, calendar_name(seeded_calendar()), now)
    if not found:
        return 0
    whose = {one.id: one for one in await _free(session, found)}

    moved = 0
    for row in await deadline_corrections.locked(session, list(whose)):
        one = whose[row.id]
        calendar = published.get((one.port, one.agency)) or published.get((one.port, "")) or seeded_calendar()
        if await running_deadlines.recompute(session, row, calendar, now):
            moved += 1
            await session.flush()
            await case_deadlines.follow_due(session, row.subject)
    return moved


async def _free(session: AsyncSession, found: list[Outdated]) -> list[Outdated]:
    """Without those whose invitation is being answered: an answer locks the invitation first and its deadline after it."""
    ids = [one.id for one in found]
    invited = select(Invitation.deadline_id).where(Invitation.deadline_id.in_(ids))
    held: set[UUID | None] = set(await session.scalars(invited)) - set(
        await session.scalars(invited.with_for_update(skip_locked=True))
    )
    return [one for one in found if one.id not in held]
