"""What the enterprise's one status says of follow-ups: whether it is the enterprise's turn, for what, and until when."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.case_tables import JointCase
from inspection.following_up import demand, follow_up_deadlines
from inspection.following_up.follow_up import Kind, State
from inspection.following_up.follow_up_tables import FollowUp
from inspection.status import Words
from inspection.timekeeping.waiting import ENTERPRISE


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """``enterprise``: whether it is its turn (None: nothing follows). ``before_release``: goods wait for what it owes."""

    enterprise: bool | None = None
    before_release: bool = False
    next_step: Words | None = None
    due: datetime | None = None


async def of_case(session: AsyncSession, case: JointCase) -> Owed:
    """What stands open in the case. As the platform."""
    query = select(FollowUp).where(FollowUp.port == case.port, FollowUp.case_no == case.no, FollowUp.holder.is_not(None))
    rows = list(await session.scalars(query.order_by(FollowUp.opened_at, FollowUp.id)))
    if not rows:
        return Owed()
    own = [row for row in rows if row.holder == ENTERPRISE]
    asked = [Kind(row.kind) for row in own if row.state != State.APPEALABLE]
    clocks = await follow_up_deadlines.dues(session, own or rows)
    return Owed(
        enterprise=bool(own),
        before_release=any(row.before_release for row in own),
        next_step=demand.next_step(asked) if asked else demand.MAY_OBJECT if own else None,
        due=min((one.due_at for one in clocks.values() if one.closed_at is None), default=None),
    )
