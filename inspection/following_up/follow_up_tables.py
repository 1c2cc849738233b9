"""Tables of what follows a disposition: follow-ups and what was done about them, case filings, facts of the goods, costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class FollowUp(Base):
    """One thing that has to happen after a disposition 后续任务. ``holder`` has the next word, ``agency`` alone verifies.

    ``disposition_id`` outlives its row, which a next report version may replace. ``office`` (``port/agency``) has taken over
    what is done elsewhere; ``demand`` is what the enterprise reads, ``record`` what was registered.
    """

    __tablename__ = "follow_up"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    disposition_id: Mapped[UUID] = mapped_column(Uuid)
    declaration_number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    state: Mapped[str] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(Text)
    office: Mapped[str | None] = mapped_column(Text)
    before_release: Mapped[bool] = mapped_column(Boolean)
    demand: Mapped[dict[str, Any]] = mapped_column(JSONB)
    record: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    deadline_id: Mapped[UUID | None] = mapped_column(Uuid)
    overdue: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        Index("follow_up_case", "port", "case_no"),
        Index("follow_up_number", "declaration_number"),
        Index("follow_up_office", "office"),
    )


class FollowUpEntry(Base):
    """What somebody did about a follow-up: append-only. ``party`` is an agency's code or the enterprise."""

    __tablename__ = "follow_up_entry"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    follow_up_id: Mapped[UUID] = mapped_column(Uuid)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    office: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    party: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text)
    documents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"]),
        Index("follow_up_entry_of", "follow_up_id", "at"),
    )


class CaseFiling(Base):
    """A case 立案 an agency has filed: its life does not depend on what becomes of the goods."""

    __tablename__ = "case_filing"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    follow_up_id: Mapped[UUID] = mapped_column(Uuid)
    agency: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    state: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    filed_by: Mapped[UUID] = mapped_column(Uuid)
    filed_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (of_case(), ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"]))


class GoodsFact(Base):
    """What the lead has recorded of the goods, with a reason; the latest word on a fact counts."""

    __tablename__ = "goods_fact"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    fact: Mapped[str] = mapped_column(Text)
    value: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), Index("goods_fact_case", "port", "case_no"))


class CostRecord(Base):
    """A cost of the case 费用; who bears it follows from what was found and why it arose."""

    __tablename__ = "cost_record"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    amount: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), Index("cost_record_case", "port", "case_no"))
