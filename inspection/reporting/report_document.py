"""The joint report 协同查验综合报告 as data: what is printed, hashed and, once issued, never edited. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import msgspec

from inspection.reporting.document_parts import Agency, DeclarationSummary, Officer, SecrecyLabel
from inspection.reporting.report_disagreement import Dissent, Objection


class PolicyRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The merge policy by name (``graded``, ``veto``, ``veto_strict`` or another) and version.

    ``sha256`` (hex) is that of the policy's canonical document; reports from before versions were published have none. ``texts``:
    the Chinese of what the trace cites of it by its English text, where the policy does not ship.
    """

    name: str
    version: int
    sha256: str = ""
    texts: dict[str, str] = {}


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field session 现场查验. ``attendance`` ATTENDED, DELEGATED, WAIVED or ABSENT_WITH_WITNESS."""

    no: int
    lead_inspector: Officer
    officers: tuple[Officer, ...]
    attendance: str
    opened_at: datetime
    attended_by: str = ""
    closed_at: datetime | None = None
    place: str = ""
    seals_before: tuple[str, ...] = ()
    seals_after: tuple[str, ...] = ()


class CitedGround(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a conclusion's basis cites: a recognised result, an authorisation on file, or what a rights holder said.

    ``kind`` RECOGNITION, AUTHORISATION or RIGHTS_HOLDER; ``reference`` its number, ``issuer`` who gave it; ``until`` is the last
    day it may be relied on, ``under`` the mandates; ``source`` where it is found (a certificate declared, an evidence id) or who
    replied for the holder.
    """

    kind: str
    reference: str
    issuer: str
    standard: str = ""
    stands_for: str = ""
    issued_on: date | None = None
    until: date | None = None
    under: tuple[str, ...] = ()
    said: str = ""
    at: datetime | None = None
    source: str = ""


class LineConclusion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agency's conclusion 部门结论 on a line (None: every required line of that agency), in one version.

    ``reason`` is why in words, ``cause`` why as a code. ``signed_hash`` is the SHA-256 (hex) of the statement signed with
    the signer's key ``key_id`` (its RFC 7638 thumbprint).
    """

    agency: str
    version: int
    verdict: str
    signer: Officer
    signed_at: datetime
    line: int | None = None
    check: str | None = None
    basis: str = ""
    measures: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    reason: str = ""
    cause: str = ""
    late: bool = False
    signed_hash: str = ""
    key_id: str | None = None
    cites: tuple[CitedGround, ...] = ()
    label: SecrecyLabel | None = None


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an answer is taken from: a record of a register, or ``evidence`` by its id (then ``reference`` repeats it)."""

    register: str
    reference: str
    as_of: date | None = None
    evidence: str = ""


class RequestEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An information request 协查请求 from a finding and what became of it: finding ← request ← response ← source.

    ``answer`` is the response, or the reason of a decline or withdrawal (``state``). ``signed_hash`` is the SHA-256 (hex) of the
    statement signed with the key ``key_id``.
    """

    id: str
    asked: str
    subject: str
    text: str
    state: str
    sent_at: datetime
    due: datetime
    answer: str = ""
    answered_by: Officer | None = None
    answered_at: datetime | None = None
    late: bool = False
    sources: tuple[SourceEntry, ...] = ()
    signed_hash: str = ""
    key_id: str | None = None


class MinutesEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The minutes 会商纪要 of a consultation about a finding."""

    held_at: datetime
    participants: tuple[Officer, ...]
    text: str
    recorded_by: Officer
    evidence: str = ""


class FindingEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding 查验发现 with the ids of its evidence, what was asked from it and whether every request is answered.

    ``declared_as``: the line of the earlier version of the declaration it was recorded on; ``line`` is what it is now.
    """

    id: str
    agency: str
    observation: str
    recorded_by: Officer
    received_at: datetime
    line: int | None = None
    component: str | None = None
    check_kind: str = ""
    grade: str = ""
    state: str
    captured_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    declared_as: str = ""
    requests: tuple[RequestEntry, ...] = ()
    chain_closed: bool | None = None
    minutes: tuple[MinutesEntry, ...] = ()
    label: SecrecyLabel | None = None


class EvidenceEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence 证据 in the index. ``sha256`` and ``size`` (bytes) are of the original, not of what is printed.

    ``captured_at`` is the device's word, ``received_at`` the server's.
    """

    id: str
    sha256: str
    size: int
    media_type: str
    agency: str
    received_at: datetime
    captured_at: datetime | None = None
    late_sync: bool = False
    label: SecrecyLabel | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agency that did not conclude in its own name, or answered late.

    ``kind`` LATE, LAPSED, ESCALATED, BLOCKED, WAIVED, SUBSTITUTED, DEEMED, DECLINED or WITHDRAWN; ``policy`` is the path silence
    took (``on_missing``); ``by`` the person who decided it, if a person did.
    """

    agency: str
    kind: str
    at: datetime
    policy: str = ""
    reason: str = ""
    by: Officer | None = None


class PrintedPaper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paper of the task cabin 云端任务舱 in its newest version, who had to read it (agencies) and who has (names)."""

    title: str
    kind: str
    agency: str
    version: int
    required_of: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()


class ExcusedReading(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody checked in without having read that many mandatory papers: why, and who let it be."""

    name: str
    agency: str
    papers: int
    reason: str
    by: str
    at: datetime


class Disposition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The disposition 处置 as it stood at issue. ``type`` None: the merge left it to the lead. ``label`` is the reason's."""

    state: str
    type: str | None = None
    automatic: bool = False
    due: datetime | None = None
    decided_at: datetime | None = None
    approvers: tuple[Officer, ...] = ()
    reason: str = ""
    label: SecrecyLabel | None = None


class ConclusionChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agency says otherwise of a line (None: of every line asked about) than in an earlier version.

    ``before`` and ``after`` are verdicts ("": said nothing); ``added`` and ``dropped`` are measures and conditions. ``basis``,
    ``cause`` and ``reason`` are those of the new word, or of the old one where it fell away.
    """

    agency: str
    line: int | None = None
    check: str | None = None
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    basis: str = ""
    cause: str = ""
    reason: str = ""


class PreviousVersion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The version this one replaces: number, canonical hash, why, what changed in words, and who changed which word."""

    number: str
    sha256: str
    reason: str
    changes: tuple[str, ...] = ()
    conclusions: tuple[ConclusionChange, ...] = ()


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="format", tag="lianjian.report.v1"):
    """One version of the report. ``merged`` is the merge's output as JSON: outcome, disposition, lines, trace.

    ``openings`` counts physical openings of the goods (the aim is 1); ``edition`` says for whom this copy is.
    """

    number: str
    case: str
    version: int
    edition: Literal["full", "enterprise"]
    issued_at: datetime
    declaration: DeclarationSummary
    agencies: tuple[Agency, ...]
    lead_agency: str
    policy: PolicyRef
    task_sheet_version: int
    openings: int
    opening_reasons: tuple[str, ...] = ()
    sessions: tuple[Session, ...]
    conclusions: tuple[LineConclusion, ...]
    findings: tuple[FindingEntry, ...]
    evidence: tuple[EvidenceEntry, ...]
    gaps: tuple[Gap, ...]
    merged: dict[str, Any]
    disposition: Disposition
    dissents: tuple[Dissent, ...] = ()
    objections: tuple[Objection, ...] = ()
    papers: tuple[PrintedPaper, ...] = ()
    excused_reading: tuple[ExcusedReading, ...] = ()
    previous: PreviousVersion | None = None
    demo: bool = False
