"""A rule's own examples: goods it must hit and goods it must leave alone, screened with that rule alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from risk.declaration import Declaration, Trader
from risk.matching import match, view_of
from risk.problem import Problem, fault
from risk.problem_kinds import Kind
from risk.reference import Reference
from risk.requirements import PORT_ZONE
from risk.rule import Example, Rule

DECLARED_AT = datetime(2026, 11, 20, 9, 12, tzinfo=PORT_ZONE)
NUMBER = "531620261160000001"


def declaration_of(example: Example) -> Declaration:
    """The whole declaration an example stands for: its line as line 1, an ordinary sea import unless it says otherwise."""
    header = example.header
    return Declaration(
        number=NUMBER,
        direction=header.direction,
        declared_at=header.declared_at or DECLARED_AT,
        arrival=header.arrival,
        port=header.port,
        transport_mode=header.transport_mode,
        dispatch_country=header.dispatch_country,
        trader=Trader(code=header.trader, credit=header.credit),
        gross_weight=header.gross_weight,
        lines=(example.line.as_line(),),
    )


def example_problems(rule: Rule) -> Iterator[Problem]:
    """A problem for each example that does not come out as promised."""
    for part, expected in (("must_hit", True), ("must_not_hit", False)):
        for i, example in enumerate(getattr(rule.meta.examples, part)):
            if _hits(rule, declaration_of(example)) != expected:
                kind = Kind.EXAMPLE_NOT_HIT if expected else Kind.EXAMPLE_HIT
                wrong = fault(kind, rule=rule.meta.id, goods=example.line.name, hs=example.line.hs)
                yield Problem(f"meta.examples.{part}[{i}]", wrong)


def _hits(rule: Rule, declaration: Declaration) -> bool:
    places = [place for found in Reference([rule]).places(declaration).values() for place in found]
    matches = (match(rule, view_of(declaration, place)) for place in places)
    return any(matched is not None and matched.is_hit for matched in matches)
