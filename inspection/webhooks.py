"""Webhook subscriptions: where an enterprise's or a unit's own system is told. Made, changed and ended by their own people.

The client makes the id; the secret is shown in the answer that made it, and never again. After a rotation the secret before
signs beside the new one for a day. Every change is an event in the stream ``webhook:<id>``.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import notices
from inspection.notice_catalogue import PING, TEMPLATES, Channel, Kind
from inspection.notice_feed import TENANT
from inspection.notice_files import catalogues
from inspection.notice_people import Recipient
from inspection.notice_rendering import LANGUAGES, render
from inspection.notice_tables import Notice, WebhookSecret, WebhookSubscription
from inspection.notices import State
from inspection.public_address import url_problem
from inspection.statuses import PORT_ZONE
from kit import event_log
from kit.database import elevated
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import uuid7

AT_MOST: Final = 20
SECRET_BYTES: Final = 32
REPLAYED_AT_MOST: Final = 1_000


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


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything written ``since`` is sent once more, under the ids it had."""

    since: datetime


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
    row = await session.scalar(_own(principal).where(WebhookSubscription.id == request.id).with_for_update())
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

    await _record(session, principal, request.id, "WebhookMade", {"url": _shown(request.url), "templates": wanted}, now)
    return view_of(await _running(session, principal, request.id), secret)


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
    row = await _running(session, principal, subscription_id)
    _check(request.url, request.templates, private=private)
    wanted = sorted(set(request.templates))
    if (row.url, row.templates) != (request.url, wanted):
        row.url, row.templates = request.url, wanted
        await _record(session, principal, row.id, "WebhookChanged", {"url": _shown(row.url), "templates": wanted}, now)
    return view_of(row)


async def listed(session: AsyncSession, principal: Principal) -> list[SubscriptionView]:
    """The subscriptions of the person's unit or enterprise, those that ended too, newest first."""
    rows = await session.scalars(_own(principal).order_by(WebhookSubscription.made_at.desc(), WebhookSubscription.id))
    return [view_of(row) for row in rows]


async def rotate(session: AsyncSession, principal: Principal, subscription_id: UUID, now: datetime) -> SubscriptionView:
    """A new secret, shown now and never again; the one before signs beside it for a day."""
    row = await _running(session, principal, subscription_id)
    secret = await _secret(session, row.id, now)
    await _record(session, principal, row.id, "WebhookSecretMade", {}, now)
    return view_of(row, secret)


async def end(session: AsyncSession, principal: Principal, subscription_id: UUID, now: datetime) -> None:
    """Nothing more is sent there; ending it again changes nothing."""
    row = await session.scalar(_own(principal).where(WebhookSubscription.id == subscription_id).with_for_update())
    if row is None:
        raise NotFound(webhook=str(subscription_id))
    if row.ended_at is None:
        row.ended_at, row.ended_because = now, "ended by its owner"
        await _record(session, principal, row.id, "WebhookEnded", {"because": row.ended_because}, now)


async def ping(session: AsyncSession, principal: Principal, subscription_id: UUID, now: datetime) -> UUID:
    """Sends a test notice there; returns its id, by which its delivery can be looked up."""
    row = await _running(session, principal, subscription_id)
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
    row = await _running(session, principal, subscription_id)
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
    await _record(session, principal, row.id, "WebhookReplayed", {"since": request.since.isoformat(), "count": len(ids)}, now)
    return len(ids)


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
    running = select(func.count()).select_from(_own(principal).where(WebhookSubscription.ended_at.is_(None)).subquery())
    if (await session.scalar(running) or 0) >= AT_MOST:
        raise TooManyWebhooks(most=AT_MOST)


async def _secret(session: AsyncSession, subscription_id: UUID, now: datetime) -> str:
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    session.add(WebhookSecret(id=uuid7(), subscription_id=subscription_id, secret=secret, made_at=now))
    await session.flush()
    return secret


async def _running(session: AsyncSession, principal: Principal, subscription_id: UUID) -> WebhookSubscription:
    row: WebhookSubscription | None = await session.scalar(
        _own(principal).where(WebhookSubscription.id == subscription_id).with_for_update()
    )
    if row is None or row.ended_at is not None:
        raise NotFound(webhook=str(subscription_id))
    return row


def _own(principal: Principal) -> Any:
    found = select(WebhookSubscription)
    if principal.enterprise is not None:
        return found.where(WebhookSubscription.enterprise == principal.enterprise)
    return found.where(WebhookSubscription.port == principal.port, WebhookSubscription.agency == principal.agency)


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


def stream_of(subscription_id: UUID) -> str:
    """The stream of a subscription."""
    return f"webhook:{subscription_id}"


async def _record(
    session: AsyncSession, principal: Principal, subscription_id: UUID, type_: str, data: dict[str, Any], now: datetime
) -> None:
    """As the platform: the log of where data goes is kept by nobody who decides it."""
    async with elevated(session, PLATFORM, principal.acting):
        await event_log.append(session, stream_of(subscription_id), type_, data, by=str(principal.id), at=now, tenant=TENANT)
