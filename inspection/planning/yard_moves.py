"""Moving goods in the yard: at a numbered place, within the bay's capacity, and each move an event of the case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Kind, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import CaseMember, JointCase
from inspection.events import EventType
from inspection.planning import booking, yard
from inspection.planning.booking_views import live
from inspection.planning.schedule_tables import Bay, YardPosition
from inspection.planning.yard import State as Zone
from kit.errors import NotFound

Unit = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,40}$(?!\n)")]
GOODS = "goods"
"""The unit of a case that names no containers or vehicles."""


class MoveRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a unit goes. Without ``bay`` the first of the zone with room; without ``place`` the lowest free one."""

    to: Zone
    unit: Unit = GOODS
    bay: str | None = None
    place: Annotated[int, Meta(ge=1)] | None = None
    reason: Annotated[str, Meta(max_length=500)] = ""


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a unit of a case stands."""

    case: str
    unit: str
    zone: Zone
    bay: str | None
    place: int | None
    since: datetime


class BayView(msgspec.Struct, frozen=True, kw_only=True):
    """A bay with what stands in it, as far as the asking person may see it."""

    code: str
    zone: str
    kind: str
    places: int
    capabilities: list[str]
    standing: list[PositionView]


async def move(session: AsyncSession, principal: Principal, case_no: str, request: MoveRequest, now: datetime) -> PositionView:
    """Moves one unit. Where it stands already, nothing changes."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await session.get(YardPosition, (case.port, case.no, request.unit))
    here = await _bay(session, case, row.bay) if row and row.bay else None
    zone = Zone(here.kind) if here else Zone.OUTSIDE
    if zone is request.to and (row is None or _same(row, request)):
        return _position(case, request.unit, here, row, now)

    yard.after(zone, request.to)
    to, place = await _destination(session, case, request)

    since = {"bay": row.bay, "place": row.place} if row else {"bay": None, "place": None}
    row = row or YardPosition(port=case.port, case_no=case.no, unit=request.unit)
    row.bay, row.place, row.since, row.moved_by = to.code if to else None, place, now, principal.id
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as taken:
        assert to is not None
        raise yard.NoRoom(bay=to.code, places=to.places) from taken

    data = {"unit": request.unit, "from": {"zone": zone.value, **since}, "reason": request.reason}
    data["to"] = {"zone": request.to.value, "bay": to.code if to else None, "place": place}
    await events.record(session, case, EventType.GOODS_MOVED, data, by=principal, at=now)
    return _position(case, request.unit, to, row, now)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[PositionView]:
    """Where the units of a case stand."""
    case = await case_for(session, principal, case_no)
    rows = await session.execute(
        select(YardPosition, Bay)
        .outerjoin(Bay, (Bay.port == YardPosition.port) & (Bay.code == YardPosition.bay))
        .where(YardPosition.port == case.port, YardPosition.case_no == case.no)
        .order_by(YardPosition.unit)
    )
    return [_position(case, row.unit, bay, row, row.since) for row, bay in rows]


async def of_port(session: AsyncSession, principal: Principal, port: str) -> list[BayView]:
    """Every bay of the person's own port, by code; of what stands there only what the person may see."""
    if port != principal.port:
        raise NotFound(port=port)
    query = select(YardPosition).where(YardPosition.port == port, YardPosition.bay.is_not(None))
    if principal.kind is Kind.AGENCY:
        mine = select(CaseMember.case_no).where(CaseMember.port == port, CaseMember.agency == principal.agency)
        query = query.where(YardPosition.case_no.in_(mine))
    standing = list(await session.scalars(query))
    return [
        BayView(
            code=bay.code,
            zone=bay.zone,
            kind=bay.kind,
            places=bay.places,
            capabilities=list(bay.capabilities),
            standing=[_standing(row, bay) for row in sorted(standing, key=lambda one: one.place or 0) if row.bay == bay.code],
        )
        for bay in await session.scalars(select(Bay).where(Bay.port == port).order_by(Bay.code))
    ]


async def _destination(session: AsyncSession, case: JointCase, request: MoveRequest) -> tuple[Bay | None, int | None]:
    if request.to is Zone.OUTSIDE:
        yard.check_may_leave(case.state)
        return None, None
    if request.to is Zone.INSPECTION:
        return await _booked(session, case, request)
    fitting = [request.bay] if request.bay else await _bays(session, case, request.to)
    full: yard.NoRoom | None = None
    for code in fitting:
        bay = await _bay(session, case, code)
        if bay.kind != request.to:
            raise NotFound(bay=code, zone=request.to.value)
        try:
            return bay, yard.free_place(bay.code, bay.places, await _taken(session, bay), request.place)
        except yard.NoRoom as no_room:
            full = no_room
    raise full or NotFound(zone=request.to.value)


async def _booked(session: AsyncSession, case: JointCase, request: MoveRequest) -> tuple[Bay, int]:
    row = await live(session, case)
    held = row is not None and row.state in (*booking.HELD, booking.State.IN_PROGRESS)
    booked = (row.bay, row.place) if row is not None and held else None
    place = yard.check_booked(request.bay or (booked[0] if booked else ""), request.place, booked)
    assert booked is not None
    bay = await _bay(session, case, booked[0])
    return bay, yard.free_place(bay.code, bay.places, await _taken(session, bay), place)


async def _bays(session: AsyncSession, case: JointCase, zone: Zone) -> list[str]:
    found = await session.scalars(select(Bay.code).where(Bay.port == case.port, Bay.kind == zone.value).order_by(Bay.code))
    return list(found)


async def _bay(session: AsyncSession, case: JointCase, code: str) -> Bay:
    bay = await session.get(Bay, (case.port, code))
    if bay is None:
        raise NotFound(bay=code)
    return bay


async def _taken(session: AsyncSession, bay: Bay) -> set[int]:
    places = select(YardPosition.place).where(YardPosition.port == bay.port, YardPosition.bay == bay.code)
    return {place for place in await session.scalars(places) if place is not None}


def _same(row: YardPosition, request: MoveRequest) -> bool:
    return request.bay in (None, row.bay) and request.place in (None, row.place)


def _position(case: JointCase, unit: str, bay: Bay | None, row: YardPosition | None, now: datetime) -> PositionView:
    return PositionView(
        case=case.no,
        unit=unit,
        zone=Zone(bay.kind) if bay else Zone.OUTSIDE,
        bay=bay.code if bay else None,
        place=row.place if row else None,
        since=row.since if row else now,
    )


def _standing(row: YardPosition, bay: Bay) -> PositionView:
    return PositionView(case=row.case_no, unit=row.unit, zone=Zone(bay.kind), bay=bay.code, place=row.place, since=row.since)
