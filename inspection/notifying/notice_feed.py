"""The in-app inbox as a channel: what is queued for it becomes an event of the inbox's own stream, numbered without gaps.

Inboxes: ``inbox:unit:<port>/<agency>``, ``inbox:enterprise:<code>``, ``inbox:person:<id>``. The number is taken in a short
transaction of its own and never in the one of the change: a unit's inbox would be a lock that all its cases wait for. As the
platform; what is queued is put on the feed exactly once, because row and event are one write.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, SYSTEM, Principal
from inspection.notifying.notice_catalogue import Channel
from inspection.notifying.notice_tables import Notice
from inspection.notifying.notices import UNIT_ITEM, State
from kit import event_log
from kit.acting import Acting
from kit.database import elevated

TENANT: Final = "inbox"
"""No port: the policies that open a port's events do not open these."""

PIECE: Final = 100


class InboxEvent(StrEnum):
    """What happens in an inbox."""

    PLACED = "NoticePlaced"
    ACKNOWLEDGED = "NoticeAcknowledged"


def unit_stream(port: str, agency: str) -> str:
    """The inbox of a unit."""
    return f"inbox:unit:{port}/{agency}"


def person_stream(person: UUID) -> str:
    """The inbox of a person."""
    return f"inbox:person:{person}"


def enterprise_stream(code: str) -> str:
    """The inbox that an enterprise's people share."""
    return f"inbox:enterprise:{code}"


def stream_of(row: Notice) -> str:
    """The inbox a notice belongs to."""
    if row.person_id is not None:
        return person_stream(row.person_id)
    if row.enterprise is not None:
        return enterprise_stream(row.enterprise)
    return unit_stream(row.port or "", row.agency or "")


def desk_of(principal: Principal) -> tuple[str, Acting] | None:
    """The inbox a person shares with colleagues, and the least somebody has to be to read it; None: there is none."""
    role = principal.acting.role
    if principal.enterprise is not None:
        return enterprise_stream(principal.enterprise), Acting(role, {"enterprise": principal.enterprise})
    if principal.port is not None and principal.agency is not None:
        return unit_stream(principal.port, principal.agency), Acting(role, {"port": principal.port, "agency": principal.agency})
    return None


def own_of(principal: Principal) -> tuple[str, Acting]:
    """The inbox of the person alone."""
    return person_stream(principal.id), Acting(principal.acting.role, {"person": str(principal.id)})


async def put_on_feed(session: AsyncSession, now: datetime) -> int:
    """Puts up to a hundred queued items on their feeds; returns how many. Several workers may do so at once."""
    rows = list(
        await session.scalars(
            select(Notice)
            .where(Notice.channel == Channel.INBOX.value, Notice.state == State.QUEUED.value, Notice.next_try_at <= now)
            .order_by(Notice.at, Notice.id)
            .limit(PIECE)
            .with_for_update(skip_locked=True)
        )
    )
    # One order of streams for everybody: two workers then wait for each other, never in a ring.
    for row in sorted(rows, key=lambda one: (stream_of(one), one.at, one.id)):
        await _append(session, stream_of(row), InboxEvent.PLACED, item_of(row), SYSTEM, now)
        row.state, row.done_at, row.attempts = State.SENT.value, now, 1
    return len(rows)


async def acknowledge(session: AsyncSession, principal: Principal, row: Notice, now: datetime) -> None:
    """Whoever reads the inbox has seen it; the first time counts. As the platform: the row and the feed are its."""
    async with elevated(session, PLATFORM, principal.acting):
        await clear(session, row.id, str(principal.id), now)


async def clear(session: AsyncSession, notice: UUID, by: str, now: datetime) -> None:
    """Takes a notice off its inbox; again changes nothing. As the platform."""
    row = await session.get_one(Notice, notice, with_for_update=True, populate_existing=True)
    if row.acknowledged_at is not None:
        return
    if row.state == State.QUEUED and row.channel == Channel.INBOX:  # it was done with before it came onto the feed
        await _append(session, stream_of(row), InboxEvent.PLACED, item_of(row), SYSTEM, now)
    row.acknowledged_at, row.state, row.done_at = now, State.DELIVERED.value, now
    await _append(session, stream_of(row), InboxEvent.ACKNOWLEDGED, {"notice": str(notice)}, by, now)


def item_of(row: Notice) -> dict[str, Any]:
    """What the feed says of a notice: ``kind`` and ``data`` for clients, ``texts`` by language for people."""
    said: Mapping[str, Any] = row.data
    plain = said if row.template == UNIT_ITEM else {"kind": row.template, "data": row.data}
    return {"notice": str(row.id), "case": row.case_no, "level": row.kind, "texts": row.texts, **plain}


async def _append(session: AsyncSession, stream: str, type_: InboxEvent, data: dict[str, Any], by: str, now: datetime) -> None:
    await event_log.append(session, stream, type_, data, by=by, at=now, tenant=TENANT)
