"""Tables of the evidence chain: requests from one agency to another, what was said to them, minutes of consultations.

What was asked and what was answered is never edited; where a request stands follows from both (``request.state_of``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class InfoRequest(Base):
    """An information request 协查请求 of ``agency`` to ``asked``, from a finding of its own, under the client's id.

    ``line`` is the finding's, ``due_at`` repeats its deadline's.
    """

    __tablename__ = "info_request"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    asked: Mapped[str] = mapped_column(Text)
    finding_id: Mapped[UUID] = mapped_column(Uuid)
    line: Mapped[int] = mapped_column(Integer)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    blocking: Mapped[bool] = mapped_column(Boolean)
    content_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    deadline_id: Mapped[UUID] = mapped_column(Uuid)
    due_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["finding_id"], ["finding.id"]),
        Index("info_request_case", "port", "case_no", "sent_at"),
    )


class InfoAnswer(Base):
    """What the asked agency said: an answer with its sources, signed, or a decline with its reason in ``text``."""

    __tablename__ = "info_answer"

    request_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    late: Mapped[bool] = mapped_column(Boolean)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str | None] = mapped_column(Text)
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["request_id"], ["info_request.id"]),
        Index("info_answer_case", "port", "case_no"),
    )


class FindingMinutes(Base):
    """The minutes 会商纪要 of a consultation about a finding, by the agency that found it; ``evidence``: a paper of it."""

    __tablename__ = "finding_minutes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    finding_id: Mapped[UUID] = mapped_column(Uuid)
    held_at: Mapped[datetime] = mapped_column(Instant)
    participants: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["finding_id"], ["finding.id"]),
        Index("finding_minutes_case", "port", "case_no"),
    )
