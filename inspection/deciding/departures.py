"""Departures from a conclusion: kept when proposed, told to the agency when approved, taking effect when nobody stands against.

Whoever calls holds the case's lock. The window of each agency is a deadline of the ledger by the agency's own calendar; its end
in silence is a reaction to that deadline, its other end the agency's dissent (``dissents.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, work_calendars
from agencies.powers import Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.deciding import adoption
from inspection.deciding.adoption import Action, Departure, State
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.dissent_tables import DepartureRow
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.policies.policy import Policy
from inspection.timekeeping import deadline_subject, time_limits
from kit.errors import Conflict
from kit.ids import uuid7


class FollowedAlready(Conflict):
    """A superior has said that this conclusion is followed; ``details``: agencies. The lead does not depart from it again."""

    code = "followed_already"
    title_zh = "上级已决定按该部门结论处置，不得再次偏离"
    title_en = "A superior has decided to follow this conclusion"
    advice_zh = "请按部门结论提出处置，或由该部门修改结论。"
    advice_en = "Propose what the conclusion says, or have the agency amend it."


async def keep(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    departed: Sequence[Departure],
    by: Principal,
    reason: str,
    now: datetime,
) -> None:
    """Keeps what a proposal departs from, in place of what the one before it did. Raises :class:`FollowedAlready`."""
    earlier = await of_disposition(session, row)
    agencies = sorted({one.agency for one in departed})
    if again := sorted({one.agency for one in earlier if one.state == State.FOLLOWED} & {*agencies}):
        raise FollowedAlready(agencies=again)
    for one in earlier:
        if one.state == State.PROPOSED:
            one.state = adoption.advance(State.PROPOSED, Action.WITHDRAW).value
    for agency in agencies:
        session.add(
            DepartureRow(
                id=uuid7(),
                port=case.port,
                case_no=case.no,
                disposition_id=row.id,
                report_version=row.report_version,
                agency=agency,
                lines=[msgspec.to_builtins(one) for one in departed if one.agency == agency],
                reason=reason,
                state=State.PROPOSED.value,
                proposed_by=by.id,
                proposed_at=now,
            )
        )
    await session.flush()


async def begin(session: AsyncSession, case: JointCase, row: DispositionRow, policy: Policy, now: datetime) -> bool | None:
    """A second person has approved: every agency departed from is told, and its window begins. As the platform.

    Returns whether the goods wait for it; None when the disposition departs from nothing.
    """
    proposed = [one for one in await of_disposition(session, row) if one.state == State.PROPOSED]
    waits = False
    for one in proposed:
        departed = departures_of(one)
        step = adoption.first_step(policy, departed)
        one.state, one.notified_at = adoption.advance(State.PROPOSED, step).value, now
        if step is Action.RULE:
            one.decided_by, one.decided_at, one.decided_because = one.proposed_by, now, one.reason
        if step is Action.NOTIFY:
            await _open_window(session, case, one, policy, now)
            waits = waits or adoption.waits(policy, departed, case.priority_class)
        told = _told(one) | {"type": row.type, "reason": one.reason, "lines": one.lines}
        await events.record(session, case, EventType.DEPARTURE_NOTIFIED, told, by=None, at=now)
        news = {"type": row.type, "due": told["due"], "reason": one.reason, "round": str(one.id)}
        await tell(session, case, one.agency, "departure", news, now)
    await session.flush()
    return waits if proposed else None


async def settle(
    session: AsyncSession, case: JointCase, one: DepartureRow, action: Action, by: Principal | None, now: datetime
) -> None:
    """Moves one departure to its end and says so; its deadline runs no more. As the platform."""
    one.state = adoption.advance(State(one.state), action).value
    await running_deadlines.withdraw(session, one.deadline_id, now)
    if one.notified_at is not None:
        told = _told(one) | ({"reason": one.decided_because} if one.decided_because else {})
        await events.record(session, case, EventType.DEPARTURE_SETTLED, told, by=by, at=now)
    await session.flush()


async def withdraw(session: AsyncSession, case: JointCase, now: datetime, *, of: UUID | None = None) -> None:
    """Ends what is still open in the case (or ``of`` one disposition): the proposal behind it was replaced. As the platform."""
    query = select(DepartureRow).where(DepartureRow.port == case.port, DepartureRow.case_no == case.no)
    if of is not None:
        query = query.where(DepartureRow.disposition_id == of)
    for one in await session.scalars(query.order_by(DepartureRow.proposed_at, DepartureRow.agency)):
        if State(one.state) not in adoption.FINAL:
            await settle(session, case, one, Action.WITHDRAW, None, now)


async def in_case(session: AsyncSession, case: JointCase) -> list[DepartureRow]:
    """The case's departures, oldest first."""
    query = select(DepartureRow).where(DepartureRow.port == case.port, DepartureRow.case_no == case.no)
    return list(await session.scalars(query.order_by(DepartureRow.proposed_at, DepartureRow.agency, DepartureRow.id)))


async def of_disposition(session: AsyncSession, row: DispositionRow) -> list[DepartureRow]:
    """Every departure of the disposition, also those of proposals before the present one."""
    query = select(DepartureRow).where(DepartureRow.disposition_id == row.id)
    return list(await session.scalars(query.order_by(DepartureRow.proposed_at, DepartureRow.agency)))


async def lifted_vetoes(session: AsyncSession, row: DispositionRow) -> frozenset[tuple[int, str]]:
    """Line and agency of each veto that the superior who proposed the disposition decides past."""
    standing = [one for one in await of_disposition(session, row) if one.state in (State.PROPOSED, State.UPHELD)]
    return frozenset((line.line, line.agency) for one in standing for line in departures_of(one) if line.veto)


def departures_of(row: DepartureRow) -> tuple[Departure, ...]:
    """The departures line by line."""
    return msgspec.convert(row.lines, tuple[Departure, ...])


def states_of(rows: Collection[DepartureRow]) -> list[State]:
    """Where each of them stands."""
    return [State(one.state) for one in rows]


async def _open_window(session: AsyncSession, case: JointCase, one: DepartureRow, policy: Policy, now: datetime) -> None:
    window = adoption.terms_of(policy, departures_of(one)).window
    assert window is not None  # a step NOTIFY has one
    deadline = await running_deadlines.start(
        session,
        port=case.port,
        stream=events.case_stream(case.no),
        subject=f"{deadline_subject.DISSENT}/{case.no}/{one.agency}/{one.id}",
        terms=time_limits.of_policy(time_limits.DISSENT, policy.windows[window]),
        starts=now,
        calendar=await work_calendars.calendar_for(session, case.port, one.agency),
        agency=one.agency,
    )
    one.deadline_id, one.due_at = deadline.id, deadline.due_at


def _told(one: DepartureRow) -> dict[str, Any]:
    due = one.due_at.isoformat() if one.due_at else None
    told = {"departure": str(one.id), "agency": one.agency, "state": one.state, "because": one.state}
    return told | {"due": due, "report_version": one.report_version}
