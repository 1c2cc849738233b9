"""What a superior's decision on an objection does to the disposition: it goes on, becomes a milder one, or is decided anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.concluding import merge_inputs
from inspection.deciding import appeal as appeals
from inspection.deciding import departed_dispositions, disposition_rows
from inspection.deciding import disposition as rules
from inspection.deciding.appeal import Outcome
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.disposition import Action, State
from inspection.deciding.dissent_tables import AppealRow
from inspection.events import EventType
from inspection.following_up import enforcement, follow_ups
from inspection.policies import policies_in_force
from inspection.reporting import reports
from inspection.timekeeping.deadline_subject import appealable_disposition

VARIED: Final = "企业提出异议后，由未参与原决定的上级变更 / varied after an objection, by a superior who decided nothing before"
DECIDED: Final = "异议决定作出，重新签发 / issued again with the decision on the objection"


async def end_window(session: AsyncSession, stream: str, subject: str, now: datetime) -> None:
    """Nobody may object any more: what cannot be undone begins. As the platform; again, it changes nothing."""
    id_ = appealable_disposition(subject)
    if id_ is None:
        return
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is not None:
        await follow_ups.go_on(session, case, id_, None, now)


async def carry_out(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    one: AppealRow,
    outcome: Outcome,
    conditions: Collection[str],
    by: Principal,
    now: datetime,
) -> None:
    """Carries the decision out. As the platform, with the case locked. Raises AppealOvertaken, VariationInvalid."""
    newest = await reports.latest(session, case)
    overtaken = newest is not None and newest.version > row.report_version
    if overtaken and newest is not None and outcome is not Outcome.REVOKE:
        raise appeals.AppealOvertaken(version=newest.version)
    policy = (await policies_in_force.of_case(session, case)).policy
    if outcome is Outcome.VARY:
        appeals.check_variation(policy, row.type, one.decided_type, conditions)
    was_version = row.report_version
    row.state = rules.advance(State(row.state), appeals.STEPS[outcome]).value
    if outcome is Outcome.UPHOLD and one.was == State.IN_EXECUTION:
        row.state = rules.advance(State.UPHELD, Action.EXECUTE).value
    if outcome is Outcome.VARY:
        lines = [replace(line, type=one.decided_type, conditions=tuple(conditions)) for line in disposition_rows.lines_of(row)]
        row.type, row.lines, row.reason = one.decided_type, disposition_rows.plain(tuple(lines)), one.decided_because or ""
        led_to = enforcement.leads_to(row, policy)
        await departed_dispositions.issue_again(session, case, row, led_to, DECIDED, now, decided_by=by.id, reason=VARIED)
        await _tell(session, case, row, one, led_to, was_version, by, now)
        await enforcement.put_in_force(session, case, row, policy, by, now)
        return
    await _tell(session, case, row, one, State(row.state), was_version, by, now)
    if outcome is Outcome.REVOKE:
        await follow_ups.cancel(session, case, row.id, by, now)
    if outcome is Outcome.UPHOLD:
        await session.flush()
        await follow_ups.go_on(session, case, row.id, by, now)
    if outcome is Outcome.REVOKE and not overtaken:
        await _begin_anew(session, case, one, now)


async def _tell(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    one: AppealRow,
    state: State,
    was_version: int,
    by: Principal,
    now: datetime,
) -> None:
    told: dict[str, Any] = {name: getattr(row, name) for name in ("type", "report_version", "automatic")}
    told |= {"appeal": str(one.id), "outcome": one.state, "because": f"appeal_{one.state}", "state": state.value}
    told |= {"was_version": was_version, "reason": one.decided_because}
    await events.record(session, case, EventType.APPEAL_DECIDED, told, by=by, at=now)


async def _begin_anew(session: AsyncSession, case: JointCase, one: AppealRow, now: datetime) -> None:
    """The decision is gone, the conclusions are not: people decide once more, on the next version of the report."""
    inputs = await merge_inputs.gather(session, case)
    assert inputs is not None  # a report has issued
    merged = inputs.merged()
    printed = replace(enforcement.as_printed(merged, automatic=False, now=now), type=None)
    issued = await reports.issue(session, case, inputs, merged, printed, now, because=DECIDED)
    fresh = disposition_rows.new_row(case, issued, merged, automatic=False, now=now)
    lines = tuple(replace(line, type=None) for line in disposition_rows.lines_of(fresh))
    fresh.type, fresh.lines, fresh.reason = None, disposition_rows.plain(lines), one.decided_because or ""
    session.add(fresh)
    await session.flush()
    told = disposition_rows.told_of(fresh, merged.outcome)
    await events.record(session, case, EventType.DISPOSITION_PROPOSED, told, by=None, at=now)


async def by_other_officers(session: AsyncSession, case: JointCase) -> bool:
    """Whether an open objection has these goods looked at again by officers."""
    query = select(AppealRow.id).where(
        AppealRow.port == case.port,
        AppealRow.case_no == case.no,
        AppealRow.state == appeals.State.FILED,
        AppealRow.examined_by == appeals.Examiners.OFFICERS,
    )
    return await session.scalar(query.limit(1)) is not None
