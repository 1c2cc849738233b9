"""The rows of dispositions and what is read from them: the one in question, its report, its lines, whether it still holds.

What people do with a disposition stands in ``dispositions.py``, what follows from conclusions alone in ``report_decisions.py``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.carrying_over import declared
from inspection.case_tables import JointCase
from inspection.concluding import merge_inputs
from inspection.concluding.merge_documents import MergeOutput
from inspection.deciding import proposal
from inspection.deciding.decision_tables import DispositionRow, ReportRow
from inspection.deciding.disposition import State
from inspection.deciding.proposal import LineDisposition
from inspection.fieldwork.session import SessionRunning
from inspection.fieldwork.session_views import rows_of
from inspection.following_up import enforcement
from inspection.reporting import reports
from kit.errors import Conflict
from kit.ids import uuid7

OPEN = frozenset({State.PROPOSED, State.CONFLICT, State.RESOLVED})
"""Nobody has approved it: another proposal may take its place."""

REPLACEABLE = OPEN | {State.APPROVED}
"""It has not taken effect: the next version of the report takes its place."""


class ReportOutdated(Conflict):
    """A conclusion came in after this report version; the next one is being made. ``details['version']`` is the old one."""

    code = "report_outdated"
    title_zh = "部门结论已有变化，须按新版综合报告办理"
    title_en = "A conclusion has changed since this report"
    advice_zh = "请待新版综合报告签发后重新核对。"
    advice_en = "Wait for the next version of the report and read it first."


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


async def current(session: AsyncSession, case: JointCase, version: int | None = None) -> DispositionRow | None:
    """The disposition of the latest report version, or of the one named."""
    query = select(DispositionRow).where(DispositionRow.port == case.port, DispositionRow.case_no == case.no)
    if version is not None:
        query = query.where(DispositionRow.report_version == version)
    return await session.scalar(query.order_by(DispositionRow.report_version.desc()).limit(1))


async def report_of(session: AsyncSession, row: DispositionRow) -> ReportRow:
    return await session.get_one(ReportRow, (row.port, row.case_no, row.report_version))


def merged_of(issued: ReportRow) -> MergeOutput:
    return msgspec.convert(issued.merge, MergeOutput)


def lines_of(row: DispositionRow) -> tuple[LineDisposition, ...]:
    return msgspec.convert(row.lines, tuple[LineDisposition, ...])


def plain(lines: tuple[LineDisposition, ...]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(line) for line in lines]


def told_of(row: DispositionRow, outcome: str) -> dict[str, Any]:
    named = {name: getattr(row, name) for name in ("type", "report_version", "automatic", "lines", "state")}
    return named | {"disposition": str(row.id), "outcome": outcome}


def view_of(row: DispositionRow, outcome: str) -> DispositionView:
    named = {name: getattr(row, name) for name in DispositionView.__struct_fields__ if name not in {"lines", "outcome"}}
    return DispositionView(**named, lines=lines_of(row), outcome=outcome)


async def field_is_over(session: AsyncSession, case: JointCase) -> bool:
    rows = await rows_of(session, case)
    return bool(rows) and all(row.closed_at is not None for row in rows)


async def check_current(session: AsyncSession, case: JointCase, issued: ReportRow) -> None:
    """Raises :class:`ReportOutdated` unless the report was merged from what is recorded now and nobody is at the goods again."""
    if not await field_is_over(session, case):
        raise SessionRunning()
    inputs = await merge_inputs.gather(session, case)
    newest = await reports.latest(session, case)
    fresh = inputs is not None and inputs.inputs_hash == issued.inputs_hash and await declared.waiting(session, case) is None
    if not fresh or newest is None or newest.version != issued.version:
        raise ReportOutdated(version=issued.version)


def new_row(case: JointCase, issued: ReportRow, merged: MergeOutput, *, automatic: bool, now: datetime) -> DispositionRow:
    return DispositionRow(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        report_version=issued.version,
        type=merged.disposition,
        state=enforcement.first_state(merged).value,
        automatic=automatic,
        lines=plain(proposal.as_merged(merged)),
        reason=enforcement.reason_of(merged),
        proposed_by=None,
        proposed_at=now,
        approved_by=None,
        approved_at=None,
    )
