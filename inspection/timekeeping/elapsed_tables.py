"""Tables of elapsed time: what a case that has ended took, and what each party was awaited for in it. Whole seconds.

Written when a case ends and again when it ends another time, so that figures over thousands of cases are one query and nobody
replays a log for them. ``segments`` is the whole record; the columns beside it are what figures are made of.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class CaseTime(Base):
    """A case that has ended: its time in all, the way to the inspection and the inspection itself; null: there was none."""

    __tablename__ = "case_time"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    seq: Mapped[int] = mapped_column(Integer)
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    clock: Mapped[int] = mapped_column(BigInteger)
    working: Mapped[int] = mapped_column(BigInteger)
    to_inspection_clock: Mapped[int | None] = mapped_column(BigInteger)
    to_inspection_working: Mapped[int | None] = mapped_column(BigInteger)
    inspection_clock: Mapped[int | None] = mapped_column(BigInteger)
    inspection_working: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        Index("case_time_ended", "port", "ended_at"),
    )


class PartyTime(Base):
    """What one party was awaited for in an ended case; ``alone``: while nobody else was. The case's own time is repeated, so
    that an agency reads its share without reading the other parties' rows."""

    __tablename__ = "party_time"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    clock: Mapped[int] = mapped_column(BigInteger)
    working: Mapped[int] = mapped_column(BigInteger)
    alone_clock: Mapped[int] = mapped_column(BigInteger)
    alone_working: Mapped[int] = mapped_column(BigInteger)
    case_clock: Mapped[int] = mapped_column(BigInteger)
    case_working: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        Index("party_time_ended", "port", "ended_at", "agency"),
    )
