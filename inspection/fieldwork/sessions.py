"""Field sessions 现场查验: checked in, opened, paused and closed by the lead inspector.

The first opening freezes the task sheet; every opening is counted on the case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import officers
from agencies.powers import PLATFORM, Power, Principal
from inspection import events, transitions
from inspection.carrying_over import declared
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase, TaskSheetRow
from inspection.deciding import appeal, appealed_dispositions
from inspection.events import EventType
from inspection.fieldwork import session as rules
from inspection.fieldwork.field_tables import FieldSession, Workstream
from inspection.fieldwork.session import Action, Attendance, NotTheLeadInspector, Officer, SessionRunning, State, WorkstreamState
from inspection.fieldwork.session_views import SessionView, rows_of, session_in, share_of, view_of, workstreams_of
from inspection.planning import booking, booking_ends
from inspection.planning.schedule_tables import Booking
from inspection.preparing import cabin_reading, task_sheet, task_sheets
from inspection.staffing import assignment
from kit.database import elevated
from kit.errors import Conflict, Invalid
from kit.ids import uuid7
from media import uploads

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]
Login = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$(?!\n)")]
Seal = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$(?!\n)")]
_POWERS_ON_SITE: Final = frozenset({Power.LEAD_INSPECT, Power.INSPECT, Power.EXPERT})


class NotReadyForTheField(Conflict):
    """Something has to stand before anybody goes to the goods; ``details['missing']``: task_sheet, window."""

    code = "not_ready_for_the_field"
    title_zh = "尚不具备开展现场查验的条件"
    title_en = "The case is not ready for the field"
    advice_zh = "须先签发任务单并确认查验预约。"
    advice_en = "The task sheet has to be issued and a window confirmed first."


class ReasonMissing(Invalid):
    """The goods were opened once already: another opening says why."""

    code = "reopening_reason_missing"
    title_zh = "再次开验须写明理由"
    title_en = "Another opening needs a reason"


class OfficerUnknown(Invalid):
    """A named person cannot check in; ``details['errors']`` says who."""

    code = "officer_unknown"
    title_zh = "所列人员不能参加本次现场查验"
    title_en = "A named person cannot check in"
    advice_zh = "请填写本口岸、本案参与部门且具备现场权限的人员。"
    advice_en = "Name people of this port and of the agencies on this case who may work on site."


class CheckInRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is on site (logins; the lead inspector who sends this is one of them anyway), how the enterprise attends, the seals.

    ``reason``: why the goods are opened once more, needed from the second session on.
    """

    officers: Annotated[tuple[Login, ...], Meta(max_length=50)]
    attendance: Attendance
    seals_before: Annotated[tuple[Seal, ...], Meta(max_length=50)] = ()
    reason: Text | None = None


class PauseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why work stands still."""

    reason: Text


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The seals put on at the end."""

    seals_after: Annotated[tuple[Seal, ...], Meta(max_length=50)] = ()


async def check_in(
    session: AsyncSession, principal: Principal, case_no: str, request: CheckInRequest, now: datetime
) -> SessionView:
    """The lead inspector and the officers arrive. Whoever checks in is the case's lead inspector from now on."""
    case = await case_for(session, principal, case_no, lock=True)
    if Power.LEAD_INSPECT not in principal.powers:
        raise NotTheLeadInspector()
    await _check_none_running(session, case)
    sheet = await _ready(session, case)
    if case.openings and request.reason is None:
        raise ReasonMissing(errors=[{"path": "$.reason", "message": "the goods were opened before: say why again"}])

    present = await _present(session, principal, case, sheet, request)
    on_site = [Officer(person=one["person"], agency=one["agency"]) for one in present]
    rules.check_opening(str(principal.id), on_site, lead_agency=case.lead_agency)
    if await appealed_dispositions.by_other_officers(session, case):
        people = {one["person"]: one["login"] for one in present}
        async with elevated(session, PLATFORM, principal.acting):
            appeal.check_other_officers(people, await assignment.previous_inspectors(session, case))
    await cabin_reading.check_all_read(session, principal, case, present)

    row = FieldSession(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        state=rules.advance(State.PLANNED, Action.CHECK_IN).value,
        lead_inspector=principal.id,
        officers=present,
        attendance=request.attendance.value,
        seals_before=list(request.seals_before),
        seals_after=[],
        checked_in_at=now,
        opened_at=None,
        closed_at=None,
        sheet_version=None,
    )
    session.add(row)
    case.lead_inspector = principal.id
    await session.flush()

    told = {"session": str(row.id), "officers": [one["name"] for one in present], "attendance": row.attendance}
    told |= {"seals_before": row.seals_before} | ({"reason": request.reason} if request.reason else {})
    await events.record(session, case, EventType.SESSION_CHECKED_IN, told, by=principal, at=now)
    return await view_of(session, row)


async def open_goods(session: AsyncSession, principal: Principal, case_no: str, session_id: UUID, now: datetime) -> SessionView:
    """The goods are opened: the task sheet freezes, every agency that accepted gets its workstream, the opening is counted."""
    case, row = await led_session(session, principal, case_no, session_id)
    state = rules.advance(State(row.state), Action.OPEN)
    on_site = [Officer(person=one["person"], agency=one["agency"]) for one in row.officers]
    rules.check_opening(str(row.lead_inspector), on_site, lead_agency=case.lead_agency)
    sheet = await _ready(session, case)

    row.state, row.opened_at, row.sheet_version = state.value, now, sheet.version
    case.openings += 1
    if sheet.state != task_sheet.State.FROZEN:
        sheet.state = task_sheet.advance(task_sheet.State(sheet.state), task_sheet.Action.FREEZE).value
    session.add_all(await _workstreams(session, case, row, sheet))
    await booking_ends.begin(session, case)
    await session.flush()

    view = await view_of(session, row)
    told = {"session": str(row.id), "opening": case.openings, "task_sheet": sheet.number}
    told |= {"workstreams": [one.agency for one in view.workstreams]}
    await events.record(session, case, EventType.SESSION_OPENED, told, by=principal, at=now)
    return view


async def pause(
    session: AsyncSession, principal: Principal, case_no: str, session_id: UUID, request: PauseRequest, now: datetime
) -> SessionView:
    """Work stands still, with a reason; terminals may go on sending what they have."""
    case, row = await led_session(session, principal, case_no, session_id)
    state = rules.advance(State(row.state), Action.PAUSE)
    row.state = state.value
    told = {"session": str(row.id), "reason": request.reason}
    await events.record(session, case, EventType.SESSION_PAUSED, told, by=principal, at=now)
    return await view_of(session, row)


async def resume(session: AsyncSession, principal: Principal, case_no: str, session_id: UUID, now: datetime) -> SessionView:
    """Work goes on."""
    case, row = await led_session(session, principal, case_no, session_id)
    state = rules.advance(State(row.state), Action.RESUME)
    row.state = state.value
    await events.record(session, case, EventType.SESSION_RESUMED, {"session": str(row.id)}, by=principal, at=now)
    return await view_of(session, row)


async def close(
    session: AsyncSession, principal: Principal, case_no: str, session_id: UUID, request: CloseRequest, now: datetime
) -> SessionView:
    """Closes the session when every mandatory workstream is complete or excused; uploads still on their way are listed."""
    case, row = await led_session(session, principal, case_no, session_id)
    closing = rules.advance(State(row.state), Action.BEGIN_CLOSING)
    # The lead counts what is on its way, secret pieces too; nothing but the number is read.
    async with elevated(session, PLATFORM, principal.acting):
        waiting = await uploads.pending(session, events.case_stream(case.no))
    shares = [share_of(one, row, waiting) for one in await workstreams_of(session, row)]
    pending = rules.check_close(shares)

    row.state, row.closed_at = rules.advance(closing, Action.CLOSE).value, now
    row.seals_after = list(request.seals_after)
    await booking_ends.finish(session, case)

    told = {"session": str(row.id), "seals_after": row.seals_after, "pending_uploads": pending}
    await events.record(session, case, EventType.SESSION_CLOSED, told, by=principal, at=now)
    return await view_of(session, row)


async def led_session(
    session: AsyncSession, principal: Principal, case_no: str, session_id: UUID
) -> tuple[JointCase, FieldSession]:
    """The locked case and its session, when ``principal`` leads that session."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await session_in(session, case, session_id)
    rules.check_lead_inspector(str(principal.id), str(row.lead_inspector))
    return case, row


async def _check_none_running(session: AsyncSession, case: JointCase) -> None:
    running = [row for row in await rows_of(session, case) if State(row.state) not in rules.FINAL]
    if running:
        raise SessionRunning(session=str(running[0].id), state=running[0].state)


async def _ready(session: AsyncSession, case: JointCase) -> TaskSheetRow:
    """The sheet to work by. Raises when the case is over, the sheet has not issued or no window is held."""
    if case.cancelled or case.closed_at is not None:
        raise transitions.StateForbids(state=case.state, action=Action.CHECK_IN.value, allowed=[])
    sheet = await task_sheets.latest(session, case)
    held = await session.scalar(
        select(Booking.id).where(Booking.port == case.port, Booking.case_no == case.no, Booking.state.in_(booking.HELD))
    )
    over = (task_sheet.State.DRAFT, task_sheet.State.CLOSED, task_sheet.State.CANCELLED)
    missing = ["task_sheet"] if sheet is None or sheet.state in over or not await _of_present(session, case, sheet) else []
    missing += [] if held else ["window"]
    if sheet is None or missing:
        raise NotReadyForTheField(missing=missing)
    return sheet


async def _of_present(session: AsyncSession, case: JointCase, sheet: TaskSheetRow) -> bool:
    """Whether the sheet is of the version the case is on: one that has yet to follow would send people to other goods."""
    return task_sheets.document_of(sheet).declaration.version == (await declared.present(session, case)).version


async def _present(
    session: AsyncSession, principal: Principal, case: JointCase, sheet: TaskSheetRow, request: CheckInRequest
) -> list[dict[str, str]]:
    agencies = {case.lead_agency, *(one.agency for one in task_sheets.document_of(sheet).participants)}
    logins = list(dict.fromkeys((principal.login, *request.officers)))
    known = await officers.at_port(session, case.port, logins)
    welcome = {login: one for login, one in known.items() if one.agency in agencies and one.powers & _POWERS_ON_SITE}
    errors = [
        {"path": f"$.officers[{place}]", "message": f"{login}: nobody who may work on this case on site"}
        for place, login in enumerate(request.officers)
        if login not in welcome
    ]
    if errors:
        raise OfficerUnknown(errors=errors)
    people = [welcome.get(login, principal) for login in logins]
    return [{"person": str(one.id), "login": one.login, "name": one.name, "agency": one.agency or ""} for one in people]


async def _workstreams(session: AsyncSession, case: JointCase, row: FieldSession, sheet: TaskSheetRow) -> list[Workstream]:
    """The lead agency's share, and one for each participant of the sheet that has accepted by now (a late acceptance too)."""
    named = {one.agency for one in task_sheets.document_of(sheet).participants}
    accepted = await session.execute(
        select(Invitation.agency, Invitation.mandatory).where(
            Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED"
        )
    )
    shares = {case.lead_agency: True} | {agency: mandatory for agency, mandatory in accepted if agency in named}
    running = WorkstreamState.RUNNING.value
    return [
        Workstream(session_id=row.id, agency=agency, port=case.port, case_no=case.no, mandatory=mandatory, state=running)
        for agency, mandatory in sorted(shares.items())
    ]
