"""Notices at the edge: one's own list and its delivery log, how one wants to be told, webhooks. Each handler is one operation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from agencies.act import Act
from inspection.notifying import notice_views, webhook_sending, webhooks
from inspection.notifying.notice_views import AttemptView, NoticePage, NoticeView, Wishes
from inspection.notifying.webhook_sending import ReplayRequest
from inspection.notifying.webhooks import NewSubscription, SubscriptionRequest, SubscriptionView
from kit.settings import Settings

NOTICE = "/api/v1/notices/{notice_id:uuid}"
WEBHOOK = "/api/v1/webhooks/{webhook_id:uuid}"


@get("/api/v1/notices")
async def list_notices(
    act: NamedDependency[Act],
    channel: FromQuery[str | None] = None,
    delivery: FromQuery[str | None] = None,
    webhook: FromQuery[UUID | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = 50,
) -> NoticePage:
    """What was said to the person, or to the unit or enterprise the person belongs to, newest first."""
    return await notice_views.page(
        act.session, act.principal, channel=channel, state=delivery, subscription=webhook, cursor=cursor, limit=limit
    )


@get(NOTICE)
async def one_notice(notice_id: FromPath[UUID], act: NamedDependency[Act]) -> NoticeView:
    """One notice."""
    return await notice_views.one(act.session, act.principal, notice_id)


@get(NOTICE + "/attempts")
async def delivery_log(notice_id: FromPath[UUID], act: NamedDependency[Act]) -> list[AttemptView]:
    """What became of every attempt to send it."""
    return await notice_views.attempts(act.session, act.principal, notice_id)


@post(NOTICE + "/acknowledge", status_code=204)
async def acknowledge_notice(notice_id: FromPath[UUID], act: NamedDependency[Act]) -> None:
    """It was read."""
    await notice_views.acknowledge(act.session, act.principal, notice_id, act.now)


@get("/api/v1/me/notices")
async def my_wishes(act: NamedDependency[Act]) -> Wishes:
    """Language, e-mail address and quiet hours."""
    return await notice_views.wishes(act.session, act.principal)


@put("/api/v1/me/notices")
async def set_my_wishes(data: JSONBody[Wishes], act: NamedDependency[Act]) -> Wishes:
    """Replaces them as a whole."""
    return await notice_views.set_wishes(act.session, act.principal, data, act.now)


@get("/api/v1/webhooks")
async def list_webhooks(act: NamedDependency[Act]) -> list[SubscriptionView]:
    """The subscriptions of the own unit or enterprise."""
    return await webhooks.listed(act.session, act.principal)


@post("/api/v1/webhooks")
async def make_webhook(
    data: JSONBody[NewSubscription], act: NamedDependency[Act], settings: NamedDependency[Settings]
) -> SubscriptionView:
    """Makes a subscription and shows its secret, once."""
    return await webhooks.make(act.session, act.principal, data, act.now, private=settings.webhooks == "private")


@put(WEBHOOK)
async def change_webhook(
    webhook_id: FromPath[UUID],
    data: JSONBody[SubscriptionRequest],
    act: NamedDependency[Act],
    settings: NamedDependency[Settings],
) -> SubscriptionView:
    """Another address, or other notices."""
    return await webhooks.change(act.session, act.principal, webhook_id, data, act.now, private=settings.webhooks == "private")


@post(WEBHOOK + "/rotate", status_code=200)
async def rotate_webhook(webhook_id: FromPath[UUID], act: NamedDependency[Act]) -> SubscriptionView:
    """A new secret, shown once; the one before signs beside it for a day."""
    return await webhooks.rotate(act.session, act.principal, webhook_id, act.now)


@delete(WEBHOOK, status_code=204)
async def end_webhook(webhook_id: FromPath[UUID], act: NamedDependency[Act]) -> None:
    """Nothing more is sent there."""
    await webhooks.end(act.session, act.principal, webhook_id, act.now)


@post(WEBHOOK + "/ping", status_code=200)
async def ping_webhook(webhook_id: FromPath[UUID], act: NamedDependency[Act]) -> dict[str, Any]:
    """Sends a test notice; its id tells in the delivery log what became of it."""
    return {"notice": await webhook_sending.ping(act.session, act.principal, webhook_id, act.now)}


@post(WEBHOOK + "/replay", status_code=200)
async def replay_webhook(webhook_id: FromPath[UUID], data: JSONBody[ReplayRequest], act: NamedDependency[Act]) -> dict[str, int]:
    """Sends once more what was written since an instant, under the same ids."""
    return {"queued": await webhook_sending.replay(act.session, act.principal, webhook_id, data, act.now)}


HANDLERS = [
    list_notices,
    one_notice,
    delivery_log,
    acknowledge_notice,
    my_wishes,
    set_my_wishes,
    list_webhooks,
    make_webhook,
    change_webhook,
    rotate_webhook,
    end_webhook,
    ping_webhook,
    replay_webhook,
]
