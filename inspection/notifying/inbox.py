"""The inbox of an agency at a port: what it has to know, shown until somebody acknowledges it. One item per thing, ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM, Principal
from inspection.case_tables import CaseMember, InboxItem, JointCase
from inspection.notifying import notice_feed, notices
from inspection.notifying.notice_tables import Notice
from kit.errors import NotFound
from kit.ids import uuid7
from kit.rows import insert_mapped

SHOWN = 200


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to know. ``delivered_at`` is when a terminal of the agency first fetched it."""

    id: UUID
    case: str
    kind: str
    data: dict[str, Any]
    at: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None


def item_of(case: JointCase, agency: str, kind: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The row of one thing to know; ``dedupe`` makes it one, ever."""
    return {
        "id": uuid7(),
        "port": case.port,
        "agency": agency,
        "case_no": case.no,
        "dedupe": f"{case.no} {kind} {data.get('round', 1)}",
        "kind": kind,
        "data": data,
        "at": now,
        "delivered_at": None,
        "acknowledged_at": None,
    }


async def tell(session: AsyncSession, case: JointCase, agency: str, kind: str, data: dict[str, Any], now: datetime) -> None:
    """Puts something into an agency's inbox; telling it again (same case, kind and data) changes nothing. As the platform."""
    item = item_of(case, agency, kind, data, now)
    if await session.scalar(insert(InboxItem).values(item).on_conflict_do_nothing().returning(InboxItem.id)):
        await session.execute(insert(Notice).values(notices.unit_item(item)).returning(func.pg_notify(notices.WOKEN, "")))


async def tell_members(session: AsyncSession, case: JointCase, kind: str, data: dict[str, Any], now: datetime) -> None:
    """Every agency of the case reads it. As the platform."""
    of_case = (CaseMember.port == case.port, CaseMember.case_no == case.no)
    for agency in await session.scalars(select(CaseMember.agency).where(*of_case).order_by(CaseMember.agency)):
        await tell(session, case, agency, kind, data, now)


async def tell_first(session: AsyncSession, items: Sequence[dict[str, Any]]) -> None:
    """Items of cases that nobody was told of before, with one statement a table. As the platform."""
    await insert_mapped(session, [InboxItem(**item) for item in items])
    await insert_mapped(session, [Notice(**notices.unit_item(item)) for item in items])
    if items:
        await notices.wake(session)


async def fetch(session: AsyncSession, principal: Principal, now: datetime) -> list[Item]:
    """What the person's agency has not acknowledged, newest first. Fetching is the delivery; fetching again repeats nothing."""
    rows = list(
        await session.scalars(
            select(InboxItem)
            .where(InboxItem.port == principal.port, InboxItem.agency == principal.agency, InboxItem.acknowledged_at.is_(None))
            .order_by(InboxItem.at.desc(), InboxItem.id.desc())
            .limit(SHOWN)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.delivered_at = row.delivered_at or now
    return [_item(row) for row in rows]


async def acknowledge(session: AsyncSession, principal: Principal, item_id: UUID, now: datetime) -> InboxItem:
    """The agency's terminal confirms it has the item; the first confirmation counts. Returns the row."""
    row = await session.scalar(
        select(InboxItem)
        .where(InboxItem.id == item_id, InboxItem.port == principal.port, InboxItem.agency == principal.agency)
        .with_for_update()
    )
    if row is None:
        raise NotFound(item=str(item_id))
    row.delivered_at = row.delivered_at or now
    row.acknowledged_at = row.acknowledged_at or now
    notice = await session.get(Notice, item_id)
    if notice is not None:  # an item from before there were feeds has none
        await notice_feed.acknowledge(session, principal, notice, now)
    return row


async def answered(session: AsyncSession, port: str, case_no: str, agency: str | None, asked: str, now: datetime) -> None:
    """What asked for an answer leaves the inbox when the answer is given, of ``agency`` or of everybody. As the platform.

    ``asked``: the kind, with what tells one request from another behind it (a booking's id). An inbox that goes on asking for
    what was done long ago is soon read by nobody.
    """
    asking = (InboxItem.kind == asked) | InboxItem.kind.startswith(f"{asked} ", autoescape=True)
    of_case = InboxItem.port == port, InboxItem.case_no == case_no, InboxItem.acknowledged_at.is_(None)
    query = select(InboxItem).where(*of_case, asking).with_for_update()
    for row in await session.scalars(query if agency is None else query.where(InboxItem.agency == agency)):
        row.acknowledged_at = now
        if await session.get(Notice, row.id) is not None:
            await notice_feed.clear(session, row.id, SYSTEM, now)


def _item(row: InboxItem) -> Item:
    return Item(
        id=row.id,
        case=row.case_no,
        kind=row.kind,
        data=row.data,
        at=row.at,
        delivered_at=row.delivered_at,
        acknowledged_at=row.acknowledged_at,
    )
