"""Who an agency names after a window was booked: the booking holds those people instead, or the lead learns that it cannot."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection import events
from inspection.case_tables import JointCase
from inspection.notifying.inbox import tell
from inspection.planning import availability
from inspection.planning.booking import State
from inspection.planning.booking_answers import accepted, ask_one
from inspection.planning.booking_ends import answers_of, one_at_a_time
from inspection.planning.booking_views import live
from inspection.planning.bookings import ExpertTaken, hold_experts
from inspection.planning.schedule_tables import Booking, BookingExpert


async def follow(session: AsyncSession, stream: str, now: datetime) -> None:
    """Makes the experts of the case's booking those whom the agencies name now; repeating it changes nothing. As the platform.

    An agency that came late is asked about the window too; one that sends somebody else has confirmed it already.
    """
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None:
        return
    await one_at_a_time(session, case.port)
    row = await live(session, case)
    if row is None or State(row.state) is State.IN_PROGRESS:
        return
    asked = {one.agency for one in await answers_of(session, row)}
    for invitation in await accepted(session, case):
        if invitation.agency not in asked:
            ask_one(session, row, invitation)
    await _hold_the_named(session, case, row, now)


async def _hold_the_named(session: AsyncSession, case: JointCase, row: Booking, now: datetime) -> None:
    named = {UUID(one.person): one for one in await availability.named_experts(session, case)}
    held = set(await session.scalars(select(BookingExpert.person_id).where(BookingExpert.booking_id == row.id)))
    gone = held - named.keys()
    if gone:
        await session.execute(delete(BookingExpert).where(BookingExpert.booking_id == row.id, BookingExpert.person_id.in_(gone)))
    for person in sorted(named.keys() - held):
        try:
            await hold_experts(session, row, [named[person]])
        except ExpertTaken:
            data = {"agency": named[person].agency, "expert": named[person].name, "booking": str(row.id)}
            await tell(session, case, case.lead_agency, f"booking_expert_taken {person}", data, now)
