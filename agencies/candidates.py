"""The people of a unit who might be sent, with everything the rules of eligibility ask about them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import certificates, ties
from agencies.eligibility import Candidate
from agencies.powers import Power
from agencies.tables import Person


async def of_unit(session: AsyncSession, port: str, agency: str) -> list[Candidate]:
    """Everybody of the unit who is an expert, by login; also those who can no longer sign in, so that the reason is told."""
    people = await session.scalars(
        select(Person)
        .where(Person.port == port, Person.agency == agency, Person.powers.contains([Power.EXPERT.value]))
        .order_by(Person.login)
    )
    held = await certificates.of_unit(session, port, agency)
    tied = await ties.of_unit(session, port, agency)
    return [
        Candidate(
            person=str(row.id),
            login=row.login,
            name=row.name,
            disabled=row.disabled_at is not None,
            certificates=held.get(row.id, ()),
            ties=tied.get(row.id, ()),
        )
        for row in people
    ]
