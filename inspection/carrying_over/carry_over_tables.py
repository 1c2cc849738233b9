"""The table of what happened when a case followed its declaration to a new version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class FollowedVersion(Base):
    """A case went from one version of its declaration to the next one that was filed. Never changed.

    ``lines``: ``unchanged`` as pairs of numbers before and after, ``changed`` and ``added`` by the new number, ``removed`` by the
    old one. ``pairs``: what was ``carried`` (agency, line, its number before) and what was ``reopened`` (agency, line).
    """

    __tablename__ = "followed_version"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    to_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    from_version: Mapped[int] = mapped_column(Integer)
    lines: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pairs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(),)
