"""Tables of declarations, joint cases and what hangs on them. The tenant is the port: every row of a case carries it.

Keys lead with the port so that a unique violation never tells one port of another's rows; foreign keys carry it too, because
PostgreSQL checks them without row-level security.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


def _of_case(*columns: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["port", "case_no", *columns], ["joint_case.port", "joint_case.no", *columns])


class DeclarationRow(Base):
    """One version of one declaration. ``document`` is what was sent; it never changes, only ``state`` moves."""

    __tablename__ = "declaration"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    history: Mapped[bool] = mapped_column(Boolean)
    declared_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    document_hash: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    flags: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    __table_args__ = (
        UniqueConstraint("port", "trader", "number", "version"),
        Index("declaration_trader", "trader", "received_at"),
        Index("declaration_broker", "broker", "received_at", postgresql_where=text("broker IS NOT NULL")),
    )


class DeclarationLine(Base):
    """One goods line, with the hash that tells whether a new version left it unchanged."""

    __tablename__ = "declaration_line"

    declaration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    hs: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    line_hash: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),
        Index("declaration_line_hs", "port", "hs"),
    )


class ScreeningRun(Base):
    """One screening of one declaration version: the result as it was, replayable from ``packs`` and ``seed``."""

    __tablename__ = "screening_run"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    declaration_id: Mapped[UUID] = mapped_column(Uuid)
    packs: Mapped[str] = mapped_column(Text)
    seed: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[str] = mapped_column(Text)
    score: Mapped[int] = mapped_column(Integer)
    agencies: Mapped[list[str]] = mapped_column(ARRAY(Text))
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),
        Index("screening_run_declaration", "declaration_id"),
    )


class CaseCounter(Base):
    """The last case number given at a port on a day."""

    __tablename__ = "case_counter"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class PortPolicy(Base):
    """The merge policy new cases of a port get; changed by a superior, each change an event."""

    __tablename__ = "port_policy"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    policy: Mapped[str] = mapped_column(Text)
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

    __table_args__ = (_of_case(),)


class Invitation(Base):
    """An invitation 协同邀请 of one agency in one round, with the points it is asked to look at."""

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

    __table_args__ = (_of_case(),)


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

    __table_args__ = (_of_case(),)


class Bay(Base):
    """A bay 台位 of a zone 专区 with ``places`` numbered places."""

    __tablename__ = "bay"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    zone: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    places: Mapped[int] = mapped_column(Integer)
    capabilities: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Booking(Base):
    """A window at a numbered place of a bay. The exclusion constraint is the truth; proposals only propose."""

    __tablename__ = "booking"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    bay: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    booked_by: Mapped[UUID] = mapped_column(Uuid)
    booked_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    hold_until: Mapped[datetime | None] = mapped_column(Instant)
    off_hours: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    ended_because: Mapped[str | None] = mapped_column(Text)
    absent_party: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        _of_case(),
        ForeignKeyConstraint(["port", "bay"], ["bay.port", "bay.code"]),
        UniqueConstraint("id", "starts_at", "ends_at", "state", name="booking_as_its_experts_see_it"),
        Index("booking_hold", "hold_until", postgresql_where=text("state = 'PROPOSED'")),
        ExcludeConstraint(
            ("port", "="),
            ("bay", "="),
            ("place", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("state IN ('PROPOSED', 'CONFIRMED', 'CHANGED', 'IN_PROGRESS')"),
            using="gist",
            name="booking_one_place_once",
        ),
        Index(
            "booking_live_case",
            "port",
            "case_no",
            unique=True,
            postgresql_where=text("state IN ('PROPOSED', 'CONFIRMED', 'CHANGED', 'IN_PROGRESS')"),
        ),
    )


class FieldSession(Base):
    """A field session 现场查验: one lead inspector, at least two customs officers, a workstream per agency."""

    __tablename__ = "field_session"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    lead_inspector: Mapped[UUID] = mapped_column(Uuid)
    officers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    attendance: Mapped[str] = mapped_column(Text)
    seals_before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    seals_after: Mapped[list[str]] = mapped_column(ARRAY(Text))
    checked_in_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        _of_case(),
        Index("field_session_case", "port", "case_no"),
        Index("field_session_live", "port", "case_no", unique=True, postgresql_where=text("state <> 'CLOSED'")),
    )


class Workstream(Base):
    """One agency's share of a field session: it reports itself complete, or the lead excuses it with a reason."""

    __tablename__ = "workstream"

    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    mandatory: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (_of_case(), ForeignKeyConstraint(["session_id"], ["field_session.id"]))


class FindingRow(Base):
    """A finding 查验发现, written by one agency, identified by the terminal that made it."""

    __tablename__ = "finding"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    session_id: Mapped[UUID] = mapped_column(Uuid)
    agency: Mapped[str] = mapped_column(Text)
    line: Mapped[int] = mapped_column(Integer)
    component: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    grade: Mapped[str] = mapped_column(Text)
    observation: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[str]] = mapped_column(ARRAY(Text))
    links: Mapped[list[str]] = mapped_column(ARRAY(Text))
    label: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    admission: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[UUID] = mapped_column(Uuid)
    captured_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (_of_case(), Index("finding_case", "port", "case_no", "received_at"))


class ConclusionRow(Base):
    """One version of one agency's conclusion 部门结论 on the lines it was asked about."""

    __tablename__ = "conclusion"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    late: Mapped[bool] = mapped_column(Boolean)
    content_hash: Mapped[str] = mapped_column(Text)
    signer: Mapped[UUID] = mapped_column(Uuid)
    submitted_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (_of_case(),)


class ReportRow(Base):
    """One version of the joint report 协同查验综合报告: immutable once issued."""

    __tablename__ = "report"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document_hash: Mapped[str] = mapped_column(Text)
    inputs_hash: Mapped[str] = mapped_column(Text)
    merge: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pdf_sha256: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (_of_case(),)


class DispositionRow(Base):
    """A disposition 处置 of one report version: proposed, approved by another person, or automatic."""

    __tablename__ = "disposition"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    report_version: Mapped[int] = mapped_column(Integer)
    type: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    automatic: Mapped[bool] = mapped_column(Boolean)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID | None] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no", "report_version"], ["report.port", "report.case_no", "report.version"]),
        UniqueConstraint("port", "case_no", "report_version"),
    )


class ProgressKey(Base):
    """The secret (256 bit) with which an enterprise asks for progress without signing in."""

    __tablename__ = "progress_key"

    declaration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)

    __table_args__ = (ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),)


class EnterpriseStatus(Base):
    """One entry of the one status an enterprise sees; the highest ``seq`` is the present one."""

    __tablename__ = "enterprise_status"

    declaration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str | None] = mapped_column(Text)
    status: Mapped[dict[str, Any]] = mapped_column(JSONB)
    as_of: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),)


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

    __table_args__ = (_of_case(), UniqueConstraint("port", "agency", "dedupe"), Index("inbox_agency", "port", "agency", "at"))
