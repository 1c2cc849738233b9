"""What is sent and shown when merge policies are drafted, checked and published: the documents of the office's routes. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from inspection.policies.policy_changes import Change
from kit.decoding import Problem

LARGEST = 256 * 1024
"""Characters of a policy file; graded has 8,000."""
Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy file as it is written (YAML or JSON), and what is new about it."""

    source: Annotated[str, Meta(max_length=LARGEST)]
    note: Text = "–"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy file to be checked and not kept."""

    source: Annotated[str, Meta(max_length=LARGEST)]


class Publication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``sha256``: of the document the approver has read. ``effective_from`` null: at once."""

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    reason: Text
    effective_from: datetime | None = None


class Retirement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why new cases no longer get the version."""

    reason: Text


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. ``sha256`` null: it may not be published as it stands. ``changes``: against the newest published."""

    name: str | None
    version: int | None
    sha256: str | None
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...]


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a policy. ``author`` null: it ships with the product. Problems are those of a draft."""

    name: str
    version: int
    status: str
    title_zh: str
    title_en: str
    sha256: str | None
    author: UUID | None
    drafted_at: datetime | None
    note: str
    approver: UUID | None
    published_at: datetime | None
    effective_from: datetime | None
    reason: str
    retired_at: datetime | None
    retired_because: str


class WholeVersion(VersionView, frozen=True, kw_only=True):
    """A version with the file as it was written and the document as a whole."""

    source: str
    document: dict[str, Any] | None
    problems: tuple[Problem, ...]
