"""Papers of a case's cabin: an agency files documents and standards version by version; members and the enterprise see theirs.

The bytes of a document take the way all evidence takes (declared by hash, stored, custody); here it gets its place and title.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.case_tables import CaseMember, JointCase
from inspection.events import EventType
from inspection.fieldwork.field import check_label
from inspection.preparing import cabin
from inspection.preparing.cabin import DocumentKind, Kind, Line, NotYourPaper, Paper, PaperDiffers, PaperInvalid
from inspection.preparing.cabin_tables import CabinPaper
from kit.canonical import canonical_hash
from kit.database import elevated
from media import uploads
from media.custody import State as Stored

Agencies = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...], Meta(max_length=50)]
Version = Annotated[int, Meta(ge=1, le=10_000)]


class DocumentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document: ``evidence`` is the id its bytes were uploaded under, and its secrecy label is the one declared there."""

    version: Version
    title: Line
    evidence: UUID
    document: DocumentKind = DocumentKind.OTHER
    required_of: Agencies = ()
    for_enterprise: bool = False


class StandardRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standard, cited so that anybody finds it: its number with the year and the clause, no address that will be gone."""

    version: Version
    title: Line
    number: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$(?!\n)", max_length=100)]
    clause: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)", max_length=200)] = ""
    note: Annotated[str, Meta(max_length=2_000)] = ""
    label: str | None = None
    required_of: Agencies = ()
    for_enterprise: bool = False


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a paper; ``newest`` is false for those that another one has followed."""

    id: UUID
    version: int
    newest: bool
    kind: str
    agency: str
    title: str
    content: dict[str, Any]
    required_of: list[str]
    label: str | None
    for_enterprise: bool
    filed_by: str
    filed_at: datetime


async def file_document(
    session: AsyncSession, principal: Principal, case_no: str, paper_id: UUID, request: DocumentRequest, now: datetime
) -> PaperView:
    """Files a version of a document whose bytes the person's agency has uploaded; the same again is answered again."""
    case = await _open_case(session, principal, case_no)
    scope = events.case_stream(case.no)
    held = await uploads.find(session, scope=scope, evidence_id=request.evidence, owner=principal.agency)
    if held.state != Stored.STORED:
        raise PaperInvalid(errors=[{"path": "$.evidence", "message": "its bytes have not arrived yet"}])
    content = {"document": request.document.value, "evidence": str(held.id), "sha256": held.sha256, "size": held.size}
    content |= {"file_name": held.file_name, "media_type": held.media_type}
    return await _file(session, principal, case, paper_id, request, Kind.DOCUMENT, content, held.label, now)


async def file_standard(
    session: AsyncSession, principal: Principal, case_no: str, paper_id: UUID, request: StandardRequest, now: datetime
) -> PaperView:
    """Cites a standard, or a version of the citation; the same again is answered again."""
    case = await _open_case(session, principal, case_no)
    check_label(request.label)
    content = {"number": request.number, "clause": request.clause, "note": request.note}
    return await _file(session, principal, case, paper_id, request, Kind.STANDARD, content, request.label, now)


async def rows_of(session: AsyncSession, case: JointCase) -> list[CabinPaper]:
    """Every version of every paper, in the order they were filed."""
    of_case = select(CabinPaper).where(CabinPaper.port == case.port, CabinPaper.case_no == case.no)
    return list(await session.scalars(of_case.order_by(CabinPaper.filed_at, CabinPaper.id, CabinPaper.version)))


async def seen_by(session: AsyncSession, principal: Principal, case: JointCase) -> list[CabinPaper]:
    """Those that the person may see: a labelled one is its agency's alone."""
    return [row for row in await rows_of(session, case) if row.label is None or row.agency == principal.agency]


def paper_of(row: CabinPaper) -> Paper:
    """A row as the rules see it."""
    return Paper(
        id=row.id,
        version=row.version,
        kind=Kind(row.kind),
        agency=row.agency,
        title=row.title,
        required_of=tuple(row.required_of),
        label=row.label,
    )


def views_of(rows: Sequence[CabinPaper]) -> list[PaperView]:
    """The public fields of papers that one person may see."""
    highest = {(paper.id, paper.version) for paper in cabin.newest(map(paper_of, rows))}
    return [_view(row, (row.id, row.version) in highest) for row in rows]


async def _open_case(session: AsyncSession, principal: Principal, case_no: str) -> JointCase:
    return await case_for(session, principal, case_no, lock=True)


async def _file(
    session: AsyncSession,
    principal: Principal,
    case: JointCase,
    paper_id: UUID,
    request: DocumentRequest | StandardRequest,
    kind: Kind,
    content: dict[str, Any],
    label: str | None,
    now: datetime,
) -> PaperView:
    said = {"kind": kind.value, "content": content, "label": label, "agency": principal.agency, "case": case.no}
    received = canonical_hash(said | msgspec.to_builtins(request))
    versions = await _versions(session, case, paper_id)
    if versions and (versions[0].agency, versions[0].kind) != (principal.agency, kind):
        raise NotYourPaper(paper=str(paper_id), agency=versions[0].agency)
    if cabin.is_resend(paper_id, request.version, [row.content_hash for row in versions], received):
        return _view(versions[request.version - 1], request.version == len(versions))

    _check_running(case)
    agency = principal.agency or ""
    members = {case.lead_agency, *await _members(session, principal, case)}
    cabin.check_filing(
        agency=agency, required_of=request.required_of, members=members, label=label, enterprise=request.for_enterprise
    )
    if versions and (versions[0].label, versions[0].trader is not None) != (label, request.for_enterprise):
        raise PaperInvalid(errors=[{"path": "$", "message": "label and for_enterprise stay as the first version had them"}])

    row = {
        "id": paper_id, "version": request.version, "port": case.port, "case_no": case.no, "agency": agency, "kind": kind.value,
        "title": request.title, "content": content, "required_of": sorted(set(request.required_of)), "label": label,
        "trader": case.trader if request.for_enterprise else None, "broker": case.broker if request.for_enterprise else None,
        "declaration_number": case.declaration_number, "content_hash": received, "filed_by": principal.id,
        "filed_by_name": principal.name, "filed_at": now,
    }  # fmt: skip
    # The key decides: an id of another case, or one that is hidden from us, is taken.
    written = await session.scalar(insert(CabinPaper).values(row).on_conflict_do_nothing().returning(CabinPaper))
    if written is None:
        raise PaperDiffers(id=str(paper_id), version=request.version)
    await record_filed(session, case, written, principal, now)
    return _view(written, True)


async def record_filed(session: AsyncSession, case: JointCase, row: CabinPaper, by: Principal | None, now: datetime) -> None:
    """Writes down that a version lies in the cabin, under the paper's label."""
    told = {"paper": str(row.id), "version": row.version, "kind": row.kind, "agency": row.agency, "title": row.title}
    told |= {"required_of": row.required_of, "for_enterprise": row.trader is not None}
    await events.record(session, case, EventType.CABIN_PAPER_FILED, told, by=by, at=now, owner=row.agency, label=row.label)


async def _versions(session: AsyncSession, case: JointCase, paper_id: UUID) -> list[CabinPaper]:
    """The versions of one paper of this case, from the first."""
    of_paper = select(CabinPaper).where(CabinPaper.id == paper_id, CabinPaper.port == case.port, CabinPaper.case_no == case.no)
    return list(await session.scalars(of_paper.order_by(CabinPaper.version)))


async def _members(session: AsyncSession, principal: Principal, case: JointCase) -> list[str]:
    # An agency's role sees its own membership only; who else takes part stands on every task sheet.
    async with elevated(session, PLATFORM, principal.acting):
        of_case = select(CaseMember.agency).where(CaseMember.port == case.port, CaseMember.case_no == case.no)
        return list(await session.scalars(of_case))


def _check_running(case: JointCase) -> None:
    if case.cancelled or case.closed_at is not None:
        raise transitions.StateForbids(state=case.state, action="file_paper", allowed=[])


def _view(row: CabinPaper, newest: bool) -> PaperView:
    return PaperView(
        id=row.id,
        version=row.version,
        newest=newest,
        kind=row.kind,
        agency=row.agency,
        title=row.title,
        content=row.content,
        required_of=row.required_of,
        label=row.label,
        for_enterprise=row.trader is not None,
        filed_by=row.filed_by_name,
        filed_at=row.filed_at,
    )
