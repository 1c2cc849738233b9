"""Coordinators of enterprises as they are kept: assigned by topic, and shown so that the enterprise always reaches somebody."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import roster_views, units
from agencies.coordination import WATCH, Assignment, Reached, Topic, reached
from agencies.people_tables import CoordinatorAssignment, DutyDesk
from agencies.powers import PLATFORM, Principal
from agencies.roster import NAMES
from agencies.tables import Enterprise
from agencies.units import Named, UnitEvent
from kit.database import elevated
from kit.errors import Invalid
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=200)]
CUSTOMS = "customs"


class EnterpriseUnknown(Invalid):
    """No enterprise of this code is known."""

    code = "enterprise_unknown"
    title_zh = "未登记的企业代码"
    title_en = "No enterprise of this code is known"


class AssignmentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``login`` answers ``enterprise`` for ``topic`` from a day on; ``contact`` is the desk's, never a private number."""

    enterprise: Text
    topic: Topic
    login: Text
    contact: Text
    valid_from: date
    valid_until: date | None = None
    substitute: Text | None = None


class AssignmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment as customs sees it."""

    id: UUID
    enterprise: str
    topic: Topic
    login: str
    substitute: str | None
    contact: str
    valid_from: date
    valid_until: date | None


class CoordinatorView(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers an enterprise for a topic at a port.

    ``coordinator`` is responsible, ``instead_of`` who is on leave; ``now`` is reached at this instant at ``now_contact``, with
    the watch it is (``now_zh``, ``now_en``) when that is not the coordinator. Names and desks only.
    """

    port: str
    topic: Topic
    coordinator: str | None
    instead_of: str | None
    contact: str | None
    now: str | None
    now_zh: str | None
    now_en: str | None
    now_contact: str | None


async def assign(
    session: AsyncSession, principal: Principal, port: str, request: AssignmentRequest, now: datetime
) -> AssignmentView:
    """Customs assigns a coordinator; one that answered the same topic until now ends the day before."""
    if await session.get(Enterprise, request.enterprise) is None:
        raise EnterpriseUnknown(errors=[{"path": "$.enterprise", "message": "not known"}])
    logins = {"$.login": request.login} | ({"$.substitute": request.substitute} if request.substitute else {})
    people = await units.members(session, port, CUSTOMS, logins)
    for before in await _standing(session, port, request):
        if before.valid_from < request.valid_from:
            before.valid_until = request.valid_from - timedelta(days=1)

    row = CoordinatorAssignment(
        id=uuid7(),
        port=port,
        enterprise=request.enterprise,
        topic=request.topic.value,
        person_id=people[request.login].id,
        substitute_id=people[request.substitute].id if request.substitute else None,
        contact=request.contact,
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        made_at=now,
    )
    session.add(row)

    told = {"enterprise": request.enterprise, "topic": row.topic, "login": request.login, "substitute": request.substitute}
    told |= {"valid_from": row.valid_from.isoformat()}
    await units.record(session, principal, port, CUSTOMS, UnitEvent.COORDINATOR_ASSIGNED, told, now)
    return _view(row, {one.id: one for one in people.values()})


async def listed(session: AsyncSession, port: str) -> list[AssignmentView]:
    """Every assignment of the port, as far as the acting role sees them."""
    rows = list(await session.scalars(select(CoordinatorAssignment).where(CoordinatorAssignment.port == port)))
    people = await units.by_id(session, [one for row in rows for one in (row.person_id, row.substitute_id)])
    views = [_view(row, people) for row in rows if row.person_id in people]
    return sorted(views, key=lambda one: (one.enterprise, one.topic, one.valid_from, str(one.id)))


async def of_enterprise(session: AsyncSession, principal: Principal, port: str | None, now: datetime) -> list[CoordinatorView]:
    """Whom the enterprise reaches, for every topic, at ``port`` or at each port that assigned it a coordinator (else at all).

    As the platform: rosters and names of officers are not the enterprise's to read; what is shown is the answer.
    """
    assert principal.enterprise is not None
    async with elevated(session, PLATFORM, principal.acting):
        rows = await session.scalars(
            select(CoordinatorAssignment).where(CoordinatorAssignment.enterprise == principal.enterprise)
        )
        by_port: dict[str, list[CoordinatorAssignment]] = defaultdict(list)
        for row in rows:
            by_port[row.port].append(row)
        asked = [port] if port else sorted(by_port) or await _ports_with_a_desk(session)
        return [one for where in asked for one in await _at_port(session, where, by_port[where], now)]


async def _at_port(session: AsyncSession, port: str, rows: list[CoordinatorAssignment], now: datetime) -> list[CoordinatorView]:
    roster = await roster_views.load(session, port, None, now)
    desks = {row.role: row.contact for row in await session.scalars(select(DutyDesk).where(DutyDesk.port == port))}
    assignments = [_assignment(row) for row in rows]
    answers = [reached(assignments, roster, topic, now) for topic in Topic]
    people = await units.by_id(session, [UUID(one) for answer in answers for one in _named(answer)])
    return [_reached_view(port, answer, people, desks) for answer in answers]


async def _ports_with_a_desk(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(DutyDesk.port).distinct().order_by(DutyDesk.port)))


def _named(answer: Reached) -> list[str]:
    found = (answer.coordinator, answer.instead_of, answer.now.person if answer.now else None)
    return [one for one in found if one is not None]


def _reached_view(port: str, answer: Reached, people: dict[UUID, Named], desks: dict[str, str]) -> CoordinatorView:
    def name(person: str | None) -> str | None:
        return people[UUID(person)].name if person and UUID(person) in people else None

    himself = answer.now is not None and answer.now.person == answer.coordinator
    watch = answer.now.role if answer.now and not himself else None
    return CoordinatorView(
        port=port,
        topic=answer.topic,
        coordinator=name(answer.coordinator),
        instead_of=name(answer.instead_of),
        contact=answer.contact,
        now=name(answer.now.person) if answer.now else None,
        now_zh=NAMES[watch][0] if watch else None,
        now_en=NAMES[watch][1] if watch else None,
        now_contact=answer.contact if himself else desks.get(watch or WATCH[answer.topic]),
    )


async def _standing(session: AsyncSession, port: str, request: AssignmentRequest) -> list[CoordinatorAssignment]:
    open_ended = (CoordinatorAssignment.valid_until.is_(None)) | (CoordinatorAssignment.valid_until >= request.valid_from)
    found = await session.scalars(
        select(CoordinatorAssignment)
        .where(
            CoordinatorAssignment.port == port,
            CoordinatorAssignment.enterprise == request.enterprise,
            CoordinatorAssignment.topic == request.topic.value,
            open_ended,
        )
        .with_for_update()
    )
    return list(found)


def _assignment(row: CoordinatorAssignment) -> Assignment:
    return Assignment(
        topic=Topic(row.topic),
        person=str(row.person_id),
        substitute=str(row.substitute_id) if row.substitute_id else None,
        contact=row.contact,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _view(row: CoordinatorAssignment, people: dict[UUID, Named]) -> AssignmentView:
    substitute = people.get(row.substitute_id) if row.substitute_id else None
    return AssignmentView(
        id=row.id,
        enterprise=row.enterprise,
        topic=Topic(row.topic),
        login=people[row.person_id].login,
        substitute=substitute.login if substitute else None,
        contact=row.contact,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
