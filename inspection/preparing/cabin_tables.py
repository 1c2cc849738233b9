"""Tables of the task cabin 云端任务舱: checklists of the agencies, a case's papers, who has read them, what was ticked off.

A paper is never edited: another version is another row under the same id, and a receipt is for one version.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, ForeignKeyConstraint, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class Checklist(Base):
    """One version of a checklist 查验清单 that an agency has published at a port; the highest is in force."""

    __tablename__ = "checklist"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    entries: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    mandatory: Mapped[bool] = mapped_column(Boolean)
    published_by: Mapped[UUID] = mapped_column(Uuid)
    published_at: Mapped[datetime] = mapped_column(Instant)


class CabinPaper(Base):
    """One version of a document, a standard or a checklist in a case's cabin.

    ``required_of`` are the agencies whose people must have read it. ``trader`` and ``broker`` are set when it is meant for the
    enterprise, and only then; ``label`` hides it from everybody but the agency that filed it.
    """

    __tablename__ = "cabin_paper"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    required_of: Mapped[list[str]] = mapped_column(ARRAY(Text))
    label: Mapped[str | None] = mapped_column(Text)
    trader: Mapped[str | None] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    declaration_number: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    filed_by: Mapped[UUID | None] = mapped_column(Uuid)
    filed_by_name: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), Index("cabin_paper_case", "port", "case_no"), Index("cabin_paper_trader", "declaration_number"))


class ReadReceipt(Base):
    """One person has read one version of a paper. ``label`` is the paper's."""

    __tablename__ = "read_receipt"

    paper_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    login: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["paper_id", "version"], ["cabin_paper.id", "cabin_paper.version"]),
        Index("read_receipt_case", "port", "case_no"),
    )


class ReadingExcuse(Base):
    """The lead lets somebody check in without having read these versions, with a reason."""

    __tablename__ = "reading_excuse"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    login: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    papers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)
    excused_by: Mapped[UUID] = mapped_column(Uuid)
    excused_by_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), Index("reading_excuse_case", "port", "case_no"))


class ChecklistAnswer(Base):
    """What an agency says to one entry of its checklist in one field session: done, or not applicable with a reason."""

    __tablename__ = "checklist_answer"

    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    paper_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry: Mapped[str] = mapped_column(Text, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[UUID] = mapped_column(Uuid)
    answered_by_name: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), ForeignKeyConstraint(["session_id"], ["field_session.id"]))
