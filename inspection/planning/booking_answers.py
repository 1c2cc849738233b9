"""The agencies' answers to a window: confirmed, refused; and the booking that stands once nobody mandatory is awaited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.planning import booking, booking_ends, case_windows
from inspection.planning.booking import Action, State
from inspection.planning.booking_ends import Text, answers_of, give_back, one_at_a_time
from inspection.planning.booking_views import BookingView, answer_of, live, told, view
from inspection.planning.schedule_tables import Bay, Booking, BookingAnswer
from kit.database import elevated
from kit.errors import NotAllowed, NotFound, StaleVersion


class AnswerRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The booking and the version of it that the agency has seen: any that held the present window."""

    booking: UUID
    version: int


class RefuseRequest(AnswerRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agency cannot come then."""

    reason: Text


async def confirm(
    session: AsyncSession, principal: Principal, case_no: str, request: AnswerRequest, now: datetime
) -> BookingView:
    """An agency confirms the window it has seen; the last mandatory one makes it stand. Repeating it changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    await one_at_a_time(session, case.port)
    row, answer = await _asked_about(session, principal, case, request.booking)
    _check_seen(row, answer, request)
    if answer.confirmed_at is not None:
        return await view(session, row)

    booking.check_not_expired(State(row.state), row.hold_until, now)

    answer.confirmed_at, answer.confirmed_by = now, principal.id
    await session.flush()
    await record(session, case, row, EventType.SCHEDULE_AGREED, principal, now, agency=principal.agency)
    await stand_when_agreed(session, principal, case, row, now)
    return await view(session, row)


async def refuse(session: AsyncSession, principal: Principal, case_no: str, request: RefuseRequest, now: datetime) -> BookingView:
    """An agency cannot come then: the window is given back, and the lead is told why."""
    case = await case_for(session, principal, case_no, lock=True)
    await one_at_a_time(session, case.port)
    row, answer = await _asked_about(session, principal, case, request.booking)
    _check_seen(row, answer, request)

    await give_back(session, principal, case, row, Action.REFUSE, request.reason, now)
    return await view(session, row)


async def ask(session: AsyncSession, case: JointCase, row: Booking) -> None:
    """Every agency that accepted is asked about the window; the mandatory ones have to confirm."""
    for one in await accepted(session, case):
        ask_one(session, row, one)


def ask_one(session: AsyncSession, row: Booking, invitation: Invitation) -> None:
    """One agency is asked."""
    session.add(
        BookingAnswer(
            booking_id=row.id,
            agency=invitation.agency,
            port=row.port,
            case_no=row.case_no,
            mandatory=invitation.mandatory,
            asked_version=row.version,
            confirmed_at=None,
            confirmed_by=None,
        )
    )


async def accepted(session: AsyncSession, case: JointCase) -> Sequence[Invitation]:
    """The invitations of the agencies that come, by agency."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED")
        .order_by(Invitation.agency)
    )
    return list(rows)


async def _asked_about(
    session: AsyncSession, principal: Principal, case: JointCase, booking_id: UUID
) -> tuple[Booking, BookingAnswer]:
    """The case's live booking of this id and the person's agency's answer to it."""
    row = await live(session, case)
    if row is None or row.id != booking_id:
        ended = await case_windows.latest(session, case)
        if ended is not None and ended.id == booking_id and ended.ended_because == booking_ends.HOLD_EXPIRED:
            raise booking.HoldExpired(ended=ended.state)
        raise NotFound(booking=str(booking_id))
    answers = {one.agency: one for one in await answers_of(session, row)}
    answer = answers.get(principal.agency or "")
    if answer is None:
        raise NotAllowed(f"{principal.agency} is not asked about this window", asked=sorted(answers))
    return row, answer


def _check_seen(row: Booking, answer: BookingAnswer, request: AnswerRequest) -> None:
    if not answer.asked_version <= request.version <= row.version:
        raise StaleVersion(version=row.version, state=row.state)


async def stand_when_agreed(session: AsyncSession, principal: Principal, case: JointCase, row: Booking, now: datetime) -> None:
    """Nobody mandatory is awaited any more: the booking stands. By rule, so with the platform's rights."""
    agreed = not booking.awaited(answer_of(one) for one in await answers_of(session, row))
    if not agreed or (State(row.state), Action.CONFIRM) not in booking.TRANSITIONS:
        return
    async with elevated(session, PLATFORM, principal.acting):
        row.state = booking.advance(State(row.state), Action.CONFIRM).value
        row.hold_until, row.version = None, row.version + 1
        await session.flush()
        await record(session, case, row, EventType.SCHEDULE_CONFIRMED, principal, now)


async def record(
    session: AsyncSession, case: JointCase, row: Booking, type: EventType, by: Principal, now: datetime, **more: Any
) -> None:
    """Writes what happened to the booking, as it now is."""
    bay = await session.get_one(Bay, (row.port, row.bay))
    answers = [answer_of(one) for one in await answers_of(session, row)]
    await events.record(session, case, type, told(row, bay.zone, answers) | more, by=by, at=now)
