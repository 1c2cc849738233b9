"""The meaning of each part of a scope, one line of goods at a time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening_cases import declaration, line, pack, rule, screener

from risk.goods_text import found, needle_of, normalised
from risk.index import RuleIndex
from risk.keyword_search import KeywordSearch
from risk.reference import Reference
from risk.screening import Screener


def hits(scope: dict[str, Any], goods: dict[str, Any], **header: Any) -> bool:
    """Whether the scope hits, said by both evaluators."""
    one, declared = rule(scope=scope), declaration(goods, **header)
    by_index, by_reference = (Screener([pack(one)], evaluator=e).screen(declared) for e in (RuleIndex, Reference))
    assert by_index.to_bytes() == by_reference.to_bytes()
    return bool(by_index.hits)


@pytest.mark.parametrize(
    ("hs", "expected"),
    [
        ("730729", True),
        ("7307990000", True),
        ("7307110000", False),
        ("7308900000", False),
        ("848110", True),
        ("848140", True),
        ("848180", False),
    ],
)
def test_hs_prefixes_ranges_and_exclusions(hs: str, expected: bool) -> None:
    scope = {"hs": {"prefixes": ["7307"], "ranges": [{"first": "848110", "last": "848140"}], "exclusions": ["730711"]}}
    assert hits(scope, line(hs=hs)) is expected


def test_a_declared_code_shorter_than_the_prefix_is_not_under_it() -> None:
    assert not hits({"hs": {"prefixes": ["73072900"]}}, line(hs="730729"))


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("LED灯", "ＬＥＤ灯具", True),
        ("toy", "Toyota engine", False),
        ("toy", "wooden TOY, painted", True),
        ("replica*", "two replicas", True),
        ("replica", "two replicas", False),
        ("R22", "R22立式冷柜", True),
        ("R22", "R227 cylinder", False),
        ("source code", "source   code", True),
        ("straße", "STRASSE", True),
        ("锂电池", "含锂电池组", True),
        ("软件", "软体件", False),
        ("second hand", "second\nhand", True),
    ],
)
def test_words_are_compared_without_case_width_or_spacing_and_latin_words_whole(keyword: str, text: str, expected: bool) -> None:
    assert found(needle_of(keyword), normalised(text)) is expected
    assert bool(KeywordSearch([keyword]).words_in(text)) is expected
    assert hits({"keywords": {"any": [keyword]}}, line(name=text)) is expected


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.text(min_size=1), st.text(), st.text())
def test_a_chinese_word_is_found_wherever_it_stands(word: str, before: str, after: str) -> None:
    chinese = "管路" + "".join(c for c in word if "\u4e00" <= c <= "\u9fff")
    assert found(needle_of(chinese), normalised(f"{before}，{chinese}，{after}"))


def test_words_do_not_join_across_fields() -> None:
    assert not hits({"keywords": {"any": ["管路组件"]}}, line(name="管路", description="组件"))


def test_keywords_of_all_kinds_must_hold_together() -> None:
    scope = {"keywords": {"all": ["软件"], "any": ["授权", "许可"], "none": ["试用"]}}
    assert hits(scope, line(name="软件（许可）"))
    assert not hits(scope, line(name="软件"))
    assert not hits(scope, line(name="许可文件"))
    assert not hits(scope, line(name="试用软件", description="许可"))


def test_the_parts_must_hold_for_one_and_the_same_subject() -> None:
    scope = {"hs": {"prefixes": ["7307"]}, "keywords": {"any": ["软件"]}}
    apart = line(components=[{"name": "管件", "hs": "730729"}, {"name": "软件"}])
    together = line(components=[{"name": "软件", "hs": "730729"}])
    assert not hits(scope, apart)
    assert hits(scope, together)


def test_a_component_inherits_origin_brand_and_certificates_but_neither_code_nor_words() -> None:
    part = {"name": "管件", "hs": "730729"}
    assert hits({"hs": {"prefixes": ["7307"]}, "origin": {"any": ["DE"]}}, line(components=[part], origin="DE"))
    assert not hits(
        {"hs": {"prefixes": ["7307"]}, "origin": {"any": ["DE"]}}, line(components=[part | {"origin": "JP"}], origin="DE")
    )
    assert hits({"hs": {"prefixes": ["7307"]}, "brand": {"any": ["lumen"]}}, line(components=[part], brand="ＬＵＭＥＮ"))
    missing = {"hs": {"prefixes": ["7307"]}, "certificates": {"missing": ["CCC"]}}
    assert not hits(missing, line(components=[part], certificates=[{"type": "CCC", "number": "1"}]))


def test_what_is_not_stated_is_in_no_list() -> None:
    nowhere = line()
    del nowhere["origin"]
    assert not hits({"origin": {"any": ["DE"]}}, nowhere)
    assert hits({"origin": {"none": ["DE"]}}, nowhere)
    assert not hits({"origin": {"none": ["DE"]}}, line(origin="DE"))


@pytest.mark.parametrize(
    ("scope", "header"),
    [
        ({"direction": ["export"]}, {}),
        ({"transport_mode": ["air"]}, {}),
        ({"credit": ["aeo"]}, {}),
        ({"port": {"none": ["5316"]}}, {}),
        ({"trader": {"any": ["somebody-else"]}}, {}),
        ({"dispatch": {"any": ["DE"]}}, {"dispatch_country": "JP"}),
        ({"dispatch": {"any": ["DE"]}}, {}),
    ],
)
def test_each_part_of_the_header_can_keep_a_rule_away(scope: dict[str, Any], header: dict[str, Any]) -> None:
    assert not hits(scope, line(), **header)


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        ("above", "10", False),
        ("at_least", "10", True),
        ("below", "10", False),
        ("at_most", "10", True),
        ("above", "10.0000001", True),
    ],
)
def test_bounds_are_exact_at_the_edge(bound: str, value: str, expected: bool) -> None:
    scope = {"thresholds": [{"number": "price_per_kg", bound: "10", "currency": "CNY"}]}
    assert hits(scope, line(value=value, net_weight="1", currency="CNY")) is expected


def test_a_third_is_a_third_and_not_a_rounded_number() -> None:
    scope = {"thresholds": [{"number": "unit_price", "above": "0.3333333333333333333333333333", "currency": "CNY"}]}
    assert hits(scope, line(value="1", quantity="3", currency="CNY"))


@pytest.mark.parametrize(
    "goods", [{}, {"value": "1", "net_weight": "0"}, {"value": "1"}, {"value": "1", "net_weight": "9", "currency": "USD"}]
)
def test_a_number_that_does_not_exist_or_is_other_money_is_under_no_bound(goods: dict[str, str]) -> None:
    scope = {"thresholds": [{"number": "price_per_kg", "below": "1000", "currency": "CNY"}]}
    assert not hits(scope, line(**{"currency": "CNY", **goods}))


CCC = {"certificates": {"missing": ["CCC"], "exempting": ["CCC_EXEMPTION"], "recognising": ["MUTUAL"]}}


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], "MISSING"),
        (["CCC"], "PRESENTED"),
        (["CCC_EXEMPTION"], "EXEMPT"),
        (["MUTUAL"], "RECOGNISED"),
        (["MUTUAL", "CCC"], "PRESENTED"),
    ],
)
def test_a_requirement_says_how_it_stands(kinds: list[str], state: str) -> None:
    goods = line(certificates=[{"type": kind, "number": "7"} for kind in kinds])
    result = screener(rule(scope=CCC)).screen(declaration(goods))
    assert [r.state for r in result.requirements] == [state]
    assert bool(result.hits) == (state == "MISSING")


def test_a_certificate_its_issuer_confirmed_is_verified() -> None:
    goods = declaration(line(certificates=[{"type": "CCC", "number": "7"}]))
    result = screener(rule(scope=CCC)).screen(goods, verified=frozenset({("CCC", "7")}))
    assert result.requirements[0].state == "VERIFIED"


def test_a_certificate_that_ends_soon_after_arrival_is_expiring_until_its_last_day() -> None:
    scope = {"certificates": {"expiring": {"types": ["CCC"], "within_days": 30}}}
    goods = {
        "soon": line(certificates=[{"type": "CCC", "number": "1", "expires": "2026-12-20"}]),
        "later": line(certificates=[{"type": "CCC", "number": "1", "expires": "2026-12-21"}]),
        "ended": line(certificates=[{"type": "CCC", "number": "1", "expires": "2026-11-19"}]),
    }
    assert {name: hits(scope, item) for name, item in goods.items()} == {"soon": True, "later": False, "ended": False}
