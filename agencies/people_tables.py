"""Tables of what is known of people: certificates, rosters, absences, mandates, ties, coordinators."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Date, DateTime, ForeignKey, Index, Integer, Text, Time, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base

Instant = DateTime(timezone=True)


class CertificateRow(Base):
    """A certificate as joint inspector 协同查验官. No domain named: it counts for every domain of the agency."""

    __tablename__ = "certificate"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    type: Mapped[str] = mapped_column(Text)
    level: Mapped[int] = mapped_column(Integer)
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    number: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_because: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("certificate_person", "person_id"), Index("certificate_unit", "port", "agency"))


class CertificateWaiver(Base):
    """An approver lets somebody work on one matter without the certificate it asks for; ``scope`` is opaque here."""

    __tablename__ = "certificate_waiver"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str] = mapped_column(Text)
    approver: Mapped[UUID] = mapped_column(Uuid)
    approver_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("port", "scope", "person_id"),)


class RosterShift(Base):
    """A shift: on ``weekdays`` (ISO, 1 is Monday) from ``starts`` to ``ends`` local time; equal times are a whole day."""

    __tablename__ = "roster_shift"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    role: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    rank: Mapped[int] = mapped_column(Integer)
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("roster_shift_unit", "port", "agency", "role"),)


class AbsenceRow(Base):
    """Somebody is away, and who stands in."""

    __tablename__ = "absence"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    substitute_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("absence_unit", "port", "agency", "ends_at"),)


class DutyDesk(Base):
    """How the desk of a role is reached: an extension or a room, never anybody's private number."""

    __tablename__ = "duty_desk"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    contact: Mapped[str] = mapped_column(Text)


class MandateRow(Base):
    """A joint mandate 联合授权委托: which acts an agency may do at the port, in which domains, signed by whom, until when."""

    __tablename__ = "mandate"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    number: Mapped[str] = mapped_column(Text)
    acts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    signatories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    clauses: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("port", "agency", "number"),)


class ConflictOfInterest(Base):
    """A tie between a person and a party (an enterprise's code) that keeps the person off that party's cases."""

    __tablename__ = "conflict_of_interest"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    party: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    declared_by: Mapped[UUID] = mapped_column(Uuid)
    declared_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("conflict_of_interest_unit", "port", "agency", "party"),)


class CoordinatorAssignment(Base):
    """A coordinator 业务协调员 of an enterprise for one topic. Ends by a date, never by deletion."""

    __tablename__ = "coordinator_assignment"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    enterprise: Mapped[str] = mapped_column(Text, ForeignKey("enterprise.code"))
    topic: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("person.id"))
    substitute_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("person.id"))
    contact: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("coordinator_assignment_enterprise", "enterprise", "port", "topic"),)
