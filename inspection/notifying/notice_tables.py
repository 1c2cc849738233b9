"""Tables of notices: what was said to whom, every attempt to send it, where people want it, and who subscribed by webhook."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, Text, Time, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant
from kit.database import Base


class Notice(Base):
    """One thing said to one recipient through one channel; ``dedupe`` makes it one, ``id`` follows from it.

    The recipient is a person, an enterprise, a unit (``port``, ``agency``) or an ``address``: exactly one of these; a webhook's
    ``subscription_id`` stands beside its owner. ``next_try_at`` is when it may be taken: while somebody is sending it, the
    lease's end.
    """

    __tablename__ = "notice"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dedupe: Mapped[str] = mapped_column(Text, unique=True)
    stream: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)
    event: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str | None] = mapped_column(Text)
    port: Mapped[str | None] = mapped_column(Text)
    agency: Mapped[str | None] = mapped_column(Text)
    enterprise: Mapped[str | None] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    subscription_id: Mapped[UUID | None] = mapped_column(Uuid)
    address: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    calendar: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["subscription_id"], ["webhook_subscription.id"]),
        Index("notice_queued", "channel", "next_try_at", postgresql_where=text("state = 'QUEUED'")),
        Index("notice_failed", "at", postgresql_where=text("state = 'FAILED'")),
        Index("notice_unit", "port", "agency", "at"),
        Index("notice_enterprise", "enterprise", "at"),
        Index("notice_person", "person_id", "at"),
        Index("notice_subscription", "subscription_id", "at"),
    )


class NoticeAttempt(Base):
    """One attempt to send a notice: the delivery log. QUEUED until its answer is known; one that stays so was cut off."""

    __tablename__ = "notice_attempt"

    notice_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["notice_id"], ["notice.id"]),)


class NoticePreference(Base):
    """Where and how one person wants to read: set by that person alone."""

    __tablename__ = "notice_preference"

    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    language: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    quiet_since: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time)
    set_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["person_id"], ["person.id"]),)


class WebhookSubscription(Base):
    """Where a unit's or an enterprise's own system is told; ``templates`` empty: everything."""

    __tablename__ = "webhook_subscription"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str | None] = mapped_column(Text)
    agency: Mapped[str | None] = mapped_column(Text)
    enterprise: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    templates: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("webhook_subscription_unit", "port", "agency"),
        Index("webhook_subscription_enterprise", "enterprise"),
    )


class WebhookSecret(Base):
    """What a subscription's messages are signed with: the newest, and for a day the one before. Only the platform reads it."""

    __tablename__ = "webhook_secret"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(Uuid)
    secret: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["subscription_id"], ["webhook_subscription.id"]),
        Index("webhook_secret_subscription", "subscription_id", "made_at"),
    )
