"""The table of cases that were taken up again after they had closed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class CaseReopening(Base):
    """One reopening 重新开启 of a case. ``after_report`` is the last version of the round that ended; by nobody: the platform."""

    __tablename__ = "case_reopening"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    ground: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    after_report: Mapped[int] = mapped_column(Integer)
    reopened_by: Mapped[UUID | None] = mapped_column(Uuid)
    reopened_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(),)
