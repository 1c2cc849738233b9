"""Checklists of a case: it takes those in force when its sheet issues and keeps them; the yard ticks them off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.fieldwork import session as rules
from inspection.fieldwork import session_views
from inspection.fieldwork.field_tables import FieldSession, Workstream
from inspection.fieldwork.session import WorkstreamState
from inspection.preparing import cabin, cabin_papers, cabin_publication, task_sheets
from inspection.preparing.cabin import Answer, Entry, Kind
from inspection.preparing.cabin_tables import CabinPaper, Checklist, ChecklistAnswer
from kit.canonical import canonical_hash
from kit.errors import NotAllowed, NotFound
from kit.ids import uuid7

PLATFORM_NAME = "系统"


class AnswersRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the agency says to entries of its checklists; entries it does not name stay as they are."""

    answers: Annotated[tuple[Answer, ...], Meta(min_length=1, max_length=500)]


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its answer, if there is one yet."""

    paper: UUID
    checklist: str
    entry: str
    zh: str
    en: str
    mandatory: bool
    outcome: str | None
    reason: str | None
    answered_by: str | None
    answered_at: datetime | None


class NotYourChecklist(NotAllowed):
    """Only the agency itself answers its checklist."""

    code = "not_your_checklist"
    title_zh = "仅本部门可填写其查验清单"
    title_en = "Only the agency itself answers its checklist"


async def furnish(session: AsyncSession, stream: str, now: datetime) -> None:
    """Lays the checklists in force into the cabin: the lead's, and of each agency that has accepted. Once each. As the platform.

    Before the task sheet has issued nothing happens; a later acceptance brings its agency's lists with it.
    """
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None or case.cancelled or await task_sheets.latest(session, case) is None:
        return
    agencies = [case.lead_agency, *await _accepted(session, case)]
    lists = await cabin_publication.in_force(session, case.port, agencies)
    taken = {(row.agency, row.content["code"]) for row in await _lists(session, case)} if lists else set()

    for one in lists:
        if (one.agency, one.code) not in taken:
            row = _taken(case, one, now)
            session.add(row)
            await session.flush()
            await cabin_papers.record_filed(session, case, row, None, now)


async def shown(session: AsyncSession, principal: Principal, case_no: str, session_id: UUID, agency: str) -> list[EntryView]:
    """The entries of an agency's checklists with what was said to them in one session."""
    case = await case_for(session, principal, case_no)
    await _share(session, case, session_id, agency)
    return await _entries(session, case, session_id, agency)


async def answer(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    session_id: UUID,
    agency: str,
    request: AnswersRequest,
    now: datetime,
) -> list[EntryView]:
    """The agency ticks off entries, or says why they do not apply; it may think again until its share is complete."""
    case = await case_for(session, principal, case_no, lock=True)
    field_session, share = await _share(session, case, session_id, agency)
    if principal.agency != agency:
        raise NotYourChecklist(agency=agency)
    known = {(row.paper_id, row.entry): row for row in await _answers(session, session_id, agency)}
    new = [one for one in request.answers if not _says(known.get((one.paper, one.entry)), one)]
    if not new:
        return await _entries(session, case, session_id, agency)

    lists = {row.id: entries_of(row) for row in await _lists(session, case, agency)}
    cabin.check_answers(request.answers, lists)
    if rules.State(field_session.state) not in rules.TAKES_FINDINGS or share.state != WorkstreamState.RUNNING:
        raise transitions.StateForbids(state=share.state, action="answer_checklist", allowed=[])

    for one in new:
        await _write(session, principal, case, session_id, one, now)
        told = {"session": str(session_id), "agency": agency, "paper": str(one.paper), "entry": one.entry}
        told |= {"outcome": one.outcome.value} | ({"reason": one.reason} if one.reason else {})
        await events.record(session, case, EventType.CHECKLIST_ANSWERED, told, by=principal, at=now)
    return await _entries(session, case, session_id, agency)


async def check_done(session: AsyncSession, case: JointCase, session_id: UUID, agency: str) -> None:
    """Raises :class:`~inspection.preparing.cabin.ChecklistOpen` while mandatory entries of the agency wait for an answer."""
    lists = {row.id: entries_of(row) for row in await _lists(session, case, agency)}
    if lists:
        cabin.check_done(lists, {(row.paper_id, row.entry) for row in await _answers(session, session_id, agency)})


def entries_of(row: CabinPaper) -> tuple[Entry, ...]:
    """The entries of a checklist as it lies in a cabin."""
    return msgspec.convert(row.content["entries"], tuple[Entry, ...])


async def _accepted(session: AsyncSession, case: JointCase) -> list[str]:
    accepted = select(Invitation.agency).where(
        Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED"
    )
    return list(await session.scalars(accepted.order_by(Invitation.agency)))


def _taken(case: JointCase, one: Checklist, now: datetime) -> CabinPaper:
    content = {"code": one.code, "checklist_version": one.version, "entries": one.entries}
    return CabinPaper(
        id=uuid7(),
        version=1,
        port=case.port,
        case_no=case.no,
        agency=one.agency,
        kind=Kind.CHECKLIST.value,
        title=one.title,
        content=content,
        required_of=[one.agency] if one.mandatory else [],
        label=None,
        trader=None,
        broker=None,
        declaration_number=case.declaration_number,
        content_hash=canonical_hash(content),
        filed_by=None,
        filed_by_name=PLATFORM_NAME,
        filed_at=now,
    )


async def _lists(session: AsyncSession, case: JointCase, agency: str | None = None) -> list[CabinPaper]:
    of_case = select(CabinPaper).where(
        CabinPaper.port == case.port, CabinPaper.case_no == case.no, CabinPaper.kind == Kind.CHECKLIST.value
    )
    query = of_case if agency is None else of_case.where(CabinPaper.agency == agency)
    return list(await session.scalars(query.order_by(CabinPaper.title, CabinPaper.id)))


async def _share(session: AsyncSession, case: JointCase, session_id: UUID, agency: str) -> tuple[FieldSession, Workstream]:
    field_session = await session_views.session_in(session, case, session_id)
    share = await session.get(Workstream, (field_session.id, agency))
    if share is None:
        raise NotFound(session=str(session_id), agency=agency)
    return field_session, share


async def _answers(session: AsyncSession, session_id: UUID, agency: str) -> list[ChecklistAnswer]:
    of_share = select(ChecklistAnswer).where(ChecklistAnswer.session_id == session_id, ChecklistAnswer.agency == agency)
    return list(await session.scalars(of_share))


async def _entries(session: AsyncSession, case: JointCase, session_id: UUID, agency: str) -> list[EntryView]:
    answers = {(row.paper_id, row.entry): row for row in await _answers(session, session_id, agency)}
    views = []
    for row in await _lists(session, case, agency):
        for entry in entries_of(row):
            said = answers.get((row.id, entry.code))
            views.append(
                EntryView(
                    paper=row.id,
                    checklist=row.title,
                    entry=entry.code,
                    zh=entry.zh,
                    en=entry.en,
                    mandatory=entry.mandatory,
                    outcome=said.outcome if said else None,
                    reason=said.reason if said else None,
                    answered_by=said.answered_by_name if said else None,
                    answered_at=said.answered_at if said else None,
                )
            )
    return views


def _says(row: ChecklistAnswer | None, one: Answer) -> bool:
    return row is not None and (row.outcome, row.reason) == (one.outcome, one.reason)


async def _write(
    session: AsyncSession, principal: Principal, case: JointCase, session_id: UUID, one: Answer, now: datetime
) -> None:
    said: dict[str, Any] = {"outcome": one.outcome.value, "reason": one.reason}
    said |= {"answered_by": principal.id, "answered_by_name": principal.name, "answered_at": now}
    key = {"session_id": session_id, "paper_id": one.paper, "entry": one.entry}
    row = key | said | {"port": case.port, "case_no": case.no, "agency": principal.agency}
    await session.execute(insert(ChecklistAnswer).values(row).on_conflict_do_update(index_elements=list(key), set_=said))
