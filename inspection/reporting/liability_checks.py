"""What the liability record is made of, gathered from the rows of a case: checks, who was called, answered, said what.

As the platform: an agency alone does not see which rules called for the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from inspection.carrying_over import declared
from inspection.case_tables import Invitation, JointCase
from inspection.declaring.declaration_tables import ScreeningRun
from inspection.inviting import invitation_rows
from inspection.preparing import task_sheets
from inspection.reporting.document_parts import DeclarationSummary, FocusPoint
from inspection.reporting.liability import Check, Word
from inspection.reporting.report_document import EvidenceEntry, FindingEntry, LineConclusion
from risk.screening_result import Hit, ScreeningResult

Pair = tuple[str, int, str]
"""Agency, line, check."""


async def gather(
    session: AsyncSession,
    case: JointCase,
    declaration: DeclarationSummary,
    *,
    conclusions: Sequence[LineConclusion],
    findings: Sequence[FindingEntry],
    evidence: Sequence[EvidenceEntry],
    departed: frozenset[int] = frozenset(),
) -> list[Check]:
    """Every check that somebody was, or ought to have been, called for, and every line nobody was called to.

    ``departed``: lines on which the decision is another than the conclusions led to.
    """
    every_line = [line.no for line in declaration.lines]
    invited = await invitation_rows.every_round(session, case)
    answered = await directory.names_of(session, {row.answered_by for row in invited if row.answered_by is not None})
    hits = await _hits(session, case)
    rules = _rules(hits, every_line)
    pairs = await _pairs(session, case, invited, hits, every_line)
    words = {pair: _word(conclusions, pair) for pair in pairs}
    hashes = {one.id: one.sha256 for one in evidence}
    checks = [
        _with_invitation(
            Check(
                line=line,
                check=check,
                agency=agency,
                rules=rules.get((agency, line), ()),
                word=words[agency, line, check],
                evidence=_evidence(findings, hashes, agency, line),
                departed=line in departed,
            ),
            [row for row in invited if row.agency == agency],
            answered,
        )
        for agency, line, check in sorted(pairs)
    ]
    called = {line for _, line in rules}
    return [*checks, *(Check(line=line) for line in every_line if line not in called)]


async def _hits(session: AsyncSession, case: JointCase) -> tuple[Hit, ...]:
    """Of the screening of the version the case is on."""
    present = await declared.present(session, case)
    result = await session.scalar(
        select(ScreeningRun.result).where(ScreeningRun.declaration_id == present.id).order_by(ScreeningRun.at.desc()).limit(1)
    )
    return () if result is None else msgspec.convert(result, ScreeningResult).hits


def _rules(hits: Iterable[Hit], every_line: list[int]) -> dict[tuple[str, int], tuple[str, ...]]:
    found: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for hit in hits:
        for line in every_line if hit.line is None else [hit.line]:
            found[hit.agency, line].add(f"{hit.rule}@{hit.version}")
    return {pair: tuple(sorted(rules)) for pair, rules in found.items()}


async def _pairs(
    session: AsyncSession, case: JointCase, invited: Sequence[Invitation], hits: Iterable[Hit], every_line: list[int]
) -> set[Pair]:
    """From the sheet, the invitations and the hits: what one of them names, and no other, is a pair all the same."""
    sheet = await task_sheets.latest(session, case)
    points: list[FocusPoint] = [] if sheet is None else list(task_sheets.document_of(sheet).focus_points)
    points += [point for row in invited for point in invitation_rows.points_of(row)]
    named: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for point in points:
        for line in every_line if point.line is None else [point.line]:
            named[point.agency, line].update(point.check_kinds)
    for hit in hits:
        for line in every_line if hit.line is None else [hit.line]:
            named[hit.agency, line].update(hit.check_kinds)
    return {(agency, line, check) for (agency, line), checks in named.items() if line in every_line for check in checks or {""}}


def _word(conclusions: Sequence[LineConclusion], pair: Pair) -> Word | None:
    """What the agency says of this check, else of the line, else of every line it was asked about."""
    agency, line, check = pair
    own = [one for one in conclusions if one.agency == agency and one.line in (line, None) and one.check in (check, None)]
    if not own:
        return None
    said = max(own, key=lambda one: (one.line is not None, one.check is not None, one.version))
    return Word(
        verdict=said.verdict,
        version=said.version,
        basis=said.basis,
        signer=said.signer.name,
        signed_at=said.signed_at,
        signed_hash=said.signed_hash,
        key_id=said.key_id,
    )


def _evidence(findings: Sequence[FindingEntry], hashes: Mapping[str, str], agency: str, line: int) -> tuple[str, ...]:
    cited = {one for found in findings if found.agency == agency and found.line in (line, None) for one in found.evidence}
    return tuple(sorted(hashes[one] for one in cited if one in hashes))


def _with_invitation(check: Check, rounds: Sequence[Invitation], names: Mapping[UUID, str]) -> Check:
    """First called when, and what became of the last call."""
    if not rounds:
        return check
    last = rounds[-1]
    return msgspec.structs.replace(
        check,
        invitation=last.state,
        invited_at=rounds[0].sent_at,
        answered_at=last.answered_at,
        answered_by=names.get(last.answered_by, "") if last.answered_by else "",
        decline_reason=last.decline_reason or "",
        path=last.on_missing or "",
    )
