"""Tables the enterprise looks into: its status and the key to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant
from kit.database import Base


class EnterpriseReport(Base):
    """The enterprise's edition of one version of the report: immutable once published."""

    __tablename__ = "enterprise_report"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    declaration_number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document_hash: Mapped[str] = mapped_column(Text)
    pdf_sha256: Mapped[str] = mapped_column(Text)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no", "version"], ["report.port", "report.case_no", "report.version"]),
        Index("enterprise_report_number", "declaration_number"),
    )


class ProgressKey(Base):
    """The secret (256 bit) with which an enterprise asks for progress without signing in."""

    __tablename__ = "progress_key"

    declaration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)

    __table_args__ = (ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),)


class EnterpriseStatus(Base):
    """One entry of the one status an enterprise sees; the highest ``seq`` is the present one."""

    __tablename__ = "enterprise_status"

    declaration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str | None] = mapped_column(Text)
    status: Mapped[dict[str, Any]] = mapped_column(JSONB)
    as_of: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),)
