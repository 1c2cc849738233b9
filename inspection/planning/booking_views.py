"""Bookings as members of a case see them, and what an event tells of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.case_tables import JointCase
from inspection.planning import booking
from inspection.planning.booking import Answer
from inspection.planning.schedule_problem import Reason
from inspection.planning.schedule_tables import Bay, Booking, BookingAnswer, BookingExpert
from inspection.statuses import PORT_ZONE


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A numbered place in a bay from ``starts_at`` until ``ends_at``.

    ``off_hours`` and ``reasons`` come with an offer; sent back they are not read: both are found out anew.
    """

    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime
    off_hours: bool = False
    reasons: tuple[Reason, ...] = ()


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An expert a booking holds."""

    agency: str
    name: str


class BookingView(msgspec.Struct, frozen=True, kw_only=True):
    """A booking. ``version`` names state and window: an agency confirms the one it has seen. ``awaited``: who still has to."""

    id: UUID
    version: int
    bay: str
    zone: str
    place: int
    starts_at: datetime
    ends_at: datetime
    off_hours: bool
    state: str
    hold_until: datetime | None
    answers: list[Answer]
    awaited: tuple[str, ...]
    experts: list[Sent]
    reasons: list[Reason]
    ended_because: str | None
    absent_party: str | None


async def live(session: AsyncSession, case: JointCase) -> Booking | None:
    """The case's booking that holds a place, if there is one."""
    states = [state.value for state in booking.LIVE]
    return await session.scalar(
        select(Booking).where(Booking.port == case.port, Booking.case_no == case.no, Booking.state.in_(states))
    )


async def of_case(session: AsyncSession, case: JointCase) -> list[BookingView]:
    """The case's bookings, newest first."""
    rows = list(
        await session.scalars(
            select(Booking).where(Booking.port == case.port, Booking.case_no == case.no).order_by(Booking.booked_at.desc())
        )
    )
    return await views_of(session, rows)


async def view(session: AsyncSession, row: Booking) -> BookingView:
    """One booking."""
    return (await views_of(session, [row]))[0]


async def views_of(session: AsyncSession, rows: Sequence[Booking]) -> list[BookingView]:
    """Bookings with their bays, answers and experts, in a query each."""
    ids = [row.id for row in rows]
    bays = {(bay.port, bay.code): bay for bay in await session.scalars(select(Bay).where(Bay.port.in_({r.port for r in rows})))}
    answers: defaultdict[UUID, list[Answer]] = defaultdict(list)
    for answer in await session.scalars(
        select(BookingAnswer).where(BookingAnswer.booking_id.in_(ids)).order_by(BookingAnswer.agency)
    ):
        answers[answer.booking_id].append(answer_of(answer))
    experts: defaultdict[UUID, list[Sent]] = defaultdict(list)
    taken = select(BookingExpert).where(BookingExpert.booking_id.in_(ids)).order_by(BookingExpert.agency, BookingExpert.name)
    for person in await session.scalars(taken):
        experts[person.booking_id].append(Sent(agency=person.agency, name=person.name))
    return [_view(row, bays[row.port, row.bay].zone, answers[row.id], experts[row.id]) for row in rows]


def answer_of(row: BookingAnswer) -> Answer:
    """An agency's answer as rules read it."""
    return Answer(agency=row.agency, mandatory=row.mandatory, confirmed_at=row.confirmed_at)


def same_window(row: Booking, slot: Slot) -> bool:
    """Whether the booking already holds exactly this."""
    return (row.bay, row.place, row.starts_at, row.ends_at) == (slot.bay, slot.place, slot.starts_at, slot.ends_at)


def told(row: Booking, zone: str, answers: Sequence[Answer]) -> dict[str, Any]:
    """What an event says of the booking as it then is; instants in the port's time."""
    return {
        "booking": str(row.id),
        "version": row.version,
        "state": row.state,
        "bay": row.bay,
        "zone": zone,
        "place": row.place,
        "starts_at": row.starts_at.astimezone(PORT_ZONE).isoformat(),
        "ends_at": row.ends_at.astimezone(PORT_ZONE).isoformat(),
        "off_hours": row.off_hours,
        "hold_until": row.hold_until.astimezone(PORT_ZONE).isoformat() if row.hold_until else None,
        "awaited": list(booking.awaited(answers)) if row.state in booking.LIVE else [],
        "agreed": sorted(one.agency for one in answers if one.confirmed_at is not None),
        "earliest": row.earliest_at.astimezone(PORT_ZONE).isoformat() if row.earliest_at else None,
        "wished": row.wished,
    }


def _view(row: Booking, zone: str, answers: list[Answer], experts: list[Sent]) -> BookingView:
    return BookingView(
        id=row.id,
        version=row.version,
        bay=row.bay,
        zone=zone,
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        off_hours=row.off_hours,
        state=row.state,
        hold_until=row.hold_until,
        answers=answers,
        awaited=booking.awaited(answers) if row.state in booking.LIVE else (),
        experts=experts,
        reasons=msgspec.convert(row.reasons, list[Reason]),
        ended_because=row.ended_because,
        absent_party=row.absent_party,
    )
