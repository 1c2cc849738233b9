"""What a back-test tells: documents for people and programs. Shares are decimal texts with four places."""

from __future__ import annotations

from datetime import date

import msgspec


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the documents."""


class LabelShare(Said, frozen=True):
    """Of what was hit and judged, how much carried the label."""

    label: str
    found: int
    precision: str | None


class RuleResult(Said, frozen=True):
    """One rule: on how many lines (or declarations as a whole) it hit, how many of those were judged, and how.

    ``gained`` and ``lost`` against the other book, by the rule's id; None where there is none. ``examples``: up to three of each,
    as ``number/version line`` (line 0: the declaration as a whole).
    """

    rule: str
    version: int
    agency: str
    hits: int
    judged: int
    labels: tuple[LabelShare, ...] = ()
    gained: int | None = None
    lost: int | None = None
    gained_examples: tuple[str, ...] = ()
    lost_examples: tuple[str, ...] = ()


class AgencyResult(Said, frozen=True):
    """Declarations an agency would have been called for; against the other book: how many more and how many no longer."""

    agency: str
    declarations: int
    hits: int
    before: int | None = None
    gained: int | None = None
    lost: int | None = None


class Work(Said, frozen=True):
    """Declarations that call an agency at a port on a day; ``before``: with the other book."""

    agency: str
    port: str
    day: date
    declarations: int
    before: int | None = None


class LabelResult(Said, frozen=True):
    """The whole book against one label, counted in judged lines.

    ``rate`` is the share of judged lines that are hit, which is what choosing at random would catch of the labelled ones, give or
    take ``spread`` (two standard deviations, hypergeometric); ``base`` the share that is labelled: random's precision.
    """

    label: str
    judged: int
    labelled: int
    hit: int
    hit_labelled: int
    precision: str | None
    base: str
    recall: str | None
    rate: str
    spread: str
    before_precision: str | None = None
    before_recall: str | None = None


class BacktestReport(Said, frozen=True):
    """The answer of a back-test. ``lines_hit`` counts lines hit themselves or with their whole declaration."""

    first_day: date | None
    last_day: date | None
    declarations: int
    lines: int
    lines_hit: int
    declarations_hit: int
    rules: tuple[RuleResult, ...]
    retired: tuple[RuleResult, ...]
    agencies: tuple[AgencyResult, ...]
    work: tuple[Work, ...]
    labels: tuple[LabelResult, ...]
    dated: bool
    tables: int
    tables_read: int
