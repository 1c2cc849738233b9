"""What is known of the goods beyond the declaration: recorded by the lead with a reason, and part of what the merge decides by.

Nobody declares whether a consignment can be split or returned; whoever leads the case finds out, and says so under a name.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.following_up.follow_up_tables import GoodsFact
from kit.ids import uuid7

Reason = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]


class Fact(StrEnum):
    """What may be recorded; as the merge's context names it."""

    SEPARABLE = "separable"
    RETURNABLE = "returnable"
    PROHIBITED = "prohibited"
    RELEASE_FIRST = "release_first"
    RECTIFIABLE_AT_PORT = "rectifiable_at_port"


class FactRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact, what is so, and how one knows."""

    fact: Fact
    value: bool
    reason: Reason


class FactView(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it was recorded; the newest on each counts."""

    id: UUID
    fact: str
    value: bool
    reason: str
    by: UUID
    at: datetime


async def record(session: AsyncSession, principal: Principal, no: str, request: FactRequest, now: datetime) -> FactView:
    """The lead records a fact of the goods; what is so already is not recorded twice."""
    case = await case_for(session, principal, no, lock=True)
    latest = {row.fact: row for row in await _rows(session, case)}
    present = latest.get(request.fact)

    if present is not None and (present.value, present.reason, present.by) == (request.value, request.reason, principal.id):
        return _view(present)

    named = {"fact": request.fact.value, "value": request.value, "reason": request.reason}
    row = GoodsFact(id=uuid7(), port=case.port, case_no=case.no, by=principal.id, at=now, **named)
    session.add(row)
    await session.flush()

    await events.record(session, case, EventType.GOODS_FACT_RECORDED, named, by=principal, at=now)
    return _view(row)


async def of_case(session: AsyncSession, principal: Principal, no: str) -> list[FactView]:
    """Everything that was recorded of the goods, oldest first."""
    return [_view(row) for row in await _rows(session, await case_for(session, principal, no))]


async def known(session: AsyncSession, case: JointCase) -> dict[str, bool]:
    """The latest word on each fact; what nobody has recorded is absent."""
    return {row.fact: row.value for row in await _rows(session, case)}


async def since(session: AsyncSession, case: JointCase, at: datetime) -> list[FactView]:
    """What was recorded from ``at`` on, oldest first."""
    return [_view(row) for row in await _rows(session, case) if row.at >= at]


async def _rows(session: AsyncSession, case: JointCase) -> list[GoodsFact]:
    query = select(GoodsFact).where(GoodsFact.port == case.port, GoodsFact.case_no == case.no)
    return list(await session.scalars(query.order_by(GoodsFact.at, GoodsFact.id)))


def _view(row: GoodsFact) -> FactView:
    return FactView(**{name: getattr(row, name) for name in FactView.__struct_fields__})
