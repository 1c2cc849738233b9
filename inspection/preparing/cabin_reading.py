"""Reading what lies in the cabin: receipts, the lead's excuses, and the check-in that asks for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import officers
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.preparing import cabin, cabin_papers
from inspection.preparing.cabin import NothingUnread, Paper, PapersUnread
from inspection.preparing.cabin_papers import PaperView
from inspection.preparing.cabin_tables import CabinPaper, ReadingExcuse, ReadReceipt
from kit.database import elevated
from kit.errors import NotFound
from kit.ids import uuid7

SEALED = "保密资料"
"""What a labelled paper is called where somebody reads of it who may not see it."""


class Version(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a paper."""

    paper: UUID
    version: Annotated[int, Meta(ge=1)]


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody confirms to have read."""

    papers: Annotated[tuple[Version, ...], Meta(min_length=1, max_length=200)]


class ExcuseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may check in all the same, and why."""

    login: Annotated[str, Meta(min_length=1, max_length=100)]
    reason: cabin.Words


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """Who has read which version, and when."""

    paper: UUID
    version: int
    login: str
    name: str
    agency: str
    read_at: datetime


class ExcuseView(msgspec.Struct, frozen=True, kw_only=True):
    """Who was let in without having read which versions."""

    login: str
    name: str
    agency: str
    papers: list[dict[str, Any]]
    reason: str
    excused_by: str
    at: datetime


class CabinView(msgspec.Struct, frozen=True, kw_only=True):
    """The cabin as one person sees it; ``to_read`` is what this person still has to read."""

    papers: list[PaperView]
    receipts: list[ReceiptView]
    excuses: list[ExcuseView]
    to_read: list[Version]


async def look(session: AsyncSession, principal: Principal, case_no: str) -> CabinView:
    """Everything in the cabin that the person may see."""
    case = await case_for(session, principal, case_no)
    rows = await cabin_papers.seen_by(session, principal, case)
    receipts, excuses = await _receipts(session, case), await _excuses(session, case)
    read = _read_by(receipts, excuses).get(principal.login, set())
    left = cabin.unread(principal.agency or "", map(cabin_papers.paper_of, rows), read)
    return CabinView(
        papers=cabin_papers.views_of(rows),
        receipts=[
            ReceiptView(paper=r.paper_id, version=r.version, login=r.login, name=r.name, agency=r.agency, read_at=r.read_at)
            for r in receipts
            if r.label is None or r.agency == principal.agency
        ],
        excuses=[_excuse_view(row) for row in excuses],
        to_read=[Version(paper=paper.id, version=paper.version) for paper in left],
    )


async def confirm(session: AsyncSession, principal: Principal, case_no: str, request: ReadRequest, now: datetime) -> CabinView:
    """The person has read these versions; what was confirmed before is not confirmed again."""
    case = await case_for(session, principal, case_no, lock=True)
    rows = {(row.id, row.version): row for row in await cabin_papers.seen_by(session, principal, case)}
    unknown = [one for one in request.papers if (one.paper, one.version) not in rows]
    if unknown:
        raise NotFound(paper=str(unknown[0].paper), version=unknown[0].version)

    for one in request.papers:
        await _receipt(session, principal, case, rows[one.paper, one.version], now)
    return await look(session, principal, case_no)


async def excuse(session: AsyncSession, principal: Principal, case_no: str, request: ExcuseRequest, now: datetime) -> ExcuseView:
    """The lead lets somebody check in who has not read everything, as it lies there now; a later version is asked for again."""
    case = await case_for(session, principal, case_no, lock=True)
    person = (await officers.at_port(session, case.port, [request.login])).get(request.login)
    if person is None or person.agency is None:
        raise NotFound(login=request.login)
    left = (await _unread(session, principal, case, {request.login: person.agency})).get(request.login, [])
    if not left:
        return await _excused_already(session, case, request)

    row = ReadingExcuse(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        person_id=person.id,
        login=person.login,
        name=person.name,
        agency=person.agency,
        papers=[{"paper": str(paper.id), "version": paper.version} for paper in left],
        reason=request.reason,
        excused_by=principal.id,
        excused_by_name=principal.name,
        at=now,
    )
    session.add(row)
    await session.flush()
    told = {"login": row.login, "name": row.name, "agency": row.agency, "papers": row.papers, "reason": row.reason}
    await events.record(session, case, EventType.READING_EXCUSED, told, by=principal, at=now)
    return _excuse_view(row)


async def check_all_read(
    session: AsyncSession, principal: Principal, case: JointCase, people: Sequence[Mapping[str, str]]
) -> None:
    """Raises :class:`PapersUnread` naming each of ``people`` (login, name, agency) who has not read what the agency must have."""
    left = await _unread(session, principal, case, {one["login"]: one["agency"] for one in people})
    unread = [
        {"login": one["login"], "name": one["name"], "agency": one["agency"], "papers": _named(left[one["login"]], principal)}
        for one in people
        if left.get(one["login"])
    ]
    if unread:
        raise PapersUnread(people=unread)


async def _unread(
    session: AsyncSession, principal: Principal, case: JointCase, agencies: Mapping[str, str]
) -> dict[str, list[Paper]]:
    """What people (login → agency) still have to read."""
    # Labelled papers of another agency count too, though who asks may not see them; nothing of them is told but their number.
    async with elevated(session, PLATFORM, principal.acting):
        papers = [cabin_papers.paper_of(row) for row in await cabin_papers.rows_of(session, case)]
        if not any(paper.required_of for paper in papers):
            return {}
        read = _read_by(await _receipts(session, case), await _excuses(session, case))
    return {login: cabin.unread(agency, papers, read.get(login, set())) for login, agency in agencies.items()}


def _named(papers: Sequence[Paper], principal: Principal) -> list[dict[str, Any]]:
    return [
        {
            "paper": str(one.id),
            "version": one.version,
            "title": one.title if one.label is None or one.agency == principal.agency else SEALED,
        }
        for one in papers
    ]


async def _receipt(session: AsyncSession, principal: Principal, case: JointCase, paper: CabinPaper, now: datetime) -> None:
    row = {
        "paper_id": paper.id, "version": paper.version, "person_id": principal.id, "port": case.port, "case_no": case.no,
        "agency": principal.agency, "login": principal.login, "name": principal.name, "label": paper.label, "read_at": now,
    }  # fmt: skip
    new = await session.scalar(insert(ReadReceipt).values(row).on_conflict_do_nothing().returning(ReadReceipt.version))
    if new is None:
        return
    told = {"paper": str(paper.id), "version": paper.version, "login": principal.login, "name": principal.name}
    told |= {"agency": principal.agency, "title": paper.title}
    await events.record(
        session, case, EventType.CABIN_PAPER_READ, told, by=principal, at=now, owner=paper.agency, label=paper.label
    )


async def _receipts(session: AsyncSession, case: JointCase) -> list[ReadReceipt]:
    of_case = select(ReadReceipt).where(ReadReceipt.port == case.port, ReadReceipt.case_no == case.no)
    return list(await session.scalars(of_case.order_by(ReadReceipt.read_at, ReadReceipt.paper_id, ReadReceipt.version)))


async def _excuses(session: AsyncSession, case: JointCase) -> list[ReadingExcuse]:
    of_case = select(ReadingExcuse).where(ReadingExcuse.port == case.port, ReadingExcuse.case_no == case.no)
    return list(await session.scalars(of_case.order_by(ReadingExcuse.at, ReadingExcuse.id)))


async def _excused_already(session: AsyncSession, case: JointCase, request: ExcuseRequest) -> ExcuseView:
    for row in reversed(await _excuses(session, case)):
        if (row.login, row.reason) == (request.login, request.reason):
            return _excuse_view(row)
    raise NothingUnread(login=request.login)


def _read_by(receipts: Sequence[ReadReceipt], excuses: Sequence[ReadingExcuse]) -> dict[str, set[tuple[UUID, int]]]:
    """By login: the versions that count as read."""
    read: dict[str, set[tuple[UUID, int]]] = {}
    for receipt in receipts:
        read.setdefault(receipt.login, set()).add((receipt.paper_id, receipt.version))
    for excuse_ in excuses:
        read.setdefault(excuse_.login, set()).update((UUID(one["paper"]), one["version"]) for one in excuse_.papers)
    return read


def _excuse_view(row: ReadingExcuse) -> ExcuseView:
    return ExcuseView(
        login=row.login,
        name=row.name,
        agency=row.agency,
        papers=row.papers,
        reason=row.reason,
        excused_by=row.excused_by_name,
        at=row.at,
    )
