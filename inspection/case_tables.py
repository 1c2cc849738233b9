"""Tables of joint cases, who is invited and what they are told.

Keys lead with the port so that a unique violation never tells one port of another's rows; foreign keys carry it too, because
PostgreSQL checks them without row-level security. So it is in every table of inspection.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class CaseCounter(Base):
    """The last case number given at a port on a day."""

    __tablename__ = "case_counter"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class PortPolicy(Base):
    """The merge policy new cases of a port get; changed by a superior, each change an event.

    ``version`` null: the newest that is in force when the case is opened.
    """

    __tablename__ = "port_policy"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    policy: Mapped[str] = mapped_column(Text)
    version: Mapped[int | None] = mapped_column(Integer)
    on_missing: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID] = mapped_column(Uuid)
    set_at: Mapped[datetime] = mapped_column(Instant)


class JointCase(Base):
    """A joint case 协同查验案件. ``state`` is a cache of what follows from its children, kept by ``cases.settle`` alone."""

    __tablename__ = "joint_case"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    no: Mapped[str] = mapped_column(Text, primary_key=True)
    declaration_id: Mapped[UUID] = mapped_column(Uuid)
    declaration_number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    lead_agency: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    priority_class: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    on_missing: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    lead_inspector: Mapped[UUID | None] = mapped_column(Uuid)
    openings: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    cancelled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))

    __table_args__ = (
        ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),
        UniqueConstraint("port", "declaration_id"),
        Index("joint_case_state", "port", "state", "opened_at"),
    )


class CaseMember(Base):
    """An agency that takes part in a case: what its people may see hangs on this row."""

    __tablename__ = "case_member"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)

    __table_args__ = (of_case(),)


class Invitation(Base):
    """An invitation 协同邀请 of one agency in one round, with the points it is asked to look at.

    ``level`` counts red rungs, ``conflict`` says that nobody holds the matter to be its own, ``composed_at`` is what the device
    said of an answer. ``offer`` is a late answer the lead has yet to admit, ``substitute`` who or what stands in for the agency.
    ``on_missing`` is the path its silence took; ``ended_*`` who ended it otherwise, when and why.
    """

    __tablename__ = "invitation"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    mandatory: Mapped[bool] = mapped_column(Boolean)
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    points: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    deadline_id: Mapped[UUID | None] = mapped_column(Uuid)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[UUID | None] = mapped_column(Uuid)
    late: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    experts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decline_reason: Mapped[str | None] = mapped_column(Text)
    decline_text: Mapped[str | None] = mapped_column(Text)
    decline_confirmed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    level: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    conflict: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    composed_at: Mapped[datetime | None] = mapped_column(Instant)
    offer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    on_missing: Mapped[str | None] = mapped_column(Text)
    substitute: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (of_case(),)


class TaskSheetRow(Base):
    """One version of a task sheet 协同查验任务单."""

    __tablename__ = "task_sheet"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document_hash: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(),)


class InboxItem(Base):
    """Something an agency at a port has to know: shown until acknowledged, one row per ``dedupe`` key."""

    __tablename__ = "inbox_item"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    dedupe: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (of_case(), UniqueConstraint("port", "agency", "dedupe"), Index("inbox_agency", "port", "agency", "at"))
