"""The time in which an enterprise may object 异议期: what cannot be undone begins when it has ended.

Where a disposition has something that waits for it the window is a deadline of the ledger, so that its end is noticed; elsewhere
it is reckoned when somebody asks. Every function runs as the platform, with the case locked, but for :func:`ends_at`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, work_calendars
from inspection import events
from inspection.case_tables import JointCase
from inspection.deciding import appeal, disposition
from inspection.deciding.decision_tables import DispositionRow, ReportRow
from inspection.following_up.follow_up import State
from inspection.following_up.follow_up_tables import FollowUp
from inspection.policies import policies_in_force
from inspection.policies.policy import Policy
from inspection.timekeeping import time_limits
from inspection.timekeeping.deadline_subject import APPEAL


async def ends_at(session: AsyncSession, case: JointCase, row: DispositionRow) -> datetime:
    """Until when may be objected to: counted from the decision, or from the report that told it where that came later."""
    clock = await running_deadlines.newest_of(session, _subject(case, row))
    if clock is not None:
        return clock.due_at
    issued = await session.get_one(ReportRow, (row.port, row.case_no, row.report_version))
    policy = (await policies_in_force.of_case(session, case)).policy
    calendar = await work_calendars.calendar_for(session, case.port)
    return appeal.window_ends(policy, max(issued.issued_at, row.approved_at or issued.issued_at), calendar).astimezone(UTC)


async def is_over(session: AsyncSession, case: JointCase, row: DispositionRow, now: datetime) -> bool:
    """Whether what cannot be undone may begin."""
    window_over = now > await ends_at(session, case, row)
    return appeal.may_be_carried_out(disposition.State(row.state), window_over=window_over)


async def begin(
    session: AsyncSession, case: JointCase, row: DispositionRow, rows: Collection[FollowUp], policy: Policy, now: datetime
) -> None:
    """The window of a disposition that takes effect now, in place of the one it had before an objection changed it."""
    subject = _subject(case, row)
    if (earlier := await running_deadlines.open_of(session, subject)) is not None:
        await running_deadlines.withdraw(session, earlier.id, now)
    await running_deadlines.start(
        session,
        port=case.port,
        stream=events.case_stream(case.no),
        subject=subject,
        terms=time_limits.of_policy(time_limits.APPEAL, policy.windows[appeal.WINDOW]),
        starts=now,
        calendar=await work_calendars.calendar_for(session, case.port),
    )
    await hang(session, case, row, [one for one in rows if one.state == State.APPEALABLE])


async def hang(session: AsyncSession, case: JointCase, row: DispositionRow, rows: Collection[FollowUp]) -> None:
    """These wait for the end of the window: it is the date their readers see."""
    clock = await running_deadlines.newest_of(session, _subject(case, row)) if rows else None
    for one in rows:
        one.deadline_id = clock.id if clock is not None else None
    await session.flush()


async def end(session: AsyncSession, case: JointCase, row: DispositionRow, begun: Collection[FollowUp], now: datetime) -> None:
    """These wait no longer; a clock of their own begins."""
    for one in begun:
        one.deadline_id = None
    if begun and (clock := await running_deadlines.open_of(session, _subject(case, row))) is not None:
        await running_deadlines.meet(session, clock.id, now)
    await session.flush()


def _subject(case: JointCase, row: DispositionRow) -> str:
    return f"{APPEAL}/{case.no}/{case.lead_agency}/{row.id}"
