"""Evidence of a case: who may declare, send and see it, and what it is worth when it comes after the close.

The bytes themselves, and what is declared about them, are media's business; to media a case is an opaque scope.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.fieldwork.field import check_label
from inspection.fieldwork.field_tables import FieldSession
from inspection.fieldwork.session import Admission, admit, closing_of
from inspection.fieldwork.session_views import rows_of
from inspection.policies import policies_in_force
from kit.errors import NotFound
from media import photo, uploads
from media.custody import EvidenceDeclaration
from media.exif import PhotoFacts
from media.uploads import Held


async def declare(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    evidence_id: UUID,
    declaration: EvidenceDeclaration,
    now: datetime,
    *,
    largest: int = photo.LARGEST,
) -> Held:
    """Declares evidence of the officer’s agency, of at most ``largest`` bytes; the same one again is answered again."""
    case = await case_for(session, principal, case_no, lock=True)
    check_label(declaration.label)
    held, new = await uploads.declare(
        session,
        port=case.port,
        scope=events.case_stream(case.no),
        owner=_agency(principal),
        declared_by=principal.id,
        evidence_id=evidence_id,
        declaration=declaration,
        admission=await _admission(session, case, declaration.captured_at, now),
        now=now,
        largest=largest,
    )
    if new:
        told = {"evidence": str(held.id), "sha256": held.sha256, "size": held.size, "media_type": held.media_type}
        told |= {"file_name": held.file_name, "admission": held.admission}
        await _record(session, case, EventType.EVIDENCE_DECLARED, told, held, principal, now)
    return held


async def expected(session: AsyncSession, principal: Principal, case_no: str, evidence_id: UUID) -> Held:
    """The declared evidence whose bytes an officer of its agency is about to send."""
    case = await case_for(session, principal, case_no)
    return await uploads.find(session, scope=events.case_stream(case.no), evidence_id=evidence_id, owner=_agency(principal))


async def stored(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    evidence_id: UUID,
    facts: PhotoFacts,
    received_at: datetime,
    now: datetime,
) -> Held:
    """Writes down that the bytes are kept. ``received_at`` (when they began to arrive) decides what they are worth."""
    case = await case_for(session, principal, case_no, lock=True)
    scope = events.case_stream(case.no)
    held = await uploads.find(session, scope=scope, evidence_id=evidence_id, owner=_agency(principal))
    admission = await _admission(session, case, held.captured_at, received_at)
    held, new = await uploads.mark_stored(session, held, facts, admission=admission, now=now)
    if new:
        told: dict[str, object] = {"evidence": str(held.id), "sha256": held.sha256, "admission": held.admission}
        told |= {"media_type": held.media_type, "camera": photo.plain(facts)}
        await _record(session, case, EventType.EVIDENCE_STORED, told, held, principal, now)
    return held


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[Held]:
    """The case's evidence in the order it was declared, without other agencies' secret pieces."""
    case = await case_for(session, principal, case_no)
    return [held for held in await uploads.listed(session, events.case_stream(case.no)) if _may_see(principal, held)]


async def seen_by(session: AsyncSession, principal: Principal, case_no: str, evidence_id: UUID) -> Held:
    """One piece of evidence that the person may see; NotFound otherwise."""
    case = await case_for(session, principal, case_no)
    held = await uploads.find(session, scope=events.case_stream(case.no), evidence_id=evidence_id)
    if not _may_see(principal, held):
        raise NotFound(evidence=str(evidence_id))
    return held


async def _admission(session: AsyncSession, case: JointCase, captured_at: datetime, received_at: datetime) -> Admission:
    rows: list[FieldSession] = await rows_of(session, case)
    openings = [(row.opened_at, row.closed_at) for row in rows if row.opened_at is not None]
    window = await policies_in_force.late_sync_of(session, case)
    return admit(captured_at=captured_at, received_at=received_at, closed_at=closing_of(captured_at, openings), window=window)


async def _record(
    session: AsyncSession,
    case: JointCase,
    type: EventType,
    told: dict[str, object],
    held: Held,
    principal: Principal,
    now: datetime,
) -> None:
    await events.record(session, case, type, told, by=principal, at=now, owner=held.owner, label=held.label)


def _agency(principal: Principal) -> str:
    assert principal.agency is not None  # whoever passed case_for with a power of the field belongs to one
    return principal.agency


def _may_see(principal: Principal, held: Held) -> bool:
    return held.label is None or held.owner == principal.agency
