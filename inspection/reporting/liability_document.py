"""The liability record as a document: read, exported as CSV, printed. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import StringIO

import msgspec

from inspection.reporting.document_parts import Agency, DeclarationSummary
from inspection.reporting.liability import RULE_OWNER, Entry
from inspection.reporting.report_document import PolicyRef

COLUMNS = (
    *("case", "as_of_version", "line", "check", "agency", "matters", "responsible", "rules", "invitation", "invited_at"),
    *("answered_at", "answered_by", "silence_led_to", "verdict", "basis", "signer", "signed_at", "signed_hash", "key_id"),
    *("evidence", "insurance"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would take for a formula."""


class Procedure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answers for the procedure and for one version's decision: the lead, who proposed, who approved, under which policy."""

    report_version: int
    report_state: str
    document_hash: str
    lead_agency: str
    policy: PolicyRef
    disposition: str = ""
    state: str = ""
    automatic: bool = False
    lead_inspectors: tuple[str, ...] = ()
    proposed_by: str = ""
    approved_by: tuple[str, ...] = ()
    approved_at: datetime | None = None


class TaggedEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the record, and the insurance or fund that stands behind it, if one does (R3-42)."""

    entry: Entry
    insurance: str = ""


class LiabilityDocument(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="format", tag="lianjian.liability.v1"
):
    """An attribution record, not a verdict of guilt. ``as_of_version``: as known when that version issued (0: as known now)."""

    number: str
    case: str
    issued_at: datetime
    as_of_version: int
    lead: str
    declaration: DeclarationSummary
    agencies: tuple[Agency, ...]
    entries: tuple[TaggedEntry, ...]
    procedures: tuple[Procedure, ...]
    demo: bool = False


def as_csv(documents: Iterable[tuple[str, int, Iterable[TaggedEntry]]]) -> Iterator[str]:
    """One row per check, for ``(case, version, entries)`` of any number of cases, header first. Instants as RFC 3339."""
    yield _row(COLUMNS)
    for case, version, entries in documents:
        for tagged in entries:
            yield _row(_cells(case, version, tagged))


def _cells(case: str, version: int, tagged: TaggedEntry) -> tuple[str, ...]:
    check = tagged.entry.check
    word = check.word
    matters = ";".join(one.matter.value for one in tagged.entry.attributions)
    said = (
        (word.verdict, word.basis, word.signer, _at(word.signed_at), word.signed_hash, word.key_id or "") if word else ("",) * 6
    )
    return (
        *(case, str(version) if version else "now", str(check.line), check.check, check.agency or RULE_OWNER, matters),
        *(";".join(tagged.entry.responsible), ";".join(check.rules), check.invitation, _at(check.invited_at)),
        *(_at(check.answered_at), check.answered_by, check.path),
        *said,
        *(";".join(check.evidence), tagged.insurance),
    )


def _at(instant: datetime | None) -> str:
    return instant.isoformat() if instant else ""


def _row(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
