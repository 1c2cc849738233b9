"""The online evaluator: which rules hold for which goods, at a cost near that of reading the declaration.

Rules that ask for an HS code are looked at in small groups, one for each set of rules that some code calls for, made when the
code is first seen and bounded; those that ask for a word but no code stand in one group that is passed over where no word was
found; those about the header are asked once. Everything that decides is shared with, or held by properties against, the plain
evaluator in ``reference.py``; explanations are its work too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from risk.declaration import Component, Declaration
from risk.in_force import Epochs
from risk.keyword_search import KeywordSearch
from risk.matching import admits_hs, looks_at_goods
from risk.places import OF_THE_HEADER, Place
from risk.requirements import port_day
from risk.rule import Rule, Scope
from risk.rule_group import Asked, Group, asked_by, header_of, note

REMEMBERED_CODES = 20_000
"""How many HS codes are remembered: more than there are, and a bound for made-up ones."""

REMEMBERED_MEMBERS = 500_000
"""How many members all groups together may have before they are made anew (some hundred bytes each)."""


ALONE: tuple[tuple[int, Component | None], ...] = ((0, None),)
"""The subjects of a line without components."""


class RuleIndex:
    """The rules of a rulebook, sorted by id and version. Answers like :class:`risk.reference.Reference`."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._epochs = Epochs(self._rules)
        self._search = KeywordSearch(_keywords(self._rules))
        self._asked = tuple(asked_by(at, rule, self._search) for at, rule in enumerate(self._rules))
        of_goods = [at for at, rule in enumerate(self._rules) if looks_at_goods(rule)]
        apart = [at for at in of_goods if self._rules[at].scope.hs is None]
        self._of_the_header = self._group([at for at, rule in enumerate(self._rules) if not looks_at_goods(rule)])
        worded = [at for at in apart if _needs_a_word(self._asked[at])]
        together = (self._group(worded), self._group(sorted({*apart} - {*worded})))
        self._apart = tuple(group for group in together if group is not None)
        self._by_prefix, self._by_chapter = _by_code(self._rules)
        self._by_hs: dict[str, Group | None] = {}
        self._by_members: dict[tuple[int, ...], Group] = {}
        self._members = 0

    def warm(self, codes: Iterable[str]) -> None:
        """Makes the groups of HS codes that are about to come, so that no declaration pays for being the first."""
        for hs in codes:
            if hs not in self._by_hs:
                self._of_code(hs)

    def seen(self) -> tuple[str, ...]:
        """The HS codes whose groups are made."""
        return tuple(self._by_hs)

    def places(self, declaration: Declaration) -> dict[int, list[Place]]:
        """By position of the rule in the rulebook: where it holds, in the order of the declaration."""
        epoch = self._epochs.of(port_day(declaration.declared_at))
        flags = self._epochs.flags(epoch)
        header = header_of(declaration)
        found: dict[int, list[Place]] = {}
        if (some := self._of_the_header) is not None:
            note(found, some.members, some.holding(declaration, None, None, header, (), epoch, flags), OF_THE_HEADER)
        words_of, by_hs, others = self._search.words_of, self._by_hs, self._apart
        for number, line in enumerate(declaration.lines):
            for part, component in enumerate((None, *line.components)) if line.components else ALONE:
                goods = line if component is None else component
                hs = goods.hs
                group = None if hs is None else by_hs[hs] if hs in by_hs else self._of_code(hs)
                if group is None and not others:
                    continue
                words = words_of(goods)
                if group is not None and (bits := group.holding(declaration, line, component, header, words, epoch, flags)):
                    note(found, group.members, bits, (number, part))
                for some in others:
                    if (words or not some.worded) and (
                        bits := some.holding(declaration, line, component, header, words, epoch, flags)
                    ):
                        note(found, some.members, bits, (number, part))
        return found

    def _of_code(self, hs: str) -> Group | None:
        """The rules that ask for ``hs``; None where nobody does."""
        candidates = {at for digits in range(2, len(hs) + 1, 2) for at in self._by_prefix.get(hs[:digits], ())}
        candidates.update(self._by_chapter.get(hs[:2], ()))
        members = tuple(sorted(at for at in candidates if admits_hs(self._rules[at].scope, hs)))
        if len(self._by_hs) >= REMEMBERED_CODES or self._members > REMEMBERED_MEMBERS:
            self._by_hs, self._by_members, self._members = {}, {}, 0
        group = self._by_members.get(members)
        if group is None and (group := self._group(members)) is not None:
            self._by_members[members] = group
            self._members += len(members)
        self._by_hs[hs] = group
        return group

    def _group(self, members: Sequence[int]) -> Group | None:
        return Group([self._asked[at] for at in members]) if members else None


def _needs_a_word(asked: Asked) -> bool:
    return asked.any_words is not None or bool(asked.all_words)


def _keywords(rules: Sequence[Rule]) -> Iterable[str]:
    for rule in rules:
        words = rule.scope.keywords
        if words is not None:
            yield from (*words.any, *words.all, *words.none)


def _by_code(rules: Sequence[Rule]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Rules by each of their prefixes, and rules with ranges by every chapter their ranges touch."""
    by_prefix: dict[str, list[int]] = {}
    by_chapter: dict[str, list[int]] = {}
    for at, rule in enumerate(rules):
        for prefix in rule.scope.hs.prefixes if rule.scope.hs is not None else ():
            by_prefix.setdefault(prefix, []).append(at)
        for chapter in _chapters(rule.scope):
            by_chapter.setdefault(chapter, []).append(at)
    return by_prefix, by_chapter


def _chapters(scope: Scope) -> set[str]:
    ranges = () if scope.hs is None else scope.hs.ranges
    return {f"{chapter:02d}" for span in ranges for chapter in range(int(span.first[:2]), int(span.last[:2]) + 1)}
