"""The versions of a report side by side: the list, what changed between any two, and declaring the newest one void.

A version that has issued stays readable and its seal holds, whatever becomes of it: superseded, or void.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.deciding import disposition
from inspection.deciding.decision_tables import DispositionRow, ReportRow
from inspection.events import EventType
from inspection.reporting import report, report_diff, reports
from inspection.reporting.report import Action, State
from inspection.reporting.report_diff import ReportDiff
from inspection.reporting.report_document import ConclusionChange
from kit.database import elevated
from kit.errors import Conflict, NotFound

Said = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2000)]
BEFORE_A_DECISION = frozenset({disposition.State.PROPOSED, disposition.State.CONFLICT, disposition.State.RESOLVED})


class ReportActedOn(Conflict):
    """What was decided on a report stands on it: such a version is superseded by an amendment, never declared void."""

    code = "report_acted_on"
    title_zh = "该版综合报告已据以作出处置，不能作废"
    title_en = "A decision rests on this version: it cannot be declared void"
    advice_zh = "请由相关部门修改结论，系统将签发新版；已放行的按召回办理。"
    advice_en = "Amend the conclusion: the next version follows, and a release that proves too mild is recalled."


class NotTheNewest(Conflict):
    """Only the newest version can be declared void; ``details['version']`` is it."""

    code = "report_not_the_newest"
    title_zh = "仅最新版综合报告可以作废"
    title_en = "Only the newest version of a report can be declared void"
    advice_zh = "请核对最新版综合报告。"
    advice_en = "Look at the newest version."


class VoidRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the version may not be relied on."""

    reason: Said


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version: what it says of itself, what changed from the one before and why. ``sealed``: printed, and with its seal."""

    number: str
    version: int
    state: str
    document_hash: str
    issued_at: datetime
    sealed: bool
    reason: str
    changes: tuple[str, ...]
    conclusions: tuple[ConclusionChange, ...]
    voided_by: UUID | None
    voided_at: datetime | None
    void_reason: str | None


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[VersionView]:
    """Every version in order; none before the first has issued."""
    case = await case_for(session, principal, case_no)
    return [_view(row) for row in await _rows(session, case)]


async def diff(session: AsyncSession, principal: Principal, case_no: str, before: int | None, after: int | None) -> ReportDiff:
    """What changed from one version to another, in either direction. NotFound for a version that has not issued.

    Left out, ``after`` is the newest and ``before`` the one before it, or itself where it is the first.
    """
    case = await case_for(session, principal, case_no)
    found = {row.version: row for row in await _rows(session, case)}
    after = max(found, default=1) if after is None else after
    before = max(after - 1, 1) if before is None else before
    for version in (before, after):
        if version not in found:
            raise NotFound(case=case_no, version=version, because="no such version of the report has issued")
    low, high = sorted((before, after))
    reasons = [_view(found[version]).reason for version in range(low + 1, high + 1) if version in found]
    return report_diff.between(reports.document_of(found[before]), reports.document_of(found[after]), reasons)


async def void(
    session: AsyncSession, principal: Principal, case_no: str, version: int, request: VoidRequest, now: datetime
) -> VersionView:
    """An approver declares the newest version void, before anything was decided on it. The same again changes nothing.

    It stays readable with its hash; the next version is made from what is recorded now, and a person decides on that.
    """
    case = await case_for(session, principal, case_no, lock=True)
    rows = await _rows(session, case)
    row = next((one for one in rows if one.version == version), None)
    if row is None:
        raise NotFound(case=case_no, version=version, because="no such version of the report has issued")
    if (row.void_reason, row.voided_by) == (request.reason, principal.id):
        return _view(row)

    if row.version != rows[-1].version:
        raise NotTheNewest(version=rows[-1].version)
    after = report.advance(State(row.state), Action.VOID)
    of_version = (
        DispositionRow.port == case.port, DispositionRow.case_no == case.no, DispositionRow.report_version == version
    )  # fmt: skip
    decided = await session.scalar(select(DispositionRow.state).where(*of_version))
    if decided is not None and disposition.State(decided) not in BEFORE_A_DECISION:
        raise ReportActedOn(version=version, state=decided)

    # Reports are the platform's, and a proposal goes with the version it was made for.
    async with elevated(session, PLATFORM, principal.acting):
        row.state, row.voided_by, row.voided_at, row.void_reason = after.value, principal.id, now, request.reason
        await session.execute(delete(DispositionRow).where(*of_version))

    told = {"number": row.number, "version": version, "reason": request.reason}
    await events.record(session, case, EventType.REPORT_VOIDED, told, by=principal, at=now)
    return _view(row)


async def _rows(session: AsyncSession, case: JointCase) -> Sequence[ReportRow]:
    of_case = (ReportRow.port == case.port, ReportRow.case_no == case.no)
    return list(await session.scalars(select(ReportRow).where(*of_case).order_by(ReportRow.version)))


def _view(row: ReportRow) -> VersionView:
    previous = reports.document_of(row).previous
    same = ("number", "version", "state", "document_hash", "issued_at", "voided_by", "voided_at", "void_reason")
    return VersionView(
        **{name: getattr(row, name) for name in same},
        sealed=row.seal is not None,
        reason=previous.reason if previous else "",
        changes=previous.changes if previous else (),
        conclusions=previous.conclusions if previous else (),
    )
