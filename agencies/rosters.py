"""Rosters as they are kept: shifts made and withdrawn, absences recorded, desks set."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.people_tables import AbsenceRow, DutyDesk, RosterShift
from agencies.powers import Principal
from agencies.roster import DIRECTORY, EVERY_DAY, Role
from agencies.roster_views import AbsenceView, ShiftView, absence_view, shift_view
from agencies.units import UnitEvent
from kit.errors import Invalid, NotFound
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]
Weekday = Annotated[int, Meta(ge=1, le=7)]


class RosterInvalid(Invalid):
    """The shift or absence ends before it begins, or somebody stands in for himself; ``details['errors']`` names the field."""

    code = "roster_invalid"
    title_zh = "排班或请假信息不成立"
    title_en = "The shift or absence cannot be like this"


class ShiftRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shift for ``login``: on ``weekdays`` (1 Monday) from ``starts`` to ``ends`` local time; equal times are a whole day."""

    login: Text
    role: Role
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None = None
    rank: Annotated[int, Meta(ge=1, le=9)] = 1
    weekdays: Annotated[tuple[Weekday, ...], Meta(min_length=1, max_length=7)] = EVERY_DAY


class AbsenceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``login`` is away from ``starts_at`` to just before ``ends_at``; ``substitute`` takes the shifts."""

    login: Text
    starts_at: datetime
    ends_at: datetime
    reason: Text
    substitute: Text | None = None


class DeskRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the desk of a role is reached: an extension or a room, never anybody's private number."""

    agency: Text
    contact: Text


async def make_shift(
    session: AsyncSession, principal: Principal, port: str, agency: str, request: ShiftRequest, now: datetime
) -> ShiftView:
    """A shift in the unit's roster."""
    units.check_unit(principal, port, agency)
    if request.valid_until is not None and request.valid_until < request.valid_from:
        raise RosterInvalid(errors=[{"path": "$.valid_until", "message": "before valid_from"}])
    person = (await units.members(session, port, agency, {"$.login": request.login}))[request.login]

    row = RosterShift(
        id=uuid7(),
        port=port,
        agency=agency,
        role=request.role.value,
        person_id=person.id,
        rank=request.rank,
        weekdays=sorted(set(request.weekdays)),
        starts=request.starts.replace(tzinfo=None),
        ends=request.ends.replace(tzinfo=None),
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        withdrawn_at=None,
        made_at=now,
    )
    session.add(row)

    told = {"shift": str(row.id), "login": person.login, "role": row.role, "rank": row.rank, "weekdays": row.weekdays}
    told |= {"starts": row.starts.isoformat(), "ends": row.ends.isoformat(), "valid_from": row.valid_from.isoformat()}
    told |= {"valid_until": row.valid_until.isoformat() if row.valid_until else None}
    await units.record(session, principal, port, agency, UnitEvent.SHIFT_MADE, told, now)
    return shift_view(row, person)


async def withdraw_shift(
    session: AsyncSession, principal: Principal, port: str, agency: str, shift_id: UUID, now: datetime
) -> None:
    """Takes a shift out of the roster; repeating it changes nothing."""
    units.check_unit(principal, port, agency)
    row = await session.scalar(
        select(RosterShift)
        .where(RosterShift.id == shift_id, RosterShift.port == port, RosterShift.agency == agency)
        .with_for_update()
    )
    if row is None:
        raise NotFound(shift=str(shift_id))
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        await units.record(session, principal, port, agency, UnitEvent.SHIFT_WITHDRAWN, {"shift": str(row.id)}, now)


async def record_absence(
    session: AsyncSession, principal: Principal, port: str, agency: str, request: AbsenceRequest, now: datetime
) -> AbsenceView:
    """Somebody of the unit is away, and who stands in meanwhile."""
    units.check_unit(principal, port, agency)
    _check_absence(request)
    logins = {"$.login": request.login} | ({"$.substitute": request.substitute} if request.substitute else {})
    people = await units.members(session, port, agency, logins)
    person, substitute = people[request.login], people.get(request.substitute or "")

    row = AbsenceRow(
        id=uuid7(),
        port=port,
        agency=agency,
        person_id=person.id,
        substitute_id=substitute.id if substitute else None,
        reason=request.reason,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        withdrawn_at=None,
        made_at=now,
    )
    session.add(row)

    # The reason is the unit's own business: the log says that somebody is away, not why.
    told = {"absence": str(row.id), "login": person.login, "substitute": substitute.login if substitute else None}
    told |= {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
    await units.record(session, principal, port, agency, UnitEvent.ABSENCE_RECORDED, told, now)
    return absence_view(row, {one.id: one for one in people.values()})


async def withdraw_absence(
    session: AsyncSession, principal: Principal, port: str, agency: str, absence_id: UUID, now: datetime
) -> None:
    """The person is back, or never went; repeating it changes nothing."""
    units.check_unit(principal, port, agency)
    row = await session.scalar(
        select(AbsenceRow)
        .where(AbsenceRow.id == absence_id, AbsenceRow.port == port, AbsenceRow.agency == agency)
        .with_for_update()
    )
    if row is None:
        raise NotFound(absence=str(absence_id))
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        await units.record(session, principal, port, agency, UnitEvent.ABSENCE_WITHDRAWN, {"absence": str(row.id)}, now)


async def set_desk(
    session: AsyncSession, principal: Principal, port: str, role: Role, request: DeskRequest, now: datetime
) -> None:
    """How the desk of one of the six roles is reached at the port; the same again changes nothing."""
    if role not in DIRECTORY:
        raise NotFound(role=role.value)
    await units.check_agency(session, request.agency)
    row = await session.get(DutyDesk, (port, role.value), with_for_update=True)
    if row is not None and (row.agency, row.contact) == (request.agency, request.contact):
        return
    if row is None:
        session.add(DutyDesk(port=port, role=role.value, agency=request.agency, contact=request.contact))
    else:
        row.agency, row.contact = request.agency, request.contact
    told = {"role": role.value, "contact": request.contact}
    await units.record(session, principal, port, request.agency, UnitEvent.DESK_SET, told, now)


def _check_absence(request: AbsenceRequest) -> None:
    errors = [
        {"path": f"$.{name}", "message": "an instant with its offset"}
        for name in ("starts_at", "ends_at")
        if getattr(request, name).tzinfo is None
    ]
    if not errors and request.ends_at <= request.starts_at:
        errors = [{"path": "$.ends_at", "message": "not after starts_at"}]
    if request.substitute == request.login:
        errors.append({"path": "$.substitute", "message": "nobody stands in for himself"})
    if errors:
        raise RosterInvalid(errors=errors)
