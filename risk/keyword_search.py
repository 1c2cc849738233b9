"""All keywords of a rulebook looked for at once: one Aho-Corasick over the normal form of a text.

Says exactly what :func:`risk.goods_text.found` says of each keyword: the automaton tells where the letters stand, the word ends
are then judged by the same function of ``goods_text``.
"""

from __future__ import annotations

from collections.abc import Iterable

import ahocorasick_rs

from risk.declaration import Component, Line
from risk.goods_text import Needle, continues_a_word, needle_of, normal_form, stands_alone

SHORT = 120
"""Characters up to which the words of a text are remembered: names and brands come again and again, stories do not."""

REMEMBERED = 32_768

DENSE = 20_000
"""Characters of keywords up to which the automaton keeps a full table: three times as quick, and some kilobytes a character."""

Words = tuple[int, ...]
"""Numbers of keywords, in no order; one that was found twice may stand twice."""

NONE: Words = ()


class KeywordSearch:
    """The distinct keywords of some rules, numbered in the order given."""

    def __init__(self, keywords: Iterable[str]) -> None:
        self._numbers: dict[Needle, int] = {}
        for keyword in keywords:
            needle = needle_of(keyword)
            if needle.text:  # an empty one is found nowhere
                self._numbers.setdefault(needle, len(self._numbers))
        by_text: dict[str, list[tuple[int, bool, bool]]] = {}
        for needle, number in self._numbers.items():
            latin = continues_a_word(needle.text[0]) or (not needle.open_end and continues_a_word(needle.text[-1]))
            by_text.setdefault(needle.text, []).append((number, latin, needle.open_end))
        self._of_pattern = tuple(map(tuple, by_text.values()))
        dense = sum(map(len, by_text)) <= DENSE
        kind = ahocorasick_rs.Implementation.DFA if dense else ahocorasick_rs.Implementation.ContiguousNFA
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_text), implementation=kind) if by_text else None
        self._known: dict[str, Words] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, keyword: str) -> int | None:
        """The number of a keyword; None for one that is found nowhere."""
        return self._numbers.get(needle_of(keyword))

    def words_in(self, text: str) -> Words:
        """The keywords found in ``text`` as it was declared."""
        known = self._known.get(text)
        return self._searched(text) if known is None else known

    def words_of(self, goods: Line | Component) -> Words:
        """The keywords found in any text of the goods."""
        known, found = self._known, NONE
        for text in (goods.name, goods.description, goods.brand, goods.model):
            if text:
                words = known.get(text)
                if words is None:
                    words = self._searched(text)
                if words:
                    found = (*found, *words)
        return found

    def _searched(self, text: str) -> Words:
        words = self._found(text)
        if len(text) <= SHORT:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[text] = words
        return words

    def _found(self, text: str) -> Words:
        if self._automaton is None:
            return NONE
        normal = normal_form(text)
        matches = self._automaton.find_matches_as_indexes(normal, overlapping=True)
        if not matches:
            return NONE
        found: list[int] = []
        for pattern, start, end in matches:
            for number, latin, open_end in self._of_pattern[pattern]:
                if not latin or stands_alone(normal, start, end, open_end=open_end):
                    found.append(number)
        return tuple(found)
