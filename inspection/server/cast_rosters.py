"""Rosters, desks and coordinators of the cast: with them the demo's port is never without somebody to call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import roster_seed
from agencies.coordination import Assignment, Topic
from agencies.roster import Role, Shift

WHOLE_DAY = (time(0), time(0))
DAY, NIGHT, OFFICE = (time(8), time(20)), (time(20), time(8)), (time(9), time(17, 30))
WORKDAYS, EVERY_DAY = (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)
SINCE = date(2020, 1, 1)

SHIFTS: tuple[tuple[str, Role, int, tuple[int, ...], tuple[time, time]], ...] = (
    ("gao", Role.COMMAND_CENTRE, 1, EVERY_DAY, WHOLE_DAY),
    ("lin", Role.GENERAL_COORDINATION, 1, EVERY_DAY, DAY),
    ("zhao", Role.GENERAL_COORDINATION, 1, EVERY_DAY, NIGHT),
    ("lin", Role.DECLARATION, 1, WORKDAYS, OFFICE),
    ("tao", Role.IMPORT_INSPECTION, 1, EVERY_DAY, DAY),
    ("rong", Role.IMPORT_INSPECTION, 1, EVERY_DAY, NIGHT),
    ("rong", Role.EXPORT_INSPECTION, 1, EVERY_DAY, WHOLE_DAY),
    ("zhao", Role.DISPOSAL, 1, WORKDAYS, OFFICE),
    ("ping", Role.DISPATCH, 1, EVERY_DAY, WHOLE_DAY),
    ("mei", Role.EXPERT, 1, EVERY_DAY, WHOLE_DAY),
    ("bo", Role.EXPERT, 2, EVERY_DAY, DAY),
    ("qiu", Role.DISPATCH, 1, EVERY_DAY, WHOLE_DAY),
    ("qiu", Role.EXPERT, 1, EVERY_DAY, WHOLE_DAY),
    ("hua", Role.DISPATCH, 1, EVERY_DAY, WHOLE_DAY),
    ("hua", Role.EXPERT, 1, EVERY_DAY, WHOLE_DAY),
)
"""Who is on duty for what: person, role, rank, weekdays, from and to. Declarations and disposal fall to coordination at night."""

DESKS: tuple[tuple[Role, str], ...] = (
    (Role.COMMAND_CENTRE, "指挥中心值班台"),
    (Role.GENERAL_COORDINATION, "综合协调值班台"),
    (Role.DECLARATION, "申报窗口"),
    (Role.IMPORT_INSPECTION, "进口查验值班室"),
    (Role.EXPORT_INSPECTION, "出口查验值班室"),
    (Role.DISPOSAL, "处置岗"),
)
COORDINATORS: tuple[tuple[Topic, str, str, str], ...] = (
    (Topic.GENERAL, "lin", "zhao", "综合协调值班台"),
    (Topic.INSPECTION, "tao", "rong", "进口查验值班室"),
)
"""Topic, coordinator, substitute, desk."""


async def seed(
    session: AsyncSession, port: str, enterprise: str, officers: Mapping[str, tuple[UUID, str]], now: datetime
) -> None:
    """Rosters and desks of ``port``, coordinators of ``enterprise``; ``officers`` by login: id and agency. As the platform."""
    for login, role, rank, weekdays, (starts, ends) in SHIFTS:
        person, agency = officers[login]
        shift = Shift(person=str(person), role=role, rank=rank, weekdays=weekdays, starts=starts, ends=ends, valid_from=SINCE)
        await roster_seed.add_shift(session, port, agency, shift, now)
    for role, contact in DESKS:
        await roster_seed.add_desk(session, port, role, "customs", contact)
    for topic, login, substitute, contact in COORDINATORS:
        assignment = Assignment(
            topic=topic,
            person=str(officers[login][0]),
            substitute=str(officers[substitute][0]),
            contact=contact,
            valid_from=SINCE,
        )
        await roster_seed.add_coordinator(session, port, enterprise, assignment, now)
