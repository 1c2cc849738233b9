"""Acknowledging the task sheet: each agency takes note of a version; with the last one the sheet is ACKNOWLEDGED."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.events import EventType
from inspection.preparing import acknowledgement, task_sheet, task_sheets
from inspection.preparing.deliberation_tables import SheetAcknowledgement
from inspection.preparing.task_sheet import Action, State
from kit.database import elevated
from kit.errors import NotAllowed, NotFound, StaleVersion

UNREAD = (State.ISSUED, State.AMENDED)


class NotOnTheSheet(NotAllowed):
    """The agency takes no part: it has not accepted."""

    code = "not_on_the_sheet"
    title_zh = "本部门不是该任务单的参与部门"
    title_en = "Your agency takes no part in this task sheet"


class AcknowledgeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The version that was read."""

    version: Annotated[int, Meta(ge=1)]


class AcknowledgementView(msgspec.Struct, frozen=True, kw_only=True):
    """Who took note of which version."""

    agency: str
    version: int
    name: str
    at: datetime


class AcknowledgementsView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the newest version stands; ``awaited`` are the agencies that still have to take note of it."""

    version: int
    state: str
    awaited: list[str]
    acknowledged: list[AcknowledgementView]


async def acknowledge(
    session: AsyncSession, principal: Principal, case_no: str, request: AcknowledgeRequest, now: datetime
) -> AcknowledgementsView:
    """An officer takes note of the newest version for the agency; once is enough, saying so again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    versions = await _versions(session, case)
    known = await _acknowledged(session, case)
    agency = principal.agency or ""
    if any((one.agency, one.version) == (agency, request.version) for one in known):
        return _view(versions, await taking_part(session, case), known)

    sheet = versions[-1]
    if request.version != sheet.version:
        raise StaleVersion(current=sheet.version, received=request.version)
    everybody = await taking_part(session, case)
    if agency not in everybody:
        raise NotOnTheSheet(agency=agency)

    row = {"port": case.port, "case_no": case.no, "version": sheet.version, "agency": agency}
    row |= {"person_id": principal.id, "name": principal.name, "at": now}
    known += await session.scalars(insert(SheetAcknowledgement).values(row).returning(SheetAcknowledgement))
    waiting = _awaited(versions, everybody, known)
    if not waiting and State(sheet.state) in UNREAD:
        # The sheet is the lead's; that it is acknowledged follows from the last agency's act.
        async with elevated(session, PLATFORM, principal.acting):
            sheet.state = task_sheet.advance(State(sheet.state), Action.ACKNOWLEDGE_ALL).value

    told = {"agency": agency, "name": principal.name, "version": sheet.version, "state": sheet.state, "awaited": list(waiting)}
    await events.record(session, case, EventType.TASK_SHEET_ACKNOWLEDGED, told, by=principal, at=now)
    return _view(versions, await taking_part(session, case), known)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> AcknowledgementsView:
    """Who has taken note of what, and who is awaited."""
    case = await case_for(session, principal, case_no)
    return _view(await _versions(session, case), await taking_part(session, case), await _acknowledged(session, case))


async def taking_part(session: AsyncSession, case: JointCase) -> list[str]:
    """The lead agency and those that have accepted by now, late ones too."""
    return [case.lead_agency, *await accepted(session, case)]


async def accepted(session: AsyncSession, case: JointCase) -> list[str]:
    """The invited agencies that have accepted, by code."""
    return [row.agency for row in await task_sheets.invited_to(session, case) if row.state == "ACCEPTED"]


async def _versions(session: AsyncSession, case: JointCase) -> list[TaskSheetRow]:
    """From the first; NotFound before it has issued."""
    of_case = select(TaskSheetRow).where(TaskSheetRow.port == case.port, TaskSheetRow.case_no == case.no)
    rows = list(await session.scalars(of_case.order_by(TaskSheetRow.version)))
    if not rows:
        raise NotFound(case=case.no, because="no task sheet has issued yet")
    return rows


async def _acknowledged(session: AsyncSession, case: JointCase) -> list[SheetAcknowledgement]:
    of_case = select(SheetAcknowledgement).where(SheetAcknowledgement.port == case.port, SheetAcknowledgement.case_no == case.no)
    return list(await session.scalars(of_case.order_by(SheetAcknowledgement.at, SheetAcknowledgement.agency)))


def _awaited(versions: list[TaskSheetRow], everybody: list[str], known: list[SheetAcknowledgement]) -> tuple[str, ...]:
    documents = [task_sheets.document_of(row) for row in versions]
    return acknowledgement.awaited(documents, everybody, [(one.agency, one.version) for one in known])


def _view(versions: list[TaskSheetRow], everybody: list[str], known: list[SheetAcknowledgement]) -> AcknowledgementsView:
    return AcknowledgementsView(
        version=versions[-1].version,
        state=versions[-1].state,
        awaited=list(_awaited(versions, everybody, known)),
        acknowledged=[AcknowledgementView(agency=one.agency, version=one.version, name=one.name, at=one.at) for one in known],
    )
