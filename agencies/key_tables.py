"""The keys people sign with: public parts only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class SigningKey(Base):
    """An Ed25519 key 签名公钥 of one person, never deleted: what was signed before it was revoked stays verifiable."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    port: Mapped[str | None] = mapped_column(Text)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(Text)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("signing_key_person", "person_id"),)
