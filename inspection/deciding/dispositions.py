"""Dispositions 处置: what is done with the goods, proposed by a person or the merge, approved by another.

Every decision re-reads, in its own transaction and with the case locked, the inputs its report was merged from: an amendment
that came in between makes it wait for the next version. So an amendment and a release have one order, and one outcome.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Power, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.concluding import merge_inputs
from inspection.concluding.line_outcome import CONFLICT, LEAD
from inspection.concluding.merge_inputs import MergeInputs
from inspection.deciding import departed_dispositions, departures, disposition_rows, proposal
from inspection.deciding import disposition as rules
from inspection.deciding.disposition import Action, State
from inspection.deciding.disposition_rows import OPEN, DispositionView
from inspection.deciding.proposal import Proposal
from inspection.events import EventType
from inspection.fieldwork.session_views import rows_of
from inspection.following_up import enforcement, follow_up_overdue
from inspection.policies import policies_in_force
from inspection.reporting import report
from kit.database import elevated
from kit.errors import Conflict, NotFound, StaleVersion


class NothingProposed(Conflict):
    """The merge left it to the lead, and nobody has proposed anything yet; ``details['outcome']`` says why."""

    code = "nothing_proposed"
    title_zh = "尚无处置建议可供审批"
    title_en = "There is no proposal to approve yet"
    advice_zh = "请先由牵头部门说明理由并提出处置建议。"
    advice_en = "The lead has to propose a disposition with a reason first."


class NothingToResolve(Conflict):
    """The merge has decided: there is no conflict, and nothing was left to a person; ``details['outcome']``."""

    code = "nothing_to_resolve"
    title_zh = "没有需要裁定的冲突"
    title_en = "There is no conflict to resolve"
    advice_zh = "如需作出其他处置，请说明理由提出处置建议。"
    advice_en = "To decide otherwise, propose it with a reason."


class ApproveRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``report_version``: the version the approver has read; named, nothing else is approved by mistake."""

    report_version: int | None = None


async def propose(session: AsyncSession, principal: Principal, case_no: str, request: Proposal, now: datetime) -> DispositionView:
    """The lead proposes with a reason, or chooses where the merge left it to a person. The same again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    inputs = await merge_inputs.gather(session, case)
    row = await disposition_rows.current(session, case)
    if row is None or inputs is None:
        raise _not_ready(inputs, request)
    issued = await disposition_rows.report_of(session, row)
    merged = disposition_rows.merged_of(issued)
    chosen = proposal.choose(
        request,
        merged,
        policy=inputs.policy,
        required=inputs.required,
        conclusions=inputs.conclusions,
        context=inputs.context,
        superior=Power.SUPERIOR in principal.powers,
    )
    wanted = (principal.id, request.type.value, request.reason, chosen.lines)
    if (row.proposed_by, row.type, row.reason, disposition_rows.lines_of(row)) == wanted:
        return disposition_rows.view_of(row, merged.outcome)

    if State(row.state) not in OPEN:
        await follow_up_overdue.escalate(session, row, request.type.value, inputs.policy)
    await disposition_rows.check_current(session, case, issued)

    if row.state == State.CONFLICT:
        row.state = rules.advance(State.CONFLICT, Action.RESOLVE).value
    row.type, row.reason, row.lines = request.type.value, request.reason, disposition_rows.plain(chosen.lines)
    row.proposed_by, row.proposed_at = principal.id, now
    await departures.keep(session, case, row, chosen.departures, principal, request.reason, now)
    told = disposition_rows.told_of(row, merged.outcome) | {"reason": row.reason}
    await events.record(session, case, EventType.DISPOSITION_PROPOSED, told, by=principal, at=now)
    return disposition_rows.view_of(row, merged.outcome)


async def resolve(session: AsyncSession, principal: Principal, case_no: str, request: Proposal, now: datetime) -> DispositionView:
    """The lead, or where the law leaves it to the superior a superior, takes one of the measures that exclude each other, or
    decides what the merge left open; another person approves it. Raises :class:`NothingToResolve`."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await disposition_rows.current(session, case)
    if row is not None:
        outcome = disposition_rows.merged_of(await disposition_rows.report_of(session, row)).outcome
        if outcome not in (CONFLICT, LEAD):
            raise NothingToResolve(outcome=outcome)
    return await propose(session, principal, case_no, request, now)


async def approve(
    session: AsyncSession, principal: Principal, case_no: str, request: ApproveRequest, now: datetime
) -> DispositionView:
    """Another person approves, and the disposition takes effect. The same person saying so again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await disposition_rows.current(session, case)
    if row is None:
        raise NotFound(case=case_no, because="no report has issued yet")
    if request.report_version not in (None, row.report_version):
        raise StaleVersion(version=row.report_version)
    issued = await disposition_rows.report_of(session, row)
    merged = disposition_rows.merged_of(issued)
    if row.approved_by == principal.id:
        return disposition_rows.view_of(row, merged.outcome)

    leads = {str(one.lead_inspector) for one in await rows_of(session, case)}
    rules.check_approver(str(principal.id), proposed_by=str(row.proposed_by) if row.proposed_by else None, lead_inspectors=leads)
    rules.advance(State(row.state), Action.APPROVE)
    if row.type is None:
        raise NothingProposed(outcome=merged.outcome)
    lines = {line.line: line.type for line in disposition_rows.lines_of(row)}
    proposal.check_vetoes(merged, lines, await departures.lifted_vetoes(session, row))
    await disposition_rows.check_current(session, case, issued)

    policy = (await policies_in_force.of_case(session, case)).policy
    row.approved_by = principal.id
    # Telling the agencies and releasing the declaration are the platform's, whoever approved.
    async with elevated(session, PLATFORM, principal.acting):
        waits = await departures.begin(session, case, row, policy, now)
        if waits:
            row.state, row.approved_at = rules.advance(State(row.state), Action.APPROVE).value, now
            told = disposition_rows.told_of(row, merged.outcome)
            await events.record(session, case, EventType.DISPOSITION_HELD, told, by=principal, at=now)
            return disposition_rows.view_of(row, merged.outcome)
        led_to = enforcement.leads_to(row, policy)
        if waits is not None:  # nobody is waited for, and yet the report says what was departed from
            await departed_dispositions.issue_again(session, case, row, led_to, departed_dispositions.DECIDED, now)
    told = disposition_rows.told_of(row, merged.outcome) | {"state": led_to.value}
    await events.record(session, case, EventType.DISPOSITION_APPROVED, told, by=principal, at=now)
    async with elevated(session, PLATFORM, principal.acting):
        await enforcement.put_in_force(session, case, row, policy, principal, now)
    return disposition_rows.view_of(row, merged.outcome)


async def of_case(session: AsyncSession, principal: Principal, case_no: str, version: int | None) -> DispositionView:
    """The disposition of a report version, of the latest when none is named; NotFound before it has issued."""
    case = await case_for(session, principal, case_no)
    row = await disposition_rows.current(session, case, version)
    if row is None:
        raise NotFound(case=case_no, version=version, because="no such version of the report has issued")
    return disposition_rows.view_of(row, disposition_rows.merged_of(await disposition_rows.report_of(session, row)).outcome)


def _not_ready(inputs: MergeInputs | None, request: Proposal) -> Conflict:
    """Nothing can be proposed before the report: a veto that stands already is named first, then what is missing."""
    if inputs is None:
        return report.ReportNotReady(missing=[])
    merged = inputs.merged()
    try:
        proposal.check_vetoes(merged, {line.line: request.type.value for line in merged.lines})
    except rules.Vetoed as vetoed:
        return vetoed
    return report.ReportNotReady(missing=report.missing_in(msgspec.to_builtins(merged)))
