"""What is defined once means the same to every evaluator: words, what is not stated, numbers, lengths, requirements.

Each sentence here is one line of docs/rules-guide.md. The reference is slow and obvious, the index answers online, the columns
answer for the past; agreement on generated rules is held by test_evaluators_agree.py, this file says what they agree on.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from columns import hits_by_columns
from screening_cases import declaration, line, pack, rule

from risk.declaration import Declaration
from risk.index import RuleIndex
from risk.reference import Reference
from risk.requirements import NOTHING_VERIFIED, Verified
from risk.rule import Rule
from risk.screening import Screener
from risk.screening_result import ScreeningResult

EVALUATORS = ("reference", "index", "columns")
ONLINE = {"reference": Reference, "index": RuleIndex}

pytestmark = pytest.mark.parametrize("evaluator", EVALUATORS)


def screened(evaluator: str, asked: Rule, goods: Declaration, verified: Verified = NOTHING_VERIFIED) -> ScreeningResult:
    return Screener([pack(asked)], evaluator=ONLINE[evaluator]).screen(goods, verified=verified)


def hits(
    evaluator: str, goods: Declaration | dict[str, Any], scope: dict[str, Any] | None = None, when: str | None = None
) -> bool:
    """Whether the rule hits the one line of the goods."""
    declared = goods if isinstance(goods, Declaration) else declaration(goods)
    asked = msgspec.structs.replace(rule(scope=scope or {"direction": ["import", "export"]}), when=when)
    if evaluator == "columns":
        return bool(hits_by_columns([asked], [declared])[0])
    return bool(screened(evaluator, asked, declared).hits)


def said(evaluator: str, keyword: str, text: str) -> set[bool]:
    """Whether keyword, brand and condition find the text; one answer, when the three mean the same."""
    return {
        hits(evaluator, line(name=text), {"keywords": {"any": [keyword]}}),
        hits(evaluator, line(brand=text), {"brand": {"any": [keyword]}}),
        hits(evaluator, line(name=text), when=f'goods.name == "{keyword}"'),
        hits(evaluator, line(name=f"产品：{text}。"), when=f'goods.name.contains("{keyword}")'),
    }


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("keyword", "text"), [("ﬁlter", "filter"), ("filter", "ﬁlter"), ("㎏", "kg"), ("№5", "No5"), ("\u00e9", "e\u0301")]
)
def test_words_are_compared_in_nfkc(evaluator: str, keyword: str, text: str) -> None:
    assert said(evaluator, keyword * 2, text * 2) == {True}


@pytest.mark.parametrize(("keyword", "text"), [("led", "LED"), ("straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ǆ", "Ǆ")])
def test_words_are_compared_case_folded(evaluator: str, keyword: str, text: str) -> None:
    assert said(evaluator, keyword, text) == {True}


@pytest.mark.parametrize(
    ("keyword", "text"), [("LED灯", "ＬＥＤ灯"), ("ＬＥＤ灯", "led灯"), ("R-22", "Ｒ－２２"), ("バルブ", "ﾊﾞﾙﾌﾞ")]
)
def test_full_and_half_width_are_the_same(evaluator: str, keyword: str, text: str) -> None:
    assert said(evaluator, keyword, text) == {True}


def test_runs_of_white_space_are_one_space(evaluator: str) -> None:
    assert said(evaluator, "second hand", "second\t　\n HAND") == {True}


def test_a_latin_keyword_is_found_whole_and_letters_in_a_condition_anywhere(evaluator: str) -> None:
    assert not hits(evaluator, line(name="Toyota"), {"keywords": {"any": ["toy"]}})
    assert hits(evaluator, line(name="木制toy"), {"keywords": {"any": ["toy"]}})
    assert hits(evaluator, line(name="Toyota"), when='goods.name.contains("toy")')


def test_codes_are_compared_as_written(evaluator: str) -> None:
    assert hits(evaluator, declaration(line(), port="CNSZX"), {"port": {"any": ["CNSZX"]}})
    assert not hits(evaluator, declaration(line(), port="CNSZX"), {"port": {"any": ["cnszx"]}})
    assert hits(evaluator, line(hs="010121"), {"hs": {"prefixes": ["0101"]}})
    assert not hits(evaluator, line(hs="101210"), {"hs": {"prefixes": ["0101"]}})


# ── what is not stated ─────────────────────────────────────────────────────────────────────────────────────────────────────


def unstated(field: str, *values: Any) -> list[Declaration]:
    """The same declaration with the field left out, null, and what else counts as nothing, as JSON brings it."""
    document = msgspec.to_builtins(declaration(line(quantity="2")))
    goods = {name: value for name, value in document["lines"][0].items() if name != field}
    lines = [goods, *(goods | {field: value} for value in values)]
    return [msgspec.json.decode(msgspec.json.encode(document | {"lines": [one]}), type=Declaration) for one in lines]


def test_null_and_absent_are_the_same(evaluator: str) -> None:
    for goods in unstated("origin", None):
        assert not hits(evaluator, goods, {"origin": {"any": ["DE"]}})
        assert hits(evaluator, goods, {"origin": {"none": ["DE"]}})
        assert hits(evaluator, goods, when="!has(goods.origin)")
        assert not hits(evaluator, goods, when='goods.origin != "DE"')
        assert not hits(evaluator, goods, when='!(goods.origin == "DE")')


def test_an_empty_text_is_not_stated_either(evaluator: str) -> None:
    for goods in unstated("brand", "", " 　"):
        assert not hits(evaluator, goods, {"brand": {"any": ["Lumen"]}})
        assert hits(evaluator, goods, {"brand": {"none": ["Lumen"]}})
        assert not hits(evaluator, goods, when="has(goods.brand)")


def test_a_number_that_is_not_stated_is_under_no_bound(evaluator: str) -> None:
    for goods in unstated("net_weight", None):
        assert not hits(evaluator, goods, {"thresholds": [{"number": "net_weight", "at_least": "0"}]})
        assert not hits(evaluator, goods, {"thresholds": [{"number": "net_weight", "below": "1"}]})
        assert hits(evaluator, goods, when="line.net_weight > 1 || line.quantity == 2")


def test_nothing_equals_a_division_by_zero_and_it_is_under_no_bound(evaluator: str) -> None:
    goods = line(value="5", currency="CNY", quantity="0", net_weight="0.000")
    for number in ("unit_price", "price_per_kg"):
        assert not hits(evaluator, goods, {"thresholds": [{"number": number, "at_least": "0", "currency": "CNY"}]})
        assert not hits(evaluator, goods, {"thresholds": [{"number": number, "below": "1e9", "currency": "CNY"}]})
    assert not hits(evaluator, goods, when="line.net_weight / line.quantity == 0")
    assert not hits(evaluator, goods, when="!(line.net_weight / line.quantity == 0)")
    assert hits(evaluator, goods, when="line.net_weight / line.quantity == 0 || line.quantity == 0")


# ── numbers and lengths ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("written", ['"10"', "10", "10.0", '"10.000"', "1e1", '"1E+1"'])
def test_a_number_is_one_number_however_it_is_written(evaluator: str, written: str) -> None:
    document = msgspec.json.encode(declaration(line(quantity="7"))).replace(b'"7"', written.encode())
    goods = msgspec.json.decode(document, type=Declaration)
    for bound in (10, "10", "10.00"):
        assert hits(evaluator, goods, {"thresholds": [{"number": "quantity", "at_least": bound, "at_most": bound}]})
        assert not hits(evaluator, goods, {"thresholds": [{"number": "quantity", "above": bound}]})
    assert hits(evaluator, goods, when="line.quantity == 10 && line.quantity == 10.0")


def test_numbers_are_exact_and_not_binary(evaluator: str) -> None:
    goods = line(value="0.3", currency="CNY", quantity="3", net_weight="0.1")
    assert hits(evaluator, goods, {"thresholds": [{"number": "unit_price", "at_most": "0.1", "currency": "CNY"}]})
    assert hits(evaluator, goods, {"thresholds": [{"number": "price_per_kg", "at_least": "3", "currency": "CNY"}]})
    assert hits(evaluator, goods, when="line.net_weight + 0.2 == 0.3 && line.quantity / 9 * 3 == 1")


@pytest.mark.parametrize(
    ("text", "length"), [("冷冻牛肉", 4), ("𠮷野家", 3), ("ＬＥＤ灯", 4), ("e\u0301", 1), ("ﬀ", 2), ("👨‍👩‍👧", 5)]
)
def test_length_counts_code_points_of_the_normal_form(evaluator: str, text: str, length: int) -> None:
    assert hits(evaluator, line(name=text), when=f"size(goods.name) == {length}")


# ── requirements ───────────────────────────────────────────────────────────────────────────────────────────────────────────

CCC = {"certificates": {"missing": ["CCC"], "exempting": ["CCC_EXEMPTION"], "recognising": ["MUTUAL"]}}
CONFIRMED: Verified = frozenset({("CCC", "7")})


def stands(
    evaluator: str, state: str, kinds: list[str], verified: Verified = NOTHING_VERIFIED, expires: str | None = None
) -> bool:
    """Whether goods with these certificates stand so: the state where it is told, and a hit only where something is missing."""
    goods = declaration(line(certificates=[{"type": kind, "number": "7", "expires": expires} for kind in kinds]))
    if evaluator == "columns":
        return bool(hits_by_columns([rule(scope=CCC)], [goods])[0]) == (state == "MISSING")
    result = screened(evaluator, rule(scope=CCC), goods, verified)
    return [r.state for r in result.requirements] == [state] and bool(result.hits) == (state == "MISSING")


def test_a_requirement_without_its_certificate_is_missing_and_hits(evaluator: str) -> None:
    assert stands(evaluator, "MISSING", [])
    assert stands(evaluator, "MISSING", ["OTHER"])


def test_a_certificate_that_ended_is_missing_and_its_last_day_counts(evaluator: str) -> None:
    assert stands(evaluator, "MISSING", ["CCC"], expires="2026-11-19")
    assert stands(evaluator, "PRESENTED", ["CCC"], expires="2026-11-20")


def test_a_requirement_with_its_certificate_is_presented(evaluator: str) -> None:
    assert stands(evaluator, "PRESENTED", ["CCC"])
    assert stands(evaluator, "PRESENTED", ["MUTUAL", "CCC_EXEMPTION", "CCC"])


def test_a_requirement_whose_certificate_its_issuer_confirmed_is_verified(evaluator: str) -> None:
    assert stands(evaluator, "VERIFIED", ["CCC"], CONFIRMED)
    assert stands(evaluator, "MISSING", [], CONFIRMED)


def test_a_requirement_with_an_exemption_is_exempt(evaluator: str) -> None:
    assert stands(evaluator, "EXEMPT", ["CCC_EXEMPTION"])
    assert stands(evaluator, "EXEMPT", ["MUTUAL", "CCC_EXEMPTION"])


def test_a_requirement_met_by_another_is_recognised(evaluator: str) -> None:
    assert stands(evaluator, "RECOGNISED", ["MUTUAL"])
