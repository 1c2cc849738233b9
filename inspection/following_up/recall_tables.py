"""The table of recalls."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant
from kit.database import Base


class RecallRow(Base):
    """The recall 召回 of what one report version released, found out by a later one.

    ``lines`` are called back; they were let go as ``released_as`` and the case is asked for ``now_asked`` (null: undecided).
    ``answer`` is what the enterprise says of the goods, ``outcome`` what became of them.
    """

    __tablename__ = "recall"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    report_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    found_version: Mapped[int] = mapped_column(Integer)
    declaration_number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    released_as: Mapped[str] = mapped_column(Text)
    now_asked: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    deadline_id: Mapped[UUID | None] = mapped_column(Uuid)
    due_at: Mapped[datetime] = mapped_column(Instant)
    escalated_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(Text)
    closing_reason: Mapped[str | None] = mapped_column(Text)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no", "report_version"], ["report.port", "report.case_no", "report.version"]),
        ForeignKeyConstraint(["port", "case_no", "found_version"], ["report.port", "report.case_no", "report.version"]),
        Index("recall_number", "declaration_number"),
    )
