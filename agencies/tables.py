"""Tables of agencies and people."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class Agency(Base):
    """An agency 部门: customs, market_regulation, ip … another one is a row, not code."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)


class Unit(Base):
    """An agency's unit at a port; ``duty_24h`` decides whether its two hours run by the clock or in working time."""

    __tablename__ = "unit"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"), primary_key=True)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    duty_24h: Mapped[bool] = mapped_column(Boolean)


class Enterprise(Base):
    """An enterprise that signs in or is written about."""

    __tablename__ = "enterprise"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    demo: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class Person(Base):
    """A person who can sign in. ``kind`` picks the database role, ``powers`` what the person may do."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    powers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    agency: Mapped[str | None] = mapped_column(Text, ForeignKey("agency.code"))
    port: Mapped[str | None] = mapped_column(Text)
    enterprise: Mapped[str | None] = mapped_column(Text, ForeignKey("enterprise.code"))
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    demo: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("person_port_agency", "port", "agency"),)


class Credential(Base):
    """A password (argon2id) and the failures since the last success. Read by sign-in only."""

    __tablename__ = "credential"

    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"), primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(Instant)


class SignInSession(Base):
    """A session: cookie or bearer. Only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in_session"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("sign_in_session_person", "person_id"),)


class OneTimeLink(Base):
    """A link that sets a first password once. Only the SHA-256 of its token is kept."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class DeadlineRow(Base):
    """A deadline 时限: its ledger is the truth; ``stream`` is where reaching a rung is written.

    ``agency`` says whose calendar it is counted in; the port's when empty.

    ``due_at``, ``provisional``, ``budget``, ``rungs`` follow from the ledger and its calendar. ``last_rung`` is the highest one
    claimed (0: none), ``next_rung_at`` when the tick has to look again (NULL: never).
    """

    __tablename__ = "deadline"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, server_default=text("''"))
    stream: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    ledger: Mapped[dict[str, Any]] = mapped_column(JSONB)
    basis: Mapped[str] = mapped_column(Text)
    budget: Mapped[str] = mapped_column(Text)
    calendar: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    provisional: Mapped[bool] = mapped_column(Boolean)
    rungs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    last_rung: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    next_rung_at: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("deadline_next_rung", "next_rung_at", postgresql_where=text("next_rung_at IS NOT NULL")),
        Index("deadline_stream", "stream"),
        Index("deadline_calendar", "port", "agency", "calendar", "provisional", postgresql_where=text("state = 'RUNNING'")),
        Index("deadline_subject", "subject"),
    )


class DeadlineRung(Base):
    """A rung of the ladder, claimed once: the primary key is the claim."""

    __tablename__ = "deadline_rung"

    deadline_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("deadline.id"), primary_key=True)
    rung: Mapped[int] = mapped_column(Integer, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[datetime] = mapped_column(Instant)
