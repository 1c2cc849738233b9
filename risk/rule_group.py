"""Rules worth a look at the same goods, as bits of whole numbers: a handful of ANDs tells which of them hold.

Each attribute of the goods or the header has a table from its value to the bits of the rules it satisfies; a rule that does not
ask is satisfied by every value. What bits cannot say (several words at once, certificates, ``when``) is asked of the few rules
that are left, one by one.
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
from risk.places import Place
from risk.requirements import Presented, expiring, first_valid, judged_on
from risk.rule import MONEY, CertificateScope, Codes, Countries, Rule, Threshold

HEADER = ("direction", "transport_mode", "credit", "port", "trader", "dispatch")
"""The parts of a scope that ask about the header."""

Header = tuple[str | None, ...]
"""The value of each of :data:`HEADER`."""


def header_of(declaration: Declaration) -> Header:
    """What the header says to :data:`HEADER`."""
    trader = declaration.trader
    return (
        declaration.direction,
        declaration.transport_mode,
        trader.credit,
        declaration.port,
        trader.code,
        declaration.dispatch_country,
    )


Lists = tuple[tuple[str, ...], tuple[str, ...]]
"""Values of which one must stand, and of which none may."""


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
    papers: bool
    remainder: Remainder | None


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
        papers=scope.certificates is not None and (bool(scope.certificates.presented) or scope.certificates.expiring is not None),
        remainder=_remainder(rule, search),
    )


class Group:
    """Some rules as bits: bit ``j`` stands for ``members[j]``."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.members = tuple(one.at for one in asked)
        bits = [(1 << j, one) for j, one in enumerate(asked)]
        everyone = (1 << len(asked)) - 1
        self._everyone = everyone
        self._in_force: dict[int, int] = {}
        self._header = tuple(
            (slot, *_table(everyone, ((bit, one.header[slot]) for bit, one in bits)))
            for slot in range(len(HEADER))
            if any(one.header[slot] for one in asked)
        )
        self._origin = _table(everyone, ((bit, one.origin) for bit, one in bits)) if any(o.origin for o in asked) else None
        self._brand = _table(everyone, ((bit, one.brand) for bit, one in bits)) if any(o.brand for o in asked) else None
        self._wants_a_word = sum(bit for bit, one in bits if one.any_words is not None or one.all_words)
        self.worded = self._wants_a_word == everyone
        """Whether no member can hold where no word was found."""
        self._given_by_word = _by_word(bits, _driving)
        self._taken_by_word = _by_word(bits, lambda one: one.no_words)
        self._numbers = tuple(
            (name, QUICK_NUMBERS[name], *_cuts(name, bits, everyone))
            for name in sorted({name for one in asked for name in one.numbers})
        )
        self._wants_papers = sum(bit for bit, one in bits if one.papers)
        self._remainders = tuple(one.remainder for one in asked)
        self._has_remainder = sum(bit for bit, one in bits if one.remainder is not None)

    def holding(
        self,
        declaration: Declaration,
        line: Line | None,
        component: Component | None,
        header: Header,
        words: Words,
        epoch: int,
        flags: bytes,
    ) -> int:
        """The bits of the members that hold for one look; ``words`` stand in its texts, ``flags`` are of ``epoch``."""
        bits = self._in_force.get(epoch)
        if bits is None:
            bits = self._in_force[epoch] = sum(1 << j for j, at in enumerate(self.members) if flags[at])
        if self._wants_a_word or (words and self._taken_by_word):
            bits &= self._worded(words)
        for slot, table, otherwise in self._header:
            bits &= table.get(header[slot], otherwise)
            if not bits:
                return 0
        if self._origin is not None and bits:
            table, otherwise = self._origin
            own = component.origin if component is not None else None
            bits &= table.get(own or (line.origin if line is not None else None), otherwise)
        if self._brand is not None and bits:
            table, otherwise = self._brand
            stated = (component.brand if component is not None else "") or (line.brand if line is not None else "")
            bits &= table.get(normalised(stated), otherwise) if stated else otherwise
        if bits & self._wants_papers and not ((line and line.certificates) or (component and component.certificates)):
            bits &= ~self._wants_papers
        for name, read, cuts, others in self._numbers:
            if bits & ~others:
                within = cuts.get("" if line is None or name not in MONEY else line.currency or "")
                quick = None if within is None else read(declaration, line)
                if within is None or quick is None:
                    bits &= others
                else:
                    bits &= others | within.holding(quick, name, declaration, line)
        if bits & self._has_remainder:
            bits &= ~self._failing(bits, Look(declaration, line, component), words)
        return bits

    def _worded(self, words: Words) -> int:
        holding = self._everyone ^ self._wants_a_word
        for word in words:
            if word in self._given_by_word:
                holding |= self._given_by_word[word]
        if holding:
            for word in words:
                if word in self._taken_by_word:
                    holding &= ~self._taken_by_word[word]
        return holding

    def _failing(self, bits: int, look: Look, words: Words) -> int:
        failing, left = 0, bits & self._has_remainder
        while left:
            bit = left & -left
            left ^= bit
            remainder = self._remainders[bit.bit_length() - 1]
            if remainder is not None and not remainder(look, words):
                failing |= bit
        return failing


def note(found: dict[int, list[Place]], members: Sequence[int], bits: int, place: Place) -> None:
    """Notes the place under the position of every rule whose bit is set."""
    while bits:
        bit = bits & -bits
        bits ^= bit
        at = members[bit.bit_length() - 1]
        if at in found:
            found[at].append(place)
        else:
            found[at] = [place]


def _lists(asked: Countries | Codes | tuple[str, ...] | None) -> Lists | None:
    if not asked:
        return None
    return (asked, ()) if isinstance(asked, tuple) else (asked.any, asked.none)


def _table(everyone: int, asked: Iterable[tuple[int, Lists | None]]) -> tuple[dict[str | None, int], int]:
    """The bits satisfied by each value that some rule names, and those satisfied by any other value and by none at all."""
    asking = [(bit, lists) for bit, lists in asked if lists is not None]
    otherwise = everyone & ~sum(bit for bit, (wanted, _) in asking if wanted)
    table: dict[str | None, int] = {}
    for bit, (wanted, unwanted) in asking:
        for value in wanted:
            if value not in unwanted:
                table[value] = table.get(value, otherwise) | bit
        for value in unwanted:
            table[value] = table.get(value, otherwise) & ~bit
    return table, otherwise


def _driving(one: Asked) -> tuple[int | None, ...]:
    """The words of which one must stand: any of ``any``, or where there is no such list the first of ``all``."""
    return one.any_words if one.any_words is not None else one.all_words[:1]


def _by_word(bits: Sequence[tuple[int, Asked]], words: Callable[[Asked], tuple[int | None, ...]]) -> dict[int, int]:
    table: dict[int, int] = {}
    for bit, one in bits:
        for word in words(one):
            if word is not None:
                table[word] = table.get(word, 0) | bit
    return table


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


def _cuts(name: str, bits: Sequence[tuple[int, Asked]], everyone: int) -> tuple[dict[str, Cuts], int]:
    """The cut-points of one number by currency, and the bits of the rules that do not ask about it."""
    by_currency: dict[str, list[tuple[int, Interval]]] = {}
    asking = 0
    for bit, one in bits:
        if name in one.numbers:
            asking |= bit
            if (bounds := one.numbers[name]) is not None:
                by_currency.setdefault(bounds[0], []).append((bit, bounds[1]))
    return {currency: Cuts(intervals) for currency, intervals in by_currency.items()}, everyone ^ asking


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
