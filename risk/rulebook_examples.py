"""A rulebook's examples, each as it comes out: what the officer promised, what the rule does with it, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from risk.pack_files import taken_apart
from risk.reference import Reference
from risk.rule import Pack, Rule
from risk.rule_examples import declaration_of
from risk.rulebook_versions import ExampleOutcome, Examples
from risk.screening import Screener

FILE = "rulebook.yaml"


def tried(source: str) -> Examples:
    """Every example of every rule of a file."""
    pack, problems, _ = taken_apart(source, FILE)
    return Examples(outcomes=() if pack is None else tuple(_outcomes(pack)), problems=tuple(problems))


def _outcomes(pack: Pack) -> Iterator[ExampleOutcome]:
    for rule in pack.rules:
        alone = Screener([Pack(head=pack.head, rules=(rule,))], evaluator=Reference)
        yield from _of_rule(rule, alone)


def _of_rule(rule: Rule, alone: Screener) -> Iterator[ExampleOutcome]:
    examples = rule.meta.examples
    for promised, given in (("must_hit", examples.must_hit), ("must_not_hit", examples.must_not_hit)):
        for number, example in enumerate(given, start=1):
            hits = alone.screen(declaration_of(example)).hits
            yield ExampleOutcome(
                rule=rule.meta.id,
                version=rule.meta.version,
                promised="must_hit" if promised == "must_hit" else "must_not_hit",
                number=number,
                hs=example.line.hs,
                name=example.line.name,
                hit=bool(hits),
                kept=bool(hits) == (promised == "must_hit"),
                reason_zh=hits[0].reason.zh if hits else "",
                reason_en=hits[0].reason.en if hits else "",
            )
