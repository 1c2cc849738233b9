"""The agencies of a case that follows its declaration: kept, asked again, invited, or let go with everything held for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from inspection import events
from inspection.carrying_over.carry_over import AgencyStep, Invited, Step
from inspection.case_tables import CaseMember, Invitation, JointCase
from inspection.events import EventType
from inspection.inviting import invitation
from inspection.inviting.invitation import Action, Proposal, State
from inspection.inviting.invitations import send
from inspection.notifying.inbox import tell
from inspection.planning.booking_views import live
from inspection.planning.schedule_tables import BookingAnswer
from inspection.preparing import task_sheets
from inspection.reporting.document_parts import FocusPoint


async def invited(session: AsyncSession, case: JointCase) -> list[Invited]:
    """The latest invitation of each agency, in the words of the plan."""
    return [
        Invited(
            agency=row.agency,
            state=State(row.state),
            mandatory=row.mandatory,
            domains=tuple(row.domains),
            points=msgspec.convert(row.points, tuple[FocusPoint, ...]),
            left=task_sheets.has_left(row),
        )
        for row in await task_sheets.invited_to(session, case)
    ]


async def apply(session: AsyncSession, case: JointCase, steps: Iterable[AgencyStep], because: str, now: datetime) -> None:
    """Does what the plan says of each agency. As the platform, with the case locked."""
    rows = {row.agency: row for row in await task_sheets.invited_to(session, case)}
    for one in steps:
        row = rows.get(one.agency)
        if one.proposal is None:
            await _let_go(session, case, row, because, now)
        elif row is not None and one.step in (Step.KEEP, Step.AMEND):
            row.points, row.domains = msgspec.to_builtins(one.proposal.points), list(one.proposal.domains)
            row.mandatory = one.proposal.mandatory
        else:
            await _ask(session, case, row, one.proposal, because, now)
    await session.flush()


async def withdraw(session: AsyncSession, case: JointCase, row: Invitation, because: str, now: datetime) -> None:
    """Takes one invitation back: nothing is awaited of the agency any more, and nobody holds a window for it. As the platform."""
    row.state = invitation.advance(State(row.state), Action.WITHDRAW).value
    row.ended_at, row.ended_because = now, because
    await running_deadlines.withdraw(session, row.deadline_id, now)
    told = {"agency": row.agency, "round": row.round, "because": because}
    await events.record(session, case, EventType.INVITATION_WITHDRAWN, told, by=None, at=now)


async def _let_go(session: AsyncSession, case: JointCase, row: Invitation | None, because: str, now: datetime) -> None:
    """An ending somebody decided stays as it was decided; it only asks for nothing any more."""
    if row is None or row.state == State.WITHDRAWN:
        return
    if State(row.state) in invitation.FINAL:
        row.points = []
        return
    await withdraw(session, case, row, because, now)
    await _await_no_answer(session, case, row.agency)
    await tell(session, case, row.agency, "invitation_withdrawn", {"round": row.round, "because": because}, now)


async def _ask(
    session: AsyncSession, case: JointCase, row: Invitation | None, proposal: Proposal, because: str, now: datetime
) -> None:
    if row is None and await session.get(CaseMember, (case.port, case.no, proposal.agency)) is None:
        session.add(CaseMember(port=case.port, case_no=case.no, agency=proposal.agency))
        await session.flush()
    if row is not None and State(row.state) not in invitation.FINAL:
        await withdraw(session, case, row, because, now)
    await send(session, case, proposal, now, round_=row.round + 1 if row is not None else 1)


async def _await_no_answer(session: AsyncSession, case: JointCase, agency: str) -> None:
    """The window that is held does not wait for the agency; its experts are let go by the reaction that follows."""
    window = await live(session, case)
    if window is not None:
        asked = (BookingAnswer.booking_id == window.id, BookingAnswer.agency == agency)
        await session.execute(update(BookingAnswer).where(*asked).values(mandatory=False))
