"""Tables of published working calendars and of the warnings about their horizon."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class WorkCalendarRow(Base):
    """One published version of a calendar: of a unit, or with an empty ``agency`` of the port. Nobody may change or delete it."""

    __tablename__ = "work_calendar"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(Text)
    published_until: Mapped[date] = mapped_column(Date)
    loaded_by: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(Instant)


class CalendarWarning(Base):
    """A warning told once for a version of a calendar: the primary key is the claim. ``calendar`` is ``id/vN``."""

    __tablename__ = "calendar_warning"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    calendar: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    told_at: Mapped[datetime] = mapped_column(Instant)
