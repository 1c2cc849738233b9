"""Bookings: free windows at the port's bays, and one window confirmed. The database's exclusion constraint is the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import worked_from
from agencies.powers import Principal
from inspection import events, task_sheets
from inspection.case_access import case_for
from inspection.events import EventType
from inspection.inbox import tell
from inspection.statuses import PORT_ZONE
from inspection.tables import Bay, Booking, Invitation, JointCase
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import uuid7

OFFERED = 6
LOOK_AHEAD = timedelta(days=7)
STEP = timedelta(minutes=30)
LONGEST = timedelta(hours=3)
"""An inspection is planned for at most one half-day window; a longer one is continued in another session."""

NOTICE = timedelta(minutes=30)
"""An enterprise needs at least this long to come."""

LIVE = ("PROPOSED", "CONFIRMED", "CHANGED", "IN_PROGRESS")


class PlaceTaken(Conflict):
    """Somebody else holds this place in that window; ``details`` name it."""

    code = "place_taken"
    title_zh = "该台位在此时段已被预约"
    title_en = "This place is taken in that window"
    advice_zh = "请重新查询可用时段后再预约。"
    advice_en = "Ask for free slots again and take one of them."


class AlreadyScheduled(Conflict):
    """The case holds another window; ``details`` say which."""

    code = "already_scheduled"
    title_zh = "本案已有查验预约"
    title_en = "The case is scheduled already"
    advice_zh = "请先变更或取消现有预约。"
    advice_en = "Change or cancel the present booking first."


class NotReadyToSchedule(Conflict):
    """No task sheet has issued, so nobody knows yet who has to come."""

    code = "not_ready_to_schedule"
    title_zh = "任务单尚未签发，暂不能预约"
    title_en = "There is no task sheet yet"
    advice_zh = "任务单签发后即可预约。"
    advice_en = "Schedule as soon as the task sheet has issued."


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A numbered place in a bay from ``starts_at`` until ``ends_at``."""

    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime


class BookingView(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as members of the case see it."""

    id: UUID
    bay: str
    zone: str
    place: int
    starts_at: datetime
    ends_at: datetime
    state: str


async def add_bay(
    session: AsyncSession, port: str, code: str, *, zone: str, kind: str, places: int, capabilities: Sequence[str]
) -> None:
    """A bay of the port; repeating it changes nothing."""
    row = {"port": port, "code": code, "zone": zone, "kind": kind, "places": places, "capabilities": list(capabilities)}
    await session.execute(insert(Bay).values(row).on_conflict_do_nothing())


def free_slots(
    bays: Iterable[tuple[str, int]],
    taken: Iterable[Slot],
    worked: Iterator[tuple[datetime, datetime]],
    *,
    earliest: datetime,
    latest: datetime,
    length: timedelta,
) -> list[Slot]:
    """The earliest free windows of ``length`` inside working time, at most six, one per start and at different bays. Pure.

    ``bays`` are (code, number of places); ``worked`` the calendar's working intervals in order.
    """
    held = list(taken)
    found: list[Slot] = []
    for opens, closes in worked:
        start = max(opens, earliest)
        start = opens + -(-(start - opens) // STEP) * STEP
        while start + length <= closes:
            if start > latest or len(found) == OFFERED:
                return found
            slot = _first_free(bays, held, start, start + length)
            if slot is not None:
                found.append(slot)
            start += STEP
    return found


def _first_free(bays: Iterable[tuple[str, int]], held: list[Slot], start: datetime, end: datetime) -> Slot | None:
    for bay, places in bays:
        for place in range(1, places + 1):
            if not any(s.bay == bay and s.place == place and s.starts_at < end and start < s.ends_at for s in held):
                return Slot(bay=bay, place=place, starts_at=start, ends_at=end)
    return None


async def slots(session: AsyncSession, principal: Principal, case_no: str, now: datetime) -> list[Slot]:
    """Free windows for the case, long enough for its task sheet, at bays of the port's joint zone."""
    case = await case_for(session, principal, case_no)
    sheet = await task_sheets.latest(session, case)
    if sheet is None:
        raise NotReadyToSchedule()
    minutes = task_sheets.document_of(sheet).estimated_minutes
    bays = await session.scalars(select(Bay).where(Bay.port == case.port, Bay.kind == "INSPECTION").order_by(Bay.code))
    held = await session.scalars(select(Booking).where(Booking.port == case.port, Booking.state.in_(LIVE), Booking.ends_at > now))
    arrival = now + NOTICE
    return free_slots(
        [(bay.code, bay.places) for bay in bays],
        [Slot(bay=b.bay, place=b.place, starts_at=b.starts_at, ends_at=b.ends_at) for b in held],
        worked_from(seeded_calendar(), arrival),
        earliest=arrival,
        latest=now + LOOK_AHEAD,
        length=min(timedelta(minutes=minutes), LONGEST),
    )


async def confirm(session: AsyncSession, principal: Principal, case_no: str, slot: Slot, now: datetime) -> BookingView:
    """The lead takes a window: no double booking, whoever asks at the same time. The same window again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    if await task_sheets.latest(session, case) is None:
        raise NotReadyToSchedule()
    bay = await session.get(Bay, (case.port, slot.bay))
    if bay is None or slot.place > bay.places:
        raise NotFound(bay=slot.bay, place=slot.place)
    present = await _present(session, case)
    if present is not None and _slot_of(present) == slot:
        return view_of(present, bay)

    _check_window(slot, now)
    if present is not None:
        raise AlreadyScheduled(bay=present.bay, place=present.place, starts_at=present.starts_at.isoformat())

    row = Booking(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        bay=slot.bay,
        place=slot.place,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state="CONFIRMED",
        booked_by=principal.id,
        booked_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as taken:
        raise PlaceTaken(bay=slot.bay, place=slot.place, starts_at=slot.starts_at.isoformat()) from taken

    told = {
        "bay": slot.bay,
        "zone": bay.zone,
        "place": slot.place,
        "starts_at": slot.starts_at.astimezone(PORT_ZONE).isoformat(),
        "ends_at": slot.ends_at.astimezone(PORT_ZONE).isoformat(),
    }
    await events.record(session, case, EventType.SCHEDULE_CONFIRMED, told, by=principal, at=now)
    return view_of(row, bay)


def _check_window(slot: Slot, now: datetime) -> None:
    errors = []
    if slot.ends_at <= slot.starts_at:
        errors.append({"path": "$.ends_at", "message": "the window ends before it starts"})
    if slot.starts_at < now:
        errors.append({"path": "$.starts_at", "message": "the window has begun already"})
    if errors:
        raise Invalid(errors=errors)


async def _present(session: AsyncSession, case: JointCase) -> Booking | None:
    return await session.scalar(
        select(Booking).where(Booking.port == case.port, Booking.case_no == case.no, Booking.state.in_(LIVE))
    )


def _slot_of(row: Booking) -> Slot:
    return Slot(bay=row.bay, place=row.place, starts_at=row.starts_at, ends_at=row.ends_at)


def view_of(row: Booking, bay: Bay) -> BookingView:
    """The public fields of a booking."""
    return BookingView(
        id=row.id, bay=row.bay, zone=bay.zone, place=row.place, starts_at=row.starts_at, ends_at=row.ends_at, state=row.state
    )


async def of_case(session: AsyncSession, case: JointCase) -> list[BookingView]:
    """The case's bookings, newest first."""
    rows = await session.execute(
        select(Booking, Bay)
        .join(Bay, (Bay.port == Booking.port) & (Bay.code == Booking.bay))
        .where(Booking.port == case.port, Booking.case_no == case.no)
        .order_by(Booking.booked_at.desc())
    )
    return [view_of(row, bay) for row, bay in rows]


async def announce(session: AsyncSession, stream: str, data: dict[str, object], now: datetime) -> None:
    """A confirmed window reaches every agency that takes part. As the platform; the enterprise reads it in its status."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)))
    if case is None:
        return
    accepted = await session.scalars(
        select(Invitation.agency).where(
            Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED"
        )
    )
    for agency in (case.lead_agency, *accepted):
        await tell(session, case, agency, f"schedule {data['starts_at']}", dict(data), now)
