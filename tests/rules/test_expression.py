"""``when``: what it says of what is not stated, of words, codes and numbers; both readings say the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening_cases import declaration, line
from test_evaluators_agree import DECLARATIONS

from risk.expression_check import Refused, tree_of
from risk.expression_compiled import compiled
from risk.expression_meaning import read_from, value_of
from risk.problem_kinds import Kind as Wrong
from risk.problem_words import worded


def said(text: str, goods: dict[str, Any], **header: Any) -> Any:
    """What both readings say of the first line."""
    declared = declaration(goods, **header)
    tree, of_line = tree_of(text), declared.lines[0]
    plain = value_of(tree, read_from(declared, of_line, None))
    assert compiled(tree)(declared, of_line, None) == plain
    return plain


NOTHING: dict[str, Any] = {"origin": None}


@pytest.mark.parametrize(
    ("text", "goods", "expected"),
    [
        ('goods.origin == "DE"', {}, True),
        ('goods.origin == "DE"', NOTHING, None),
        ('goods.origin != "DE"', NOTHING, None),
        ('!(goods.origin == "DE")', NOTHING, None),
        ("has(goods.origin)", NOTHING, False),
        ('!has(goods.origin) || goods.origin != "DE"', NOTHING, True),
        ('has(goods.origin) && goods.origin != "DE"', NOTHING, False),
        ('goods.origin == "DE" || line.quantity > 1', NOTHING | {"quantity": "2"}, True),
        ('goods.origin == "DE" && line.quantity > 1', NOTHING | {"quantity": "1"}, False),
        ('goods.origin in ["DE", "JP"]', NOTHING, None),
        ('goods.origin in ["FR", "JP"]', {}, False),
        ("has(line.brand)", {"brand": ""}, False),
        ("has(line.brand)", {"brand": " 　"}, False),
        ("line.net_weight / line.quantity > 1", {"net_weight": "9", "quantity": "0"}, None),
        ("line.net_weight / line.quantity > 1", {"net_weight": "9"}, None),
        ("line.quantity / (line.net_weight - 1) > 1 || true", {"net_weight": "1", "quantity": "1"}, True),
        ("line.quantity + 0.2 == 0.3", {"quantity": "0.1"}, True),
        ("line.quantity / 3 * 3 == 1", {"quantity": "1"}, True),
        ("-line.quantity < 0 - 1", {"quantity": "2"}, True),
        ('line.name == "LED灯"', {"name": "ＬＥＤ　灯"}, False),
        ('line.name == "led 灯"', {"name": "ＬＥＤ　灯"}, True),
        ('line.name.contains("toy")', {"name": "TOYOTA"}, True),
        ('line.name.startsWith("ＬＥＤ")', {"name": "led灯"}, True),
        ('line.name.endsWith("STRASSE")', {"name": "an der straße"}, True),
        ('line.hs.startsWith("7307")', {"hs": "7307290000"}, True),
        ("size(line.name) == 4", {"name": "冷冻牛肉"}, True),
        ("size(line.name) == 1", {"name": "𠮷"}, True),
        ("size(line.name) == 2", {"name": "ﬀ"}, True),
        ("size(line.hs) == 10", {"hs": "7307290000"}, True),
        ("line.component_count == 0", {}, True),
    ],
)
def test_what_an_expression_says(text: str, goods: dict[str, Any], expected: Any) -> None:
    assert said(text, line(**goods)) is expected


def test_goods_are_the_component_looked_at_and_line_stays_the_line() -> None:
    declared = declaration(line(name="生产线", origin="DE", components=[{"name": "管件"}]))
    of_line = declared.lines[0]
    for text in ('goods.name == "管件"', 'line.name == "生产线"', 'goods.origin == "DE"', "!has(goods.hs)"):
        assert value_of(tree_of(text), read_from(declared, of_line, of_line.components[0])) is True


ATOMS = [
    'goods.origin == "DE"',
    'goods.origin in ["JP", "CN"]',
    'line.currency == "CNY" && line.unit_price < 3.5',
    "line.net_weight / line.quantity >= 1",
    "line.quantity - line.net_weight != 2 * line.quantity",
    'goods.name.contains("电池")',
    'line.brand == "LUMEN"',
    "has(goods.hs)",
    "size(goods.name) > 4",
    'declaration.trader.credit != "aeo"',
    "declaration.gross_weight <= 3",
    "true",
]
EXPRESSIONS = st.recursive(
    st.sampled_from(ATOMS).map(lambda atom: f"({atom})"),
    lambda inner: st.builds("!{}".format, inner) | st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||"]), inner),
    max_leaves=6,
)


@given(EXPRESSIONS, DECLARATIONS)
def test_both_readings_say_the_same(text: str, declared: Any) -> None:
    try:
        tree = tree_of(f"has(declaration.port) && {text}")
    except Refused as refused:
        assert refused.fault.kind is Wrong.CONDITION_BRACKETS
        return
    for of_line in declared.lines:
        for part in (None, *of_line.components):
            assert compiled(tree)(declared, of_line, part) == value_of(tree, read_from(declared, of_line, part))


@given(st.text(alphabet="()[]{}!&|<>=+-*/.,\"'\\ \n1adehinls_", max_size=60))
def test_any_text_is_taken_or_refused_with_its_place(text: str) -> None:
    try:
        tree_of(text)
    except Refused as refused:
        rows = text.split("\n")
        assert 1 <= refused.row <= len(rows)
        assert 1 <= refused.column <= len(rows[refused.row - 1]) + 1
        assert all(worded(refused.fault).values())


def test_an_expression_made_to_keep_the_parser_busy_is_refused_before_it() -> None:
    with pytest.raises(Refused, match="backslash"):
        tree_of('line.name == "' + "\\n" * 200)
    with pytest.raises(Refused, match="condition_long"):
        tree_of("has(line.brand)" + " || has(line.brand)" * 400)
