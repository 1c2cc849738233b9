"""Tables of the deliberation before the yard 预会商: messages, proposals how to divide the work, answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class DeliberationMessage(Base):
    """What somebody said in the case's thread, under an id that the client made."""

    __tablename__ = "deliberation_message"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    reply_to: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["reply_to"], ["deliberation_message.id"]),
        Index("deliberation_message_case", "port", "case_no", "at"),
    )


class DivisionProposal(Base):
    """A proposed division of the work on one version of the task sheet. The case's latest is the one that is open."""

    __tablename__ = "division_proposal"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    sheet_version: Mapped[int] = mapped_column(Integer)
    agency: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    adopted_at: Mapped[datetime | None] = mapped_column(Instant)
    adopted_by: Mapped[UUID | None] = mapped_column(Uuid)
    adopted_version: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (of_case(), UniqueConstraint("port", "case_no", "number"))


class DivisionAnswer(Base):
    """What an agency says to a proposal: it agrees, or objects with a reason. It may think again until the lead adopts."""

    __tablename__ = "division_answer"

    proposal_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agrees: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (of_case(), ForeignKeyConstraint(["proposal_id"], ["division_proposal.id"]))


class SheetAcknowledgement(Base):
    """An agency has taken note of one version of the task sheet."""

    __tablename__ = "sheet_acknowledgement"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no", "version"], ["task_sheet.port", "task_sheet.case_no", "task_sheet.version"]),
    )
