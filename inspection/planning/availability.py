"""When the people of a case can come: their unit's roster for experts, or office hours where a unit keeps none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import roster_views, work_calendars
from agencies.calendars import WorkCalendar, worked_from
from agencies.powers import PLATFORM, Principal
from agencies.roster import Role, Roster, Span, duty_spans
from inspection.case_tables import Invitation, JointCase
from inspection.planning.schedule_problem import Expert, Window
from kit.database import elevated


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """An expert an agency has named for a case."""

    person: str
    agency: str
    name: str


async def named_experts(session: AsyncSession, case: JointCase) -> list[Named]:
    """Everybody the agencies have named for the case, by agency and name."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED")
        .order_by(Invitation.agency)
    )
    return [
        Named(person=str(one["person"]), agency=row.agency, name=str(one["name"]))
        for row in rows
        for one in sorted(row.experts, key=lambda expert: str(expert["name"]))
    ]


async def on_duty(
    session: AsyncSession, principal: Principal, port: str, people: Iterable[Named], period: Window
) -> dict[str, Expert]:
    """By id, the people with the stretches of ``period`` in which they are there.

    As the platform: a roster is its unit's own, and who plans for all of them learns only when somebody named can come.
    """
    asked = {one.person: one for one in people}
    async with elevated(session, PLATFORM, principal.acting):
        agencies = sorted({one.agency for one in asked.values()})
        rosters = {agency: await roster_views.load(session, port, agency, period.starts_at) for agency in agencies}
        hours = {agency: await work_calendars.calendar_for(session, port, agency) for agency in agencies}
    return {
        person: Expert(id=person, agency=one.agency, on_duty=_stretches(rosters[one.agency], hours[one.agency], person, period))
        for person, one in asked.items()
    }


def working(calendar: WorkCalendar, period: Window) -> tuple[Window, ...]:
    """The working stretches within ``period``."""
    found = []
    for opens, closes in worked_from(calendar, period.starts_at):
        if opens >= period.ends_at:
            break
        found.append(Window(starts_at=opens, ends_at=min(closes, period.ends_at)))
    return tuple(found)


def outside(period: Window, worked: Iterable[Window]) -> tuple[Window, ...]:
    """What is left of ``period`` between the working stretches, from full half hour to full half hour."""
    found, since = [], period.starts_at
    for stretch in worked:
        if since < stretch.starts_at:
            found.append(Window(starts_at=since, ends_at=stretch.starts_at))
        since = stretch.ends_at
    if since < period.ends_at:
        found.append(Window(starts_at=since, ends_at=period.ends_at))
    return tuple(found)


def within(window: Window, stretches: Iterable[Window]) -> bool:
    """Whether the window lies in the stretches; those that touch count as one."""
    reached = window.starts_at
    for stretch in sorted(stretches, key=lambda one: one.starts_at):
        if stretch.starts_at <= reached < stretch.ends_at:
            reached = stretch.ends_at
    return reached >= window.ends_at


def half_hour(instant: datetime) -> datetime:
    """The next full half hour, or the instant itself."""
    step = timedelta(minutes=30)
    over = timedelta(minutes=instant.minute % 30, seconds=instant.second, microseconds=instant.microsecond)
    return instant if not over else instant + step - over


def _stretches(roster: Roster, calendar: WorkCalendar, person: str, period: Window) -> tuple[Window, ...]:
    if not any(shift.role is Role.EXPERT for shift in roster.shifts):
        return working(calendar, period)
    spans = duty_spans(roster, person, Role.EXPERT, Span(starts=period.starts_at, ends=period.ends_at))
    return tuple(Window(starts_at=span.starts, ends_at=span.ends) for span in spans)
