"""Tables of the yard: sessions, the agencies' shares in them, findings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class FieldSession(Base):
    """A field session 现场查验: one lead inspector, at least two customs officers, a workstream per agency.

    ``sheet_version``: the version of the task sheet it was opened by, None before.
    """

    __tablename__ = "field_session"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    lead_inspector: Mapped[UUID] = mapped_column(Uuid)
    officers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    attendance: Mapped[str] = mapped_column(Text)
    seals_before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    seals_after: Mapped[list[str]] = mapped_column(ARRAY(Text))
    checked_in_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    sheet_version: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        of_case(),
        Index("field_session_case", "port", "case_no"),
        Index("field_session_live", "port", "case_no", unique=True, postgresql_where=text("state <> 'CLOSED'")),
    )


class Workstream(Base):
    """One agency's share of a field session: it reports itself complete, or the lead excuses it with a reason."""

    __tablename__ = "workstream"

    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    mandatory: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (of_case(), ForeignKeyConstraint(["session_id"], ["field_session.id"]))


class FindingRow(Base):
    """A finding 查验发现, written by one agency, identified by the terminal that made it."""

    __tablename__ = "finding"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    session_id: Mapped[UUID] = mapped_column(Uuid)
    agency: Mapped[str] = mapped_column(Text)
    line: Mapped[int] = mapped_column(Integer)
    component: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(Text)
    observation: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    links: Mapped[list[str]] = mapped_column(ARRAY(Text))
    label: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    admission: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[UUID] = mapped_column(Uuid)
    captured_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), Index("finding_case", "port", "case_no", "received_at"))
