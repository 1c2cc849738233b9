"""Tables of recognition 结果互认: what an agency holds equivalent at a port, and what it has recognised in a case."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class EquivalenceRow(Base):
    """An equivalence that an agency holds at a port until it is ended: which results stand for which standard, for how long.

    ``certificate_type`` and ``issuer`` empty: of any; ``check_kinds`` are the checks it saves.
    """

    __tablename__ = "equivalence"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    standard: Mapped[str] = mapped_column(Text)
    stands_for: Mapped[str] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    check_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reuse_days: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str] = mapped_column(Text)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("equivalence_unit", "port", "agency"),)


class RecognitionRow(Base):
    """A recognition record 结果互认: an earlier result that ``agency`` takes as its own for these lines and checks of a case.

    ``reusable_until`` is the last day it may be relied on; ``mandates`` are the numbers it rests on. The source is evidence of
    the agency, or a certificate that the declaration names on a line.
    """

    __tablename__ = "recognition"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    standard: Mapped[str] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    verdict: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    check_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    stands_for: Mapped[str] = mapped_column(Text)
    equivalence_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("equivalence.id"))
    reusable_until: Mapped[date] = mapped_column(Date)
    mandates: Mapped[list[str]] = mapped_column(ARRAY(Text))
    evidence: Mapped[str | None] = mapped_column(Text)
    declared: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (of_case(), Index("recognition_case", "port", "case_no"))
