"""Tables of declarations and their screening. The tenant is the port: every row carries it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant
from kit.database import Base


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
        Index("screening_run_at", "at", postgresql_using="brin"),  # rows arrive in this order: what is new lies at the end
    )
