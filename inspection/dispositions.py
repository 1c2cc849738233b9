"""Dispositions 处置: what is done with the goods, proposed by the merge or a person, approved by another, or automatic.

Every decision re-reads, in its own transaction and with the case locked, the inputs its report was merged from: an amendment
that came in between makes it wait for the next version. So an amendment and a release have one order, and one outcome.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Power, Principal
from inspection import (
    declared,
    enforcement,
    events,
    merge_inputs,
    policies_in_force,
    proposal,
    report,
    reports,
    transitions,
)
from inspection import disposition as rules
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.decision_tables import DispositionRow, ReportRow
from inspection.disposition import Action, State, Type
from inspection.events import EventType
from inspection.merge_documents import MergeOutput
from inspection.merge_inputs import MergeInputs
from inspection.proposal import LineDisposition, Proposal
from inspection.reaction import Parts
from inspection.session_views import rows_of
from inspection.sessions import SessionRunning
from kit.database import elevated
from kit.errors import Conflict, NotFound, StaleVersion
from kit.event_log import Event
from kit.ids import uuid7

OPEN = frozenset({State.PROPOSED, State.CONFLICT, State.RESOLVED})


class ReportOutdated(Conflict):
    """A conclusion came in after this report version; the next one is being made. ``details['version']`` is the old one."""

    code = "report_outdated"
    title_zh = "部门结论已有变化，须按新版综合报告办理"
    title_en = "A conclusion has changed since this report"
    advice_zh = "请待新版综合报告签发后重新核对。"
    advice_en = "Wait for the next version of the report and read it first."


class NothingProposed(Conflict):
    """The merge left it to the lead, and nobody has proposed anything yet; ``details['outcome']`` says why."""

    code = "nothing_proposed"
    title_zh = "尚无处置建议可供审批"
    title_en = "There is no proposal to approve yet"
    advice_zh = "请先由牵头部门说明理由并提出处置建议。"
    advice_en = "The lead has to propose a disposition with a reason first."


class ApproveRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``report_version``: the version the approver has read; named, nothing else is approved by mistake."""

    report_version: int | None = None


class DispositionView(msgspec.Struct, frozen=True, kw_only=True):
    """A disposition as members of the case see it. ``outcome`` is what the merge found; ``proposed_by`` null: the platform."""

    id: UUID
    report_version: int
    type: str | None
    state: str
    automatic: bool
    outcome: str
    lines: tuple[LineDisposition, ...]
    reason: str
    proposed_by: UUID | None
    proposed_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None


async def decide_when_complete(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Issues the report when the merge waits for nobody, and releases or proposes. As the platform; repeating changes nothing.

    The session has to be closed; the inputs have to differ from the latest report's.
    """
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(event.stream)).with_for_update())
    if case is None or case.cancelled or not await _field_is_over(session, case):
        return
    if await declared.waiting(session, case) is not None:  # the case follows its declaration first
        return
    inputs = await merge_inputs.gather(session, case)
    before = await reports.latest(session, case)
    if inputs is None or (before is not None and before.inputs_hash == inputs.inputs_hash):
        return
    merged = inputs.merged()
    if report.missing_in(msgspec.to_builtins(merged)):
        return

    earlier = await _replace_open_ones(session, case)
    automatic = merged.automatic and _may_pass_unseen(earlier)
    issued = await reports.issue(session, case, inputs, merged, enforcement.as_printed(merged, automatic=automatic, now=now), now)
    await enforcement.recall_milder(session, case, earlier, merged, inputs.policy, now)

    row = _new_row(case, issued, merged, automatic=automatic, now=now)
    session.add(row)
    await session.flush()
    if automatic:
        rules.check_automatic(Type(row.type) if row.type else None, merge_automatic=merged.automatic)
        await _check_current(session, case, issued)
        await enforcement.put_in_force(session, case, row, inputs.policy, None, now)
    else:
        await events.record(session, case, EventType.DISPOSITION_PROPOSED, _told(row, merged.outcome), by=None, at=now)


async def propose(session: AsyncSession, principal: Principal, case_no: str, request: Proposal, now: datetime) -> DispositionView:
    """The lead proposes with a reason, or chooses where the merge left it to a person. The same again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    inputs = await merge_inputs.gather(session, case)
    row = await _current(session, case)
    if row is None or inputs is None:
        raise _not_ready(inputs, request)
    issued = await _report_of(session, row)
    merged = _merged(issued)
    lines = proposal.choose(
        request,
        merged,
        policy=inputs.policy,
        required=inputs.required,
        conclusions=inputs.conclusions,
        context=inputs.context,
        superior=Power.SUPERIOR in principal.powers,
    )
    wanted = (principal.id, request.type.value, request.reason, lines)
    if (row.proposed_by, row.type, row.reason, _lines(row)) == wanted:
        return _view(row, merged.outcome)

    if State(row.state) not in OPEN:
        raise transitions.StateForbids(state=row.state, action="propose", allowed=[])
    await _check_current(session, case, issued)

    if row.state == State.CONFLICT:
        row.state = rules.advance(State.CONFLICT, Action.RESOLVE).value
    row.type, row.reason, row.lines = request.type.value, request.reason, _plain(lines)
    row.proposed_by, row.proposed_at = principal.id, now
    told = _told(row, merged.outcome) | {"reason": row.reason}
    await events.record(session, case, EventType.DISPOSITION_PROPOSED, told, by=principal, at=now)
    return _view(row, merged.outcome)


async def approve(
    session: AsyncSession, principal: Principal, case_no: str, request: ApproveRequest, now: datetime
) -> DispositionView:
    """Another person approves, and the disposition takes effect. The same person saying so again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _current(session, case)
    if row is None:
        raise NotFound(case=case_no, because="no report has issued yet")
    if request.report_version not in (None, row.report_version):
        raise StaleVersion(version=row.report_version)
    issued = await _report_of(session, row)
    merged = _merged(issued)
    if row.approved_by == principal.id:
        return _view(row, merged.outcome)

    leads = {str(one.lead_inspector) for one in await rows_of(session, case)}
    rules.check_approver(str(principal.id), proposed_by=str(row.proposed_by) if row.proposed_by else None, lead_inspectors=leads)
    rules.advance(State(row.state), Action.APPROVE)
    if row.type is None:
        raise NothingProposed(outcome=merged.outcome)
    proposal.check_vetoes(merged, {line.line: line.type for line in _lines(row)})
    await _check_current(session, case, issued)

    policy = (await policies_in_force.of_case(session, case)).policy
    row.approved_by = principal.id
    told = _told(row, merged.outcome) | {"state": enforcement.leads_to(row, policy).value}
    await events.record(session, case, EventType.DISPOSITION_APPROVED, told, by=principal, at=now)
    # Releasing the declaration and telling the agencies is the platform's, whoever approved.
    async with elevated(session, PLATFORM, principal.acting):
        await enforcement.put_in_force(session, case, row, policy, principal, now)
    return _view(row, merged.outcome)


async def of_case(session: AsyncSession, principal: Principal, case_no: str, version: int | None) -> DispositionView:
    """The disposition of a report version, of the latest when none is named; NotFound before it has issued."""
    case = await case_for(session, principal, case_no)
    row = await _current(session, case, version)
    if row is None:
        raise NotFound(case=case_no, version=version, because="no such version of the report has issued")
    return _view(row, _merged(await _report_of(session, row)).outcome)


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


async def _field_is_over(session: AsyncSession, case: JointCase) -> bool:
    rows = await rows_of(session, case)
    return bool(rows) and all(row.closed_at is not None for row in rows)


async def _check_current(session: AsyncSession, case: JointCase, issued: ReportRow) -> None:
    """Raises :class:`ReportOutdated` unless the report was merged from what is recorded now and nobody is at the goods again."""
    if not await _field_is_over(session, case):
        raise SessionRunning()
    inputs = await merge_inputs.gather(session, case)
    newest = await reports.latest(session, case)
    fresh = inputs is not None and inputs.inputs_hash == issued.inputs_hash and await declared.waiting(session, case) is None
    if not fresh or newest is None or newest.version != issued.version:
        raise ReportOutdated(version=issued.version)


async def _replace_open_ones(session: AsyncSession, case: JointCase) -> list[DispositionRow]:
    """Takes away proposals nobody approved, which the new version replaces (the events keep them); returns the others.

    What a person had proposed is among those returned, so that it is not passed over.
    """
    rows = list(
        await session.scalars(select(DispositionRow).where(DispositionRow.port == case.port, DispositionRow.case_no == case.no))
    )
    for row in rows:
        if State(row.state) in OPEN:
            await session.delete(row)
    await session.flush()
    return [row for row in rows if State(row.state) not in OPEN or row.proposed_by is not None]


def _may_pass_unseen(earlier: list[DispositionRow]) -> bool:
    """The system releases alone only where no person has begun to decide and nothing but a release came before."""
    return all(row.type == Type.RELEASE and row.state == State.CLOSED for row in earlier)


def _new_row(case: JointCase, issued: ReportRow, merged: MergeOutput, *, automatic: bool, now: datetime) -> DispositionRow:
    return DispositionRow(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        report_version=issued.version,
        type=merged.disposition,
        state=enforcement.first_state(merged).value,
        automatic=automatic,
        lines=_plain(proposal.as_merged(merged)),
        reason=enforcement.reason_of(merged),
        proposed_by=None,
        proposed_at=now,
        approved_by=None,
        approved_at=None,
    )


async def _current(session: AsyncSession, case: JointCase, version: int | None = None) -> DispositionRow | None:
    """The disposition of the latest report version, or of the one named."""
    query = select(DispositionRow).where(DispositionRow.port == case.port, DispositionRow.case_no == case.no)
    if version is not None:
        query = query.where(DispositionRow.report_version == version)
    return await session.scalar(query.order_by(DispositionRow.report_version.desc()).limit(1))


async def _report_of(session: AsyncSession, row: DispositionRow) -> ReportRow:
    return await session.get_one(ReportRow, (row.port, row.case_no, row.report_version))


def _merged(issued: ReportRow) -> MergeOutput:
    return msgspec.convert(issued.merge, MergeOutput)


def _lines(row: DispositionRow) -> tuple[LineDisposition, ...]:
    return msgspec.convert(row.lines, tuple[LineDisposition, ...])


def _plain(lines: tuple[LineDisposition, ...]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(line) for line in lines]


def _told(row: DispositionRow, outcome: str) -> dict[str, Any]:
    named = {name: getattr(row, name) for name in ("type", "report_version", "automatic", "lines", "state")}
    return named | {"disposition": str(row.id), "outcome": outcome}


def _view(row: DispositionRow, outcome: str) -> DispositionView:
    named = {name: getattr(row, name) for name in DispositionView.__struct_fields__ if name not in {"lines", "outcome"}}
    return DispositionView(**named, lines=_lines(row), outcome=outcome)
