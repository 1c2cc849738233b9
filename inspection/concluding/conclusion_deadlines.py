"""The deadline of each agency's conclusion: it begins when the session closes and is met by the agency's first word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadlines, running_deadlines, work_calendars
from inspection import events
from inspection.case_tables import Invitation, JointCase
from inspection.deciding.decision_tables import ConclusionRow
from inspection.fieldwork import session_views
from inspection.timekeeping.time_limits import CONCLUSION


def subject(case_no: str, agency: str) -> str:
    """What such a deadline is about."""
    return f"{CONCLUSION.type}/{case_no}/{agency}"


async def begin(session: AsyncSession, stream: str) -> None:
    """Every agency that was there and has concluded nothing gets its time, from the close of the last session.

    As the platform; again, it changes nothing. A running one goes on when the goods are opened once more.
    """
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None or case.cancelled:
        return
    closed = [row.closed_at for row in await session_views.rows_of(session, case) if row.opened_at is not None]
    if None in closed or not closed:
        return
    for agency in sorted(await _owing(session, case)):
        await running_deadlines.start(
            session,
            port=case.port,
            stream=stream,
            subject=subject(case.no, agency),
            terms=CONCLUSION,
            starts=max(at for at in closed if at is not None),
            calendar=await work_calendars.calendar_for(session, case.port, agency),
            agency=agency,
        )


async def meet(session: AsyncSession, stream: str, agency: str, at: datetime) -> None:
    """The agency has concluded. As the platform; again, it changes nothing."""
    if (running := await running_deadlines.open_of(session, subject(events.case_no_of(stream), agency))) is not None:
        await running_deadlines.meet(session, running.id, at)


async def due(session: AsyncSession, case: JointCase, agency: str, closed_at: datetime) -> datetime:
    """Until when the agency's conclusion is in time, the last session having closed at ``closed_at``.

    What the lead gave or took stands in the deadline's row. Before the row is there, and when the goods were opened again after
    the agency had concluded, the time from the close is reckoned as the row would be.
    """
    begun = await running_deadlines.newest_of(session, subject(case.no, agency))
    if begun is not None and (begun.closed_at is None or begun.started_at >= closed_at):
        return begun.due_at
    calendar = await work_calendars.calendar_for(session, case.port, agency)
    return deadlines.due(closed_at, CONCLUSION.budget, calendar).due


async def _owing(session: AsyncSession, case: JointCase) -> set[str]:
    """Who takes part, less those who have concluded and those whose time runs already."""
    accepted = select(Invitation.agency).where(
        Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED"
    )
    concluded = select(ConclusionRow.agency).where(ConclusionRow.port == case.port, ConclusionRow.case_no == case.no)
    begun = await running_deadlines.open_subjects(session, events.case_stream(case.no))
    taking_part = {*await session.scalars(accepted), case.lead_agency} - set(await session.scalars(concluded))
    return {agency for agency in taking_part if subject(case.no, agency) not in begun}
