"""Scheduling at the office and the enterprise: slots, bookings, plans, the yard; wishes and appointments."""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from agencies.act import Act
from agencies.powers import Principal
from inspection.planning import (
    appointments,
    booking_answers,
    booking_ends,
    bookings,
    case_windows,
    port_plan,
    preferred,
    yard_moves,
)
from inspection.planning.appointment import AppointmentDocument
from inspection.planning.booking_answers import AnswerRequest, RefuseRequest
from inspection.planning.booking_ends import CancelRequest, NoShowRequest
from inspection.planning.booking_views import BookingView, Slot
from inspection.planning.bookings import ChangeRequest
from inspection.planning.preferred import WishRequest, WishView
from inspection.planning.schedule_problem import Plan
from inspection.planning.yard_moves import BayView, MoveRequest, PositionView
from kit.database import Database
from kit.idempotency import Once

CASE = "/api/v1/cases/{no:str}"
SCHEDULE = CASE + "/schedule"
PORT = "/api/v1/ports/{port:str}"
DECLARATION = "/api/v1/declarations/{number:str}"
ICS = "text/calendar; charset=utf-8"


@get(CASE + "/slots")
async def slots(no: FromPath[str], act: NamedDependency[Act]) -> list[Slot]:
    """Free windows for the case, the best first, each with its reasons. One of them can be sent back as it is."""
    return await case_windows.slots(act.session, act.principal, no, act.now)


@get(SCHEDULE)
async def schedule(no: FromPath[str], act: NamedDependency[Act]) -> BookingView:
    """The case's latest booking with the agencies' answers."""
    return await bookings.current(act.session, act.principal, no)


@post(SCHEDULE, status_code=200)
async def propose(no: FromPath[str], data: JSONBody[Slot], act: NamedDependency[Act]) -> BookingView:
    """The lead proposes a window and holds it; the same one again changes nothing, a taken one is a conflict."""
    return await bookings.propose(act.session, act.principal, no, data, act.now)


@post(SCHEDULE + "/confirm", status_code=200)
async def confirm(no: FromPath[str], data: JSONBody[AnswerRequest], act: NamedDependency[Act]) -> BookingView:
    """An agency confirms the window; the last mandatory one makes it stand."""
    return await booking_answers.confirm(act.session, act.principal, no, data, act.now)


@post(SCHEDULE + "/refuse", status_code=200)
async def refuse(
    no: FromPath[str], data: JSONBody[RefuseRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """An agency cannot come then: the window is given back."""
    return await once(lambda: booking_answers.refuse(act.session, act.principal, no, data, act.now), required=False)


@post(SCHEDULE + "/change", status_code=200)
async def change(no: FromPath[str], data: JSONBody[ChangeRequest], act: NamedDependency[Act]) -> BookingView:
    """The lead moves the window; every agency is asked again."""
    return await bookings.change(act.session, act.principal, no, data, act.now)


@post(SCHEDULE + "/cancel", status_code=200)
async def cancel(
    no: FromPath[str], data: JSONBody[CancelRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The lead gives the window back."""
    return await once(lambda: booking_ends.cancel(act.session, act.principal, no, data, act.now), required=False)


@post(SCHEDULE + "/no-show", status_code=200)
async def no_show(
    no: FromPath[str], data: JSONBody[NoShowRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """A party did not come; the case needs another window."""
    return await once(lambda: booking_ends.no_show(act.session, act.principal, no, data, act.now), required=False)


@get(CASE + "/schedule.ics")
async def schedule_ics(no: FromPath[str], act: NamedDependency[Act]) -> Response[bytes]:
    """The latest window as a calendar file."""
    return _ics(await appointments.calendar_of_case(act.session, act.principal, no, act.now), no)


@get(PORT + "/plan")
async def plan(
    port: FromPath[str],
    database: NamedDependency[Database],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    movable: FromQuery[list[str] | None] = None,
) -> Plan:
    """Proposals for everything that waits for a window; bookings stay, but for the cases named ``movable``. Holds nothing.

    Planning takes seconds: no transaction is open meanwhile.
    """
    async with database.unit_of_work(principal.acting) as session:
        problem = await port_plan.problem(session, principal, port, movable or [], now)
    return await asyncio.to_thread(port_plan.solved, problem)


@get(PORT + "/yard")
async def yard(port: FromPath[str], act: NamedDependency[Act]) -> list[BayView]:
    """Every bay with what stands in it."""
    return await yard_moves.of_port(act.session, act.principal, port)


@get(CASE + "/yard")
async def positions(no: FromPath[str], act: NamedDependency[Act]) -> list[PositionView]:
    """Where the goods of a case stand."""
    return await yard_moves.of_case(act.session, act.principal, no)


@post(CASE + "/yard-moves", status_code=200)
async def move(no: FromPath[str], data: JSONBody[MoveRequest], act: NamedDependency[Act]) -> PositionView:
    """Moves goods to a numbered place; where they stand already, nothing changes."""
    return await yard_moves.move(act.session, act.principal, no, data, act.now)


@get(DECLARATION + "/preferred-windows")
async def wishes(number: FromPath[str], act: NamedDependency[Act]) -> WishView:
    """The windows the enterprise would like."""
    return await preferred.stated(act.session, act.principal, number)


@post(DECLARATION + "/preferred-windows", status_code=200)
async def wish(number: FromPath[str], data: JSONBody[WishRequest], act: NamedDependency[Act]) -> WishView:
    """The enterprise states all windows that would suit; the same again changes nothing."""
    return await preferred.state(act.session, act.principal, number, data, act.now)


@get(DECLARATION + "/appointment")
async def appointment(number: FromPath[str], act: NamedDependency[Act]) -> list[AppointmentDocument]:
    """Every notice of the appointment, newest first: time, place, what to bring, who bears which cost."""
    return await appointments.of_declaration(act.session, act.principal, number)


@get(DECLARATION + "/appointment.ics")
async def appointment_ics(number: FromPath[str], act: NamedDependency[Act]) -> Response[bytes]:
    """The newest notice as a calendar file."""
    return _ics((await appointments.calendar_of_declaration(act.session, act.principal, number)).encode(), number)


def _ics(content: bytes, name: str) -> Response[bytes]:
    return Response(content, media_type=ICS, headers={"Content-Disposition": f'attachment; filename="{name}.ics"'})


HANDLERS = [
    slots,
    schedule,
    propose,
    confirm,
    refuse,
    change,
    cancel,
    no_show,
    schedule_ics,
    plan,
    yard,
    positions,
    move,
    wishes,
    wish,
    appointment,
    appointment_ics,
]
