"""Tables of scheduling: bays and bookings, their experts and answers, what enterprises wish for and are told, the yard.

An expert's row repeats window and state of its booking; a foreign key with ON UPDATE CASCADE keeps the copy true, so that an
exclusion constraint can look at it: whoever moves or ends a booking moves or frees its experts, even with plain SQL.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


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
    earliest_at: Mapped[datetime | None] = mapped_column(Instant)
    wished: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))

    __table_args__ = (
        of_case(),
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


class BookingExpert(Base):
    """An expert who is taken by a booking. One person is in one place at a time: the exclusion constraint is the truth."""

    __tablename__ = "booking_expert"

    booking_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        ForeignKeyConstraint(
            ["booking_id", "starts_at", "ends_at", "state"],
            ["booking.id", "booking.starts_at", "booking.ends_at", "booking.state"],
            onupdate="CASCADE",
        ),
        ExcludeConstraint(
            ("port", "="),
            ("person_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("state IN ('PROPOSED', 'CONFIRMED', 'CHANGED', 'IN_PROGRESS')"),
            using="gist",
            name="booking_expert_one_place_at_a_time",
        ),
    )


class BookingAnswer(Base):
    """What an agency says to the window of a booking; a changed window asks again, from version ``asked_version`` on."""

    __tablename__ = "booking_answer"

    booking_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    mandatory: Mapped[bool] = mapped_column(Boolean)
    asked_version: Mapped[int] = mapped_column(Integer)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        ForeignKeyConstraint(["booking_id"], ["booking.id"]),
    )


class PreferredWindows(Base):
    """When the enterprise would like to come, for one version of a declaration: a list, replaced as a whole."""

    __tablename__ = "preferred_windows"

    declaration_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    windows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    off_hours: Mapped[bool] = mapped_column(Boolean)
    stated_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (ForeignKeyConstraint(["declaration_id"], ["declaration.id"]),)


class AppointmentNotice(Base):
    """What the enterprise was told of its appointment: one per change of a booking, never twice, with the calendar file."""

    __tablename__ = "appointment_notice"

    booking_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    declaration_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    broker: Mapped[str | None] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    calendar: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        ForeignKeyConstraint(["booking_id"], ["booking.id"]),
        Index("appointment_notice_declaration", "declaration_id", "at"),
    )


class YardPosition(Base):
    """Where a unit of a case (a container, a vehicle, the goods) stands; without bay and place it has left the yard."""

    __tablename__ = "yard_position"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, primary_key=True)
    unit: Mapped[str] = mapped_column(Text, primary_key=True)
    bay: Mapped[str | None] = mapped_column(Text)
    place: Mapped[int | None] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(Instant)
    moved_by: Mapped[UUID] = mapped_column(Uuid)

    __table_args__ = (
        ForeignKeyConstraint(["port", "case_no"], ["joint_case.port", "joint_case.no"]),
        ForeignKeyConstraint(["port", "bay"], ["bay.port", "bay.code"]),
        UniqueConstraint("port", "bay", "place", name="yard_position_one_unit_a_place"),
    )
