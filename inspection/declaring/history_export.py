"""What the platform knows of its past, for back-tests: the last version of every declaration, what hit, and what was found.

A line is judged when an agency has concluded on it, or when people agreed that a hit was false. Labels: ``adverse`` when any
agency found more than a pass, and ``adverse.<agency>``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.case_tables import JointCase
from inspection.concluding.conclusion import stored_lines
from inspection.deciding.decision_tables import ConclusionRow
from inspection.declaring.declaration_state import State
from inspection.declaring.declaration_tables import DeclarationRow, ScreeningRun
from inspection.inviting.invitation_tables import HitOutcome
from inspection.inviting.jurisdiction import FALSE_POSITIVE
from risk.declaration import Declaration
from risk.past import PastDeclaration

PIECE = 500
"""Declarations read at a time."""

NOTHING_FOUND = "PASS"
FOUND = frozenset({"PASS_AFTER_INTERVENTION", "CONDITIONAL", "RECTIFY", "REFUSE"})
"""Verdicts that say something was there; all others (a pending test, none) judge nothing."""

ADVERSE = "adverse"
WHOLE = 0


Hits = list[dict[str, Any]]


class Said(NamedTuple):
    """An agency's verdict on a line; ``line`` None: on every line it was asked about."""

    agency: str
    line: int | None
    verdict: str


async def past_declarations(session: AsyncSession) -> AsyncIterator[PastDeclaration]:
    """Every declaration the platform holds, superseded versions left out, in the order of their ids. As the platform."""
    after: UUID | None = None
    while True:
        asked = select(DeclarationRow).where(DeclarationRow.state != State.SUPERSEDED).order_by(DeclarationRow.id).limit(PIECE)
        rows = [*await session.scalars(asked if after is None else asked.where(DeclarationRow.id > after))]
        if not rows:
            return
        after = rows[-1].id
        ids = [row.id for row in rows]
        hits, (said, false) = await _hits(session, ids), await _judged(session, ids)
        for row in rows:
            declaration = msgspec.convert(row.document, Declaration)
            called = hits.get(row.id, [])
            judged = outcomes_of(said.get(row.id, ()), false.get(row.id, ()), called, [line.no for line in declaration.lines])
            yield PastDeclaration(declaration=declaration, outcomes=judged, hits=_by_line(called))
        session.expunge_all()


def outcomes_of(said: Iterable[Said], false: Iterable[int], hits: Hits, lines: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """By line what was found; ``false`` are the lines of hits that were false (0: the declaration as a whole).

    An agency that speaks on every line it was asked about was asked about those that called it, or about all.
    """
    found: dict[int, set[str]] = {line: set() for line in false}
    for one in said:
        if one.verdict not in FOUND and one.verdict != NOTHING_FOUND:
            continue
        called = [hit["line"] for hit in hits if hit["agency"] == one.agency and hit.get("line")]
        for line in [one.line] if one.line is not None else called or lines:
            labels = found.setdefault(line, set())
            if one.verdict in FOUND:
                labels.update((ADVERSE, f"{ADVERSE}.{one.agency}"))
    return {line: tuple(sorted(labels)) for line, labels in sorted(found.items())}


async def _hits(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Hits]:
    """What the last screening of each declaration hit."""
    runs = await session.execute(
        select(ScreeningRun.declaration_id, ScreeningRun.result["hits"])
        .where(ScreeningRun.declaration_id.in_(ids))
        .order_by(ScreeningRun.at)
    )
    return {declaration: hits or [] for declaration, hits in runs}


def _by_line(hits: Hits) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for hit in hits:
        found.setdefault(hit.get("line") or WHOLE, []).append(f"{hit['rule']}@{hit['version']}")
    return {line: tuple(rules) for line, rules in found.items()}


async def _judged(session: AsyncSession, ids: Sequence[UUID]) -> tuple[dict[UUID, list[Said]], dict[UUID, list[int]]]:
    """By declaration what the agencies concluded last, and the lines of hits that were false."""
    opened = await session.scalars(select(JointCase).where(JointCase.declaration_id.in_(ids)))
    cases = {(case.port, case.no): case.declaration_id for case in opened}
    concluded = await session.scalars(
        select(ConclusionRow)
        .where(tuple_(ConclusionRow.port, ConclusionRow.case_no).in_([*cases]))
        .order_by(ConclusionRow.version)
    )
    said: dict[UUID, list[Said]] = {}
    for one in {(one.port, one.case_no, one.agency): one for one in concluded}.values():
        lines = [Said(one.agency, line.line, line.verdict) for line in stored_lines(one.lines)]
        said.setdefault(cases[one.port, one.case_no], []).extend(lines)
    false: dict[UUID, list[int]] = {}
    standing = select(HitOutcome).where(HitOutcome.revoked_at.is_(None), HitOutcome.outcome == FALSE_POSITIVE)
    for hit in await session.scalars(standing.where(tuple_(HitOutcome.port, HitOutcome.case_no).in_([*cases]))):
        false.setdefault(cases[hit.port, hit.case_no], []).append(hit.line or WHOLE)
    return said, false
