"""Tables of the floor: the event log, stored answers, the clock's offset."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class EventStream(Base):
    """The head of one stream: the last number given and the hash of its event. The row is the lock."""

    __tablename__ = "event_stream"

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    tenant: Mapped[str] = mapped_column(Text)
    seq: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[bytes] = mapped_column(LargeBinary)


class EventRow(Base):
    """One event. ``owner`` and ``label`` decide who may read a secret one; ``tenant`` is whose platform part it is in."""

    __tablename__ = "event"

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class StoredAnswer(Base):
    """The answer given to an ``Idempotency-Key`` of one principal."""

    __tablename__ = "stored_answer"

    principal: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[str] = mapped_column(Text)
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("stored_answer_at", "at"),)


class ClockOffset(Base):
    """One row: how far the adjustable clock stands from the machine's."""

    __tablename__ = "clock_offset"

    only: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    microseconds: Mapped[int] = mapped_column(BigInteger)
    move: Mapped[int] = mapped_column(BigInteger)
