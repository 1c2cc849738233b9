"""Bookings: the lead proposes and holds, the mandatory agencies confirm, the lead may change. The exclusion constraints decide.

Every operation takes the case's lock, then its turn at the port (``booking_ends.one_at_a_time``), then ends the port's expired
holds: whoever books sees only what is really taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.notifying.inbox import answered, tell
from inspection.planning import availability, booking, case_windows
from inspection.planning.booking import Action, State
from inspection.planning.booking_answers import accepted, ask, record, stand_when_agreed
from inspection.planning.booking_ends import Text, answers_of, end_expired, one_at_a_time
from inspection.planning.booking_views import BookingView, Slot, live, same_window, told, view
from inspection.planning.schedule_problem import Window
from inspection.planning.schedule_tables import Bay, Booking, BookingExpert
from inspection.preparing import task_sheets
from kit.database import elevated
from kit.errors import Conflict, NotFound
from kit.ids import uuid7

ASKING = ("schedule_proposed", "schedule_changed")
"""What in an inbox asks for an answer to a window."""

ONE_PLACE, ONE_PERSON = "booking_one_place_once", "booking_expert_one_place_at_a_time"


class PlaceTaken(Conflict):
    """Somebody else holds this place in that window; ``details`` name it."""

    code = "place_taken"
    title_zh = "该台位在此时段已被预约"
    title_en = "This place is taken in that window"
    advice_zh = "请重新查询可用时段后再预约。"
    advice_en = "Ask for free slots again and take one of them."


class ExpertTaken(Conflict):
    """An expert of the case is somewhere else in that window; ``details['experts']`` name who."""

    code = "expert_taken"
    title_zh = "专家在此时段已有其他查验"
    title_en = "An expert is at another inspection in that window"
    advice_zh = "请重新查询共同时段，或由该部门改派专家。"
    advice_en = "Ask for free slots again, or have the agency name somebody else."


class AlreadyScheduled(Conflict):
    """The case holds another window; ``details`` say which."""

    code = "already_scheduled"
    title_zh = "本案已有查验预约"
    title_en = "The case is scheduled already"
    advice_zh = "请先变更或取消现有预约。"
    advice_en = "Change or cancel the present booking first."


class ChangeRequest(Slot, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new window, and why."""

    reason: Text


async def add_bay(
    session: AsyncSession, port: str, code: str, *, zone: str, kind: str, places: int, capabilities: Sequence[str]
) -> None:
    """A bay of the port; repeating it changes nothing."""
    row = {"port": port, "code": code, "zone": zone, "kind": kind, "places": places, "capabilities": list(capabilities)}
    await session.execute(insert(Bay).values(row).on_conflict_do_nothing())


async def propose(session: AsyncSession, principal: Principal, case_no: str, slot: Slot, now: datetime) -> BookingView:
    """The lead holds a window for :data:`booking.HOLD`; with nobody to ask it stands at once. The same again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    await _take_turn(session, principal, case, now)
    present = await live(session, case)
    if present is not None and same_window(present, slot):
        return await view(session, present)
    if present is not None:
        raise AlreadyScheduled(bay=present.bay, place=present.place, starts_at=present.starts_at.isoformat())

    facts = await _checked(session, principal, case, slot, now)

    row = Booking(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        bay=slot.bay,
        place=slot.place,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        state=State.PROPOSED.value,
        booked_by=principal.id,
        booked_at=now,
        version=1,
        hold_until=now + booking.HOLD,
        off_hours=facts.off_hours,
        reasons=msgspec.to_builtins(facts.reasons),
        earliest_at=facts.earliest,
        wished=facts.wished,
    )
    await _write(session, row, await availability.named_experts(session, case))
    await ask(session, case, row)

    await record(session, case, row, EventType.SCHEDULE_PROPOSED, principal, now, reasons=[one.zh for one in facts.reasons])
    await stand_when_agreed(session, principal, case, row, now)
    return await view(session, row)


async def change(session: AsyncSession, principal: Principal, case_no: str, request: ChangeRequest, now: datetime) -> BookingView:
    """The lead moves the window, with a reason; everybody is asked again. The same window changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    await _take_turn(session, principal, case, now)
    row = await live(session, case)
    if row is None:
        raise NotFound(case=case.no, because="no window is held")
    if same_window(row, request):
        return await view(session, row)

    state = booking.advance(State(row.state), Action.CHANGE)
    facts = await _checked(session, principal, case, request, now)
    before = told(row, (await session.get_one(Bay, (row.port, row.bay))).zone, ())

    row.bay, row.place, row.starts_at, row.ends_at = request.bay, request.place, request.starts_at, request.ends_at
    row.state, row.version, row.off_hours = state.value, row.version + 1, facts.off_hours
    row.reasons, row.earliest_at, row.wished = msgspec.to_builtins(facts.reasons), facts.earliest, facts.wished
    row.hold_until = now + booking.HOLD if state is State.PROPOSED else None
    for answer in await answers_of(session, row):
        answer.asked_version, answer.confirmed_at, answer.confirmed_by = row.version, None, None
    await _write(session, row, ())

    moved = {"from": {name: before[name] for name in ("bay", "zone", "place", "starts_at", "ends_at")}, "reason": request.reason}
    await record(session, case, row, EventType.SCHEDULE_CHANGED, principal, now, **moved)
    await stand_when_agreed(session, principal, case, row, now)
    return await view(session, row)


async def current(session: AsyncSession, principal: Principal, case_no: str) -> BookingView:
    """The case's latest booking; NotFound before the first."""
    case = await case_for(session, principal, case_no)
    found = await case_windows.latest(session, case)
    if found is None:
        raise NotFound(case=case_no, because="nothing has been booked yet")
    return await view(session, found)


async def announce(session: AsyncSession, stream: str, kind: str, data: dict[str, Any], now: datetime) -> None:
    """What happened to a window reaches every agency that takes part, once per version. As the platform.

    A request that comes after its answer (reactions run in any order) is told and is off the inbox again.
    """
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)))
    if case is None:
        return
    row = await session.get_one(Booking, UUID(data["booking"]))
    asks = kind in ASKING
    still = asks and row.state in {State.PROPOSED, State.CHANGED} and row.version == data["version"]
    asked = {one.agency for one in await answers_of(session, row) if one.confirmed_at is None} | {case.lead_agency}
    for agency in (case.lead_agency, *(one.agency for one in await accepted(session, case))):
        item = f"{kind} {data['booking']} {data['version']}"
        await tell(session, case, agency, item, data, now)
        if asks and not (still and agency in asked):
            await answered(session, case.port, case.no, agency, item, now)


async def _take_turn(session: AsyncSession, principal: Principal, case: JointCase, now: datetime) -> None:
    await one_at_a_time(session, case.port)
    # Holds of other cases end too, in their own streams: what time has ended is nobody's right to keep.
    async with elevated(session, PLATFORM, principal.acting):
        await end_expired(session, case.port, now)


async def _checked(session: AsyncSession, principal: Principal, case: JointCase, slot: Slot, now: datetime) -> case_windows.Facts:
    """What is true of the slot; raises when it cannot be booked whoever holds what."""
    sheet = await task_sheets.latest(session, case)
    if sheet is None:
        raise case_windows.NotReadyToSchedule()
    bay = await session.get(Bay, (case.port, slot.bay))
    if bay is None or bay.kind != "INSPECTION" or not 1 <= slot.place <= bay.places:
        raise NotFound(bay=slot.bay, place=slot.place)
    facts = await case_windows.facts_about(session, principal, case, bay, slot, now)
    booking.check_window(
        slot.starts_at,
        slot.ends_at,
        now=now,
        minutes=task_sheets.document_of(sheet).estimated_minutes,
        lacking=facts.lacking,
        off_duty=facts.off_duty,
    )
    return facts


async def _write(session: AsyncSession, row: Booking, people: Sequence[availability.Named]) -> None:
    """Writes the booking and the experts it is new for; what the exclusion constraints refuse is said by name."""
    bay, place, starts_at = row.bay, row.place, row.starts_at
    try:
        await hold_experts(session, row, people)
    except IntegrityError as refused:
        if ONE_PLACE in str(refused.orig):
            raise PlaceTaken(bay=bay, place=place, starts_at=starts_at.isoformat()) from refused
        raise


async def hold_experts(session: AsyncSession, row: Booking, people: Sequence[availability.Named]) -> None:
    """Writes ``row`` as it is and takes ``people`` for its window. Raises :class:`ExpertTaken` naming who is elsewhere then."""
    port, mine, window = row.port, row.id, Window(starts_at=row.starts_at, ends_at=row.ends_at)
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
            session.add_all(_held_expert(row, one) for one in people)
            await session.flush()
    except IntegrityError as refused:
        if ONE_PERSON not in str(refused.orig):
            raise
        taken = await _taken(session, port, [UUID(one.person) for one in people], mine, window)
        raise ExpertTaken(experts=taken, starts_at=window.starts_at.isoformat()) from refused


def _held_expert(row: Booking, one: availability.Named) -> BookingExpert:
    return BookingExpert(
        booking_id=row.id,
        person_id=UUID(one.person),
        port=row.port,
        case_no=row.case_no,
        agency=one.agency,
        name=one.name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
    )


async def _taken(session: AsyncSession, port: str, asked: Sequence[UUID], mine: UUID, window: Window) -> list[str]:
    """Who of the people asked for (of booking ``mine``, when nobody is) is elsewhere in the window."""
    own = select(BookingExpert.person_id).where(BookingExpert.booking_id == mine)
    found = await session.scalars(
        select(BookingExpert.name)
        .where(
            BookingExpert.port == port,
            BookingExpert.person_id.in_(asked) if asked else BookingExpert.person_id.in_(own),
            BookingExpert.booking_id != mine,
            BookingExpert.state.in_([state.value for state in booking.LIVE]),
            BookingExpert.starts_at < window.ends_at,
            BookingExpert.ends_at > window.starts_at,
        )
        .distinct()
    )
    return sorted(found)
