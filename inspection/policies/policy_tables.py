"""The table of merge policies: a row per version, national: no port's, read by every officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant
from kit.database import Base


class MergePolicy(Base):
    """A version of a merge policy. ``source`` is the file as it was written, ``document`` what it says as a whole.

    A draft may be wrong still: then it has no document. ``author`` null: the version ships with the product. ``sha256`` is that
    of the document's canonical bytes.
    """

    __tablename__ = "merge_policy"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    status: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sha256: Mapped[str | None] = mapped_column(Text)
    author: Mapped[UUID | None] = mapped_column(Uuid)
    drafted_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Text, server_default=text("''"))
    approver: Mapped[UUID | None] = mapped_column(Uuid)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    effective_from: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"))
    retired_by: Mapped[UUID | None] = mapped_column(Uuid)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_because: Mapped[str] = mapped_column(Text, server_default=text("''"))

    __table_args__ = (
        CheckConstraint("version > 0"),
        CheckConstraint("status IN ('DRAFT', 'PUBLISHED', 'RETIRED')"),
        # The last word against an author who publishes alone; what ships has neither.
        CheckConstraint("author IS NULL OR approver IS DISTINCT FROM author"),
        CheckConstraint("status = 'DRAFT' OR (document IS NOT NULL AND sha256 IS NOT NULL AND effective_from IS NOT NULL)"),
    )
