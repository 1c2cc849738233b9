"""What rules ask, made ready to be asked of many tables: the work that does not depend on the table is done once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from kit.canonical import canonical_hash
from risk.column_words import WordSearch
from risk.cut_points import Interval, interval
from risk.expression import Read
from risk.expression_check import tree_of
from risk.expression_compiled import compiled
from risk.goods_text import normalised
from risk.history_tables import HEADER, NO_CODE
from risk.matching import looks_at_goods
from risk.rule import MONEY, CertificateScope, Codes, Countries, HsScope, Rule, Scope, Threshold

UNSURE = 1e-13
"""Share of a bound within which a float proves nothing; a quotient of two floats errs by less than 4e-16."""

INFINITE = float("inf")
CHAPTERS = tuple(f"{chapter:02d}" for chapter in range(100))


class Question(msgspec.Struct, frozen=True):
    """What a rule asks: the same for every rule, version and date with this scope and ``when``. ``key`` is its hash."""

    key: str
    scope: Scope
    when: str | None
    of_goods: bool


def question_of(rule: Rule) -> Question:
    """What the rule asks."""
    key = canonical_hash([rule.scope, rule.when])
    return Question(key=key, scope=rule.scope, when=rule.when, of_goods=looks_at_goods(rule))


class Bounds(NamedTuple):
    """Bounds on one number (of one currency, "" for what is no money), as floats: surely outside, the bound itself, exactly."""

    name: str
    currency: str
    surely_below: float
    low: float
    high: float
    surely_above: float
    exactly: Interval


class Listed(NamedTuple):
    """A column whose value must be one of some, or none of some."""

    column: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]


class Words(NamedTuple):
    """Numbers of keywords; ``any`` None where it is not asked for."""

    any: tuple[int, ...] | None
    all: tuple[int, ...]
    none: tuple[int, ...]


class Ready(NamedTuple):
    """A question taken apart. ``words`` None: no keyword is asked for."""

    key: str
    scope: Scope
    words: Words | None
    listed: tuple[Listed, ...]
    bounds: tuple[Bounds, ...]
    papers: CertificateScope | None
    expression: Read | None


class Enquiry:
    """Some questions and the search for all their keywords."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        asked = [question.scope.keywords for question in questions]
        self.search = WordSearch(word for words in asked if words is not None for word in (*words.any, *words.all, *words.none))
        self._by_chapter: dict[str, list[Ready]] = {chapter: [] for chapter in (*CHAPTERS, NO_CODE, HEADER)}
        for question in questions:
            ready = self._ready(question)
            for chapter in chapters_of(question):
                self._by_chapter[chapter].append(ready)

    def of(self, chapter: str) -> Sequence[Ready]:
        """The questions that rows of the chapter can answer."""
        return self._by_chapter[chapter]

    def _ready(self, question: Question) -> Ready:
        scope, words = question.scope, question.scope.keywords
        number = self.search.number
        return Ready(
            key=question.key,
            scope=scope,
            words=None
            if words is None
            else Words(number(words.any) if words.any else None, number(words.all), number(words.none)),
            listed=tuple(_listed(scope)),
            bounds=tuple(_bounds(scope.thresholds)),
            papers=scope.certificates,
            expression=None if question.when is None else compiled(tree_of(question.when)),
        )


def chapters_of(question: Question) -> tuple[str, ...]:
    """The chapters whose rows can answer."""
    if not question.of_goods:
        return (HEADER,)
    return (*CHAPTERS, NO_CODE) if question.scope.hs is None else tuple(sorted(_chapters(question.scope.hs)))


def _chapters(hs: HsScope) -> set[str]:
    spans = {chapter for span in hs.ranges for chapter in CHAPTERS if span.first[:2] <= chapter <= span.last[:2]}
    return {prefix[:2] for prefix in hs.prefixes} | spans


def _listed(scope: Scope) -> Iterable[Listed]:
    """The most telling first."""
    asked: tuple[tuple[str, Countries | Codes | tuple[str, ...] | None], ...] = (
        ("trader", scope.trader),
        ("brand", scope.brand),
        ("origin", scope.origin),
        ("dispatch", scope.dispatch),
        ("port", scope.port),
        ("transport_mode", scope.transport_mode),
        ("credit", scope.credit),
        ("direction", scope.direction),
    )
    for column, lists in asked:
        if not lists:
            continue
        wanted, unwanted = (lists, ()) if isinstance(lists, tuple) else (lists.any, lists.none)
        if column == "brand":
            wanted, unwanted = tuple(map(normalised, wanted)), tuple(map(normalised, unwanted))
        if wanted:
            yield Listed(column, tuple(value for value in dict.fromkeys(wanted) if value not in unwanted), ())
        elif unwanted:
            yield Listed(column, (), tuple(dict.fromkeys(unwanted)))


def _bounds(thresholds: Sequence[Threshold]) -> Iterable[Bounds]:
    """By number and currency what its bounds leave together."""
    by_number: dict[tuple[str, str], list[Threshold]] = {}
    for one in thresholds:
        by_number.setdefault((one.number, (one.currency or "") if one.number in MONEY else ""), []).append(one)
    for (name, currency), together in by_number.items():
        left = interval(together)
        low, high = _as_float(left.low, -INFINITE), _as_float(left.high, INFINITE)
        below = low - UNSURE * abs(low) if low > -INFINITE else low
        above = high + UNSURE * abs(high) if high < INFINITE else high
        yield Bounds(name, currency, below, low, high, above, left)


def _as_float(bound: Fraction | None, otherwise: float) -> float:
    """A bound to sixteen digits; ``otherwise`` where there is none."""
    if bound is None:
        return otherwise
    try:
        return float(bound)
    except OverflowError:
        return INFINITE if bound > 0 else -INFINITE
