"""Tables of draws and of who holds a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class DrawSeed(Base):
    """A seed that is committed to and not yet revealed. Nobody reads it but the platform."""

    __tablename__ = "draw_seed"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    seed: Mapped[str] = mapped_column(Text)
    commitment: Mapped[str] = mapped_column(Text)
    committed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),)


class DrawRow(Base):
    """A draw 双随机 as anybody can replay it; ``document`` is the whole record. Never changed.

    ``standing`` is who is drawn after it, earlier draws of the same matter included; ``reason`` why it was drawn once more.
    """

    __tablename__ = "draw_record"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    commitment: Mapped[str] = mapped_column(Text)
    drawn_at: Mapped[datetime] = mapped_column(Instant)
    drawn_by: Mapped[UUID] = mapped_column(Uuid)
    eligible: Mapped[int] = mapped_column(Integer)
    excluded: Mapped[int] = mapped_column(Integer)
    drawn: Mapped[int] = mapped_column(Integer)
    standing: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str | None] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)

    __table_args__ = (
        UniqueConstraint("port", "case_no", "commitment"),
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        Index("draw_record_day", "port", "drawn_at"),
    )


class CaseDuty(Base):
    """Who holds a case on each agency's side; the hand-overs themselves are events of the case."""

    __tablename__ = "case_duty"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),)
