"""Appointments as the enterprise reads them: one notice per change, written once by the platform; the calendar file."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.events import EventType
from inspection.planning import appointment, case_windows
from inspection.planning.appointment import AppointmentDocument, Kind, Place
from inspection.planning.booking import State
from inspection.planning.schedule_tables import AppointmentNotice, Bay, Booking
from inspection.statuses import PORT_ZONE
from kit.errors import NotFound
from risk.declaration import Declaration

KINDS: Final[dict[str, Kind]] = {
    EventType.SCHEDULE_CONFIRMED: "APPOINTED",
    EventType.SCHEDULE_CHANGED: "BEING_MOVED",
    EventType.SCHEDULE_CANCELLED: "CANCELLED",
    EventType.SCHEDULE_REFUSED: "CANCELLED",
    EventType.NO_SHOW_RECORDED: "MISSED",
}
OF_STATE: Final[dict[str, Kind]] = {
    State.CHANGED: "BEING_MOVED",
    State.CANCELLED: "CANCELLED",
    State.NO_SHOW: "MISSED",
}


async def notify(session: AsyncSession, stream: str, type: str, data: dict[str, Any], now: datetime) -> None:
    """Writes the notice of one change of a booking; repeating it changes nothing. As the platform.

    A proposal nobody has confirmed is no appointment: the enterprise hears neither of it nor of its end.
    """
    if data["state"] == State.PROPOSED or data.get("was") == State.PROPOSED:
        return
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)))
    if case is None:
        return
    declared = await session.get_one(DeclarationRow, case.declaration_id)
    where = msgspec.convert({name: data[name] for name in Place.__struct_fields__}, Place)
    reason = str(data.get("reason", ""))
    one = _document(case, declared, KINDS[type], int(data["version"]), where, reason, now)
    row = {
        "booking_id": UUID(data["booking"]),
        "sequence": one.sequence,
        "port": case.port,
        "case_no": case.no,
        "declaration_id": declared.id,
        "number": declared.number,
        "trader": declared.trader,
        "broker": declared.broker,
        "document": msgspec.to_builtins(one),
        "calendar": appointment.calendar(data["booking"], one).decode(),
        "at": now,
    }
    await session.execute(insert(AppointmentNotice).values(row).on_conflict_do_nothing())


async def of_declaration(session: AsyncSession, principal: Principal, number: str) -> list[AppointmentDocument]:
    """Every notice of a declaration of one's own, newest first; NotFound before the first."""
    return [msgspec.convert(row.document, AppointmentDocument) for row in await _notices(session, principal, number)]


async def calendar_of_declaration(session: AsyncSession, principal: Principal, number: str) -> str:
    """The newest notice as a calendar file."""
    return (await _notices(session, principal, number))[0].calendar


async def calendar_of_case(session: AsyncSession, principal: Principal, case_no: str, now: datetime) -> bytes:
    """The case's latest window as a calendar file, for its members; NotFound before anything was booked."""
    case = await case_for(session, principal, case_no)
    row = await case_windows.latest(session, case)
    if row is None:
        raise NotFound(case=case_no, because="nothing has been booked yet")
    declared = await session.get_one(DeclarationRow, case.declaration_id)
    bay = await session.get_one(Bay, (row.port, row.bay))
    kind = OF_STATE.get(row.state, "APPOINTED")
    one = _document(case, declared, kind, row.version, _place(row, bay), row.ended_because or "", now)
    return appointment.calendar(str(row.id), one)


async def _notices(session: AsyncSession, principal: Principal, number: str) -> list[AppointmentNotice]:
    own = or_(AppointmentNotice.trader == principal.enterprise, AppointmentNotice.broker == principal.enterprise)
    rows = list(
        await session.scalars(
            select(AppointmentNotice)
            .where(AppointmentNotice.number == number, own)
            .order_by(AppointmentNotice.at.desc(), AppointmentNotice.sequence.desc())
        )
    )
    if not rows:
        raise NotFound(declaration=number, because="nothing has been appointed yet")
    return rows


def _document(
    case: JointCase, declared: DeclarationRow, kind: Kind, sequence: int, where: Place, reason: str, now: datetime
) -> AppointmentDocument:
    return appointment.document(
        case=case.no,
        declaration=msgspec.convert(declared.document, Declaration),
        kind=kind,
        sequence=sequence,
        where=where,
        reason=reason,
        issued_at=now,
        zone=PORT_ZONE,
    )


def _place(row: Booking, bay: Bay) -> Place:
    return Place(
        zone=bay.zone, bay=row.bay, place=row.place, starts_at=row.starts_at, ends_at=row.ends_at, off_hours=row.off_hours
    )
