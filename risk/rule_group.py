"""Rules worth a look at the same goods, as bits of a whole number: what words and numbers leave of them.

What bits cannot say (several words at once, certificates on a day, ``when``) is asked of the few rules that are left, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from risk.cut_points import QUICK_NUMBERS, Cuts, Interval, interval
from risk.declaration import Component, Declaration, Line
from risk.expression_check import tree_of
from risk.expression_compiled import compiled
from risk.goods_text import normalised
from risk.keyword_search import KeywordSearch, Words
from risk.requirements import Presented, expiring, first_valid, judged_on
from risk.rule import MONEY, CertificateScope, Codes, Countries, Rule, Threshold
from risk.value_table import Lists

HEADER = ("direction", "transport_mode", "credit", "port", "trader", "dispatch")
"""The parts of a scope that ask about the header."""


class Look(NamedTuple):
    """One look: the header alone, a line, or one of its components."""

    declaration: Declaration
    line: Line | None
    component: Component | None

    @property
    def day(self) -> date:
        """The day certificates are judged on."""
        return judged_on(self.declaration)

    @property
    def presented(self) -> Presented:
        """The certificates that count for the goods; their paths are left out."""
        own = () if self.component is None else self.component.certificates
        of_line = () if self.line is None else self.line.certificates
        return tuple(("", one) for one in (*own, *of_line))


Remainder = Callable[[Look, Words], bool]
"""What is asked of one rule when all bits hold."""


class Asked(msgspec.Struct, frozen=True):
    """What one rule asks, taken apart once when rules are published."""

    at: int
    header: tuple[Lists | None, ...]
    origin: Lists | None
    brand: Lists | None
    any_words: tuple[int | None, ...] | None
    all_words: tuple[int | None, ...]
    no_words: tuple[int | None, ...]
    numbers: Mapping[str, tuple[str, Interval] | None]
    papers: tuple[str, ...] | None
    remainder: Remainder | None

    @property
    def needs_a_word(self) -> bool:
        """Whether the rule cannot hold where no word was found."""
        return self.any_words is not None or bool(self.all_words)

    @property
    def looks_for_words(self) -> bool:
        """Whether any word calls the rule or keeps it away."""
        return self.needs_a_word or bool(self.no_words)


def asked_by(at: int, rule: Rule, search: KeywordSearch) -> Asked:
    """Takes the rule at position ``at`` apart."""
    scope, words = rule.scope, rule.scope.keywords
    brand = _lists(scope.brand)
    return Asked(
        at=at,
        header=tuple(_lists(getattr(scope, part)) for part in HEADER),
        origin=_lists(scope.origin),
        brand=None if brand is None else (tuple(map(normalised, brand[0])), tuple(map(normalised, brand[1]))),
        any_words=None if words is None or not words.any else tuple(map(search.number, words.any)),
        all_words=() if words is None else tuple(map(search.number, words.all)),
        no_words=() if words is None else tuple(map(search.number, words.none)),
        numbers=_numbers(scope.thresholds),
        papers=_papers(scope.certificates),
        remainder=_remainder(rule, search),
    )


class Group:
    """Some rules as bits: bit ``j`` stands for ``members[j]``. ``first`` is where they begin among the bits of all rules."""

    __slots__ = ("_has_remainder", "_numbers", "_remainders", "_worded", "_wordless", "everyone", "first", "members")

    def __init__(self, asked: Sequence[Asked], first: int) -> None:
        self.members = tuple(one.at for one in asked)
        self.first = first
        self.everyone = (1 << len(asked)) - 1
        bits = [(1 << j, one) for j, one in enumerate(asked)]
        self._wordless = sum(bit for bit, one in bits if not one.needs_a_word)
        self._worded = _by_word(bits)
        names = sorted({name for one in asked for name in one.numbers})
        self._numbers = tuple((name, QUICK_NUMBERS[name], name in MONEY, *_cuts(name, bits)) for name in names)
        self._remainders = tuple(one.remainder for one in asked)
        self._has_remainder = sum(bit for bit, one in bits if one.remainder is not None)

    def worded(self, words: Words) -> int:
        """The bits of the members that ask for no word, or for one of ``words``, and for the absence of none of them."""
        holding, taken, known = self._wordless, 0, self._worded
        for word in words:
            if word in known:
                gives, takes = known[word]
                holding |= gives
                taken |= takes
        return holding & ~taken if taken else holding

    def holding(self, bits: int, declaration: Declaration, line: Line | None, component: Component | None, words: Words) -> int:
        """Of the members' ``bits``, those whose numbers and remainders hold too."""
        for name, read, money, cuts, asking in self._numbers:
            if bits & asking:
                within = cuts.get("" if not money or line is None else line.currency or "")
                quick = None if within is None else read(declaration, line)
                if within is None or quick is None:
                    bits &= ~asking
                else:
                    bits &= ~asking | within.holding(quick, name, declaration, line)
                if not bits:
                    return 0
        if bits & self._has_remainder:
            bits &= ~self._failing(bits, Look(declaration, line, component), words)
        return bits

    def _failing(self, bits: int, look: Look, words: Words) -> int:
        failing, left = 0, bits & self._has_remainder
        while left:
            bit = left & -left
            left ^= bit
            remainder = self._remainders[bit.bit_length() - 1]
            if remainder is not None and not remainder(look, words):
                failing |= bit
        return failing


def _lists(asked: Countries | Codes | tuple[str, ...] | None) -> Lists | None:
    if not asked:
        return None
    return (asked, ()) if isinstance(asked, tuple) else (asked.any, asked.none)


def _by_word(bits: Iterable[tuple[int, Asked]]) -> dict[int, tuple[int, int]]:
    """By word the bits of the rules it calls, and of those it keeps away.

    A rule is called by any of its ``any``, or where there is no such list by the first of ``all``.
    """
    gives: dict[int, int] = {}
    takes: dict[int, int] = {}
    for bit, one in bits:
        for word in one.any_words if one.any_words is not None else one.all_words[:1]:
            if word is not None:
                gives[word] = gives.get(word, 0) | bit
        for word in one.no_words:
            if word is not None:
                takes[word] = takes.get(word, 0) | bit
    return {word: (gives.get(word, 0), takes.get(word, 0)) for word in (*gives, *takes)}


def _numbers(thresholds: Sequence[Threshold]) -> dict[str, tuple[str, Interval] | None]:
    """By number: its currency ("" for what is no money) and what the bounds leave; None where two currencies are asked."""
    by_name: dict[str, list[Threshold]] = {}
    for one in thresholds:
        by_name.setdefault(one.number, []).append(one)
    result: dict[str, tuple[str, Interval] | None] = {}
    for name, together in by_name.items():
        currencies = {one.currency or "" for one in together}
        result[name] = (currencies.pop(), interval(together)) if len(currencies) == 1 else None
    return result


def _cuts(name: str, bits: Iterable[tuple[int, Asked]]) -> tuple[dict[str, Cuts], int]:
    """The cut-points of one number by currency, and the bits of the rules that ask about it."""
    by_currency: dict[str, list[tuple[int, Interval]]] = {}
    asking = 0
    for bit, one in bits:
        if name in one.numbers:
            asking |= bit
            if (bounds := one.numbers[name]) is not None:
                by_currency.setdefault(bounds[0], []).append((bit, bounds[1]))
    return {currency: Cuts(intervals) for currency, intervals in by_currency.items()}, asking


def _papers(papers: CertificateScope | None) -> tuple[str, ...] | None:
    """The types of which one has to be presented; None where a rule does not ask."""
    if papers is None or (not papers.presented and papers.expiring is None):
        return None
    return papers.presented or (() if papers.expiring is None else papers.expiring.types)


def _remainder(rule: Rule, search: KeywordSearch) -> Remainder | None:
    """What tables do not say of a rule, cheapest first; None where they say it all."""
    questions: list[Remainder] = []
    scope, words = rule.scope, rule.scope.keywords
    if words is not None and len(words.all) + bool(words.any) > 1:
        wanted = tuple(map(search.number, words.all))
        questions.append(lambda _, found: all(word is not None and word in found for word in wanted))
    papers = scope.certificates
    if papers is not None and (papers.presented or papers.expiring is not None):
        questions.append(_papers_held(papers))
    if rule.when is not None:
        expression = compiled(tree_of(rule.when))
        questions.append(lambda look, _: expression(*look) is True)
    if not questions:
        return None
    return questions[0] if len(questions) == 1 else lambda look, found: all(asks(look, found) for asks in questions)


def _papers_held(papers: CertificateScope) -> Remainder:
    def held(look: Look, _: Any) -> bool:
        presented = look.presented
        if papers.presented and first_valid(papers.presented, presented, look.day) is None:
            return False
        return papers.expiring is None or expiring(papers.expiring, presented, look.day) is not None

    return held
