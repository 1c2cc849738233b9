"""The directory: agencies by name, units on duty, enterprises of the demo."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.tables import Agency, Enterprise, Person, Unit


class AgencyName(msgspec.Struct, frozen=True, kw_only=True):
    """An agency as people call it."""

    code: str
    zh: str
    en: str


async def agency_names(session: AsyncSession) -> dict[str, AgencyName]:
    """Every agency by its code."""
    rows = await session.scalars(select(Agency))
    return {row.code: AgencyName(code=row.code, zh=row.name_zh, en=row.name_en) for row in rows}


async def on_duty_around_the_clock(session: AsyncSession, port: str, agency: str) -> bool:
    """Whether the agency's unit at the port has a 24-hour roster; without a unit there is nobody at night."""
    unit = await session.get(Unit, (port, agency))
    return unit is not None and unit.duty_24h


async def duty_rosters(session: AsyncSession, port: str) -> frozenset[str]:
    """The agencies whose unit at the port is on duty around the clock."""
    return frozenset(await session.scalars(select(Unit.agency).where(Unit.port == port, Unit.duty_24h)))


async def is_demo(session: AsyncSession, enterprise: str) -> bool:
    """Whether the enterprise belongs to the demo: its papers carry the watermark."""
    row = await session.get(Enterprise, enterprise)
    return row is not None and row.demo


async def names_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of people by id, as far as the acting role may see them; also of those who can no longer sign in."""
    found = await session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in found}
