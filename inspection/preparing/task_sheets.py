"""Task sheets: issued by themselves as soon as the guard holds, versioned, printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase, TaskSheetRow
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.events import EventType
from inspection.inviting.focus_points import lead_points
from inspection.notifying.inbox import tell
from inspection.planning.schedule_tables import Bay, Booking
from inspection.preparing import sheet_issue, task_sheet
from inspection.preparing.sheet_issue import InvitationStanding
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting.document_parts import Agency, Appointment, FocusPoint, Lead, Officer, Participant, summary_of
from inspection.statuses import PORT_ZONE
from kit.canonical import canonical_hash
from kit.errors import NotFound
from risk.declaration import Declaration

COORDINATION = "统筹岗"
"""The office that leads when no person is named yet: the sheet issues at three in the morning too."""


async def issue_when_ready(session: AsyncSession, stream: str, now: datetime) -> None:
    """Issues version 1 when nothing holds it; when something does, or a sheet exists, nothing happens. As the platform."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None or case.cancelled or await latest(session, case) is not None:
        return
    lead = Lead(agency=case.lead_agency, officer=Officer(name=COORDINATION, agency=case.lead_agency))

    if await held(session, case, lead, now):
        return
    document = await compose(session, case, version=1, because="", lead=lead, now=now)

    session.add(row_of(case, document, task_sheet.advance(task_sheet.State.DRAFT, task_sheet.Action.ISSUE), now))
    await session.flush()
    told = {"number": document.number, "version": document.version, "participants": [p.agency for p in document.participants]}
    await events.record(session, case, EventType.TASK_SHEET_ISSUED, told, by=None, at=now)
    for agency in (case.lead_agency, *(p.agency for p in document.participants if p.state == "ACCEPTED")):
        await tell(session, case, agency, "task_sheet", {"number": document.number}, now)


async def held(session: AsyncSession, case: JointCase, lead: Lead, now: datetime) -> bool:
    """Whether anything keeps a sheet from issuing."""
    invited = await invited_to(session, case)
    standings = [_standing(row) for row in invited]
    return bool(sheet_issue.held_by(standings, sheet_issue.points_in_force(_points(case, invited), standings), lead, now))


async def sheet_for(session: AsyncSession, principal: Principal, case_no: str) -> TaskSheetRow:
    """The latest sheet of a case the person takes part in; NotFound before the first one issued."""
    case = await case_for(session, principal, case_no)
    row = await latest(session, case)
    if row is None:
        raise NotFound(case=case_no, because="no task sheet has issued yet")
    return row


async def latest(session: AsyncSession, case: JointCase) -> TaskSheetRow | None:
    """The highest version of the case's sheet."""
    return await session.scalar(
        select(TaskSheetRow)
        .where(TaskSheetRow.port == case.port, TaskSheetRow.case_no == case.no)
        .order_by(TaskSheetRow.version.desc())
        .limit(1)
    )


async def close(session: AsyncSession, case: JointCase) -> None:
    """Nothing is left to do with the goods: the sheet is over. Again, it changes nothing."""
    sheet = await latest(session, case)
    if sheet is not None and sheet.state == task_sheet.State.FROZEN:
        sheet.state = task_sheet.advance(task_sheet.State.FROZEN, task_sheet.Action.CLOSE).value


async def reopen(session: AsyncSession, case: JointCase) -> None:
    """The case is taken up again, and its sheet with it. Again, it changes nothing."""
    sheet = await latest(session, case)
    if sheet is not None and sheet.state == task_sheet.State.CLOSED:
        sheet.state = task_sheet.advance(task_sheet.State.CLOSED, task_sheet.Action.REOPEN).value


def document_of(row: TaskSheetRow) -> TaskSheetDocument:
    """The document as it was issued."""
    return msgspec.convert(row.document, TaskSheetDocument)


async def compose(
    session: AsyncSession,
    case: JointCase,
    *,
    version: int,
    because: str,
    lead: Lead,
    focus_points: Sequence[FocusPoint] | None = None,
    now: datetime,
) -> TaskSheetDocument:
    """The document of one version from the case as it stands; ``focus_points`` None: those of the lead and the invitations."""
    invited = await invited_to(session, case)
    declared = await session.get_one(DeclarationRow, case.declaration_id)
    declaration = msgspec.convert(declared.document, Declaration)
    if focus_points is None:
        focus_points = sheet_issue.points_in_force(_points(case, invited), [_standing(row) for row in invited])
    named = {case.lead_agency, *(row.agency for row in invited), *(point.agency for point in focus_points)}
    names = await directory.agency_names(session)
    return task_sheet.build(
        case=case.no,
        version=version,
        declaration=summary_of(declaration, PORT_ZONE),
        lead=lead,
        agencies=[Agency(code=names[code].code, zh=names[code].zh, en=names[code].en) for code in named],
        participants=[_participant(row) for row in invited],
        focus_points=focus_points,
        issued_at=now,
        zone=PORT_ZONE,
        appointment=await _appointment(session, case),
        amended_because=because,
        demo=await directory.is_demo(session, case.trader),
        mode=msgspec.convert(case.mode, task_sheet.Mode),
        priority=msgspec.convert(case.priority_class, task_sheet.Priority),
    )


def row_of(case: JointCase, document: TaskSheetDocument, state: task_sheet.State, now: datetime) -> TaskSheetRow:
    """One version as it is kept."""
    return TaskSheetRow(
        port=case.port,
        case_no=case.no,
        version=document.version,
        number=document.number,
        state=state.value,
        document=msgspec.to_builtins(document),
        document_hash=canonical_hash(document),
        issued_at=now,
    )


async def invited_to(session: AsyncSession, case: JointCase) -> list[Invitation]:
    """The latest invitation of each agency, by its code."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no)
        .order_by(Invitation.agency, Invitation.round)
    )
    return list({row.agency: row for row in rows}.values())


def _points(case: JointCase, invited: list[Invitation]) -> tuple[FocusPoint, ...]:
    asked = [point for row in invited for point in msgspec.convert(row.points, list[FocusPoint])]
    return (*lead_points(case.lead_agency), *asked)


def has_left(row: Invitation) -> bool:
    """Whether the agency properly left the case, so that nothing of what it was asked is required of it."""
    return sheet_issue.has_left(_standing(row))


def _standing(row: Invitation) -> InvitationStanding:
    return InvitationStanding(
        agency=row.agency,
        mandatory=row.mandatory,
        state=row.state,
        due=row.due_at,
        decline_confirmed=row.decline_confirmed,
        decline_reason=row.decline_reason or "",
        conflict=row.conflict,
    )


def _participant(row: Invitation) -> Participant:
    return Participant(
        agency=row.agency,
        state=row.state,
        mandatory=row.mandatory,
        experts=tuple(
            Officer(name=str(expert["name"]), agency=row.agency, person=str(expert["person"])) for expert in row.experts
        ),
        answered_at=row.answered_at,
        due=row.due_at,
        late=row.late,
        note=_note(row),
    )


def _note(row: Invitation) -> str:
    """Why an agency does not come in its own name, or was taken although late: always printed."""
    if row.state == "SUBSTITUTED" and row.substitute:
        return f"{row.substitute['name']}（{row.substitute['reference']}）：{row.ended_because}"
    return row.ended_because or row.decline_text or row.decline_reason or ""


async def _appointment(session: AsyncSession, case: JointCase) -> Appointment | None:
    booking = await session.scalar(
        select(Booking).where(Booking.port == case.port, Booking.case_no == case.no, Booking.state == "CONFIRMED")
    )
    if booking is None:
        return None
    bay = await session.get_one(Bay, (booking.port, booking.bay))
    return Appointment(zone=bay.zone, bay=bay.code, place=booking.place, starts_at=booking.starts_at, ends_at=booking.ends_at)
