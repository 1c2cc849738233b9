"""The joint report 协同查验综合报告: issued once the merge waits for nobody, immutable from then on, then printed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.concluding.merge_documents import MergeOutput
from inspection.concluding.merge_inputs import MergeInputs
from inspection.deciding.decision_tables import ReportRow
from inspection.declaring import goods_facts
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.policies import policy_files
from inspection.preparing import cabin_printed
from inspection.reaction import Parts
from inspection.reporting import dissents_printed, objections_printed, report, report_changes, report_parts, typesetting
from inspection.reporting.report import Action, State
from inspection.reporting.report_changes import Recorded
from inspection.reporting.report_document import Disposition, PolicyRef, PreviousVersion, ReportDocument
from inspection.statuses import PORT_ZONE
from kit.canonical import canonical_hash, sha256_hex
from kit.database import elevated
from kit.errors import NotFound
from kit.event_log import Event
from media import derivatives
from media.object_store import ObjectStore
from media.scaling import Scaled

PDF: Final = "application/pdf"
MOST_PHOTO_BYTES: Final = 256 * 1024**2
"""Bytes of photos, scaled for paper, held at once for one printing; photos beyond it stand in the evidence index only."""


class Printed(NamedTuple):
    """The printed bytes, the same for the same document, and what to append so that they are sealed."""

    pdf: bytes
    seal: bytes


async def latest(session: AsyncSession, case: JointCase) -> ReportRow | None:
    """The highest version of the case's report."""
    return await session.scalar(
        select(ReportRow)
        .where(ReportRow.port == case.port, ReportRow.case_no == case.no)
        .order_by(ReportRow.version.desc())
        .limit(1)
    )


async def issue(
    session: AsyncSession,
    case: JointCase,
    inputs: MergeInputs,
    merged: MergeOutput,
    decision: Disposition,
    now: datetime,
    *,
    because: str | None = None,
) -> ReportRow:
    """Issues the next version. ``decision`` is the disposition as it stands at this moment. As the platform, case locked.

    ``because``: why there is another version, where no agency has said anything new.

    Raises :class:`~inspection.reporting.report.ReportNotReady` while the merge waits for anybody.
    """
    plain = msgspec.to_builtins(merged)
    report.check_ready(plain)
    before = await latest(session, case)
    document = await _document(session, case, inputs, merged, decision, before, because, now)

    if before is not None and before.state == State.ISSUED:
        before.state = report.advance(State(before.state), Action.SUPERSEDE).value
    row = ReportRow(
        port=case.port,
        case_no=case.no,
        version=document.version,
        number=document.number,
        state=report.advance(report.advance(State.ASSEMBLING, Action.COMPLETE), Action.ISSUE).value,
        document=msgspec.to_builtins(document),
        document_hash=canonical_hash(document),
        inputs_hash=inputs.inputs_hash,
        merge=plain,
        pdf_sha256=None,
        issued_at=now,
    )
    session.add(row)
    await session.flush()

    told = {"number": row.number, "version": row.version, "document_hash": row.document_hash, "inputs_hash": row.inputs_hash}
    told |= {"outcome": merged.outcome, "disposition": merged.disposition, "policy": case.policy}
    told["policy_version"] = case.policy_version
    await events.record(session, case, EventType.REPORT_ISSUED, told, by=None, at=now)
    for agency in sorted({case.lead_agency, *(one.agency for one in inputs.required)}):
        await tell(session, case, agency, "report_issued", {"number": row.number, "round": row.version}, now)
    return row


async def print_when_issued(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Prints the version that has issued and keeps the PDF under its own hash; what is printed already stays as it is.

    The same document gives the same bytes, so printing twice at the same time does no harm and needs no lock. The seal is another
    one each time: the first one kept is the version's.
    """
    key = (event.tenant, events.case_no_of(event.stream), event.data["version"])
    row = await session.get(ReportRow, key)
    if row is None or row.pdf_sha256 is not None:
        return
    made = await printed(session, parts, document_of(row), now)
    kept = {"pdf_sha256": await keep(parts.store, made.pdf), "seal": made.seal or None}
    this_row = (ReportRow.port == row.port, ReportRow.case_no == row.case_no, ReportRow.version == row.version)
    await session.execute(update(ReportRow).where(*this_row, ReportRow.pdf_sha256.is_(None)).values(kept))


async def report_for(session: AsyncSession, principal: Principal, case_no: str, version: int | None) -> ReportRow:
    """One version (the latest when none is named) for a member of the case; NotFound before it has issued."""
    case = await case_for(session, principal, case_no)
    row = await latest(session, case) if version is None else await session.get(ReportRow, (case.port, case.no, version))
    if row is None:
        raise NotFound(case=case_no, version=version, because="no such version of the report has issued")
    return row


async def printed_now(
    session: AsyncSession, principal: Principal, parts: Parts, document: ReportDocument, now: datetime
) -> Printed:
    """:func:`printed` for a person who may read the document and came before it had been printed; nothing of it is kept."""
    # A member sees every photo of the report on its pages; what they were scaled to is the platform's to read.
    async with elevated(session, PLATFORM, principal.acting):
        return await printed(session, parts, document, now)


async def printed(session: AsyncSession, parts: Parts, document: ReportDocument, now: datetime) -> Printed:
    """The document as PDF/A-3 with its JSON attached and the photos of its findings, and its seal (none without a key).

    As the platform.
    """
    photos = await _photos(session, parts.store, document, now)
    pdf = await asyncio.to_thread(typesetting.report_pdf, document, photos)
    return Printed(pdf, await asyncio.to_thread(parts.seal.apply, pdf, now) if parts.seal else b"")


async def keep(store: ObjectStore, pdf: bytes) -> str:
    """Stores printed bytes under their SHA-256 (hex), which is returned; storing them again changes nothing."""
    digest = sha256_hex(pdf)
    await store.put(digest, pdf, len(pdf), PDF)
    return digest


async def with_seal(store: ObjectStore, sha256: str, seal: bytes | None) -> AsyncIterator[bytes]:
    """The printed bytes and the seal behind them, in pieces."""
    async for chunk in store.open(sha256):
        yield chunk
    if seal:
        yield seal


def document_of(row: ReportRow) -> ReportDocument:
    """The document as it was issued."""
    return msgspec.convert(row.document, ReportDocument)


async def _document(
    session: AsyncSession,
    case: JointCase,
    inputs: MergeInputs,
    merged: MergeOutput,
    decision: Disposition,
    before: ReportRow | None,
    because: str | None,
    now: datetime,
) -> ReportDocument:
    named = {one.code for one in inputs.sheet.agencies}
    parts = await report_parts.gather(session, case, merged, named)
    return report.build(
        case=case.no,
        version=before.version + 1 if before is not None else 1,
        issued_at=now,
        zone=PORT_ZONE,
        declaration=inputs.sheet.declaration,
        agencies=parts.agencies,
        lead_agency=case.lead_agency,
        policy=_policy_ref(inputs, merged),
        task_sheet_version=inputs.sheet.version,
        sessions=parts.sessions,
        conclusions=parts.conclusions,
        findings=parts.findings,
        evidence=parts.evidence,
        merged=msgspec.to_builtins(merged),
        disposition=decision,
        gaps=parts.gaps,
        dissents=await dissents_printed.of_case(session, case),
        objections=await objections_printed.of_case(session, case),
        papers=await cabin_printed.papers(session, case),
        excused_reading=await cabin_printed.excused(session, case),
        openings=case.openings,
        opening_reasons=parts.opening_reasons,
        previous=None if before is None else await _previous(session, case, before, parts, merged, because),
        demo=await directory.is_demo(session, case.trader),
    )


def _policy_ref(inputs: MergeInputs, merged: MergeOutput) -> PolicyRef:
    """The policy as the report names it; one that does not ship brings along the words that are printed of it."""
    policy = inputs.policy
    texts = {} if policy_files.ships(policy.name, policy.version) else policy_files.texts_of(policy)
    said = [step.because for step in merged.trace]
    cited = {en: zh for en, zh in texts.items() if any(en in because for because in said)}
    return PolicyRef(name=policy.name, version=policy.version, sha256=inputs.policy_sha256, texts=cited)


async def _previous(
    session: AsyncSession, case: JointCase, before: ReportRow, parts: report_parts.Parts, merged: MergeOutput, because: str | None
) -> PreviousVersion:
    """What the new version says of the one it replaces."""
    said, voided = document_of(before).conclusions, before.void_reason or ""
    recorded = [Recorded(one.fact, one.value, one.reason) for one in await goods_facts.since(session, case, before.issued_at)]
    changed = report_changes.changes(before.merge, msgspec.to_builtins(merged))
    return PreviousVersion(
        number=before.number,
        sha256=before.document_hash,
        reason=because or report_changes.reason(said, parts.conclusions, parts.agencies, voided, recorded),
        changes=(*report_changes.facts(recorded), *changed),
        conclusions=report_changes.conclusions(said, parts.conclusions),
    )


async def _photos(session: AsyncSession, store: ObjectStore, document: ReportDocument, now: datetime) -> dict[str, Scaled]:
    """The photos that the findings refer to, by evidence id, as many as fit. Only those the document's own index names."""
    cited = {one for finding in document.findings for one in finding.evidence}
    wanted = [UUID(entry.id) for entry in document.evidence if entry.id in cited]
    found = await derivatives.printable(session, store, wanted, MOST_PHOTO_BYTES, now)
    return {str(one): photo for one, photo in found.items()}
