"""Tables of the rights holder's cloud confirmation 云确权: contacts, authorisations, what is asked of whom, and the replies."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inspection.table_keys import Instant, of_case
from kit.database import Base


class RightsHolder(Base):
    """A rights holder 权利人 whom an agency at a port may ask: a contact, and the brands it speaks for."""

    __tablename__ = "rights_holder"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    brands: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("rights_holder_unit", "port", "agency"),)


class RightsAuthorisation(Base):
    """An authorisation registered beforehand 预确权: this trader may use this brand, from day to day."""

    __tablename__ = "rights_authorisation"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"))
    holder_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("rights_holder.id"))
    brand: Mapped[str] = mapped_column(Text)
    trader: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    made_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("rights_authorisation_unit", "port", "agency"),)


class RightsSilence(Base):
    """What an agency at a port lets follow from a rights holder's silence; without a row it decides by itself."""

    __tablename__ = "rights_silence"

    port: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, ForeignKey("agency.code"), primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID] = mapped_column(Uuid)
    set_at: Mapped[datetime] = mapped_column(Instant)


class RightsConfirmation(Base):
    """A confirmation 确权 asked of a rights holder about one line of a case.

    ``secret_hash`` is of the secret in the holder's link; absent where an authorisation (``authorisation_id``) settled it at
    once. ``lapsed_at``: the due passed in silence, and ``silence`` is the rule it followed.
    """

    __tablename__ = "rights_confirmation"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    line: Mapped[int] = mapped_column(Integer)
    brand: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    holder_id: Mapped[UUID] = mapped_column(Uuid)
    holder_name: Mapped[str] = mapped_column(Text)
    authorisation_id: Mapped[UUID | None] = mapped_column(Uuid)
    authorisation: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    deadline_id: Mapped[UUID | None] = mapped_column(Uuid)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    silence: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        of_case(),
        Index("rights_confirmation_case", "port", "case_no"),
        Index("rights_confirmation_secret", "secret_hash"),
    )


class RightsReply(Base):
    """What the rights holder said, once."""

    __tablename__ = "rights_reply"

    confirmation_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    case_no: Mapped[str] = mapped_column(Text)
    agency: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    late: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["confirmation_id"], ["rights_confirmation.id"]),
        Index("rights_reply_case", "port", "case_no"),
    )
