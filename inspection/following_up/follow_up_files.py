"""Files that go with an enterprise's proof: declared by hash, sent, named in the proof, and then read by whoever checks it.

To media the follow-up is the scope. Until a proof names it, a file is nobody's but the enterprise's; what a proof named stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.case_access import case_for
from inspection.fieldwork.session import Admission
from inspection.following_up import follow_up, follow_up_rows
from inspection.following_up.follow_up import Action, Kind, State
from inspection.following_up.follow_up_tables import FollowUp, FollowUpEntry
from kit.database import elevated
from kit.errors import Invalid, NotFound
from media import custody, uploads
from media.custody import EvidenceDeclaration
from media.exif import PhotoFacts
from media.uploads import Held

Short = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=200)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document named in a proof: ``file`` is the id of one that was uploaded; without it the paper goes to the desk.

    ``sha256`` fixes the file that is meant.
    """

    name: Short
    number: Short | None = None
    sha256: Sha256 | None = None
    file: UUID | None = None


class ProofFileInvalid(Invalid):
    """A file of the proof cannot be taken like this; ``details['errors']`` names the field and what would be right."""

    code = "proof_file_invalid"
    title_zh = "所附文件不可用"
    title_en = "A file of the proof is not usable"
    advice_zh = "请先完整上传文件，再在材料中引用。"
    advice_en = "Upload the file whole before the proof names it."


async def declare(
    session: AsyncSession,
    principal: Principal,
    number: str,
    follow_up_id: UUID,
    evidence_id: UUID,
    declaration: EvidenceDeclaration,
    now: datetime,
    *,
    largest: int,
) -> Held:
    """Declares a file for a follow-up of one's own that still takes a proof; the same declaration again changes nothing."""
    row = await follow_up_rows.own(session, principal, number, follow_up_id)
    if declaration.label is not None:
        raise ProofFileInvalid(errors=[{"path": "$.label", "message": "none: whoever checks the proof has to read it"}])

    # An enterprise sees no evidence of a case: that this follow-up is its own has been checked.
    async with elevated(session, PLATFORM, principal.acting):
        held, new = await uploads.declare(
            session,
            port=row.port,
            scope=_scope(row.id),
            owner=principal.enterprise or "",
            declared_by=principal.id,
            evidence_id=evidence_id,
            declaration=declaration,
            admission=Admission.ADMITTED,
            now=now,
            largest=largest,
        )
        if new:
            follow_up.check_way(Kind(row.kind), Action.SUBMIT)
            follow_up.advance(State(row.state), Action.SUBMIT)
    return held


async def expected(session: AsyncSession, principal: Principal, number: str, follow_up_id: UUID, evidence_id: UUID) -> Held:
    """The declared file whose bytes the enterprise is about to send."""
    row = await follow_up_rows.own(session, principal, number, follow_up_id)
    async with elevated(session, PLATFORM, principal.acting):
        return await uploads.find(session, scope=_scope(row.id), evidence_id=evidence_id, owner=principal.enterprise)


async def stored(
    session: AsyncSession,
    principal: Principal,
    number: str,
    follow_up_id: UUID,
    evidence_id: UUID,
    facts: PhotoFacts,
    now: datetime,
) -> Held:
    """Writes down that the bytes are kept."""
    held = await expected(session, principal, number, follow_up_id, evidence_id)
    async with elevated(session, PLATFORM, principal.acting):
        held, _ = await uploads.mark_stored(session, held, facts, admission=held.admission, now=now)
    return held


async def taken(session: AsyncSession, row: FollowUp, owner: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents of a proof, each with the hash of its file. As the platform. Raises :class:`ProofFileInvalid`."""
    known = {held.id: held for held in await uploads.listed(session, _scope(row.id)) if held.owner == owner}
    errors, complete = [], []
    for at, one in enumerate(documents):
        held = known.get(one.file) if one.file is not None else None
        if one.file is not None and (held is None or held.state != custody.State.STORED):
            errors.append({"path": f"$.documents[{at}].file", "message": "the id of a file that was uploaded for this follow-up"})
        elif held is not None and one.sha256 not in (None, held.sha256):
            errors.append({"path": f"$.documents[{at}].sha256", "message": f"the hash of that file, {held.sha256}"})
        complete.append(msgspec.structs.replace(one, sha256=held.sha256) if held is not None else one)
    if errors:
        raise ProofFileInvalid(errors=errors)
    return tuple(complete)


async def of_own(session: AsyncSession, principal: Principal, number: str, follow_up_id: UUID, evidence_id: UUID) -> Held:
    """A file of a follow-up of one's own."""
    row = await follow_up_rows.own(session, principal, number, follow_up_id)
    async with elevated(session, PLATFORM, principal.acting):
        return await uploads.find(session, scope=_scope(row.id), evidence_id=evidence_id)


async def of_case(session: AsyncSession, principal: Principal, case_no: str, follow_up_id: UUID, evidence_id: UUID) -> Held:
    """A file that a proof of the case has named; NotFound for any other."""
    case = await case_for(session, principal, case_no)
    query = select(FollowUpEntry.documents).where(FollowUpEntry.follow_up_id == follow_up_id)
    entries = await session.scalars(query.where(FollowUpEntry.port == case.port, FollowUpEntry.case_no == case.no))
    if str(evidence_id) not in {one.get("file") for documents in entries for one in documents}:
        raise NotFound(evidence=str(evidence_id))
    # It belongs to the enterprise; that it was handed to the agencies of this case stands in the entry just read.
    async with elevated(session, PLATFORM, principal.acting):
        return await uploads.find(session, scope=_scope(follow_up_id), evidence_id=evidence_id)


def _scope(follow_up_id: UUID) -> str:
    return f"follow_up:{follow_up_id}"
