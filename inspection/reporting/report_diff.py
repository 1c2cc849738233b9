"""What two versions of a report say differently, whichever two: words of agencies, results by line, people and papers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from inspection.reporting import report_changes
from inspection.reporting.report_disagreement import Objection
from inspection.reporting.report_document import ConclusionChange, ReportDocument

COMPARED: Final = ("verdict", "outcome", "disposition", "releasable", "measures", "conditions", "vetoed_by")
"""What of a line's result is compared, in the order of the merge's output."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has another value: ``what`` in the words of the merge's output, of ``line`` (null: of the whole case)."""

    what: str
    before: Any
    after: Any
    line: int | None = None


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """Ids (evidence, findings) or names that one version has and the other has not."""

    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


class ReportDiff(msgspec.Struct, frozen=True, kw_only=True):
    """From one version to another. ``reasons`` are those each version between gave for itself, the oldest first."""

    number: str
    before: int
    after: int
    reasons: tuple[str, ...]
    conclusions: tuple[ConclusionChange, ...]
    results: tuple[Moved, ...]
    findings: Came
    evidence: Came
    gaps: Came
    dissents: Came
    objections: Came


def between(before: ReportDocument, after: ReportDocument, reasons: Iterable[str] = ()) -> ReportDiff:
    """What changed from ``before`` to ``after``. The other way round, added is dropped and before is after."""
    return ReportDiff(
        number=after.case,
        before=before.version,
        after=after.version,
        reasons=tuple(reasons),
        conclusions=report_changes.conclusions(before.conclusions, after.conclusions),
        results=tuple(_results(before, after)),
        findings=_came((one.id for one in before.findings), (one.id for one in after.findings)),
        evidence=_came((one.id for one in before.evidence), (one.id for one in after.evidence)),
        gaps=_came((f"{one.agency} {one.kind}" for one in before.gaps), (f"{one.agency} {one.kind}" for one in after.gaps)),
        dissents=_came(
            (f"{one.agency}: {one.ground}" for one in before.dissents), (f"{one.agency}: {one.ground}" for one in after.dissents)
        ),
        objections=_came(map(_objection, before.objections), map(_objection, after.objections)),
    )


def _results(before: ReportDocument, after: ReportDocument) -> Iterator[Moved]:
    was, is_ = (_by_line(document.merged) for document in (before, after))
    for line in sorted(was.keys() | is_.keys()):
        for what in COMPARED:
            old, new = was.get(line, {}).get(what), is_.get(line, {}).get(what)
            if old != new:
                yield Moved(line=line, what=what, before=old, after=new)
    for what in ("outcome", "disposition", "automatic"):
        if before.merged.get(what) != after.merged.get(what):
            yield Moved(what=what, before=before.merged.get(what), after=after.merged.get(what))
    for what in ("policy", "task_sheet_version"):
        old, new = (msgspec.to_builtins(getattr(document, what)) for document in (before, after))
        if old != new:
            yield Moved(what=what, before=old, after=new)
    if before.declaration.version != after.declaration.version:
        yield Moved(what="declaration_version", before=before.declaration.version, after=after.declaration.version)


def _objection(one: Objection) -> str:
    """Another outcome of the same objection is a change."""
    return f"{one.ground}: {one.outcome}"


def _by_line(merged: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    return {line["line"]: line for line in merged.get("lines", ())}


def _came(before: Iterable[str], after: Iterable[str]) -> Came:
    old, new = set(before), set(after)
    return Came(added=tuple(sorted(new - old)), dropped=tuple(sorted(old - new)))
