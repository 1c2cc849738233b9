"""How bookings end: holds that run out, windows nobody came to, cancellations, and the session that used one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.planning import booking
from inspection.planning.booking import Action, State
from inspection.planning.booking_views import BookingView, answer_of, live, told, view
from inspection.planning.schedule_tables import Bay, Booking, BookingAnswer
from kit.database import elevated
from kit.errors import Invalid, NotFound

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]
HOLD_EXPIRED = "hold_expired"


class PartyUnknown(Invalid):
    """Nobody of this name was expected: ``details['errors']`` lists who was."""

    code = "party_unknown"
    title_zh = "所填未到场方不在本案参与方之列"
    title_en = "Nobody of this name was expected"


class CancelRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a window is given back."""

    reason: Text


class NoShowRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who did not come (``enterprise``, or an agency's code), and what is known about why."""

    party: str
    reason: Text


async def one_at_a_time(session: AsyncSession, port: str) -> None:
    """Bookings of a port are made one after the other, until the end of the transaction.

    Two rows that exclude each other, written at the same moment, would each wait for the other until PostgreSQL kills one. The
    exclusion constraints stay the truth; this only spares the wait. Taken after the case's lock, never before.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"schedule {port}", 3))))


async def expire_holds(session: AsyncSession, now: datetime) -> int:
    """:func:`end_expired` at every port, for the tick: nobody has to book first for a lead to learn that a hold is over."""
    expired = select(Booking.port).where(Booking.state == State.PROPOSED.value, Booking.hold_until <= now).distinct()
    ended = 0
    for port in sorted(await session.scalars(expired)):
        await one_at_a_time(session, port)
        ended += await end_expired(session, port, now)
    return ended


async def end_expired(session: AsyncSession, port: str, now: datetime) -> int:
    """Ends every hold of the port that has run out: place and experts are free from this transaction on. Returns how many.

    As the platform, after :func:`one_at_a_time`.
    """
    query = select(Booking).where(Booking.port == port, Booking.state == State.PROPOSED.value, Booking.hold_until <= now)
    rows = list(await session.scalars(query.order_by(Booking.id).with_for_update()))
    for row in rows:
        case = await session.get_one(JointCase, (row.port, row.case_no))
        awaited = booking.awaited(answer_of(one) for one in await answers_of(session, row))
        await _end(session, case, row, Action.EXPIRE, HOLD_EXPIRED, None, now)
        await tell(session, case, case.lead_agency, f"schedule_hold_expired {row.id}", {"awaited": list(awaited)}, now)
    return len(rows)


async def cancel(session: AsyncSession, principal: Principal, case_no: str, request: CancelRequest, now: datetime) -> BookingView:
    """The lead gives the window back, with a reason that everybody reads."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _present(session, case)
    await _end(session, case, row, Action.CANCEL, request.reason, principal, now)
    return await view(session, row)


async def no_show(
    session: AsyncSession, principal: Principal, case_no: str, request: NoShowRequest, now: datetime
) -> BookingView:
    """A party did not come: the window is over, the case needs another one, and it stands who it was."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _present(session, case)
    await _check_party(session, case, request.party)
    booking.check_missed(row.starts_at, now)
    row.absent_party = request.party
    await _end(session, case, row, Action.MISS, request.reason, principal, now)
    return await view(session, row)


async def begin(session: AsyncSession, case: JointCase) -> None:
    """The goods are opened: the window is in use. The caller checked that one is held, and records the event."""
    await _use(session, case, Action.BEGIN)


async def finish(session: AsyncSession, case: JointCase) -> None:
    """The session is closed, and the window with it."""
    await _use(session, case, Action.FINISH)


async def release_when_cancelled(session: AsyncSession, stream: str, now: datetime) -> None:
    """A case that was cancelled needs no window; repeating it changes nothing. As the platform."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    row = await live(session, case) if case is not None and case.cancelled else None
    if case is not None and row is not None and (State(row.state), Action.CANCEL) in booking.TRANSITIONS:
        await _end(session, case, row, Action.CANCEL, "case_cancelled", None, now)


async def answers_of(session: AsyncSession, row: Booking) -> Sequence[BookingAnswer]:
    """Every agency asked about the booking, by code."""
    found = await session.scalars(select(BookingAnswer).where(BookingAnswer.booking_id == row.id).order_by(BookingAnswer.agency))
    return list(found)


async def give_back(
    session: AsyncSession, principal: Principal, case: JointCase, row: Booking, action: Action, reason: str, now: datetime
) -> None:
    """Ends a booking for somebody whose own rights do not reach its row: an agency's refusal ends it by rule."""
    async with elevated(session, PLATFORM, principal.acting):
        await _end(session, case, row, action, reason, principal, now)


async def _present(session: AsyncSession, case: JointCase) -> Booking:
    await one_at_a_time(session, case.port)
    row = await live(session, case)
    if row is None:
        raise NotFound(case=case.no, because="no window is held")
    return row


ENDED_AS = {
    Action.EXPIRE: EventType.SCHEDULE_CANCELLED,
    Action.CANCEL: EventType.SCHEDULE_CANCELLED,
    Action.REFUSE: EventType.SCHEDULE_REFUSED,
    Action.MISS: EventType.NO_SHOW_RECORDED,
}


async def _end(
    session: AsyncSession, case: JointCase, row: Booking, action: Action, because: str, by: Principal | None, now: datetime
) -> None:
    """The one writer of ended states; the experts' rows follow by their foreign key."""
    was = State(row.state)
    row.state = booking.advance(was, action).value
    row.ended_because, row.hold_until = because, None
    row.version += 1
    await session.flush()
    bay = await session.get_one(Bay, (row.port, row.bay))
    answers = [answer_of(one) for one in await answers_of(session, row)]
    data = told(row, bay.zone, answers) | {"was": was.value, "reason": because}
    if action is Action.MISS:
        data["party"] = row.absent_party
    if action is Action.REFUSE and by is not None:
        data["agency"] = by.agency
    await events.record(session, case, ENDED_AS[action], data, by=by, at=now)


async def _use(session: AsyncSession, case: JointCase, action: Action) -> None:
    row = await live(session, case)
    if row is not None and (State(row.state), action) in booking.TRANSITIONS:
        row.state = booking.advance(State(row.state), action).value
        row.version += 1
        await session.flush()


async def _check_party(session: AsyncSession, case: JointCase, party: str) -> None:
    taking_part = await session.scalars(
        select(Invitation.agency).where(
            Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED"
        )
    )
    expected = sorted({booking.ENTERPRISE, case.lead_agency, *taking_part})
    if party not in expected:
        raise PartyUnknown(errors=[{"path": "$.party", "message": f"{party!r} is none of {', '.join(expected)}"}])
