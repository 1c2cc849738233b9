"""Tables of what is made from evidence; the original stays what it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from media.tables import Instant


class PrintablePhoto(Base):
    """A photo scaled for paper, once. ``sha256`` (and with it the rest) is null when the original cannot be read as a photo.

    Nobody reads it but the platform: it is as secret as its original, whose owner and label stand with the original only.
    """

    __tablename__ = "printable_photo"

    evidence_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("evidence.id"), primary_key=True)
    sha256: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("(sha256 IS NULL) = (size IS NULL AND width IS NULL AND height IS NULL)"),)
