"""The recorded values a report is built from, read from the rows of a case: sessions, conclusions, findings, evidence, gaps.

The report is one document for all agencies of the case. What carries a secrecy label is therefore not in it: its owner reads it
in the case, and nobody learns from the report that there is something. What was quarantined waits for the lead, outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from inspection import events
from inspection.carrying_over import carried_line
from inspection.case_tables import Invitation, JointCase
from inspection.concluding import conclusion
from inspection.concluding.merge_documents import MergeOutput
from inspection.deciding.decision_tables import ConclusionRow
from inspection.declaring import declared_lines
from inspection.declaring.declared_lines import DeclaredLines
from inspection.events import EventType
from inspection.fieldwork import session_views
from inspection.fieldwork.field_tables import FieldSession, FindingRow
from inspection.fieldwork.session import Admission
from inspection.inviting import invitation_rows
from inspection.planning.schedule_tables import Bay, Booking
from inspection.reporting import report_grounds
from inspection.reporting.document_parts import Agency, Officer
from inspection.reporting.report_document import CitedGround, EvidenceEntry, FindingEntry, Gap, LineConclusion, Session
from kit import event_log
from kit.canonical import sha256_hex
from media import custody, uploads

NOT_IN_ITS_OWN_NAME = frozenset(
    {"LAPSED", "ESCALATED", "BLOCKED", "WAIVED", "SUBSTITUTED", "DEEMED_NO_OBJECTION", "DECLINED", "WITHDRAWN"}
)
STANDING_FINDINGS = ("SUBMITTED", "CONFIRMED", "DISPUTED")
MOST_EVENTS = 1_000


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded, in the words of the report."""

    agencies: tuple[Agency, ...]
    sessions: tuple[Session, ...]
    conclusions: tuple[LineConclusion, ...]
    findings: tuple[FindingEntry, ...]
    evidence: tuple[EvidenceEntry, ...]
    gaps: tuple[Gap, ...]
    opening_reasons: tuple[str, ...]


async def gather(session: AsyncSession, case: JointCase, merged: MergeOutput, named: Iterable[str]) -> Parts:
    """Everything of the case that is printed. ``named``: the agencies on the sheet. As the platform, with the case locked."""
    every_word = await _rows(session, case, ConclusionRow)
    lines = await declared_lines.of_case(session, case)
    concluded = [row for row in every_word if row.declaration_version == lines.version]
    found = [row for row in await _rows(session, case, FindingRow) if _shown(row)]
    people = {row.signer for row in every_word} | {row.submitted_by for row in found}
    names = await directory.names_of(session, people)
    evidence = await _evidence(session, case)
    asked, grounds = await report_grounds.by_finding(session, case), await report_grounds.cited(session, case)
    known = await directory.agency_names(session)
    codes = {*named, case.lead_agency, *(row.agency for row in concluded)}
    return Parts(
        agencies=tuple(Agency(code=code, zh=known[code].zh, en=known[code].en) for code in sorted(codes & known.keys())),
        sessions=await _sessions(session, case),
        conclusions=tuple(line for row in concluded for line in _conclusion(row, names, every_word, grounds)),
        findings=tuple(_finding(row, names, {entry.id for entry in evidence}, lines, asked[str(row.id)]) for row in found),
        evidence=evidence,
        gaps=tuple(await _gaps(session, case, merged)),
        opening_reasons=await _opening_reasons(session, case),
    )


async def _rows(session: AsyncSession, case: JointCase, table: type[Any]) -> list[Any]:
    return list(await session.scalars(select(table).where(table.port == case.port, table.case_no == case.no)))


def _shown(row: FindingRow) -> bool:
    return row.label is None and row.admission != Admission.QUARANTINED and row.state in STANDING_FINDINGS


def _conclusion(
    row: ConclusionRow, names: dict[UUID, str], every_word: list[ConclusionRow], grounds: Mapping[str, CitedGround]
) -> list[LineConclusion]:
    """The lines of one version. What was carried over is told with who signed it, when, and on what it rested there."""
    given = {(one.agency, one.version): one for one in every_word}
    pointers = carried_line.stored(row.carried)
    found = []
    for line in conclusion.stored_lines(row.lines):
        pointer = pointers.get(line.pair)
        source = row if pointer is None else given[row.agency, pointer.conclusion_version]
        found.append(
            LineConclusion(
                agency=row.agency,
                version=row.version,
                verdict=line.verdict,
                signer=Officer(name=names.get(source.signer, ""), agency=row.agency, person=str(source.signer)),
                signed_at=source.submitted_at,
                line=line.line,
                check=line.check,
                basis=line.basis or "",
                measures=line.measures,
                conditions=line.conditions,
                reason="；".join(filter(None, (line.note, carried_line.told(pointer) if pointer else ""))),
                cause=line.cause or "",
                late=row.late,
                signed_hash=sha256_hex(source.signed) if source.signed else source.content_hash,
                key_id=source.key_id,
                cites=tuple(grounds[str(one)] for one in line.cites if str(one) in grounds),
            )
        )
    return found


def _finding(
    row: FindingRow, names: dict[UUID, str], indexed: set[str], lines: DeclaredLines, asked: report_grounds.Asked
) -> FindingEntry:
    """A finding on a line that was declared otherwise since is about no line of this declaration; it says what it was about."""
    version = lines.of_session(row.session_id)
    line = lines.now(version, row.line)
    return FindingEntry(
        id=str(row.id),
        agency=row.agency,
        observation=row.observation,
        recorded_by=Officer(name=names.get(row.submitted_by, ""), agency=row.agency, person=str(row.submitted_by)),
        received_at=row.received_at,
        line=line,
        component=row.component,
        check_kind=row.kind,
        grade=row.grade,
        state=row.state,
        captured_at=row.captured_at,
        evidence=tuple(one for one in row.evidence if one in indexed),
        requests=asked.requests,
        chain_closed=asked.closed,
        minutes=asked.minutes,
        declared_as="" if version == lines.version else f"第 {version} 版申报第 {row.line} 项",
    )


async def _evidence(session: AsyncSession, case: JointCase) -> tuple[EvidenceEntry, ...]:
    """What has arrived, carries no label and was admitted."""
    return tuple(
        EvidenceEntry(
            id=str(held.id),
            sha256=held.sha256,
            size=held.size,
            media_type=held.media_type,
            agency=held.owner,
            received_at=held.stored_at or held.declared_at,
            captured_at=held.captured_at,
            late_sync=held.admission == Admission.LATE_SYNC,
        )
        for held in await uploads.listed(session, events.case_stream(case.no))
        if held.state == custody.State.STORED and held.label is None and held.admission != Admission.QUARANTINED
    )


async def _sessions(session: AsyncSession, case: JointCase) -> tuple[Session, ...]:
    """The openings in order of time, each with its place."""
    rows = [row for row in await session_views.rows_of(session, case) if row.opened_at is not None]
    places = await _places(session, case)
    return tuple(_session(no, row, places) for no, row in enumerate(rows, start=1))


def _session(no: int, row: FieldSession, places: list[str]) -> Session:
    assert row.opened_at is not None
    officers = [Officer(name=one["name"], agency=one["agency"], person=one["person"]) for one in row.officers]
    lead = next((one for one in officers if one.person == str(row.lead_inspector)), officers[0])
    return Session(
        no=no,
        lead_inspector=lead,
        officers=tuple(officers),
        attendance=row.attendance,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        place=places[min(no, len(places)) - 1] if places else "",
        seals_before=tuple(row.seals_before),
        seals_after=tuple(row.seals_after),
    )


async def _places(session: AsyncSession, case: JointCase) -> list[str]:
    """Where the windows that were used were, in order of time; every session has used one."""
    rows = await session.execute(
        select(Bay.zone, Booking.bay, Booking.place)
        .join(Bay, (Bay.port == Booking.port) & (Bay.code == Booking.bay))
        .where(Booking.port == case.port, Booking.case_no == case.no, Booking.state.in_(("IN_PROGRESS", "DONE")))
        .order_by(Booking.starts_at)
    )
    return [f"{zone} {bay}-{place}" for zone, bay, place in rows]


async def _opening_reasons(session: AsyncSession, case: JointCase) -> tuple[str, ...]:
    """Why the goods were opened again, as the lead inspector said on checking in. Asked of the log only when they were."""
    if case.openings < 2:
        return ()
    seen = await event_log.read(session, events.case_stream(case.no), limit=MOST_EVENTS)
    return tuple(one.data["reason"] for one in seen if one.type == EventType.SESSION_CHECKED_IN and "reason" in one.data)


async def _gaps(session: AsyncSession, case: JointCase, merged: MergeOutput) -> list[Gap]:
    """Silence is printed: who did not speak in its own name or in time, what the policy made of it, who decided."""
    deemed = {one.agency for line in merged.lines for one in line.missing if one.covered_by is not None}
    printed = [one for one in await invitation_rows.latest(session, case) if one.agency in deemed or _is_gap(one)]
    names = await directory.names_of(session, {row.ended_by for row in printed if row.ended_by})
    return [_gap(row, names, case, deemed=row.agency in deemed) for row in printed]


def _is_gap(row: Invitation) -> bool:
    return row.late or row.state in NOT_IN_ITS_OWN_NAME


def _gap(row: Invitation, names: dict[UUID, str], case: JointCase, *, deemed: bool) -> Gap:
    kind = "LATE" if row.state == "ACCEPTED" else "DEEMED" if deemed or row.state == "DEEMED_NO_OBJECTION" else row.state
    said = [row.ended_because] if row.ended_because else [row.decline_reason, row.decline_text]
    stands_in = (row.substitute or {}).get("covered_by") or (row.substitute if kind == "SUBSTITUTED" else None)
    instead = f"{stands_in['name']}（{stands_in['reference']}）" if stands_in else None
    name = names.get(row.ended_by, "") if row.ended_by else ""
    return Gap(
        agency=row.agency,
        kind=kind,
        at=row.ended_at or row.answered_at or row.due_at or case.opened_at,
        policy="DEEMED" if kind == "DEEMED" else row.on_missing or "",
        reason="：".join(filter(None, (instead, *said))),
        by=Officer(name=name, agency=case.lead_agency, person=str(row.ended_by)) if name else None,
    )
