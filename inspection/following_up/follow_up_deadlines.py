"""The time limits of follow-ups: one for the merged rectification, one for each other thing, a detention's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, work_calendars
from agencies.deadline_ledger import Terms
from agencies.deadlines import Budget
from agencies.running_deadlines import Deadline
from inspection import events
from inspection.case_tables import JointCase
from inspection.following_up import follow_up
from inspection.following_up.follow_up import HANDED_OVER, Kind
from inspection.following_up.follow_up_tables import FollowUp
from inspection.policies.policy import Policy
from inspection.timekeeping import time_limits
from inspection.timekeeping.time_limits import DETENTION, FOLLOW_UP, RECTIFICATION

WITHOUT: Final = HANDED_OVER | {Kind.SECURITY, Kind.NO_SALE_UNTIL_RESULT, Kind.SAMPLE_AND_HOLD, Kind.CASE_FILING}
"""What has no limit of ours: goods wait for a security, nobody hurries a laboratory, another office keeps its own time."""


def terms_of(kind: Kind, policy: Policy) -> Terms | None:
    """What the policy gives for this kind; None where no clock of ours runs."""
    if kind in WITHOUT:
        return None
    if kind is Kind.DETAIN:
        extension = Budget.parse(policy.windows["detention_extension"]).amount
        return replace(DETENTION, budget=Budget.parse(policy.windows["detention"]), extension_limit=extension)
    if kind is Kind.RECTIFY:
        return replace(RECTIFICATION, budget=Budget.parse(policy.windows["rectification"]))
    budget = policy.windows.get(kind.value.lower())
    return FOLLOW_UP if budget is None else time_limits.of_policy(FOLLOW_UP, budget)


async def start(session: AsyncSession, case: JointCase, rows: Iterable[FollowUp], policy: Policy, now: datetime) -> None:
    """The clocks of follow-ups that begin now, by the port's calendar. As the platform."""
    calendar = await work_calendars.calendar_for(session, case.port)
    merged: UUID | None = None
    for row in rows:
        terms = terms_of(Kind(row.kind), policy)
        if terms is None:
            continue
        if row.kind == Kind.RECTIFY and merged is not None:
            row.deadline_id = merged
            continue
        about = row.disposition_id if row.kind == Kind.RECTIFY else row.id
        agency = case.lead_agency if row.kind == Kind.RECTIFY else row.agency
        clock = await running_deadlines.start(
            session,
            port=case.port,
            stream=events.case_stream(case.no),
            subject=f"{terms.type}/{case.no}/{agency}/{about}",
            terms=terms,
            starts=now,
            calendar=calendar,
        )
        row.deadline_id = clock.id
        merged = clock.id if row.kind == Kind.RECTIFY else merged
    await session.flush()


async def end(session: AsyncSession, row: FollowUp, now: datetime, *, met: bool) -> None:
    """The follow-up is done, or nobody needs it any more; a shared clock runs as long as another needs it. As the platform."""
    if row.deadline_id is None:
        return
    others = select(FollowUp.id).where(
        FollowUp.deadline_id == row.deadline_id,
        FollowUp.id != row.id,
        FollowUp.state.in_(sorted(follow_up.OPEN)),
    )
    if await session.scalar(others.limit(1)) is not None:
        return
    close = running_deadlines.meet if met else running_deadlines.withdraw
    await close(session, row.deadline_id, now)


async def dues(session: AsyncSession, rows: Iterable[FollowUp]) -> dict[UUID, Deadline]:
    """The clocks of these follow-ups, by their id."""
    ids = {row.deadline_id for row in rows if row.deadline_id is not None}
    if not ids:
        return {}
    found = await session.scalars(select(Deadline).where(Deadline.id.in_(ids)))
    return {one.id: one for one in found}
