"""The rows of subscriptions as their own people may touch them, and the stream in which every change is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.notifying.notice_feed import TENANT
from inspection.notifying.notice_tables import WebhookSubscription
from kit import event_log
from kit.database import elevated
from kit.errors import NotFound


def own(principal: Principal) -> Any:
    """The query of the subscriptions of the person's unit or enterprise."""
    found = select(WebhookSubscription)
    if principal.enterprise is not None:
        return found.where(WebhookSubscription.enterprise == principal.enterprise)
    return found.where(WebhookSubscription.port == principal.port, WebhookSubscription.agency == principal.agency)


async def running(session: AsyncSession, principal: Principal, subscription_id: UUID) -> WebhookSubscription:
    """The subscription, locked. Raises NotFound, also for one that has ended or is somebody else's."""
    row: WebhookSubscription | None = await session.scalar(
        own(principal).where(WebhookSubscription.id == subscription_id).with_for_update()
    )
    if row is None or row.ended_at is not None:
        raise NotFound(webhook=str(subscription_id))
    return row


def stream_of(subscription_id: UUID) -> str:
    """The stream of a subscription."""
    return f"webhook:{subscription_id}"


async def record(
    session: AsyncSession, principal: Principal, subscription_id: UUID, type_: str, data: dict[str, Any], now: datetime
) -> None:
    """Writes one event of a subscription, as the platform: the log of where data goes is kept by nobody who decides it."""
    async with elevated(session, PLATFORM, principal.acting):
        await event_log.append(session, stream_of(subscription_id), type_, data, by=str(principal.id), at=now, tenant=TENANT)
