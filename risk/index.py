"""The online evaluator: which rules hold for which goods, at a cost near that of reading the declaration.

All rules stand in a row, as the bits of one number: first those about the header alone, then those about goods of any code, then
chapter by chapter those that ask for HS codes (a rule whose range touches several chapters stands in each). A declaration's
header, and the origin of its goods, leave some of these bits; of the chapter a line falls in, the bits are cut out and its code,
words and numbers are asked. Rows for attributes are shared by all lines and stay in the processor's cache: what a look costs is
mostly the memory it touches. Everything that decides is shared with, or held by properties against, the plain evaluator in
``reference.py``; explanations are its work too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from risk.declaration import Certificate, Component, Declaration, Line
from risk.goods_text import normalised
from risk.in_force import Epochs
from risk.keyword_search import NONE, KeywordSearch, Words
from risk.matching import admits_hs, looks_at_goods
from risk.places import OF_THE_HEADER, Place
from risk.requirements import port_day
from risk.rule import Rule, Scope
from risk.rule_group import HEADER, Asked, Group, asked_by
from risk.value_table import Lists, ValueTable, bits_at

REMEMBERED_CODES = 20_000
"""How many HS codes are remembered: more than there are, and a bound for made-up ones."""

REMEMBERED_EPOCHS = 400
"""How many stretches of days between changes of rules are remembered."""

Found = dict[int, list[Place]]


class RuleIndex:
    """The rules of a rulebook, sorted by id and version. Answers like :class:`risk.reference.Reference`."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._epochs = Epochs(self._rules)
        self._search = KeywordSearch(_keywords(self._rules))
        self._asked = tuple(asked_by(at, rule, self._search) for at, rule in enumerate(self._rules))
        self._row: list[Asked] = []
        of_header = [one for one in self._asked if not looks_at_goods(self._rules[one.at])]
        apart = [one for one in self._asked if looks_at_goods(self._rules[one.at]) and self._rules[one.at].scope.hs is None]
        self._of_header = self._group(of_header)
        self._worded = self._group([one for one in apart if one.needs_a_word])
        self._wordless = self._group([one for one in apart if not one.needs_a_word])
        self._chapters: dict[str, tuple[list[Asked], int]] = {}
        for chapter, members in _by_chapter(self._asked, self._rules).items():
            self._chapters[chapter] = (members, len(self._row))
            self._row.extend(members)
        self._of_chapter: dict[str, Group] = {}
        self._by_hs: dict[str, tuple[Group, int] | None] = {}
        self._of_epoch: dict[int, int] = {}
        tables = [self._table([one.header[slot] for one in self._row]) for slot in range(len(HEADER))]
        self._direction, self._transport, self._credit, self._port, self._trader, self._dispatch = tables
        self._origin = self._table([one.origin for one in self._row])
        self._brand = self._table([one.brand for one in self._row])
        self._asks_no_paper = bits_at((at for at, one in enumerate(self._row) if one.papers is None), len(self._row))
        self._about_words = bits_at((at for at, one in enumerate(self._row) if one.looks_for_words), len(self._row))
        self._by_paper = self._table([None if one.papers is None else (one.papers, ()) for one in self._row])

    def warm(self, codes: Iterable[str]) -> None:
        """Looks up HS codes that are about to come, so that no declaration pays for being the first."""
        for hs in codes:
            self._of_code(hs)

    def seen(self) -> tuple[str, ...]:
        """The HS codes looked up so far."""
        return tuple(self._by_hs)

    def places(self, declaration: Declaration) -> Found:
        """By position of the rule in the rulebook: where it holds, in the order of the declaration."""
        bits = self._of_declaration(declaration)
        found: Found = {}
        if (group := self._of_header) is not None and (own := bits >> group.first & group.everyone):
            _note(found, group, group.holding(own, declaration, None, None, NONE), OF_THE_HEADER)
        bare = bits & self._asks_no_paper
        search, by_hs, wordless = self._search, self._by_hs, self._wordless
        each, words = search.words_of_each(declaration.lines) if bits & self._about_words else None, NONE
        for number, line in enumerate(declaration.lines):
            if each is not None:
                words = each[number]
            asked = by_hs[line.hs] if line.hs in by_hs else self._of_code(line.hs)
            if asked is not None or words or wordless is not None:
                left = bits & self._papered(line.certificates) if line.certificates else bare
                self._look(found, (number, 0), left, declaration, line, None, asked, words)
            for part, component in enumerate(line.components, start=1) if line.components else ():
                asked = None if component.hs is None else self._of_code(component.hs)
                left = bits & self._papered((*line.certificates, *component.certificates))
                self._look(found, (number, part), left, declaration, line, component, asked, search.words_of(component))
        return found

    def _of_declaration(self, declaration: Declaration) -> int:
        """The bits of the rules in force on its day whose questions about the header its header answers."""
        bits = self._in_force(port_day(declaration.declared_at))
        if (table := self._direction) is not None:
            bits &= table[declaration.direction]
        if (table := self._transport) is not None:
            bits &= table[declaration.transport_mode]
        if (table := self._port) is not None:
            bits &= table[declaration.port]
        if (table := self._dispatch) is not None:
            bits &= table[declaration.dispatch_country]
        if (table := self._credit) is not None:
            bits &= table[declaration.trader.credit]
        if (table := self._trader) is not None:
            bits &= table[declaration.trader.code]
        return bits

    def _look(
        self,
        found: Found,
        place: Place,
        bits: int,
        declaration: Declaration,
        line: Line,
        component: Component | None,
        asked: tuple[Group, int] | None,
        words: Words,
    ) -> None:
        """One look at goods.

        ``bits``: what header and certificates have left; ``asked``: who asks for their code; ``words``: those in their texts.
        """
        goods: Line | Component = line if component is None else component
        if self._origin is not None:
            bits &= self._origin[goods.origin or line.origin]
        if self._brand is not None:
            brand = goods.brand or line.brand
            bits &= self._brand[normalised(brand) if brand else None]
        if asked is not None:
            group, mask = asked
            if (own := bits >> group.first & mask) and (own := own & group.worded(words)):
                _note(found, group, group.holding(own, declaration, line, component, words), place)
        if words and (some := self._worded) is not None and (own := bits >> some.first & some.everyone & some.worded(words)):
            _note(found, some, some.holding(own, declaration, line, component, words), place)
        if (some := self._wordless) is not None and (own := bits >> some.first & some.worded(words)):
            _note(found, some, some.holding(own, declaration, line, component, words), place)

    def _papered(self, certificates: Iterable[Certificate]) -> int:
        """The bits of the rules that ask for no certificate, or for one of a type that is there."""
        bits = self._asks_no_paper
        if self._by_paper is not None:
            for one in certificates:
                bits |= self._by_paper[one.type]
        return bits

    def _of_code(self, hs: str) -> tuple[Group, int] | None:
        """The group of the chapter of ``hs``, and the bits of its members that ask for ``hs``; None where nobody does."""
        by_hs = self._by_hs  # another thread may put a new one in its place, never empty this one
        if hs in by_hs:
            return by_hs[hs]
        members, first = self._chapters.get(hs[:2], ([], 0))
        asking = [j for j, one in enumerate(members) if admits_hs(self._rules[one.at].scope, hs)]
        if asking and hs[:2] not in self._of_chapter:
            self._of_chapter[hs[:2]] = Group(members, first)
        known = (self._of_chapter[hs[:2]], bits_at(asking, len(members))) if asking else None
        if len(by_hs) >= REMEMBERED_CODES:
            by_hs = self._by_hs = {}
        by_hs[hs] = known
        return known

    def _in_force(self, day: date) -> int:
        """The bits of the rules in force on a day."""
        epoch = self._epochs.of(day)
        bits = self._of_epoch.get(epoch)
        if bits is None:
            flags = self._epochs.flags(epoch)
            bits = bits_at((at for at, one in enumerate(self._row) if flags[one.at]), len(self._row))
            if len(self._of_epoch) >= REMEMBERED_EPOCHS:
                self._of_epoch = {}
            self._of_epoch[epoch] = bits
        return bits

    def _group(self, members: Sequence[Asked]) -> Group | None:
        """A group of its own, in the row behind those before it."""
        first = len(self._row)
        self._row.extend(members)
        return Group(members, first) if members else None

    def _table(self, asked: Sequence[Lists | None]) -> ValueTable | None:
        """None where no rule asks."""
        asking = [(at, lists) for at, lists in enumerate(asked) if lists is not None]
        return ValueTable(len(asked), asking) if asking else None


def _note(found: Found, group: Group, bits: int, place: Place) -> None:
    """Notes the place under the position of every rule whose bit is set."""
    while bits:
        bit = bits & -bits
        bits ^= bit
        at = group.members[bit.bit_length() - 1]
        if at in found:
            found[at].append(place)
        else:
            found[at] = [place]


def _keywords(rules: Sequence[Rule]) -> Iterable[str]:
    for rule in rules:
        words = rule.scope.keywords
        if words is not None:
            yield from (*words.any, *words.all, *words.none)


def _by_chapter(asked: Iterable[Asked], rules: Sequence[Rule]) -> dict[str, list[Asked]]:
    """Rules by every chapter their prefixes and ranges touch."""
    by_chapter: dict[str, list[Asked]] = {}
    for one in asked:
        for chapter in _chapters(rules[one.at].scope):
            by_chapter.setdefault(chapter, []).append(one)
    return by_chapter


def _chapters(scope: Scope) -> set[str]:
    if scope.hs is None:
        return set()
    spans = {f"{chapter:02d}" for span in scope.hs.ranges for chapter in range(int(span.first[:2]), int(span.last[:2]) + 1)}
    return spans | {prefix[:2] for prefix in scope.hs.prefixes}
