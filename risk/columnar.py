"""The evaluator of back-tests: one rule after the other over columns, instead of one declaration after the other over rules.

Where the scope asks for HS codes only their slices are looked at; a keyword begins with the rows it was found in; what remains is
compared as whole numbers. What columns cannot say exactly (a number too near a bound, ``when``) is asked of the document, for
the rows that are left. Names the same places as ``reference.py`` and ``index.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.column_questions import INFINITE, UNSURE, Bounds, Listed, Ready, Words
from risk.column_words import NOWHERE, WordSearch, distinct
from risk.derived_numbers import number
from risk.goods_columns import GoodsColumns, Ints, Span
from risk.rule import MONEY, CertificateScope

Stands = Mapping[int, Ints]
"""By number of a keyword the rows it stands in."""


def words_in(questions: Sequence[Ready], search: WordSearch, goods: GoodsColumns) -> Stands:
    """Where the keywords of these questions stand, within the rows that some of them looks at."""
    worded = [question.scope for question in questions if question.words is not None]
    spans = (
        [(0, goods.size)] if any(scope.hs is None for scope in worded) else [s for scope in worded for s in goods.spans(scope)]
    )
    first, end = min((span[0] for span in spans), default=0), max((span[1] for span in spans), default=0)
    return search.rows(goods, (first, end)) if first < end else {}


def holding(question: Ready, goods: GoodsColumns, words: Stands) -> Ints:
    """The rows where the question holds, ascending, whether or not a certificate is missing there."""
    worded = question.words
    if worded is not None and worded.any is not None and words.keys().isdisjoint(worded.any):
        return NOWHERE
    left = _Left(goods.spans(question.scope))
    if worded is not None:
        _worded(worded, words, left)
    for listed in question.listed:
        if left.some:
            _in_lists(goods, listed, left)
    for bounds in question.bounds:
        if left.some:
            _within(goods, bounds, left)
    if question.papers is not None and left.some:
        _presented(goods, question.papers, left)
    if question.expression is not None and left.some:
        holds = question.expression
        left.keep_rows([row for row in left.rows().tolist() if holds(*goods.look(row)) is True])
    return left.rows()


def hits(question: Ready, goods: GoodsColumns, rows: Ints) -> Ints:
    """Of the rows where the question holds those that are hits: a certificate asked for is missing there."""
    papers = question.papers
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
        if self._rows is None and len(self._spans) == 1:
            first, end = self._spans[0]
            self._rows = rows[rows.searchsorted(first) : rows.searchsorted(end)]
        elif self._rows is None:
            edges = [(rows.searchsorted(first), rows.searchsorted(end)) for first, end in self._spans]
            self._rows = _all([rows[first:end] for first, end in edges])
        else:
            self._rows = self._rows[_contains(rows, self._rows)]

    def drop_rows(self, rows: Ints) -> None:
        """Keeps those that do not stand in ``rows`` (ascending)."""
        left = self.rows()
        self._rows = left[~_contains(rows, left)]


def _worded(asked: Words, words: Stands, left: _Left) -> None:
    """Only where any of ``any``, all of ``all`` and none of ``none`` stand."""
    for word in asked.all:
        left.keep_rows(words.get(word, NOWHERE))
    if asked.any is not None:
        left.keep_rows(_union([words[word] for word in asked.any if word in words]))
    for word in asked.none:
        if word in words and left.some:
            left.drop_rows(words[word])


def _in_lists(goods: GoodsColumns, listed: Listed, left: _Left) -> None:
    """What is not stated is in no list: it fails ``any`` and passes ``none``."""
    codes, numbers = goods.codes(listed.column)
    known = [numbers[value] for value in listed.wanted or listed.unwanted if value in numbers]
    if not listed.unwanted:
        left.keep(codes, lambda some: _any_of(some, known))
    elif known:
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


def _within(goods: GoodsColumns, bounds: Bounds, left: _Left) -> None:
    """Only where the number exists and keeps the bounds; money only in its currency."""
    if bounds.name in MONEY:
        _in_lists(goods, Listed("currency", (bounds.currency,), ()), left)
        if not left.some:
            return
    numbers = goods.floats(bounds.name)
    left.keep(numbers, lambda some: (some >= bounds.surely_below) & (some <= bounds.surely_above))
    rows = left.rows()
    values = numbers[rows]
    near = np.zeros(len(rows), dtype=bool)
    for end in (bounds.low, bounds.high):
        if abs(end) < INFINITE:
            near |= np.abs(values - end) <= UNSURE * abs(end)
    if near.any():
        keeps = ~near
        keeps[near] = [_exactly_within(goods, row, bounds) for row in rows[near].tolist()]
        left.keep_rows(rows[keeps])


def _exactly_within(goods: GoodsColumns, row: int, bounds: Bounds) -> bool:
    declaration, line, _ = goods.look(row)
    value, left = number(bounds.name, declaration, line), bounds.exactly
    if value is None:
        return False
    above = left.low is None or value > left.low or (left.low_included and value == left.low)
    below = left.high is None or value < left.high or (left.high_included and value == left.high)
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
    return distinct(rows[found[holds]].astype(np.int64))


def _union(rows: Sequence[Ints]) -> Ints:
    """Ascending, each once; each of ``rows`` is so already."""
    if len(rows) == 1:
        return rows[0]
    return distinct(np.concatenate(rows)) if rows else NOWHERE


def _contains(ascending: Ints, rows: Ints) -> NDArray[np.bool_]:
    """Which of ``rows`` stand in ``ascending``."""
    if not len(ascending):
        return np.zeros(len(rows), dtype=bool)
    at = np.minimum(ascending.searchsorted(rows), len(ascending) - 1)
    found: NDArray[np.bool_] = ascending[at] == rows
    return found


def _all(pieces: Sequence[Ints]) -> Ints:
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate(pieces) if pieces else NOWHERE
