"""A follow-up whose time has passed: everybody hears of it, and the lead may propose the policy's next row. Never by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import ladder, running_deadlines
from inspection import events, transitions
from inspection.case_tables import JointCase
from inspection.deciding import disposition
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.disposition import Action
from inspection.events import EventType
from inspection.following_up import follow_up, follow_up_rows
from inspection.following_up.follow_up import Kind, State
from inspection.following_up.follow_up_tables import FollowUp
from inspection.notifying.inbox import tell
from inspection.policies import policies_in_force
from inspection.policies.policy import Policy
from kit.errors import Conflict


class NextRowOnly(Conflict):
    """What is overdue is escalated to the policy's next row or stricter; ``details``: proposed, next."""

    code = "next_row_only"
    title_zh = "逾期后只能按策略升级处置"
    title_en = "What is overdue is escalated as the policy says"
    advice_zh = "请按所列处置或更严的处置提出建议，或延长整改期限。"
    advice_en = "Propose the disposition named or a stricter one, or give more time."


def next_row(type_: str, policy: Policy) -> str | None:
    """The disposition the policy's table names once this one is overdue: the strictest where rows differ."""
    named = {row.overdue for row in policy.table if row.disposition == type_ and row.overdue}
    return max(named, key=policy.strength.index, default=None)


async def on_rung(session: AsyncSession, stream: str, subject: str, rung: int, now: datetime) -> None:
    """A red rung: what the enterprise still owes under this clock is overdue. As the platform; again, it changes nothing."""
    if rung < ladder.LAPSE:
        return
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None:
        return
    clock = await running_deadlines.open_of(session, subject)
    if clock is None:
        return
    late = list(
        await session.scalars(
            select(FollowUp)
            .where(FollowUp.deadline_id == clock.id, FollowUp.state == State.NOTIFIED, ~FollowUp.overdue)
            .order_by(FollowUp.id)
        )
    )
    if not late:
        return
    policy = (await policies_in_force.of_case(session, case)).policy
    for row in late:
        row.overdue = True
    await session.flush()
    onward = next_row(late[0].kind, policy)
    told = {"follow_ups": [follow_up_rows.told_of(row) for row in late], "next": onward, "agency": case.lead_agency}
    await events.record(session, case, EventType.FOLLOW_UP_OVERDUE, told, by=None, at=now)
    data = {"kinds": sorted({row.kind for row in late}), "next": onward, "round": f"{subject} {rung}"}
    await tell(session, case, case.lead_agency, "follow_up_overdue", data, now)


async def escalate(session: AsyncSession, row: DispositionRow, proposed: str, policy: Policy) -> None:
    """Takes a disposition that is overdue back to a proposal, for something at least as strict as the policy's next row.

    Raises StateForbids when nothing is overdue, NextRowOnly for what is milder. The follow-ups stay as they are until the new
    proposal is approved: whoever rectifies after all is not too late for that.
    """
    state = disposition.State(row.state)
    items = await follow_up_rows.of_disposition(session, row.id)
    overdue = [one for one in items if one.overdue and one.state in follow_up.OPEN]
    if state is not disposition.State.IN_EXECUTION or not overdue:
        raise transitions.StateForbids(state=row.state, action="propose", allowed=[])
    onward = next_row(Kind(overdue[0].kind), policy)
    if onward is None or proposed not in policy.strength or policy.strength.index(proposed) < policy.strength.index(onward):
        raise NextRowOnly(proposed=proposed, next=onward)
    row.state = disposition.advance(state, Action.ESCALATE).value
    row.approved_by = row.approved_at = None
