"""Webhook subscriptions: where an enterprise's or a unit's own system is told. Made, changed and ended by their own people.

The client makes the id; the secret is shown in the answer that made it, and never again. After a rotation the secret before
signs beside the new one for a day. Every change is an event in the stream ``webhook:<id>``.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.notifying.notice_catalogue import TEMPLATES
from inspection.notifying.notice_tables import WebhookSecret, WebhookSubscription
from inspection.notifying.public_address import url_problem
from inspection.notifying.webhook_rows import own, record, running
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import uuid7

AT_MOST: Final = 20
SECRET_BYTES: Final = 32


Address = Annotated[str, Meta(min_length=1, max_length=2_000)]
Templates = Annotated[tuple[str, ...], Meta(max_length=100)]


class WebhookRefused(Invalid):
    """The address cannot be called, or a notice of that name does not exist; ``details['errors']`` says which."""

    code = "webhook_refused"
    title_zh = "推送地址或通知类型不可用"
    title_en = "The address or a notice named cannot be used"
    advice_zh = "请使用公网 https 地址；通知类型见接口文档。"
    advice_en = "Use an https address in the public internet; the kinds of notices stand in the documentation."


class WebhookDiffers(Conflict):
    """The id belongs to another subscription."""

    code = "webhook_differs"
    title_zh = "该编号已用于其他订阅"
    title_en = "The id belongs to another subscription"
    advice_zh = "请为新订阅生成新的编号。"
    advice_en = "Make a new id for a new subscription."


class TooManyWebhooks(Conflict):
    """The unit or enterprise has as many subscriptions as it may; ``details``: most."""

    code = "too_many_webhooks"
    title_zh = "推送订阅已达上限"
    title_en = "No more subscriptions"
    advice_zh = "请先停用不再需要的订阅。"
    advice_en = "End one that is not needed any more first."


class SubscriptionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to, and which notices (template names); none named: all of them."""

    url: Address
    templates: Templates = ()


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subscription under an id the client has made (UUIDv7): sent twice, it is one."""

    id: UUID
    url: Address
    templates: Templates = ()


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subscription. ``secret`` only in the answer that made it."""

    id: UUID
    url: str
    templates: list[str]
    made_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    secret: str | None = None


async def make(
    session: AsyncSession, principal: Principal, request: NewSubscription, now: datetime, *, private: bool
) -> SubscriptionView:
    """Makes a subscription and shows its secret. The same id and content again: the subscription, without the secret.

    ``private``: whether addresses of the own network are allowed. Raises :class:`WebhookRefused`, :class:`WebhookDiffers`,
    :class:`TooManyWebhooks`.
    """
    wanted = sorted(set(request.templates))
    row = await session.scalar(own(principal).where(WebhookSubscription.id == request.id).with_for_update())
    if row is not None:
        if (row.url, row.templates) != (request.url, wanted):
            raise WebhookDiffers(webhook=str(request.id))
        return view_of(row)

    _check(request.url, request.templates, private=private)
    await _check_room(session, principal)

    of_enterprise = principal.enterprise is not None
    values = {
        "id": request.id,
        "port": None if of_enterprise else principal.port,
        "agency": None if of_enterprise else principal.agency,
        "enterprise": principal.enterprise,
        "url": request.url,
        "templates": wanted,
        "made_by": principal.id,
        "made_at": now,
        "ended_at": None,
        "ended_because": None,
    }
    try:
        async with session.begin_nested():
            await session.execute(insert(WebhookSubscription).values(values))
    except IntegrityError:  # the id is somebody else's, hidden from us
        raise WebhookDiffers(webhook=str(request.id)) from None
    secret = await _secret(session, request.id, now)

    await record(session, principal, request.id, "WebhookMade", {"url": _shown(request.url), "templates": wanted}, now)
    return view_of(await running(session, principal, request.id), secret)


async def change(
    session: AsyncSession,
    principal: Principal,
    subscription_id: UUID,
    request: SubscriptionRequest,
    now: datetime,
    *,
    private: bool,
) -> SubscriptionView:
    """Another address, or other notices; the same again changes nothing."""
    row = await running(session, principal, subscription_id)
    _check(request.url, request.templates, private=private)
    wanted = sorted(set(request.templates))
    if (row.url, row.templates) != (request.url, wanted):
        row.url, row.templates = request.url, wanted
        await record(session, principal, row.id, "WebhookChanged", {"url": _shown(row.url), "templates": wanted}, now)
    return view_of(row)


async def listed(session: AsyncSession, principal: Principal) -> list[SubscriptionView]:
    """The subscriptions of the person's unit or enterprise, those that ended too, newest first."""
    rows = await session.scalars(own(principal).order_by(WebhookSubscription.made_at.desc(), WebhookSubscription.id))
    return [view_of(row) for row in rows]


async def rotate(session: AsyncSession, principal: Principal, subscription_id: UUID, now: datetime) -> SubscriptionView:
    """A new secret, shown now and never again; the one before signs beside it for a day."""
    row = await running(session, principal, subscription_id)
    secret = await _secret(session, row.id, now)
    await record(session, principal, row.id, "WebhookSecretMade", {}, now)
    return view_of(row, secret)


async def end(session: AsyncSession, principal: Principal, subscription_id: UUID, now: datetime) -> None:
    """Nothing more is sent there; ending it again changes nothing."""
    row = await session.scalar(own(principal).where(WebhookSubscription.id == subscription_id).with_for_update())
    if row is None:
        raise NotFound(webhook=str(subscription_id))
    if row.ended_at is None:
        row.ended_at, row.ended_because = now, "ended by its owner"
        await record(session, principal, row.id, "WebhookEnded", {"because": row.ended_because}, now)


def view_of(row: WebhookSubscription, secret: str | None = None) -> SubscriptionView:
    """What its owner sees."""
    return SubscriptionView(
        id=row.id,
        url=row.url,
        templates=row.templates,
        made_at=row.made_at,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        secret=secret,
    )


async def _check_room(session: AsyncSession, principal: Principal) -> None:
    made = select(func.count()).select_from(own(principal).where(WebhookSubscription.ended_at.is_(None)).subquery())
    if (await session.scalar(made) or 0) >= AT_MOST:
        raise TooManyWebhooks(most=AT_MOST)


async def _secret(session: AsyncSession, subscription_id: UUID, now: datetime) -> str:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    session.add(WebhookSecret(id=uuid7(), subscription_id=subscription_id, secret=secret, made_at=now))
    await session.flush()
    return secret


def _check(url: str, templates: Collection[str], *, private: bool) -> None:
    problem = url_problem(url, private=private)
    errors = [{"path": "$.url", "message": problem}] if problem else []
    unknown = sorted(set(templates) - TEMPLATES)
    errors += [{"path": "$.templates", "message": f"{name}: no such notice"} for name in unknown]
    if errors:
        raise WebhookRefused(errors=errors)


def _shown(url: str) -> str:
    """An address for a log: what stands behind the question mark is often a password."""
    return url.split("?", maxsplit=1)[0]
