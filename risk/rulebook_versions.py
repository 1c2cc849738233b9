"""What is sent and shown when rulebooks are drafted, checked and put in force: the documents of the office's routes. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from risk.pack_files import PackProblem
from risk.rulebook_changes import RuleChange

LARGEST = 24 * 1024 * 1024
"""Characters of a rulebook's file: 10,000 rules with their examples have about 12 million."""
Words = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is sent."""


class Draft(Form, frozen=True, kw_only=True):
    """A pack file as it is written (YAML or JSON), and what is new about it."""

    source: Annotated[str, Meta(max_length=LARGEST)]
    note: Words = "–"


class Source(Form, frozen=True, kw_only=True):
    """A pack file to be looked at and not kept."""

    source: Annotated[str, Meta(max_length=LARGEST)]


class Publication(Form, frozen=True, kw_only=True):
    """``sha256``: of the rules the approver read. ``effective_from`` null: at once. ``hastened``: why the shadow was short."""

    sha256: Sha256
    reason: Words
    effective_from: datetime | None = None
    hastened: Words | None = None


class Retirement(Form, frozen=True, kw_only=True):
    """Why the version decides no longer."""

    reason: Words


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. ``sha256`` null: it may not run as it stands. ``changes``: against the newest published version."""

    name: str | None
    version: int | None
    sha256: str | None
    rules: int
    problems: tuple[PackProblem, ...]
    changes: tuple[RuleChange, ...]


class ExampleOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One example, screened with its rule alone. ``reason``: why it hit, in the words of the rule (empty: it did not)."""

    rule: str
    version: int
    promised: Literal["must_hit", "must_not_hit"]
    number: int
    hs: str
    name: str
    hit: bool
    kept: bool
    reason_zh: str
    reason_en: str


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """Every example of every rule; ``problems`` where the file cannot be read so far."""

    outcomes: tuple[ExampleOutcome, ...]
    problems: tuple[PackProblem, ...]


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a rulebook. ``author`` null: it ships with the product. ``in_force``: it is what decides now."""

    name: str
    version: int
    status: str
    in_force: bool
    title_zh: str
    title_en: str
    rules: int
    agencies: list[str]
    sha256: str | None
    author: UUID | None
    drafted_at: datetime | None
    note: str
    shadow_since: datetime | None
    approver: UUID | None
    published_at: datetime | None
    effective_from: datetime | None
    reason: str
    hastened: str
    retired_at: datetime | None
    retired_because: str


class WholeVersion(VersionView, frozen=True, kw_only=True):
    """A version with the file as it was written, and the problems of a draft."""

    source: str
    problems: tuple[PackProblem, ...]


class Member(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A version that decides, and the hash of its rules."""

    name: str
    version: int
    sha256: str


class Deciding(msgspec.Struct, frozen=True, kw_only=True):
    """A set of versions under the name (``ruleset``) that results carry."""

    ruleset: str
    members: tuple[Member, ...]


class RuleShadow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of which hits came or went: how many, and on which headings (the first four digits) most of them."""

    rule: str
    agency: str
    gained: int
    lost: int
    headings: tuple[str, ...]


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """At one port, how many declarations more and fewer would have called an agency."""

    port: str
    agency: str
    more: int
    fewer: int


class LaneMove(msgspec.Struct, frozen=True, kw_only=True):
    """How many declarations would have taken another lane."""

    lane: str
    shadow_lane: str
    declarations: int


class ShadowComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What a version in the shadow would have done since then, against what decided. Figures, not declarations.

    ``through``: the last screening compared; ``screenings``: how many; ``kept``, ``gained``, ``lost``: hits.
    """

    name: str
    version: int
    sha256: str
    since: datetime | None
    through: datetime | None
    screenings: int
    kept: int
    gained: int
    lost: int
    rules: tuple[RuleShadow, ...]
    workload: tuple[Workload, ...]
    lanes: tuple[LaneMove, ...]
