"""What becomes of a disposition that departs from a conclusion: it is held, takes effect with a report that says so, or falls."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.concluding import merge_inputs
from inspection.concluding.merge_inputs import MergeInputs
from inspection.deciding import adoption, departures, disposition_rows, proposal
from inspection.deciding import disposition as rules
from inspection.deciding.adoption import State as DepartureState
from inspection.deciding.decision_tables import DispositionRow, ReportRow
from inspection.deciding.disposition import Action, State
from inspection.deciding.disposition_rows import ReportOutdated
from inspection.deciding.dissent_tables import DepartureRow
from inspection.events import EventType
from inspection.fieldwork.session import SessionRunning
from inspection.following_up import enforcement, recalls
from inspection.policies import policies_in_force
from inspection.reporting import liabilities, reports
from inspection.reporting.document_parts import Officer
from inspection.reporting.report_document import Disposition
from inspection.timekeeping.deadline_subject import departure_of

DECIDED: Final = "处置决定作出，重新签发 / issued again with the decision"
FALLEN: Final = "按部门结论重新办理处置 / issued again: the conclusion is followed"
BY_TWO: Final = "经双人审批并听取部门意见后作出 / decided by two persons after the agency was heard"


async def end_window(session: AsyncSession, stream: str, subject: str, now: datetime) -> None:
    """The window of a departure has ended: silence lets it stand. As the platform; again, it changes nothing."""
    id_ = departure_of(subject)
    case = await _locked(session, stream)
    one = await session.get(DepartureRow, id_, with_for_update=True) if id_ is not None else None
    if case is None or one is None or one.state != DepartureState.OPEN:
        return
    await departures.settle(session, case, one, adoption.Action.LAPSE, None, now)
    row = await session.get(DispositionRow, one.disposition_id)
    if row is not None:
        await take_effect(session, case, row, now)


async def retry(session: AsyncSession, stream: str, now: datetime) -> None:
    """The goods are closed again: what was only kept from taking effect by the session does so now. As the platform."""
    case = await _locked(session, stream)
    row = await disposition_rows.current(session, case) if case is not None else None
    if case is not None and row is not None:
        await take_effect(session, case, row, now)


async def take_effect(session: AsyncSession, case: JointCase, row: DispositionRow, now: datetime) -> None:
    """An approved departure takes effect once every agency was heard; until then, and once its report is outdated, it does not.

    As the platform, with the case locked.
    """
    of_row = await departures.of_disposition(session, row)
    if row.state != State.APPROVED or not adoption.may_take_effect(departures.states_of(of_row)):
        return
    issued = await disposition_rows.report_of(session, row)
    try:
        await disposition_rows.check_current(session, case, issued)
    except (ReportOutdated, SessionRunning):
        return  # the next version takes its place, or the end of the session asks again
    merged = disposition_rows.merged_of(issued)
    lines = {line.line: line.type for line in disposition_rows.lines_of(row)}
    proposal.check_vetoes(merged, lines, await departures.lifted_vetoes(session, row))

    policy = (await policies_in_force.of_case(session, case)).policy
    led_to = enforcement.leads_to(row, policy)
    await issue_again(session, case, row, led_to, DECIDED, now)
    told = disposition_rows.told_of(row, merged.outcome) | {"state": led_to.value}
    await events.record(session, case, EventType.DISPOSITION_APPROVED, told, by=None, at=now)
    await enforcement.put_in_force(session, case, row, policy, None, now)


async def fall(session: AsyncSession, case: JointCase, row: DispositionRow, by: Principal, now: datetime) -> None:
    """A superior follows the conclusion: what the merge proposed stands again, to be approved by two persons.

    A departure that did not wait is in force already: it is recalled, and the next report version begins anew. As the platform.
    """
    await departures.withdraw(session, case, now, of=row.id)
    inputs = await merge_inputs.gather(session, case)
    assert inputs is not None  # a report has issued
    if row.state == State.APPROVED:
        merged = disposition_rows.merged_of(await disposition_rows.report_of(session, row))
        state = rules.advance(State.APPROVED, Action.FOLLOW_CONCLUSION)
        row.type, row.state, row.reason = merged.disposition, state.value, enforcement.reason_of(merged)
        row.lines, row.proposed_by, row.proposed_at = disposition_rows.plain(proposal.as_merged(merged)), None, now
        row.approved_by, row.approved_at = None, None
        told = disposition_rows.told_of(row, merged.outcome)
        await events.record(session, case, EventType.DISPOSITION_PROPOSED, told, by=by, at=now)
        return
    merged = inputs.merged()
    as_proposed = enforcement.as_printed(merged, automatic=False, now=now)
    issued = await reports.issue(session, case, inputs, merged, as_proposed, now, because=FALLEN)
    await liabilities.keep(session, case, issued, now)
    await recalls.open_where_milder(session, case, [row], issued, merged, inputs.policy, now)
    fresh = disposition_rows.new_row(case, issued, merged, automatic=False, now=now)
    session.add(fresh)
    await session.flush()
    told = disposition_rows.told_of(fresh, merged.outcome)
    await events.record(session, case, EventType.DISPOSITION_PROPOSED, told, by=by, at=now)


async def issue_again(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    state: State,
    because: str,
    now: datetime,
    *,
    decided_by: UUID | None = None,
    reason: str = BY_TWO,
) -> ReportRow:
    """The next version of the report, merged from the same inputs: it prints what was departed from, what the agency said and
    what was decided, by whom (``decided_by``, else who approved) and why. The disposition hangs on it from now on.

    As the platform.
    """
    inputs: MergeInputs | None = await merge_inputs.gather(session, case)
    assert inputs is not None  # a report has issued
    decider = decided_by or row.approved_by
    deciders = [decider] if decider is not None else []
    names = await directory.names_of(session, deciders)
    printed = Disposition(
        state=state.value,
        type=row.type,
        decided_at=now,
        approvers=tuple(Officer(name=names.get(one, ""), agency=case.lead_agency, person=str(one)) for one in deciders),
        reason=reason,
    )
    issued = await reports.issue(session, case, inputs, inputs.merged(), printed, now, because=because)
    row.report_version = issued.version
    await session.flush()
    await liabilities.keep(session, case, issued, now)
    return issued


async def _locked(session: AsyncSession, stream: str) -> JointCase | None:
    return await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
