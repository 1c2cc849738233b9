"""Keywords of rules over columns: in which rows each of them stands, found by one Aho-Corasick over all texts at once.

Says what :func:`risk.goods_text.found` says of each keyword and text; where a word ends is judged on the bytes where they leave
no doubt (ASCII, Chinese), and by the function of ``goods_text`` where they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray

from risk.goods_columns import Codes, GoodsColumns, Ints, Span, Texts
from risk.goods_text import Needle, continues_a_word, needle_of

NOWHERE: Ints = np.zeros(0, dtype=np.int64)

_ASCII = 0x80
_CONTINUES = np.array([at < _ASCII and continues_a_word(chr(at)) for at in range(256)])
_UNSURE = np.arange(256) >= _ASCII
_IDEOGRAPHIC = np.arange(256) >= 0xE3
"""First bytes of characters from U+3000 on: such a character never continues a word."""

FOUR_BYTES = 0xF0


class WordSearch:
    """The keywords of some rules, numbered, ready to be looked for in any table."""

    def __init__(self, keywords: Iterable[str]) -> None:
        by_text: dict[str, list[Needle]] = {}
        for needle in sorted({needle for needle in map(needle_of, keywords) if needle.text}):
            by_text.setdefault(needle.text, []).append(needle)
        self._texts = list(by_text)
        self._needles = tuple(by_text.values())
        self._numbers = {needle: number for number, needle in enumerate(chain.from_iterable(self._needles))}
        kind = ahocorasick_rs.Implementation.ContiguousNFA
        patterns = [text.encode() for text in self._texts]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(patterns, implementation=kind) if patterns else None
        self._first = np.array([continues_a_word(text[0]) for text in self._texts], dtype=bool)
        self._last = np.array([continues_a_word(text[-1]) for text in self._texts], dtype=bool)
        self._offsets: Ints = np.cumsum([0, *map(len, self._needles)], dtype=np.int64)
        self._variants = [
            (
                number,
                np.array([len(listed) > number for listed in self._needles]),
                np.array([len(listed) > number and listed[number].open_end for listed in self._needles]),
            )
            for number in range(max(map(len, self._needles), default=0))
        ]
        """A text may be asked for with an open end and without."""

    def number(self, keywords: Iterable[str]) -> tuple[int, ...]:
        """The numbers of keywords; of one that is found nowhere -1."""
        return tuple(self._numbers.get(needle_of(word), -1) for word in keywords)

    def rows(self, goods: GoodsColumns, span: Span) -> dict[int, Ints]:
        """By number of the keyword the rows of the span where it stands, ascending; those that stand nowhere are left out."""
        pairs = [found for texts, codes in goods.texts() for found in self._pairs(texts, codes, span)]
        if not any(len(found) for _, found in pairs):
            return {}
        keys = distinct(np.concatenate([number * goods.size + found for number, found in pairs]))
        numbers, rows = np.divmod(keys, goods.size)
        firsts = np.flatnonzero(np.diff(numbers, prepend=-1))
        ends = [*firsts[1:].tolist(), len(rows)]
        return {
            number: rows[first:end] for number, first, end in zip(numbers[firsts].tolist(), firsts.tolist(), ends, strict=True)
        }

    def _pairs(self, texts: Texts, codes: Codes | None, span: Span) -> Iterable[tuple[Ints, Ints]]:
        """Pairs of keyword and row. ``codes``: the text of each row, where texts are distinct ones."""
        patterns, starts, ends = self._matches(texts, (0, len(texts.starts) - 1) if codes is not None else span)
        if not len(patterns):
            return
        at_text = np.searchsorted(texts.starts, starts, side="right") - 1
        opens = self._first[patterns]
        opens[opens] = _goes_on_before(texts, starts[opens], at_text[opens])
        closes = self._last[patterns]
        closes[closes] = _goes_on_behind(texts, ends[closes])
        expanded = None if codes is None else _Expansion(codes[span[0] : span[1]], span[0])
        for number, has, open_end in self._variants:
            holds = has[patterns] & ~opens & (open_end[patterns] | ~closes)
            found, where = (self._offsets[patterns] + number)[holds], at_text[holds]
            yield (found, where) if expanded is None else expanded.of(found, where)

    def _matches(self, texts: Texts, span: Span) -> tuple[Ints, Ints, Ints]:
        """Pattern, first byte and end of every occurrence."""
        if self._automaton is None or span[0] >= span[1]:
            return NOWHERE, NOWHERE, NOWHERE
        first, end = int(texts.starts[span[0]]), int(texts.starts[span[1]])
        found = self._automaton.find_matches_as_indexes(texts.data[first:end], overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=3 * len(found)).reshape(-1, 3)
        return flat[:, 0], flat[:, 1] + first, flat[:, 2] + first


def _goes_on_before(texts: Texts, starts: Ints, at_text: Ints) -> NDArray[np.bool_]:
    """Whether a letter or digit stands before; at the start of a text nothing does."""
    data = np.frombuffer(texts.data, dtype=np.uint8)
    before, lead = data[np.maximum(starts - 1, 0)], data[np.maximum(starts - 3, 0)]
    inside = starts > texts.starts[at_text]
    goes_on: NDArray[np.bool_] = _CONTINUES[before] & inside
    ideographic = _IDEOGRAPHIC[lead] & (lead < FOUR_BYTES) & (starts - 3 >= texts.starts[at_text])
    for at in np.flatnonzero(_UNSURE[before] & inside & ~ideographic).tolist():
        text = bytes(texts.data[texts.starts[at_text[at]] : starts[at]]).decode()
        goes_on[at] = continues_a_word(text[-1])
    return goes_on


def _goes_on_behind(texts: Texts, ends: Ints) -> NDArray[np.bool_]:
    """Whether a letter or digit stands behind; a separator ends every text."""
    behind = np.frombuffer(texts.data, dtype=np.uint8)[ends]
    goes_on: NDArray[np.bool_] = _CONTINUES[behind]
    for at in np.flatnonzero(_UNSURE[behind] & ~_IDEOGRAPHIC[behind]).tolist():
        text = bytes(texts.data[ends[at] : ends[at] + 4]).decode(errors="ignore")
        goes_on[at] = continues_a_word(text[0])
    return goes_on


def distinct(numbers: Ints) -> Ints:
    """Ascending, each once."""
    if len(numbers) < 2:
        return numbers
    ordered = np.sort(numbers)
    first = np.empty(len(ordered), dtype=bool)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


class _Expansion:
    """From distinct texts to the rows that carry them."""

    def __init__(self, codes: Codes, first_row: int) -> None:
        self._order = np.argsort(codes, kind="stable") + first_row
        counts = np.bincount(codes, minlength=1) if len(codes) else np.zeros(1, dtype=np.int64)
        self._counts = counts
        self._starts = np.concatenate(([0], np.cumsum(counts)))

    def of(self, numbers: Ints, texts: Ints) -> tuple[Ints, Ints]:
        """Each number once for every row that carries its text."""
        known = texts < len(self._counts)
        numbers, texts = numbers[known], texts[known]
        counts = self._counts[texts]
        before = np.cumsum(counts) - counts
        places = np.arange(int(counts.sum())) - np.repeat(before - self._starts[texts], counts)
        return np.repeat(numbers, counts), self._order[places].astype(np.int64)
