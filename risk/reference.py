"""The plain evaluator, the meaning of all others: every rule in force, on the header and on every piece of goods, one by one.

Slow and obvious on purpose. The online index (``index.py``) must name the same places; whoever doubts it asks this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from risk.declaration import Declaration
from risk.in_force import in_force
from risk.matching import looks_at_goods, match, view_of
from risk.places import OF_THE_HEADER, Place
from risk.requirements import port_day
from risk.rule import Rule


class Reference:
    """The rules of a rulebook, sorted by id and version."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)

    def warm(self, codes: Iterable[str]) -> None:
        """Nothing: this one remembers nothing."""

    def seen(self) -> tuple[str, ...]:
        """None: it remembers nothing."""
        return ()

    def places(self, declaration: Declaration) -> dict[int, list[Place]]:
        """By position of the rule in the rulebook: where it holds, in the order of the declaration."""
        goods = [(at, part) for at, line in enumerate(declaration.lines) for part in range(len(line.components) + 1)]
        views = {place: view_of(declaration, place) for place in (OF_THE_HEADER, *goods)}
        found: dict[int, list[Place]] = {}
        for at in in_force(self._rules, port_day(declaration.declared_at)):
            rule = self._rules[at]
            for place in goods if looks_at_goods(rule) else [OF_THE_HEADER]:
                if match(rule, views[place]) is not None:
                    found.setdefault(at, []).append(place)
        return found
