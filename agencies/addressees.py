"""Who is meant when somebody has to be told: people by unit and power, on duty now, of an enterprise. As the platform."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import roster_views
from agencies.powers import Power
from agencies.roster import Role, on_duty
from agencies.tables import Person


async def holding(session: AsyncSession, port: str, agency: str, power: Power) -> list[UUID]:
    """The people of a unit who hold a power."""
    rows = await session.scalars(
        select(Person.id)
        .where(Person.port == port, Person.agency == agency, Person.powers.contains([power.value]), Person.disabled_at.is_(None))
        .order_by(Person.id)
    )
    return list(rows)


async def experts_on_duty(session: AsyncSession, port: str, agency: str, at: datetime) -> list[UUID]:
    """The experts of a unit who are on duty; substitutes in place of who is away."""
    roster = await roster_views.load(session, port, agency, at)
    return [UUID(one.person) for one in on_duty(roster, Role.EXPERT, at)]


async def heads(session: AsyncSession, port: str, agency: str) -> list[UUID]:
    """Who answers for a unit: its superior, or its dispatchers where nobody stands above them."""
    return await holding(session, port, agency, Power.SUPERIOR) or await holding(session, port, agency, Power.DISPATCH)


async def of_enterprises(session: AsyncSession, codes: Collection[str]) -> dict[UUID, str]:
    """The people who act for these enterprises, and for which."""
    rows = await session.execute(
        select(Person.id, Person.enterprise).where(Person.enterprise.in_(codes), Person.disabled_at.is_(None)).order_by(Person.id)
    )
    return {row.id: row.enterprise for row in rows}


async def administrators(session: AsyncSession) -> list[UUID]:
    """Who runs the platform."""
    return await anywhere(session, Power.ADMINISTER)


async def anywhere(session: AsyncSession, power: Power) -> list[UUID]:
    """Who holds a power, at whatever port."""
    rows = await session.scalars(
        select(Person.id).where(Person.powers.contains([power.value]), Person.disabled_at.is_(None)).order_by(Person.id)
    )
    return list(rows)


async def active(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Those of ``ids`` who can still sign in."""
    return set(await session.scalars(select(Person.id).where(Person.id.in_(ids), Person.disabled_at.is_(None))))
