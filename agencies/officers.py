"""Officers by the name they sign in with, as far as the acting role may see them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import sign_in
from agencies.powers import Principal
from agencies.tables import Person


async def at_port(session: AsyncSession, port: str | None, logins: Collection[str]) -> dict[str, Principal]:
    """Those of ``logins`` who serve at ``port`` and are not disabled, by login; everybody else is simply not in it."""
    found = await session.scalars(
        select(Person).where(
            Person.login.in_(logins), Person.port == port, Person.agency.is_not(None), Person.disabled_at.is_(None)
        )
    )
    return {person.login: sign_in.principal(person) for person in found}


async def logins_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """The logins of people by id, as far as the acting role may see them."""
    found = await session.execute(select(Person.id, Person.login).where(Person.id.in_(ids)))
    return {row.id: row.login for row in found}
