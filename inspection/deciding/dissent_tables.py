"""Tables of disagreement: departures from a conclusion and dissent, appeals of the enterprise, laboratories."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class DepartureRow(Base):
    """What a proposed disposition departs from in one agency's conclusion, and what the agency and a superior said to it.

    ``report_version`` is the one the departure was proposed on, ``lines`` its departures line by line. Kept after the proposal
    has been replaced (WITHDRAWN), so ``disposition_id`` is no foreign key.
    """

    __tablename__ = "departure"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    disposition_id: Mapped[UUID] = mapped_column(Uuid)
    report_version: Mapped[int] = mapped_column(Integer)
    agency: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    notified_at: Mapped[datetime | None] = mapped_column(Instant)
    deadline_id: Mapped[UUID | None] = mapped_column(Uuid)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    ground: Mapped[str | None] = mapped_column(Text)
    dissented_by: Mapped[UUID | None] = mapped_column(Uuid)
    dissented_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (of_case(), Index("departure_case", "port", "case_no", "proposed_at"))


class AppealRow(Base):
    """An objection 异议 of the enterprise to a disposition, under an id that its client made.

    ``was`` is the disposition's state before. ``examined_by``: OFFICERS or LABORATORY, once a superior has ordered to look again;
    ``laboratory`` the second one, ``earlier_laboratory`` the first, ``second_test`` what the second one found.
    """

    __tablename__ = "appeal"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    declaration_number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    disposition_id: Mapped[UUID] = mapped_column(Uuid)
    report_version: Mapped[int] = mapped_column(Integer)
    was: Mapped[str] = mapped_column(Text)
    ground: Mapped[str] = mapped_column(Text)
    materials: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    filed_by: Mapped[UUID] = mapped_column(Uuid)
    filed_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    suspended: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    suspended_because: Mapped[str | None] = mapped_column(Text)
    examined_by: Mapped[str | None] = mapped_column(Text)
    examined_because: Mapped[str | None] = mapped_column(Text)
    laboratory: Mapped[str | None] = mapped_column(Text)
    earlier_laboratory: Mapped[str | None] = mapped_column(Text)
    ordered_by: Mapped[UUID | None] = mapped_column(Uuid)
    ordered_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_because: Mapped[str | None] = mapped_column(Text)
    decided_type: Mapped[str | None] = mapped_column(Text)
    second_test: Mapped[str | None] = mapped_column(Text)
    second_reference: Mapped[str | None] = mapped_column(Text)
    second_note: Mapped[str | None] = mapped_column(Text)
    second_by: Mapped[UUID | None] = mapped_column(Uuid)
    second_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        of_case(),
        Index("appeal_declaration", "declaration_number"),
        # one objection at a time
        Index("appeal_open", "disposition_id", unique=True, postgresql_where=text("state = 'FILED'")),
        # a second test at the laboratory that tested first is no second test
        CheckConstraint("laboratory IS DISTINCT FROM earlier_laboratory OR laboratory IS NULL"),
    )


class LaboratoryRow(Base):
    """A laboratory that may test for a port, by its code."""

    __tablename__ = "listed_laboratory"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    listed: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (UniqueConstraint("port", "name"),)
