"""Tables of what is decided: conclusions, reports, dispositions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Integer, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class ConclusionRow(Base):
    """One version of one agency's conclusion 部门结论 on the lines it was asked about, by one version of the declaration.

    ``carried``: what it brings over from an earlier version of the declaration, line by line with a pointer to the original,
    ``reopened`` the lines on which its agency has to speak again.
    """

    __tablename__ = "conclusion"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    late: Mapped[bool] = mapped_column(Boolean)
    content_hash: Mapped[str] = mapped_column(Text)
    signer: Mapped[UUID] = mapped_column(Uuid)
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    declaration_version: Mapped[int] = mapped_column(Integer)
    carried: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    reopened: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'"))
    key_id: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (of_case(),)


class ReportRow(Base):
    """One version of the joint report 协同查验综合报告: immutable once issued, which the database itself insists on.

    ``state`` moves on, ``pdf_sha256`` and ``seal`` are added when it has been printed, ``void…`` when it is declared void.
    """

    __tablename__ = "report"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document_hash: Mapped[str] = mapped_column(Text)
    inputs_hash: Mapped[str] = mapped_column(Text)
    merge: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pdf_sha256: Mapped[str | None] = mapped_column(Text)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    voided_by: Mapped[UUID | None] = mapped_column(Uuid)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (of_case(),)


class DispositionRow(Base):
    """A disposition 处置 of one report version: proposed, approved by another person, or automatic."""

    __tablename__ = "disposition"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    report_version: Mapped[int] = mapped_column(Integer)
    type: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    automatic: Mapped[bool] = mapped_column(Boolean)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no", "report_version"], ["report.port", "report.case_no", "report.version"]),
        UniqueConstraint("port", "case_no", "report_version"),
    )
