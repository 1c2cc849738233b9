"""Tables of rulebooks: national, no port's. A row per version, the sets that decided, what ran in the shadow, back-tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base
from kit.tables import Instant


class RulebookVersion(Base):
    """A version of a rulebook (one pack). ``source`` is the file as it was written, ``document`` the pack that it says.

    A draft may be wrong still: then it has no document. ``author`` null: the version ships with the product. ``sha256`` is that
    of the document's canonical bytes; ``agencies`` are those the rules call.
    """

    __tablename__ = "rulebook_version"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    status: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sha256: Mapped[str | None] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text, server_default=text("''"))
    title_en: Mapped[str] = mapped_column(Text, server_default=text("''"))
    rules: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    agencies: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    author: Mapped[UUID | None] = mapped_column(Uuid)
    drafted_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Text, server_default=text("''"))
    shadow_since: Mapped[datetime | None] = mapped_column(Instant)
    approver: Mapped[UUID | None] = mapped_column(Uuid)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    effective_from: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, server_default=text("''"))
    hastened: Mapped[str] = mapped_column(Text, server_default=text("''"))
    retired_by: Mapped[UUID | None] = mapped_column(Uuid)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_because: Mapped[str] = mapped_column(Text, server_default=text("''"))

    __table_args__ = (
        CheckConstraint("version > 0"),
        CheckConstraint("status IN ('DRAFT', 'SHADOW', 'ACTIVE', 'RETIRED')"),
        # The last word against an author who publishes alone; what ships has neither.
        CheckConstraint("author IS NULL OR approver IS DISTINCT FROM author"),
        CheckConstraint("status = 'DRAFT' OR (document IS NOT NULL AND sha256 IS NOT NULL)"),
        CheckConstraint("status IN ('DRAFT', 'SHADOW') OR effective_from IS NOT NULL"),
    )


class RuleSet(Base):
    """Which versions stand behind the name (``ruleset``) that a screening's result carries; written when a process takes them."""

    __tablename__ = "rule_set"

    ruleset: Mapped[str] = mapped_column(Text, primary_key=True)
    members: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    first_at: Mapped[datetime] = mapped_column(Instant)


class ShadowResult(Base):
    """One screening as a version in the shadow would have had it, against what decided. Nobody acts on it.

    ``sha256`` names the rules in the shadow, so that a corrected draft begins anew. ``gained`` and ``lost`` list hits as rule,
    version, agency, line and HS code.
    """

    __tablename__ = "shadow_result"

    sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    screening_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    port: Mapped[str] = mapped_column(Text)
    screened_at: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)
    kept: Mapped[int] = mapped_column(Integer)
    gained: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    lost: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    agencies_gained: Mapped[list[str]] = mapped_column(ARRAY(Text))
    agencies_lost: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lane: Mapped[str] = mapped_column(Text)
    shadow_lane: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("shadow_result_at", "sha256", "screened_at"),)


class BackTest(Base):
    """A back-test of a version that somebody asked for: a job with progress, to be cancelled, and its report.

    ``done`` of ``total`` tables of history; ``alive_at`` (by the database's clock): a worker is at it. ``against``: the versions
    that decided when it was asked for.
    """

    __tablename__ = "back_test"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(Text)
    against: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(Uuid)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    done: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    total: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    cancelled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    alive_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (
        CheckConstraint("state IN ('QUEUED', 'RUNNING', 'DONE', 'CANCELLED', 'FAILED')"),
        Index("back_test_of", "name", "version", "asked_at"),
    )
