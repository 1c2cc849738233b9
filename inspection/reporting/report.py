"""The joint report 协同查验综合报告: built from recorded values, the same values always giving the same bytes. Pure.

Nothing issued is edited: a late or amended conclusion makes the next version, which names its predecessor and what changed.
States from the domain page, section 2; what must be printed (lapses, waivers, trace, dissent) from section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from inspection import transitions
from inspection.reporting.document_parts import (
    Agency,
    DeclarationSummary,
    DocumentInvalid,
    Officer,
    document_number,
    each_once,
    in_zone,
)
from inspection.reporting.report_disagreement import Dissent, Objection
from inspection.reporting.report_document import (
    Disposition,
    EvidenceEntry,
    ExcusedReading,
    FindingEntry,
    Gap,
    LineConclusion,
    PolicyRef,
    PreviousVersion,
    PrintedPaper,
    ReportDocument,
    Session,
)
from kit.errors import Conflict


class State(StrEnum):
    """State of one report version."""

    ASSEMBLING = "ASSEMBLING"
    READY = "READY"
    ISSUED = "ISSUED"
    SUPERSEDED = "SUPERSEDED"
    VOID = "VOID"


class Action(StrEnum):
    """What moves it. ``VOID`` needs an approver; the operation checks the power."""

    COMPLETE = "complete"
    ISSUE = "issue"
    SUPERSEDE = "supersede"
    VOID = "void"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.ASSEMBLING, Action.COMPLETE): State.READY,
    (State.READY, Action.ISSUE): State.ISSUED,
    (State.ISSUED, Action.SUPERSEDE): State.SUPERSEDED,
    (State.ISSUED, Action.VOID): State.VOID,
}


class ReportNotReady(Conflict):
    """Conclusions are missing and no policy covers them; ``details['missing']`` lists line, agency and cause."""

    code = "report_not_ready"
    title_zh = "部门结论尚未齐备，不能签发综合报告"
    title_en = "Conclusions are missing: the report may not issue"
    advice_zh = "请等待或督办所列部门。"
    advice_en = "Wait for the agencies listed, or escalate."


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises StateForbids with the current one when the table has no such step."""
    return transitions.advance(TRANSITIONS, state, action)


def missing_in(merged: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the merge still waits for: ``[{"line", "agency", "cause"}]``; what its policy covers is not in it."""
    return [
        {"line": line["line"], **missing} for line in merged["lines"] if line["outcome"] == "WAIT" for missing in line["missing"]
    ]


def check_ready(merged: Mapping[str, Any]) -> None:
    """Raises ReportNotReady while any line of the merge's output waits."""
    missing = missing_in(merged)
    if missing or any(line["outcome"] == "WAIT" for line in merged["lines"]):
        raise ReportNotReady(missing=missing)


def build(
    *,
    case: str,
    version: int,
    issued_at: datetime,
    zone: tzinfo,
    declaration: DeclarationSummary,
    agencies: Iterable[Agency],
    lead_agency: str,
    policy: PolicyRef,
    task_sheet_version: int,
    sessions: Iterable[Session],
    conclusions: Iterable[LineConclusion],
    findings: Iterable[FindingEntry],
    evidence: Iterable[EvidenceEntry],
    merged: Mapping[str, Any],
    disposition: Disposition,
    gaps: Iterable[Gap] = (),
    dissents: Iterable[Dissent] = (),
    objections: Iterable[Objection] = (),
    papers: Iterable[PrintedPaper] = (),
    excused_reading: Iterable[ExcusedReading] = (),
    openings: int | None = None,
    opening_reasons: Sequence[str] = (),
    previous: PreviousVersion | None = None,
    demo: bool = False,
) -> ReportDocument:
    """The document of one version. Order and repetition of what is handed in do not matter; instants come out in ``zone``.

    Of several versions of a conclusion the highest is printed. ``openings`` defaults to one per session. Raises DocumentInvalid
    for a line the declaration does not have, one version of a conclusion with two contents, and a later version that does not
    name its predecessor.
    """
    sessions = each_once(sessions, lambda session: (session.no,))
    current = _in_force(in_zone(tuple(conclusions), zone))
    found = each_once(findings, lambda finding: (finding.received_at, finding.id))
    errors = _unknown_lines(current, found, declaration)
    if version > 1 and (previous is None or not previous.reason.strip()):
        errors.append({"path": "previous", "message": "a later version names its predecessor and the reason of change"})
    if errors:
        raise DocumentInvalid(errors=errors)
    document = ReportDocument(
        number=document_number("R", case, version),
        case=case,
        version=version,
        edition="full",
        issued_at=issued_at,
        declaration=declaration,
        agencies=each_once(agencies, lambda agency: (agency.code,)),
        lead_agency=lead_agency,
        policy=policy,
        task_sheet_version=task_sheet_version,
        openings=len(sessions) if openings is None else openings,
        opening_reasons=tuple(opening_reasons),
        sessions=sessions,
        conclusions=current,
        findings=found,
        evidence=each_once(evidence, lambda entry: (entry.received_at, entry.id)),
        gaps=each_once(gaps, lambda gap: (gap.at, gap.agency, gap.kind)),
        merged=dict(msgspec.to_builtins(merged)),
        disposition=disposition,
        dissents=each_once(dissents, lambda dissent: (dissent.at, dissent.agency, dissent.ground)),
        objections=each_once(objections, lambda one: (one.filed_at, one.id)),
        papers=each_once(papers, lambda paper: (paper.kind, paper.title)),
        excused_reading=each_once(excused_reading, lambda one: (one.at, one.name)),
        previous=previous,
        demo=demo,
    )
    return in_zone(document, zone)


NOTHING_ASKED: dict[str, Any] = {"requests": (), "chain_closed": None, "minutes": ()}
"""What agencies ask each other, and of whom, is among them."""

_MERGED_FOR_ALL = ("outcome", "disposition", "automatic", "separable")
_MERGED_LINE_FOR_ALL = ("line", "verdict", "outcome", "disposition", "releasable", "measures", "conditions")


def enterprise_edition(document: ReportDocument) -> ReportDocument:
    """The copy for the enterprise: nothing labelled secret, no private details of officers, no deliberation.

    Labelled conclusions, findings and evidence go as a whole, and what is left does not refer to them. The merge keeps its
    result and loses its trace and inner lists, whose texts quote what agencies found. How much was withheld is not told either:
    a number would say that an investigation exists.
    """
    evidence = tuple(entry for entry in document.evidence if not entry.label)
    shown = {entry.id for entry in evidence}
    lines = document.merged.get("lines", ())
    return replace(
        document,
        edition="enterprise",
        sessions=tuple(_public_session(session) for session in document.sessions),
        conclusions=tuple(replace(c, signer=_public(c.signer), cites=()) for c in document.conclusions if not c.label),
        findings=tuple(
            replace(
                f, recorded_by=_public(f.recorded_by), evidence=tuple(one for one in f.evidence if one in shown), **NOTHING_ASKED
            )
            for f in document.findings
            if not f.label
        ),
        evidence=evidence,
        gaps=tuple(replace(gap, reason="", by=gap.by and _public(gap.by)) for gap in document.gaps),
        merged={k: document.merged[k] for k in _MERGED_FOR_ALL if k in document.merged}
        | {"lines": [{k: line[k] for k in _MERGED_LINE_FOR_ALL if k in line} for line in lines]},
        disposition=_public_disposition(document.disposition),
        dissents=(),
        objections=tuple(map(_own_objection, document.objections)),
        papers=(),
        excused_reading=(),
        opening_reasons=(),
        previous=document.previous and replace(document.previous, changes=(), conclusions=()),
    )


def _public(officer: Officer) -> Officer:
    return Officer(name=officer.name, agency=officer.agency)


def _public_session(session: Session) -> Session:
    return replace(session, lead_inspector=_public(session.lead_inspector), officers=tuple(map(_public, session.officers)))


def _own_objection(objection: Objection) -> Objection:
    """What the enterprise said and was answered; who looked again, and not why a superior wanted it."""
    again = objection.reexamined
    return replace(
        objection,
        reexamined=again and replace(again, because="", earlier_laboratory="", ordered_by=None),
        decided_by=objection.decided_by and _public(objection.decided_by),
    )


def _public_disposition(disposition: Disposition) -> Disposition:
    """The enterprise learns why, unless the reason itself is labelled."""
    approvers = tuple(map(_public, disposition.approvers))
    return replace(disposition, approvers=approvers, reason="" if disposition.label else disposition.reason, label=None)


def _in_force(conclusions: Iterable[LineConclusion]) -> tuple[LineConclusion, ...]:
    """The highest version per (agency, line, check), in printing order."""
    highest: dict[tuple[str, int, str], LineConclusion] = {}
    for conclusion in conclusions:
        key = (conclusion.agency, conclusion.line or 0, conclusion.check or "")
        known = highest.get(key)
        if known is not None and known.version == conclusion.version and known != conclusion:
            path = f"conclusions[{conclusion.agency}, line {conclusion.line}]"
            raise DocumentInvalid(errors=[{"path": path, "message": f"two contents under version {conclusion.version}"}])
        if known is None or known.version < conclusion.version:
            highest[key] = conclusion
    return tuple(highest[key] for key in sorted(highest))


def _unknown_lines(
    conclusions: Sequence[LineConclusion], findings: Sequence[FindingEntry], declaration: DeclarationSummary
) -> list[dict[str, str]]:
    lines = {line.no for line in declaration.lines}
    named: list[tuple[str, int | None]] = [(f"conclusions[{i}].line", c.line) for i, c in enumerate(conclusions)]
    named += [(f"findings[{i}].line", f.line) for i, f in enumerate(findings)]
    return [
        {"path": path, "message": f"the declaration has no line {line}"}
        for path, line in named
        if line is not None and line not in lines
    ]
