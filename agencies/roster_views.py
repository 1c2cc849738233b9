"""Rosters as they are read: what rules take, what a unit sees of its own, and the on-call directory of a port."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units, work_calendars
from agencies.people_tables import AbsenceRow, DutyDesk, RosterShift
from agencies.powers import PLATFORM, Principal
from agencies.roster import DIRECTORY, NAMES, Absence, OnDuty, Role, Roster, Shift, Span, gaps, on_call, on_duty
from agencies.tables import Person
from agencies.units import Named
from kit.database import elevated

SHOWN_AHEAD = timedelta(days=7)
"""How far ahead a roster is held against its gaps."""


class ShiftView(msgspec.Struct, frozen=True, kw_only=True):
    """A shift as it stands in the roster."""

    id: UUID
    login: str
    name: str
    role: Role
    rank: int
    weekdays: list[int]
    starts: time
    ends: time
    valid_from: date
    valid_until: date | None


class AbsenceView(msgspec.Struct, frozen=True, kw_only=True):
    """An absence as it stands in the roster."""

    id: UUID
    login: str
    name: str
    substitute: str | None
    reason: str
    starts_at: datetime
    ends_at: datetime


class DutyView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on duty. ``instead_of`` is whose shift it is."""

    role: Role
    rank: int
    login: str
    name: str
    instead_of: str | None


class GapView(msgspec.Struct, frozen=True, kw_only=True):
    """When nobody is on duty for a role."""

    role: Role
    starts_at: datetime
    ends_at: datetime


class RosterView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's roster: who is on duty ``at``, every shift and absence, and the gaps of the week ahead in the roles it keeps."""

    port: str
    agency: str
    at: datetime
    on_duty: list[DutyView]
    shifts: list[ShiftView]
    absences: list[AbsenceView]
    gaps: list[GapView]


class OnCallView(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to call for one of the six roles. ``watch`` is the role whose watch answers, when its own has nobody.

    ``name`` None: nobody at the port holds a watch; the roster has a gap that has to be closed.
    """

    role: Role
    role_zh: str
    role_en: str
    agency: str | None
    contact: str | None
    login: str | None
    name: str | None
    instead_of: str | None
    watch: Role | None


async def roster_of(session: AsyncSession, principal: Principal, port: str, agency: str, at: datetime) -> RosterView:
    """The unit's roster as its own people and the administrator see it."""
    units.check_unit(principal, port, agency)
    shifts = list(await session.scalars(_shifts(port, agency).order_by(RosterShift.role, RosterShift.rank, RosterShift.id)))
    absences = list(await session.scalars(_absences(port, agency, at).order_by(AbsenceRow.starts_at, AbsenceRow.id)))
    known = [*(row.person_id for row in shifts), *(row.person_id for row in absences), *(row.substitute_id for row in absences)]
    people = await units.by_id(session, known)
    roster = await load(session, port, agency, at)
    ahead = Span(starts=at, ends=at + SHOWN_AHEAD)
    kept = [role for role in Role if any(shift.role is role for shift in roster.shifts)]
    return RosterView(
        port=port,
        agency=agency,
        at=at,
        on_duty=[_duty_view(one, people) for role in kept for one in on_duty(roster, role, at)],
        shifts=[shift_view(row, people[row.person_id]) for row in shifts if row.person_id in people],
        absences=[absence_view(row, people) for row in absences if row.person_id in people],
        gaps=[GapView(role=role, starts_at=gap.starts, ends_at=gap.ends) for role in kept for gap in gaps(roster, role, ahead)],
    )


async def load(session: AsyncSession, port: str, agency: str | None, since: datetime) -> Roster:
    """The roster of a unit (of the whole port when ``agency`` is None) as rules read it; people by id.

    Absences that ended before ``since`` and people who can no longer sign in are left out. As far as the acting role sees.
    """
    serving = (RosterShift.person_id == Person.id) & Person.disabled_at.is_(None)
    shifts = await session.scalars(_shifts(port, agency).join(Person, serving))
    absences = await session.scalars(_absences(port, agency, since))
    return Roster(
        shifts=tuple(_shift(row) for row in shifts),
        absences=tuple(_absence(row) for row in absences),
        zone=(await work_calendars.calendar_for(session, port, agency)).zone,
    )


async def on_call_directory(session: AsyncSession, principal: Principal, port: str, at: datetime) -> list[OnCallView]:
    """The six roles of the port, each with whom to call ``at``. Every officer of the port may ask.

    As the platform: a roster belongs to its unit, and the directory shows one name of it.
    """
    async with elevated(session, PLATFORM, principal.acting):
        return await directory(session, port, at)


async def directory(session: AsyncSession, port: str, at: datetime) -> list[OnCallView]:
    """:func:`on_call_directory` for the platform itself: an escalation looks up here whom it reaches."""
    roster = await load(session, port, None, at)
    desks = {row.role: row for row in await session.scalars(select(DutyDesk).where(DutyDesk.port == port))}
    called = {role: on_call(roster, role, at) for role in DIRECTORY}
    people = await units.by_id(session, [UUID(text) for one in called.values() if one for text in _named(one)])
    return [_on_call_view(role, called[role], desks.get(role.value), people) for role in DIRECTORY]


def _named(one: OnDuty) -> list[str]:
    return [one.person, *([one.instead_of] if one.instead_of else [])]


def _on_call_view(role: Role, one: OnDuty | None, desk: DutyDesk | None, people: dict[UUID, Named]) -> OnCallView:
    person = people.get(UUID(one.person)) if one else None
    away = people.get(UUID(one.instead_of)) if one and one.instead_of else None
    return OnCallView(
        role=role,
        role_zh=NAMES[role][0],
        role_en=NAMES[role][1],
        agency=desk.agency if desk else None,
        contact=desk.contact if desk else None,
        login=person.login if person else None,
        name=person.name if person else None,
        instead_of=away.name if away else None,
        watch=one.role if one else None,
    )


def shift_view(row: RosterShift, person: Named) -> ShiftView:
    """A shift as the unit sees it."""
    return ShiftView(
        id=row.id,
        login=person.login,
        name=person.name,
        role=Role(row.role),
        rank=row.rank,
        weekdays=row.weekdays,
        starts=row.starts,
        ends=row.ends,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def absence_view(row: AbsenceRow, people: Mapping[UUID, Named]) -> AbsenceView:
    """An absence as the unit sees it."""
    person, substitute = people[row.person_id], people.get(row.substitute_id) if row.substitute_id else None
    return AbsenceView(
        id=row.id,
        login=person.login,
        name=person.name,
        substitute=substitute.login if substitute else None,
        reason=row.reason,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _duty_view(one: OnDuty, people: Mapping[UUID, Named]) -> DutyView:
    person, away = people[UUID(one.person)], people.get(UUID(one.instead_of)) if one.instead_of else None
    return DutyView(role=one.role, rank=one.rank, login=person.login, name=person.name, instead_of=away.login if away else None)


def _shifts(port: str, agency: str | None) -> Select[RosterShift]:
    query = select(RosterShift).where(RosterShift.port == port, RosterShift.withdrawn_at.is_(None))
    return query if agency is None else query.where(RosterShift.agency == agency)


def _absences(port: str, agency: str | None, since: datetime) -> Select[AbsenceRow]:
    query = select(AbsenceRow).where(AbsenceRow.port == port, AbsenceRow.withdrawn_at.is_(None), AbsenceRow.ends_at > since)
    return query if agency is None else query.where(AbsenceRow.agency == agency)


def _shift(row: RosterShift) -> Shift:
    return Shift(
        person=str(row.person_id),
        role=Role(row.role),
        rank=row.rank,
        weekdays=tuple(row.weekdays),
        starts=row.starts,
        ends=row.ends,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _absence(row: AbsenceRow) -> Absence:
    substitute = str(row.substitute_id) if row.substitute_id else None
    return Absence(person=str(row.person_id), starts=row.starts_at, ends=row.ends_at, substitute=substitute)
