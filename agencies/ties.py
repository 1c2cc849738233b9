"""Ties 利益关系: declared by a unit about its own people, so that they are kept off a party's cases."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.eligibility import Tie
from agencies.people_tables import ConflictOfInterest
from agencies.powers import Principal
from agencies.units import UnitEvent
from kit.errors import Invalid, NotFound
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]


class TieInvalid(Invalid):
    """The tie ends before it begins."""

    code = "tie_invalid"
    title_zh = "回避期起止颠倒"
    title_en = "The tie ends before it begins"


class TieRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``login`` is tied to ``party`` (an enterprise's code) from and until (both included; none: no end)."""

    login: Text
    party: Text
    reason: Text
    valid_from: date
    valid_until: date | None = None


class TieView(msgspec.Struct, frozen=True, kw_only=True):
    """A tie as the unit sees it."""

    id: UUID
    login: str
    name: str
    party: str
    reason: str
    valid_from: date
    valid_until: date | None


async def declare(
    session: AsyncSession, principal: Principal, port: str, agency: str, request: TieRequest, now: datetime
) -> TieView:
    """A tie of somebody of the unit. From now on the person is neither named nor drawn for that party's cases."""
    units.check_unit(principal, port, agency)
    if request.valid_until is not None and request.valid_until < request.valid_from:
        raise TieInvalid(errors=[{"path": "$.valid_until", "message": "before valid_from"}])
    person = (await units.members(session, port, agency, {"$.login": request.login}))[request.login]

    row = ConflictOfInterest(
        id=uuid7(),
        port=port,
        agency=agency,
        person_id=person.id,
        party=request.party,
        reason=request.reason,
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        declared_by=principal.id,
        declared_at=now,
        withdrawn_at=None,
    )
    session.add(row)

    told = {"tie": str(row.id), "login": person.login}  # to whom and why stays in the unit
    await units.record(session, principal, port, agency, UnitEvent.CONFLICT_DECLARED, told, now)
    return _view(row, person)


async def withdraw(session: AsyncSession, principal: Principal, port: str, agency: str, tie_id: UUID, now: datetime) -> None:
    """The tie no longer holds; repeating it changes nothing."""
    units.check_unit(principal, port, agency)
    row = await session.scalar(
        select(ConflictOfInterest)
        .where(ConflictOfInterest.id == tie_id, ConflictOfInterest.port == port, ConflictOfInterest.agency == agency)
        .with_for_update()
    )
    if row is None:
        raise NotFound(tie=str(tie_id))
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        await units.record(session, principal, port, agency, UnitEvent.CONFLICT_WITHDRAWN, {"tie": str(row.id)}, now)


async def listed(session: AsyncSession, principal: Principal, port: str, agency: str) -> list[TieView]:
    """The unit's ties that were not withdrawn, by login and party."""
    units.check_unit(principal, port, agency)
    rows = await _standing(session, port, agency)
    people = await units.by_id(session, [row.person_id for row in rows])
    views = [_view(row, people[row.person_id]) for row in rows if row.person_id in people]
    return sorted(views, key=lambda one: (one.login, one.party, str(one.id)))


async def of_unit(session: AsyncSession, port: str, agency: str) -> dict[UUID, tuple[Tie, ...]]:
    """Person → ties, as rules read them."""
    found: dict[UUID, list[Tie]] = defaultdict(list)
    for row in await _standing(session, port, agency):
        found[row.person_id].append(Tie(party=row.party, valid_from=row.valid_from, valid_until=row.valid_until))
    return {person: tuple(held) for person, held in found.items()}


async def _standing(session: AsyncSession, port: str, agency: str) -> list[ConflictOfInterest]:
    return list(
        await session.scalars(
            select(ConflictOfInterest).where(
                ConflictOfInterest.port == port,
                ConflictOfInterest.agency == agency,
                ConflictOfInterest.withdrawn_at.is_(None),
            )
        )
    )


def _view(row: ConflictOfInterest, person: units.Named) -> TieView:
    return TieView(
        id=row.id,
        login=person.login,
        name=person.name,
        party=row.party,
        reason=row.reason,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
