"""The evaluator of back-tests: one rule after the other over columns, instead of one declaration after the other over rules.

Where the scope asks for HS codes only their slices are looked at; a keyword begins with the rows it was found in; what remains is
compared as whole numbers. What columns cannot say exactly (a number too near a bound, ``when``) is asked of the document, for
the rows that are left. Names the same places as ``reference.py`` and ``index.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kit.canonical import canonical_hash
from risk.column_words import NOWHERE, WordSearch
from risk.cut_points import Interval, interval
from risk.derived_numbers import number
from risk.expression_check import tree_of
from risk.expression_compiled import compiled
from risk.goods_columns import GoodsColumns, Ints, Span
from risk.goods_text import Needle, needle_of, normalised
from risk.history_tables import HEADER, NO_CODE
from risk.matching import looks_at_goods
from risk.rule import MONEY, CertificateScope, Codes, Countries, Keywords, Rule, Scope, Threshold

UNSURE = 1e-13
"""Share of a bound within which a float proves nothing; a quotient of two floats errs by less than 4e-16."""

Words = Mapping[Needle, Ints]
Values = tuple[tuple[str, ...], tuple[str, ...]]


class Question(msgspec.Struct, frozen=True):
    """What a rule asks: the same for every rule, version and date with this scope and ``when``. ``key`` is its hash."""

    key: str
    scope: Scope
    when: str | None
    of_goods: bool

    def concerns(self, chapter: str) -> bool:
        """Whether rows of the chapter can answer."""
        if self.of_goods == (chapter == HEADER):
            return False
        hs = self.scope.hs
        if hs is None:
            return True
        return chapter != NO_CODE and (
            any(prefix[:2] == chapter for prefix in hs.prefixes) or any(r.first[:2] <= chapter <= r.last[:2] for r in hs.ranges)
        )


def question_of(rule: Rule) -> Question:
    """What the rule asks."""
    key = canonical_hash([rule.scope, rule.when])
    return Question(key=key, scope=rule.scope, when=rule.when, of_goods=looks_at_goods(rule))


def search_of(questions: Iterable[Question]) -> WordSearch:
    """The keywords of all questions."""
    asked = [question.scope.keywords for question in questions]
    return WordSearch(word for words in asked if words is not None for word in (*words.any, *words.all, *words.none))


def words_in(questions: Sequence[Question], search: WordSearch, goods: GoodsColumns) -> Words:
    """Where the keywords of these questions stand, within the rows that some of them looks at."""
    spans = [span for question in questions if question.scope.keywords is not None for span in goods.spans(question.scope)]
    if not spans:
        return {}
    return search.rows(goods, (min(first for first, _ in spans), max(end for _, end in spans)))


def holding(question: Question, goods: GoodsColumns, words: Words) -> Ints:
    """The rows where the question holds, ascending, whether or not a certificate is missing there."""
    scope, left = question.scope, _Left(goods.spans(question.scope))
    if scope.keywords is not None:
        _worded(scope.keywords, words, left)
    for column, values in _listed(scope):
        if left.some:
            _in_lists(goods, column, values, left)
    for name, bounds, currency in _bounds(scope.thresholds):
        if left.some:
            _within(goods, name, bounds, currency, left)
    if scope.certificates is not None and left.some:
        _presented(goods, scope.certificates, left)
    if question.when is not None and left.some:
        expression = compiled(tree_of(question.when))
        left.keep_rows([row for row in left.rows().tolist() if expression(*goods.look(row)) is True])
    return left.rows()


def hits(question: Question, goods: GoodsColumns, rows: Ints) -> Ints:
    """Of the rows where the question holds those that are hits: a certificate asked for is missing there."""
    papers = question.scope.certificates
    if papers is None or not papers.missing or not len(rows):
        return rows
    met = _valid(goods, {*papers.missing, *papers.exempting, *papers.recognising})
    return rows[~_contains(met, rows)]


class _Left:
    """The rows that are left: slices until something chooses among them, then their numbers."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._rows: Ints | None = None

    @property
    def some(self) -> bool:
        return bool(self._spans) if self._rows is None else bool(len(self._rows))

    def rows(self) -> Ints:
        if self._rows is None:
            self._rows = _all([np.arange(first, end) for first, end in self._spans])
        return self._rows

    def keep(self, column: NDArray[Any], holds: Callable[[Any], NDArray[np.bool_]]) -> None:
        """Keeps the rows whose value holds."""
        if self._rows is None:
            self._rows = _all([np.flatnonzero(holds(column[first:end])) + first for first, end in self._spans])
        else:
            self._rows = self._rows[holds(column[self._rows])]

    def keep_rows(self, rows: Ints | list[int]) -> None:
        """Keeps those that stand in ``rows`` (ascending) too."""
        rows = np.asarray(rows, dtype=np.int64)
        if self._rows is None:
            edges = [(np.searchsorted(rows, first), np.searchsorted(rows, end)) for first, end in self._spans]
            self._rows = _all([rows[first:end] for first, end in edges])
        else:
            self._rows = self._rows[_contains(rows, self._rows)]

    def drop_rows(self, rows: Ints) -> None:
        """Keeps those that do not stand in ``rows`` (ascending)."""
        left = self.rows()
        self._rows = left[~_contains(rows, left)]


def _worded(asked: Keywords, words: Words, left: _Left) -> None:
    """Only where any of ``any``, all of ``all`` and none of ``none`` stand."""
    for word in asked.all:
        left.keep_rows(words.get(needle_of(word), NOWHERE))
    if asked.any:
        left.keep_rows(_union([words[needle] for needle in map(needle_of, asked.any) if needle in words]))
    for word in asked.none:
        if left.some and (needle := needle_of(word)) in words:
            left.drop_rows(words[needle])


def _listed(scope: Scope) -> Iterable[tuple[str, Values]]:
    """The columns whose value must or must not be one of some, the most telling first."""
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
        yield column, (wanted, unwanted)


def _in_lists(goods: GoodsColumns, column: str, lists: Values, left: _Left) -> None:
    """What is not stated is in no list: it fails ``any`` and passes ``none``."""
    codes, numbers = goods.codes(column)
    wanted, unwanted = lists
    if wanted:
        known = [numbers[value] for value in dict.fromkeys(wanted) if value in numbers and value not in unwanted]
        left.keep(codes, lambda some: _any_of(some, known))
    else:
        known = [numbers[value] for value in dict.fromkeys(unwanted) if value in numbers]
        if known:
            left.keep(codes, lambda some: ~_any_of(some, known))


def _any_of(codes: NDArray[Any], known: Sequence[int]) -> NDArray[np.bool_]:
    if not known:
        return np.zeros(len(codes), dtype=bool)
    if len(known) > 4:
        return np.isin(codes, known)
    found: NDArray[np.bool_] = codes == known[0]
    for one in known[1:]:
        found |= codes == one
    return found


def _bounds(thresholds: Sequence[Threshold]) -> Iterable[tuple[str, Interval, str]]:
    """By number and currency what its bounds leave together."""
    by_number: dict[tuple[str, str], list[Threshold]] = {}
    for one in thresholds:
        by_number.setdefault((one.number, (one.currency or "") if one.number in MONEY else ""), []).append(one)
    for (name, currency), together in by_number.items():
        yield name, interval(together), currency


def _within(goods: GoodsColumns, name: str, bounds: Interval, currency: str, left: _Left) -> None:
    """Only where the number exists and keeps the bounds; money only in its currency."""
    if name in MONEY:
        _in_lists(goods, "currency", ((currency,), ()), left)
        if not left.some:
            return
    numbers = goods.floats(name)
    low, high = as_float(bounds.low, -np.inf), as_float(bounds.high, np.inf)
    below, above = low - UNSURE * abs(low) if low > -np.inf else low, high + UNSURE * abs(high) if high < np.inf else high
    left.keep(numbers, lambda some: (some >= below) & (some <= above))
    rows = left.rows()
    values = numbers[rows]
    near = np.zeros(len(rows), dtype=bool)
    for end in (low, high):
        if abs(end) < np.inf:
            near |= np.abs(values - end) <= UNSURE * abs(end)
    if near.any():
        keeps = ~near
        keeps[near] = [_exactly_within(goods, row, name, bounds) for row in rows[near].tolist()]
        left.keep_rows(rows[keeps])


def as_float(bound: Fraction | None, otherwise: float) -> float:
    """A bound to sixteen digits; ``otherwise`` where there is none or it is beyond all numbers."""
    if bound is None:
        return otherwise
    try:
        return float(bound)
    except OverflowError:
        return float("inf") if bound > 0 else float("-inf")


def _exactly_within(goods: GoodsColumns, row: int, name: str, bounds: Interval) -> bool:
    declaration, line, _ = goods.look(row)
    value = number(name, declaration, line)
    if value is None:
        return False
    above = bounds.low is None or value > bounds.low or (bounds.low_included and value == bounds.low)
    below = bounds.high is None or value < bounds.high or (bounds.high_included and value == bounds.high)
    return above and below


def _presented(goods: GoodsColumns, asked: CertificateScope, left: _Left) -> None:
    """Only where a valid certificate of the types stands, and one that ends soon where that is asked."""
    if asked.presented:
        left.keep_rows(_valid(goods, {*asked.presented}))
    if asked.expiring is not None and left.some:
        left.keep_rows(_valid(goods, {*asked.expiring.types}, asked.expiring.within_days))


def _valid(goods: GoodsColumns, types: set[str], ends_within: int | None = None) -> Ints:
    """Rows with a certificate of the types that holds on their day, and ends within so many days if that is asked."""
    rows, kinds, numbers, ends = goods.papers()
    known = [numbers[kind] for kind in types if kind in numbers]
    if not known:
        return NOWHERE
    found = np.flatnonzero(_any_of(kinds, known))
    day, end = goods.ints("judged")[rows[found]], ends[found]
    holds = end >= day
    if ends_within is not None:
        holds &= end.astype(np.int64) <= day.astype(np.int64) + ends_within
    return _union([rows[found[holds]]])


def _union(rows: Sequence[NDArray[np.integer]]) -> Ints:
    """Ascending, each once."""
    if not rows:
        return NOWHERE
    return np.unique(np.concatenate(rows).astype(np.int64))


def _contains(ascending: Ints, rows: Ints) -> NDArray[np.bool_]:
    """Which of ``rows`` stand in ``ascending``."""
    if not len(ascending):
        return np.zeros(len(rows), dtype=bool)
    at = np.minimum(np.searchsorted(ascending, rows), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[at] == rows
    return found


def _all(pieces: Sequence[Ints]) -> Ints:
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate(pieces) if pieces else NOWHERE
