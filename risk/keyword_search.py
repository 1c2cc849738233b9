"""All keywords of a rulebook looked for at once: one Aho-Corasick over the normal form of a text.

Says exactly what :func:`risk.goods_text.found` says of each keyword: the automaton tells where the letters stand, the word ends
are then judged by the same function of ``goods_text``. The texts of a declaration are searched together, joined by signs that no
keyword holds: one search over all costs less than one for each, or than remembering what was found in texts seen before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ahocorasick_rs

from risk.declaration import Component, Line
from risk.goods_text import Needle, continues_a_word, needle_of, normal_form, stands_alone

TOGETHER = 10_000
"""Characters up to which texts are searched together: what is found in more would be a long list, all held at once."""

BETWEEN = ("¦", "‡", "†", "§")
"""Signs that may stand between texts: whole in every normal form, joined to no accent, and no letter."""

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
        self._sure = tuple(one[0][0] if len(one) == 1 and not one[0][1] else None for one in self._of_pattern)
        dense = sum(map(len, by_text)) <= DENSE
        kind = ahocorasick_rs.Implementation.DFA if dense else ahocorasick_rs.Implementation.ContiguousNFA
        self._automaton = ahocorasick_rs.AhoCorasick(list(by_text), implementation=kind) if by_text else None
        # One sign between the texts of a line, one between lines; without two free ones each text is searched for itself.
        free = [sign for sign in BETWEEN if not any(sign in text for text in by_text)]
        self._within, self._between = free[:2] if len(free) > 1 else ("", "")

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, keyword: str) -> int | None:
        """The number of a keyword; None for one that is found nowhere."""
        return self._numbers.get(needle_of(keyword))

    def words_in(self, text: str) -> Words:
        """The keywords found in ``text`` as it was declared."""
        if self._automaton is None:
            return NONE
        normal = normal_form(text)
        matches = self._automaton.find_matches_as_indexes(normal, overlapping=True)
        return self._shared_out(matches, normal, (normal,))[0] if matches else NONE

    def words_of(self, goods: Line | Component) -> Words:
        """The keywords found in any text of the goods."""
        found = map(self.words_in, filter(None, (goods.name, goods.description, goods.brand, goods.model)))
        return tuple(word for words in found for word in words)

    def words_of_each(self, lines: Sequence[Line]) -> Sequence[Words] | None:
        """The keywords found in the texts of each line, its components left out; None where there is none in any."""
        if self._automaton is None:
            return None
        within, between = self._within, self._between
        texts = [f"{one.name}{within}{one.description}{within}{one.brand}{within}{one.model}" for one in lines]
        joined = between.join(texts)
        if not between or len(joined) > TOGETHER:
            return list(map(self.words_of, lines))
        normal = normal_form(joined)
        matches = self._automaton.find_matches_as_indexes(normal, overlapping=True)
        if not matches:
            return None
        parts = normal.split(between)
        if len(parts) != len(texts):  # one of the texts holds the sign itself
            return list(map(self.words_of, lines))
        return self._shared_out(matches, normal, parts)

    def _shared_out(self, matches: Sequence[tuple[int, int, int]], normal: str, parts: Sequence[str]) -> Sequence[Words]:
        """What was found in texts that were joined, text by text; matches come in the order of their ends."""
        sure, of_pattern = self._sure, self._of_pattern
        each = [NONE] * len(parts)
        at, last = 0, len(parts[0])
        found: list[int] = []
        for pattern, start, end in matches:
            if end > last:
                each[at] = tuple(found)
                found = []
                while end > last:
                    at += 1
                    last += len(parts[at]) + 1
            if (number := sure[pattern]) is not None:
                found.append(number)
            else:
                for number, latin, open_end in of_pattern[pattern]:
                    if not latin or stands_alone(normal, start, end, open_end=open_end):
                        found.append(number)
        each[at] = tuple(found)
        return each
