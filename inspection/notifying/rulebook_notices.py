"""A version that waits for the approvers waits no longer: what asked them leaves their inboxes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM
from inspection.notifying import notice_feed
from inspection.notifying.notice_catalogue import Channel
from inspection.notifying.notice_tables import Notice
from inspection.reaction import Parts
from kit.event_log import Event

WAITS: Final = "rulebook_waits"


async def withdraw_waiting(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The reaction to what ends the waiting, whoever decided. An inbox that asks for what was done is soon read by nobody."""
    of_version = Notice.stream == event.stream, Notice.data["version"].as_integer() == event.data["version"]
    unread = Notice.channel == Channel.INBOX.value, Notice.acknowledged_at.is_(None)
    for notice in await session.scalars(
        select(Notice.id).where(Notice.template == WAITS, *of_version, *unread).order_by(Notice.id)
    ):
        await notice_feed.clear(session, notice, SYSTEM, now)
