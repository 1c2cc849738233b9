"""How far the calendars in force reach, and who is told when one ends soon or a deadline already runs past its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import work_calendars
from agencies.calendar_seed import seeded_calendar
from agencies.calendar_tables import CalendarWarning, WorkCalendarRow
from agencies.calendars import WorkCalendar
from agencies.deadline_ledger import calendar_name
from agencies.running_deadlines import RUNNING
from agencies.tables import DeadlineRow, Unit
from agencies.units import UnitEvent

WARN_AHEAD = timedelta(days=30)
"""Less than this before a calendar ends, somebody has to publish the next year: the notice is out since November."""


class Warned(StrEnum):
    """What there is to say of a calendar."""

    UNPUBLISHED = "unpublished"
    PROVISIONAL = "provisional"


EVENT_OF = {Warned.UNPUBLISHED: UnitEvent.CALENDAR_UNPUBLISHED, Warned.PROVISIONAL: UnitEvent.CALENDAR_PROVISIONAL}


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar in force: of an agency, or with None of the port. ``provisional`` running deadlines are due past its end.

    ``warnings`` is what has to be said of it now.
    """

    port: str
    agency: str | None
    calendar: str
    published_until: date
    days_ahead: int
    provisional: int
    warnings: tuple[Warned, ...]


async def in_force(session: AsyncSession) -> dict[tuple[str, str], WorkCalendar]:
    """The newest version of every calendar that was published, by port and agency ("": the port's). As the platform."""
    newest = (
        select(WorkCalendarRow.port, WorkCalendarRow.agency, cast(WorkCalendarRow.document, Text).label("document"))
        .ext(distinct_on(WorkCalendarRow.port, WorkCalendarRow.agency))
        .order_by(WorkCalendarRow.port, WorkCalendarRow.agency, WorkCalendarRow.version.desc())
    )
    return {(row.port, row.agency): work_calendars.read_stored(row.document) for row in await session.execute(newest)}


async def reaches(session: AsyncSession, now: datetime) -> list[Reach]:
    """Every port's calendar and every agency's own, by port and agency. As the platform."""
    published = await in_force(session)
    counted = await session.execute(
        select(DeadlineRow.port, DeadlineRow.agency, DeadlineRow.calendar, func.count())
        .where(DeadlineRow.state == RUNNING, DeadlineRow.provisional)
        .group_by(DeadlineRow.port, DeadlineRow.agency, DeadlineRow.calendar)
    )
    ports = {(port, "") for port in await session.scalars(select(Unit.port).distinct())}
    found = dict.fromkeys(ports | {(port, "") for port, _ in published} | set(published), 0)
    for port, agency, cited, number in counted:
        whose = (port, agency) if (port, agency) in published else (port, "")
        # One that cites an older version is about to be reckoned again.
        found[whose] = found.get(whose, 0) + (number if cited == calendar_name(published.get(whose) or seeded_calendar()) else 0)
    return [
        _reach(port, agency, published.get((port, agency)) or seeded_calendar(), number, now)
        for (port, agency), number in sorted(found.items())
    ]


async def warn(session: AsyncSession, now: datetime) -> list[Reach]:
    """Tells what is to be told, once for each version of a calendar, in its stream; returns what was told. As the platform.

    A new version that still ends too soon is told again: it was meant to mend that and did not.
    """
    told = []
    for reach in await reaches(session, now):
        for warned in reach.warnings:
            if await _claimed(session, reach, warned, now):
                told.append(reach)
                numbers = {"days_ahead": reach.days_ahead, "deadlines": reach.provisional}
                data = {"calendar": reach.calendar, "published_until": reach.published_until.isoformat(), **numbers}
                await work_calendars.record(session, None, reach.port, reach.agency, EVENT_OF[warned], data, now)
    return told


def _reach(port: str, agency: str, calendar: WorkCalendar, provisional: int, now: datetime) -> Reach:
    ahead = (calendar.published_until - calendar.local_day(now)).days
    said = {Warned.UNPUBLISHED: ahead < WARN_AHEAD.days, Warned.PROVISIONAL: provisional > 0}
    return Reach(
        port=port,
        agency=agency or None,
        calendar=calendar_name(calendar),
        published_until=calendar.published_until,
        days_ahead=ahead,
        provisional=provisional,
        warnings=tuple(warned for warned, applies in said.items() if applies),
    )


async def _claimed(session: AsyncSession, reach: Reach, warned: Warned, now: datetime) -> bool:
    """The primary key is the claim: of several workers one tells."""
    known = {"port": reach.port, "agency": reach.agency or "", "calendar": reach.calendar, "kind": warned.value}
    claim = insert(CalendarWarning).values(**known, told_at=now).on_conflict_do_nothing()
    return (await session.execute(claim.returning(CalendarWarning.kind))).first() is not None
