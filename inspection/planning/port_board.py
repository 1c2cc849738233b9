"""A port's scheduling problem as it stands: bays, what is held, who can come when, and the cases that need a window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import work_calendars
from agencies.powers import PLATFORM, Principal
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.planning import availability, booking
from inspection.planning.availability import Named, half_hour
from inspection.planning.priority import needs_of
from inspection.planning.schedule_problem import BayOffer, Held, Priority, Problem, Request, Seat, Window
from inspection.planning.schedule_tables import Bay, Booking, BookingExpert, PreferredWindows, YardPosition
from inspection.preparing import task_sheets
from kit.database import elevated
from risk.declaration import Declaration

TARGET = timedelta(days=1)
"""From the task sheet to the end of the inspection (KPI of the pilot: at most one calendar day)."""

URGENT_AT_NIGHT = frozenset({"HAZARD", "PERISHABLE"})
"""Classes that may be called outside working hours without having asked (R2-18: live fish on a weekend)."""


async def problem_for(
    session: AsyncSession,
    principal: Principal,
    port: str,
    cases: Sequence[JointCase],
    now: datetime,
    ahead: timedelta,
    movable: tuple[str, ...] = (),
) -> Problem:
    """Everything a plan for ``cases`` follows from, looking ``ahead``. A case without a task sheet is left out."""
    begins = half_hour(now + booking.NOTICE)
    period = Window(starts_at=begins, ends_at=begins + ahead)
    bays = await session.scalars(select(Bay).where(Bay.port == port, Bay.kind == "INSPECTION").order_by(Bay.code))
    teams = {case.no: await availability.named_experts(session, case) for case in cases}
    everybody = [one for team in teams.values() for one in team]
    worked = availability.working(await work_calendars.calendar_for(session, port), period)
    asked = [await _request(session, case, teams[case.no], begins) for case in cases]
    return Problem(
        now=now,
        bays=tuple(
            BayOffer(code=bay.code, zone=bay.zone, places=bay.places, capabilities=tuple(bay.capabilities)) for bay in bays
        ),
        experts=tuple((await availability.on_duty(session, principal, port, everybody, period)).values()),
        requests=tuple(one for one in asked if one is not None),
        working=worked,
        off_hours=availability.outside(period, worked) if any(one is not None and one.off_hours for one in asked) else (),
        held=await _held(session, principal, port, now),
        movable=movable,
    )


async def _request(session: AsyncSession, case: JointCase, team: Sequence[Named], begins: datetime) -> Request | None:
    sheet = await task_sheets.latest(session, case)
    if sheet is None:
        return None
    wishes = await session.get(PreferredWindows, case.declaration_id)
    ready = await _ready_at(session, case, sheet)
    minutes = min(timedelta(minutes=task_sheets.document_of(sheet).estimated_minutes), booking.LONGEST)
    return Request(
        case=case.no,
        priority=msgspec.convert(case.priority_class, Priority),
        ready_at=ready,
        earliest=max(begins, await _here_from(session, case, begins)),
        minutes=int(minutes.total_seconds() // 60),
        capabilities=needs_of(case.priority_class),
        seats=tuple(Seat(agency=one.agency, choices=(one.person,)) for one in team),
        due_by=ready + TARGET,
        preferred=msgspec.convert(wishes.windows, tuple[Window, ...]) if wishes else (),
        off_hours=case.priority_class in URGENT_AT_NIGHT or bool(wishes and wishes.off_hours),
    )


async def _ready_at(session: AsyncSession, case: JointCase, sheet: TaskSheetRow) -> datetime:
    """Since its first sheet: an amended one does not send a case to the end of the queue."""
    first = await session.scalar(
        select(TaskSheetRow.issued_at)
        .where(TaskSheetRow.port == case.port, TaskSheetRow.case_no == case.no)
        .order_by(TaskSheetRow.version)
        .limit(1)
    )
    return first or sheet.issued_at


async def _here_from(session: AsyncSession, case: JointCase, begins: datetime) -> datetime:
    """When the goods can be inspected: at once when something of theirs stands in the yard, else from their arrival on."""
    seen = select(YardPosition.unit).where(
        YardPosition.port == case.port, YardPosition.case_no == case.no, YardPosition.bay.is_not(None)
    )
    if await session.scalar(seen.limit(1)) is not None:
        return begins
    row = await session.get_one(DeclarationRow, case.declaration_id)
    arrival = msgspec.convert(row.document, Declaration).arrival
    return half_hour(arrival) if arrival is not None else begins


async def _held(session: AsyncSession, principal: Principal, port: str, now: datetime) -> tuple[Held, ...]:
    """What is taken from now on; a hold that has run out takes nothing, whether or not somebody has ended it yet.

    As the platform: places and people are taken whoever's case it is.
    """
    async with elevated(session, PLATFORM, principal.acting):
        rows = list(
            await session.scalars(
                select(Booking).where(
                    Booking.port == port, Booking.state.in_([state.value for state in booking.LIVE]), Booking.ends_at > now
                )
            )
        )
        people = list(
            await session.execute(
                select(BookingExpert.booking_id, BookingExpert.person_id).where(
                    BookingExpert.booking_id.in_([row.id for row in rows])
                )
            )
        )
    return tuple(
        Held(
            case=row.case_no,
            bay=row.bay,
            place=row.place,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            experts=tuple(sorted(str(person) for booking_id, person in people if booking_id == row.id)),
        )
        for row in sorted(rows, key=lambda row: (row.starts_at, row.bay, row.place))
        if not booking.is_expired(booking.State(row.state), row.hold_until, now)
    )
