"""What a subscriber asks to be sent: a test notice, or once more what was written since an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.notifying import notices
from inspection.notifying.notice_catalogue import PING, Channel, Kind
from inspection.notifying.notice_files import catalogues
from inspection.notifying.notice_people import Recipient
from inspection.notifying.notice_rendering import LANGUAGES, render
from inspection.notifying.notice_tables import Notice
from inspection.notifying.notices import State
from inspection.notifying.webhook_rows import record, running, stream_of
from inspection.notifying.webhooks import WebhookRefused
from inspection.statuses import PORT_ZONE
from kit.database import elevated
from kit.ids import uuid7

REPLAYED_AT_MOST: Final = 1_000


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything written ``since`` is sent once more, under the ids it had."""

    since: datetime


async def ping(session: AsyncSession, principal: Principal, subscription_id: UUID, now: datetime) -> UUID:
    """Sends a test notice there; returns its id, by which its delivery can be looked up."""
    row = await running(session, principal, subscription_id)
    at = f"{now.astimezone(PORT_ZONE):%Y-%m-%d %H:%M:%S}"
    texts = {language: render(catalogues()[language], PING, {"at": at}) for language in LANGUAGES}
    to = Recipient(channel=Channel.WEBHOOK, subscription=row.id, port=row.port, agency=row.agency, enterprise=row.enterprise)
    made = uuid7()
    values = notices.queued(
        id=made,
        dedupe=f"ping {made}",
        event=(stream_of(row.id), 0, PING),
        template=PING,
        kind=Kind.CONVENIENCE,
        to=to,
        case_no=None,
        texts=msgspec.to_builtins(texts),
        data={},
        at=now,
        due_at=now,
    )
    async with elevated(session, PLATFORM, principal.acting):
        session.add(Notice(**values))
        await session.flush()
        await notices.wake(session)
    return made


async def replay(
    session: AsyncSession, principal: Principal, subscription_id: UUID, request: ReplayRequest, now: datetime
) -> int:
    """Queues again what was written for this subscription since an instant, the oldest first; returns how many."""
    row = await running(session, principal, subscription_id)
    if request.since.tzinfo is None:
        raise WebhookRefused(errors=[{"path": "$.since", "message": "an instant with its offset"}])
    async with elevated(session, PLATFORM, principal.acting):
        again = (
            select(Notice.id)
            .where(Notice.subscription_id == row.id, Notice.at >= request.since, Notice.state != State.QUEUED.value)
            .order_by(Notice.at, Notice.id)
            .limit(REPLAYED_AT_MOST)
            .with_for_update()
        )
        ids = list(await session.scalars(again))
        queued = {"state": State.QUEUED.value, "next_try_at": now, "done_at": None}
        await session.execute(update(Notice).where(Notice.id.in_(ids)).values(queued))
        await notices.wake(session)
    await record(session, principal, row.id, "WebhookReplayed", {"since": request.since.isoformat(), "count": len(ids)}, now)
    return len(ids)
