"""The table of the liability record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant
from kit.database import Base


class LiabilityRow(Base):
    """Who answers for one check of one line, as it was known when a version of the report issued. Never changed but for the tag.

    ``check_code`` is empty where an agency was asked about the line as a whole; ``responsible`` are agencies and offices by code,
    ``document`` the whole entry, ``insurance`` the tag of an insurance or fund that stands behind it.
    """

    __tablename__ = "liability_record"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    report_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    check_code: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    matter: Mapped[str] = mapped_column(Text)
    responsible: Mapped[list[str]] = mapped_column(ARRAY(Text))
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    insurance: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no", "report_version"], ["report.port", "report.case_no", "report.version"]),
        Index("liability_record_at", "port", "at"),
    )
