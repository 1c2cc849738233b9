"""Conclusions of a case that follows its declaration: on unchanged lines they stay, with a pointer to where they were given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection import events
from inspection.carrying_over import carried_line
from inspection.carrying_over.carried_line import CARRIED_OVER, CarriedLine
from inspection.carrying_over.carry_over import Pair, Plan
from inspection.case_tables import JointCase
from inspection.concluding import conclusion
from inspection.concluding.conclusion import ConclusionLine
from inspection.deciding.decision_tables import ConclusionRow
from inspection.events import EventType


async def carry(
    session: AsyncSession, case: JointCase, plan: Plan, *, from_version: int, to_version: int, now: datetime
) -> list[str]:
    """Writes each agency's next version with what carries over, and returns who has one. As the platform, with the case locked.

    An agency of whose word nothing carries has none on the new version; what it said stays where it was said.
    """
    rows = await session.scalars(
        select(ConclusionRow)
        .where(ConclusionRow.port == case.port, ConclusionRow.case_no == case.no)
        .order_by(ConclusionRow.agency, ConclusionRow.version)
    )
    said: dict[str, list[ConclusionRow]] = {}
    for row in rows:
        said.setdefault(row.agency, []).append(row)
    carried = []
    for agency, versions in said.items():
        speaking = [row for row in versions if row.declaration_version == from_version]
        lines = _carried_lines(speaking, [pair for pair in plan.carried if pair.agency == agency])
        if lines:
            row = _row(case, versions[-1].version + 1, speaking[-1], lines, to_version, now)
            row.reopened = [pair.line for pair in plan.reopened if pair.agency == agency]
            session.add(row)
            await session.flush()
            told = _told(row) | {"from_version": from_version}
            await events.record(session, case, EventType.CONCLUSION_CARRIED_OVER, told, by=None, at=now, owner=agency)
            carried.append(agency)
    return carried


def _carried_lines(versions: Iterable[ConclusionRow], pairs: Iterable[Pair]) -> list[tuple[ConclusionLine, CarriedLine]]:
    """What the versions add up to on the lines that carry, by their new numbers. A word on every line (null) is said on each."""
    latest: dict[tuple[int | None, str | None], tuple[ConclusionRow, ConclusionLine]] = {}
    for row in versions:
        for line in conclusion.stored_lines(row.lines):
            latest[line.line, line.check] = row, line
    found = []
    for pair in pairs:
        for check in sorted({check for _, check in latest}, key=lambda one: one or ""):
            spoken = [one for one in (latest.get((pair.before, check)), latest.get((None, check))) if one is not None]
            if spoken:
                row, line = max(spoken, key=lambda one: one[0].version)
                found.append((replace(line, line=pair.line, basis=CARRIED_OVER), _pointer(row, line, pair)))
    return sorted(found, key=lambda one: one[0].pair)


def _pointer(row: ConclusionRow, line: ConclusionLine, pair: Pair) -> CarriedLine:
    """Where the word was given in the first place: a line may have carried over before."""
    earlier = carried_line.stored(row.carried).get((pair.before or 0, line.check or ""))
    if earlier is not None and line.basis == CARRIED_OVER:
        return replace(earlier, line=pair.line)
    return CarriedLine(
        line=pair.line,
        check=line.check,
        from_line=pair.before or 0,
        declaration_version=row.declaration_version,
        conclusion_version=row.version,
        basis=line.basis,
        content_hash=row.content_hash,
    )


def _row(
    case: JointCase,
    version: int,
    source: ConclusionRow,
    lines: list[tuple[ConclusionLine, CarriedLine]],
    to_version: int,
    now: datetime,
) -> ConclusionRow:
    spoken = [line for line, _ in lines]
    return ConclusionRow(
        port=case.port,
        case_no=case.no,
        agency=source.agency,
        version=version,
        lines=[msgspec.to_builtins(line) for line in spoken],
        late=source.late,
        content_hash=conclusion.content_hash(case.no, source.agency, spoken),
        signer=source.signer,
        submitted_at=now,
        declaration_version=to_version,
        carried=[msgspec.to_builtins(pointer) for _, pointer in lines],
    )


def _told(row: ConclusionRow) -> dict[str, Any]:
    said = [{key: value for key, value in line.items() if key != "note"} for line in row.lines]
    return {
        "agency": row.agency,
        "version": row.version,
        "lines": said,
        "late": row.late,
        "content_hash": row.content_hash,
        "carried": row.carried,
        "reopened": row.reopened,
    }
