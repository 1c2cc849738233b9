"""Subscriptions as the courier needs them: where to, signed with what; a receiver that wants nothing more. As the platform."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM
from inspection.notifying.notice_feed import TENANT
from inspection.notifying.notice_tables import WebhookSecret, WebhookSubscription
from inspection.notifying.webhook_rows import stream_of
from kit import event_log

BOTH_SIGN_FOR: Final = timedelta(hours=24)
GONE: Final = "410"
"""What a receiver answers that wants nothing more."""


async def targets(session: AsyncSession, ids: Collection[UUID], now: datetime) -> dict[UUID, tuple[str, Sequence[str]]]:
    """Address and valid secrets (the newest first) of the subscriptions that still run. As the platform."""
    rows = list(
        await session.scalars(
            select(WebhookSubscription).where(WebhookSubscription.id.in_(ids), WebhookSubscription.ended_at.is_(None))
        )
    )
    made = list(
        await session.scalars(
            select(WebhookSecret).where(WebhookSecret.subscription_id.in_(ids)).order_by(WebhookSecret.made_at.desc())
        )
    )
    return {row.id: (row.url, valid([one for one in made if one.subscription_id == row.id], now)) for row in rows}


def valid(made: Sequence[WebhookSecret], now: datetime) -> list[str]:
    """The newest secret, and the one before while the newest is younger than a day. ``made``: the newest first."""
    both = len(made) > 1 and now - made[0].made_at < BOTH_SIGN_FOR
    return [one.secret for one in made[: 2 if both else 1]]


async def end_gone(session: AsyncSession, subscription_id: UUID, now: datetime) -> None:
    """The receiver wants nothing more. As the platform."""
    row = await session.get_one(WebhookSubscription, subscription_id, with_for_update=True)
    if row.ended_at is None:
        row.ended_at, row.ended_because = now, "the receiver answered 410"
        data = {"because": row.ended_because}
        await event_log.append(session, stream_of(row.id), "WebhookEnded", data, by=SYSTEM, at=now, tenant=TENANT)
