"""Tables of evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class Evidence(Base):
    """A photo, video or document: declared first, its bytes follow. ``scope`` is opaque (a case, a declaration).

    ``owner`` and ``label`` decide who may ever see it; both are set when it is declared and never change.
    """

    __tablename__ = "evidence"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text)
    declared_by: Mapped[UUID] = mapped_column(Uuid)
    sha256: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    captured_at: Mapped[datetime] = mapped_column(Instant)
    device_id: Mapped[str] = mapped_column(Text)
    device_seq: Mapped[int] = mapped_column(BigInteger)
    geo: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    content_hash: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    admission: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(Instant)
    stored_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("evidence_scope", "port", "scope"),)
