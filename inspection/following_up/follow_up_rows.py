"""The rows of follow-ups and what is read from them: by case, by disposition, in the words of the rules and of events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.following_up import follow_up
from inspection.following_up.follow_up import Kind, State
from inspection.following_up.follow_up_tables import FollowUp
from kit.errors import NotFound


async def of_disposition(session: AsyncSession, disposition_id: UUID) -> list[FollowUp]:
    """The follow-ups of one disposition, in the order they were opened."""
    query = select(FollowUp).where(FollowUp.disposition_id == disposition_id).order_by(FollowUp.opened_at, FollowUp.id)
    return list(await session.scalars(query))


async def of_case(session: AsyncSession, case: JointCase) -> list[FollowUp]:
    """The follow-ups of a case, in the order they were opened."""
    query = select(FollowUp).where(FollowUp.port == case.port, FollowUp.case_no == case.no)
    return list(await session.scalars(query.order_by(FollowUp.opened_at, FollowUp.id)))


async def own(session: AsyncSession, principal: Principal, number: str, follow_up_id: UUID) -> FollowUp:
    """A follow-up of one's own declaration; NotFound for any other."""
    mine = or_(FollowUp.trader == principal.enterprise, FollowUp.broker == principal.enterprise)
    query = select(FollowUp).where(FollowUp.id == follow_up_id, FollowUp.declaration_number == number, mine)
    row: FollowUp | None = await session.scalar(query)
    if row is None:
        raise NotFound(follow_up=str(follow_up_id))
    return row


async def locked_in_case(session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID) -> tuple[JointCase, FollowUp]:
    """The case, locked, and a follow-up of it; NotFound for one of another case."""
    case = await case_for(session, principal, no, lock=True)
    row = await session.get(FollowUp, follow_up_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(follow_up=str(follow_up_id))
    await session.refresh(row)
    return case, row


async def locked(session: AsyncSession, row: FollowUp) -> FollowUp:
    """The same follow-up, locked and read anew. As the platform, with its case locked."""
    return await session.get_one(FollowUp, row.id, with_for_update=True, populate_existing=True)


async def locked_case(session: AsyncSession, row: FollowUp) -> JointCase:
    """The case of a follow-up, locked. As the platform."""
    return await session.get_one(JointCase, (row.port, row.case_no), with_for_update=True, populate_existing=True)


def standings(rows: Iterable[FollowUp]) -> list[follow_up.Standing]:
    """The rows in the words of the rules."""
    return [follow_up.Standing(kind=Kind(row.kind), state=State(row.state), before_release=row.before_release) for row in rows]


def holder_of(case: JointCase, row: FollowUp) -> str | None:
    """Whose turn it is; an office by its agency's code."""
    office = row.office.rpartition("/")[2] if row.office else None
    return follow_up.holder(Kind(row.kind), State(row.state), agency=row.agency, lead=case.lead_agency, office=office)


def told_of(row: FollowUp) -> dict[str, Any]:
    """What an event says of a follow-up."""
    named = {name: getattr(row, name) for name in ("kind", "agency", "state", "lines", "holder")}
    return named | {"follow_up": str(row.id), "disposition": str(row.disposition_id)}
