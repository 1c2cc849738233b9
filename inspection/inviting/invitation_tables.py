"""What became of the hits that called an agency: one row for each, read when the precision of a rule is reckoned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class HitOutcome(Base):
    """A hit of a rule that people judged: FALSE_POSITIVE, or REASSIGNED to the agency that claimed it; ``revoked_at`` ends it.

    ``packs`` names the packs of the screening that hit; ``line`` None means the declaration as a whole.
    """

    __tablename__ = "hit_outcome"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[int] = mapped_column(Integer)
    packs: Mapped[str] = mapped_column(Text)
    line: Mapped[int | None] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        Index("hit_outcome_rule", "port", "rule", "rule_version"),
        Index(
            "hit_outcome_stands_once",
            "port",
            "case_no",
            "agency",
            "rule",
            "rule_version",
            "line",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
