"""Proposals how to divide the work: made on one version of the task sheet, answered by each agency, adopted by the lead.

The open proposal is the case's latest, as long as the sheet it was made on is the newest. What was adopted stands on the next
version of the sheet, which everybody acknowledges; once the goods are open (FROZEN) nothing is divided anew.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.preparing import (
    deliberation_views,
    division,
    sheet_acknowledgements,
    task_sheet,
    task_sheet_amendments,
    task_sheets,
)
from inspection.preparing.cabin import Words
from inspection.preparing.deliberation_tables import DivisionAnswer, DivisionProposal
from inspection.preparing.deliberation_views import ProposalRequest, ProposalView
from inspection.preparing.division import Answer, Division
from inspection.preparing.task_sheet import Action, State, TaskSheetDocument
from kit.canonical import canonical_hash
from kit.database import elevated
from kit.errors import Conflict, NotAllowed, NotFound, StaleVersion

BECAUSE = "采纳经各参与部门一致同意的预会商分工方案（第 {number} 号）"


class AnswerRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agency objects."""

    reason: Words


class ProposalDiffers(Conflict):
    """The id is known with another division, or somebody else's."""

    code = "proposal_differs"
    title_zh = "同一编号的分工方案内容不一致"
    title_en = "This id was already used for another proposal"


class ProposalOutdated(Conflict):
    """A later proposal or another version of the sheet has taken its place; ``details``: state."""

    code = "proposal_outdated"
    title_zh = "该分工方案已不是当前方案"
    title_en = "This proposal is no longer the present one"
    advice_zh = "请查看最新分工方案和任务单版本。"
    advice_en = "See the latest proposal and the newest version of the task sheet."


class NotAsked(NotAllowed):
    """Only the agencies that have accepted are asked; the lead answers by adopting."""

    code = "division_not_asked"
    title_zh = "仅已接受邀请的参与部门可就分工方案表态"
    title_en = "Only agencies that have accepted answer a proposal"


async def propose(
    session: AsyncSession, principal: Principal, case_no: str, proposal_id: UUID, request: ProposalRequest, now: datetime
) -> ProposalView:
    """Proposes a division of the newest sheet; an agency that proposes agrees to it. The same again is answered again."""
    case = await case_for(session, principal, case_no, lock=True)
    received = canonical_hash({"case": case.no, "agency": principal.agency, "proposal": msgspec.to_builtins(request)})
    proposals = await deliberation_views.proposals_of(session, case)
    for row in proposals:
        if row.id == proposal_id and row.content_hash == received:
            return await deliberation_views.view_of(session, case, row)

    sheet, document = await _sheet(session, case)
    if request.sheet_version != sheet.version:
        raise StaleVersion(current=sheet.version, received=request.sheet_version)
    task_sheet.advance(State(sheet.state), Action.AMEND)
    asked = division.in_order(Division(steps=request.steps))
    taking_part = await sheet_acknowledgements.taking_part(session, case)
    division.check(asked, document.focus_points, _lines(document), taking_part)

    new = {
        "id": proposal_id, "port": case.port, "case_no": case.no, "number": len(proposals) + 1, "sheet_version": sheet.version,
        "agency": principal.agency, "proposed_by": principal.id, "name": principal.name,
        "document": msgspec.to_builtins(asked), "content_hash": received, "at": now,
    }  # fmt: skip
    written = await session.scalar(insert(DivisionProposal).values(new).on_conflict_do_nothing().returning(DivisionProposal))
    if written is None:
        raise ProposalDiffers(id=str(proposal_id))
    accepted = [agency for agency in taking_part if agency != case.lead_agency]
    told = {"proposal": str(written.id), "number": written.number, "agency": written.agency, "name": written.name}
    told |= {"sheet_version": sheet.version, "steps": msgspec.to_builtins(asked.steps), "asked": accepted}
    await events.record(session, case, EventType.DIVISION_PROPOSED, told, by=principal, at=now)
    async with elevated(session, PLATFORM, principal.acting):  # an inbox is filled by the platform
        for agency in accepted:
            await tell(session, case, agency, "division_proposed", {"round": written.number, "agency": written.agency}, now)
    if principal.agency in accepted:
        await _say(session, principal, case, written, True, None, now)
    return await deliberation_views.view_of(session, case, written)


async def agree(session: AsyncSession, principal: Principal, case_no: str, proposal_id: UUID, now: datetime) -> ProposalView:
    """The person's agency agrees; saying so again changes nothing."""
    return await _answer(session, principal, case_no, proposal_id, True, None, now)


async def object_to(
    session: AsyncSession, principal: Principal, case_no: str, proposal_id: UUID, request: AnswerRequest, now: datetime
) -> ProposalView:
    """The person's agency objects with a reason; it may agree later."""
    return await _answer(session, principal, case_no, proposal_id, False, request.reason, now)


async def adopt(session: AsyncSession, principal: Principal, case_no: str, proposal_id: UUID, now: datetime) -> ProposalView:
    """The lead adopts what everybody has agreed to: the sheet's next version carries it. Adopting again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _proposal(session, case, proposal_id)
    if row.adopted_at is not None:
        return await deliberation_views.view_of(session, case, row)

    sheet, document = await _sheet(session, case)
    await _check_open(session, case, row, sheet)
    agreed = deliberation_views.division_of(row)
    said = [
        Answer(agency=one.agency, agrees=one.agrees, reason=one.reason or "")
        for one in await deliberation_views.answers_to(session, row)
    ]
    accepted = await sheet_acknowledgements.accepted(session, case)
    division.check_agreed(agreed, document.focus_points, accepted, case.lead_agency, said)

    # The next version is the platform's to issue: it tells every agency on the sheet.
    async with elevated(session, PLATFORM, principal.acting):
        amended = await task_sheet_amendments.amend(
            session,
            case,
            because=BECAUSE.format(number=row.number),
            now=now,
            by=principal,
            focus_points=document.focus_points,
            division=agreed,
            changed=(case.lead_agency, *accepted),
        )
    row.adopted_at, row.adopted_by, row.adopted_version = now, principal.id, amended.version
    await session.flush()
    told = {"proposal": str(row.id), "number": row.number, "version": amended.version}
    await events.record(session, case, EventType.DIVISION_ADOPTED, told, by=principal, at=now)
    return await deliberation_views.view_of(session, case, row)


async def _answer(
    session: AsyncSession, principal: Principal, case_no: str, proposal_id: UUID, agrees: bool, reason: str | None, now: datetime
) -> ProposalView:
    case = await case_for(session, principal, case_no, lock=True)
    row = await _proposal(session, case, proposal_id)
    known = next((one for one in await deliberation_views.answers_to(session, row) if one.agency == principal.agency), None)
    if known is not None and (known.agrees, known.reason) == (agrees, reason):
        return await deliberation_views.view_of(session, case, row)

    await _check_open(session, case, row, (await _sheet(session, case))[0])
    if principal.agency not in await sheet_acknowledgements.accepted(session, case):
        raise NotAsked(agency=principal.agency)

    await _say(session, principal, case, row, agrees, reason, now)
    return await deliberation_views.view_of(session, case, row)


async def _say(
    session: AsyncSession,
    principal: Principal,
    case: JointCase,
    row: DivisionProposal,
    agrees: bool,
    reason: str | None,
    now: datetime,
) -> None:
    said: dict[str, Any] = {"agrees": agrees, "reason": reason, "person_id": principal.id, "name": principal.name, "at": now}
    key = {"proposal_id": row.id, "agency": principal.agency}
    new = insert(DivisionAnswer).values(key | said | {"port": case.port, "case_no": case.no})
    await session.execute(new.on_conflict_do_update(index_elements=list(key), set_=said))
    told: dict[str, Any] = {"proposal": str(row.id), "number": row.number, "agency": principal.agency, "agrees": agrees}
    told |= {"reason": reason} if reason else {}
    await events.record(session, case, EventType.DIVISION_ANSWERED, told, by=principal, at=now)


async def _check_open(session: AsyncSession, case: JointCase, row: DivisionProposal, sheet: TaskSheetRow) -> None:
    task_sheet.advance(State(sheet.state), Action.AMEND)
    state = deliberation_views.state_of(row, await deliberation_views.proposals_of(session, case), sheet.version)
    if state != "OPEN":
        raise ProposalOutdated(state=state)


async def _sheet(session: AsyncSession, case: JointCase) -> tuple[TaskSheetRow, TaskSheetDocument]:
    sheet = await task_sheets.latest(session, case)
    if sheet is None:
        raise NotFound(case=case.no, because="no task sheet has issued yet")
    return sheet, task_sheets.document_of(sheet)


async def _proposal(session: AsyncSession, case: JointCase, proposal_id: UUID) -> DivisionProposal:
    row = await session.get(DivisionProposal, proposal_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(proposal=str(proposal_id))
    return row


def _lines(document: TaskSheetDocument) -> list[int]:
    return [line.no for line in document.declaration.lines]
