"""The online index and the columns name exactly the places the plain evaluator names: generated rules, generated declarations."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from columns import hits_by_columns, places_by_columns
from hypothesis import example, given
from hypothesis import strategies as st
from screening_cases import declaration, declarations, line, pack, rule

from risk.declaration import Certificate, Component, Declaration, Line, Trader
from risk.index import RuleIndex
from risk.pack_files import load_packs
from risk.reference import Reference
from risk.rule import Effective, Rule
from risk.screening import Screener
from risk.value_table import ValueTable

# Few values, so that rules and goods meet often; every kind of edge is in the lists.
CODES = ["730729", "73072900", "7307290000", "730799", "8481100000", "950300", "9503002900"]
PREFIXES = ["73", "7307", "730729", "73072900", "84", "8481", "95", "95030029"]
WORDS = ["LED灯", "toy", "replica*", "锂电池", "电池", "R22", "r2*", "second hand", "straße"]
TEXTS = ["ＬＥＤ灯具 toy", "Toyota", "two replicas", "含锂电池组 R22", "R227", "second  HAND STRASSE", "管件", ""]
AMOUNTS = [
    None,
    *map(Decimal, ["0", "0.5", "1", "3", "10", "10.00000000000000000001", "9.99999999999999999999", "1e-31", "1e31", "0e40"]),
]
BOUNDS = ["0", "0.3333333333333333", "0.1", "1", "3", "3.333333333333333333", "10", "20", "-1"]
COUNTRIES = ["DE", "JP", "CN"]
TYPES = ["CCC", "CCC_EXEMPTION", "CITES"]
EXPIRES = [None, date(2026, 11, 19), date(2026, 11, 20), date(2026, 12, 25)]
BRANDS = ["", "Lumen", "ＬＵＭＥＮ", "Nordwerk"]
DAYS = [date(2020, 1, 1), date(2026, 11, 20), date(2026, 11, 21)]
INSTANTS = ["2026-11-20T09:12:00+08:00", "2026-11-20T16:30:00+00:00", "2026-11-19T12:00:00-05:00"]


def some(values: list[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


def lists(values: list[Any]) -> st.SearchStrategy[dict[str, list[Any]]]:
    return st.fixed_dictionaries({"any": some(values), "none": some(values, 1)})


def threshold(number: str, bounds: list[str], kinds: list[str], currency: str) -> dict[str, Any]:
    money = {"currency": currency} if number in {"value", "unit_price", "price_per_kg"} else {}
    return {"number": number} | dict(zip(kinds, bounds, strict=True)) | money


THRESHOLDS = st.builds(
    threshold,
    st.sampled_from(["value", "unit_price", "price_per_kg", "weight_per_unit", "gross_weight", "line_count", "component_count"]),
    st.lists(st.sampled_from(BOUNDS), min_size=2, max_size=2),
    st.permutations(["above", "at_least", "below", "at_most"]).map(lambda kinds: kinds[:2]),
    st.sampled_from(["CNY", "USD"]),
)
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "direction": some(["import", "export"]),
    "transport_mode": some(["sea", "air"]),
    "credit": some(["aeo", "low"]),
    "hs": st.fixed_dictionaries(
        {
            "prefixes": some(PREFIXES),
            "ranges": st.sampled_from([[], [{"first": "7307", "last": "8481"}]]),
            "exclusions": some(PREFIXES[2:], 1),
        }
    ),
    "origin": lists(COUNTRIES),
    "dispatch": lists(COUNTRIES),
    "port": lists(["5316", "2200"]),
    "trader": lists(["T1", "T2"]),
    "brand": lists(["lumen", "NORDWERK"]),
    "keywords": st.fixed_dictionaries({"any": some(WORDS), "all": some(WORDS, 2), "none": some(WORDS, 1)}),
    "certificates": st.fixed_dictionaries(
        {"missing": some(TYPES[:1], 1), "exempting": some(TYPES[1:2], 1), "presented": some(TYPES[2:], 1)},
        optional={"expiring": st.just({"types": ["CCC", "CITES"], "within_days": 30})},
    ),
    "thresholds": st.lists(THRESHOLDS, max_size=2),
}
SCOPES = st.lists(st.sampled_from(sorted(PARTS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: PARTS[name] for name in names})
)


WHENS = [
    None,
    None,
    'goods.name.contains("toy") || !has(goods.origin)',
    'line.currency == "CNY" && line.unit_price > 3 - line.quantity',
    'declaration.trader.credit == "aeo"',
    'size(goods.name) <= 4 && goods.hs.startsWith("73")',
]


def rules_of(drawn: list[tuple[dict[str, Any], date, int, str | None]]) -> list[Rule]:
    return [
        msgspec.structs.replace(
            known := rule(f"t.rule-{at // versions}", scope),
            when=when,
            meta=msgspec.structs.replace(known.meta, version=at + 1, effective=Effective(since=since)),
        )
        for at, (scope, since, versions, when) in enumerate(drawn)
    ]


RULES = st.lists(
    st.tuples(SCOPES, st.sampled_from(DAYS), st.sampled_from([1, 2]), st.sampled_from(WHENS)), min_size=1, max_size=6
).map(rules_of)
CERTIFICATES = st.lists(st.builds(Certificate, type=st.sampled_from(TYPES), expires=st.sampled_from(EXPIRES)), max_size=2).map(
    tuple
)
ORIGINS = st.sampled_from([None, *COUNTRIES])
NUMBERS = st.sampled_from(AMOUNTS)
COMPONENTS = st.builds(
    Component,
    name=st.sampled_from(TEXTS[:-1]),
    hs=st.sampled_from([None, *CODES]),
    origin=ORIGINS,
    brand=st.sampled_from(BRANDS),
    certificates=CERTIFICATES,
)
LINES = st.builds(
    Line,
    no=st.just(1),
    hs=st.sampled_from(CODES),
    name=st.sampled_from(TEXTS[:-1]),
    description=st.sampled_from(TEXTS),
    origin=ORIGINS,
    quantity=NUMBERS,
    net_weight=NUMBERS,
    value=NUMBERS,
    currency=st.sampled_from([None, "CNY", "USD"]),
    brand=st.sampled_from(BRANDS),
    certificates=CERTIFICATES,
    components=st.lists(COMPONENTS, max_size=2).map(tuple),
)
DECLARATIONS = st.builds(
    Declaration,
    number=st.just("531620261160000001"),
    direction=st.sampled_from(["import", "export"]),
    declared_at=st.sampled_from(list(map(datetime.fromisoformat, INSTANTS))),
    port=st.sampled_from(["5316", "2200"]),
    transport_mode=st.sampled_from(["sea", "air"]),
    trader=st.builds(Trader, code=st.sampled_from(["T1", "T3"]), credit=st.sampled_from(["aeo", "ordinary"])),
    dispatch_country=ORIGINS,
    gross_weight=NUMBERS,
    lines=st.lists(LINES, min_size=1, max_size=3).map(
        lambda lines: tuple(msgspec.structs.replace(one, no=no) for no, one in enumerate(lines, start=1))
    ),
)


@given(RULES, DECLARATIONS)
def test_the_index_and_the_reference_give_the_same_bytes(rules: list[Rule], goods: Declaration) -> None:
    packs = [pack(*rules)]
    by_index, by_reference = (Screener(packs, evaluator=e).screen(goods) for e in (RuleIndex, Reference))
    assert by_index.to_bytes() == by_reference.to_bytes()


@given(RULES, st.lists(DECLARATIONS, min_size=1, max_size=4))
@example(
    rules_of([({"hs": {"prefixes": ["73"], "exclusions": ["730729"]}}, DAYS[0], 1, None)]), [declaration(line(hs="7307290000"))]
)
def test_the_index_names_the_same_places_and_what_it_remembers_changes_nothing(
    rules: list[Rule], goods: list[Declaration]
) -> None:
    ordered = ordered_by_id(rules)
    index, reference = RuleIndex(ordered), Reference(ordered)
    for one in (*goods, *goods):
        assert index.places(one) == reference.places(one)


def ordered_by_id(rules: list[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda one: (one.meta.id, one.meta.version))


@given(RULES, st.lists(DECLARATIONS, min_size=1, max_size=4))
@example(
    rules_of([({"hs": {"prefixes": ["73"], "exclusions": ["730729"]}}, DAYS[0], 1, None)]), [declaration(line(hs="7307290000"))]
)
@example(
    rules_of([({"keywords": {"any": ["toy", "r2*", "straße"], "none": ["second hand"]}}, DAYS[0], 1, None)]),
    [declaration(line(name="毛绒toy"), line(no=2, name="Toyota é", description="R227"), line(no=3, name="ẞtraße strasse"))],
)
@example(
    rules_of([({"keywords": {"any": ["ß", "ä", "toy"]}}, DAYS[0], 1, None)]),
    [
        declaration(
            line(name="ätoy"), line(no=2, name="toyä"), line(no=3, name="灯toy"), line(no=4, name="toy电池", description="ä")
        )
    ],
)
@example(
    rules_of([({"hs": {"ranges": [{"first": "73071100", "last": "73079900"}]}}, DAYS[0], 1, None)]),
    [declaration(line(hs="730729"))],
)
def test_the_columns_name_the_same_places(rules: list[Rule], goods: list[Declaration]) -> None:
    ordered = ordered_by_id(rules)
    reference = Reference(ordered)
    assert places_by_columns(ordered, goods) == [reference.places(one) for one in goods]


@given(RULES, st.lists(DECLARATIONS, min_size=1, max_size=3))
def test_hits_over_columns_are_those_of_a_screening(rules: list[Rule], goods: list[Declaration]) -> None:
    screener = Screener([pack(*rules)], evaluator=Reference)
    screened = [{(hit.rule, hit.version, hit.line or 0) for hit in screener.screen(one).hits} for one in goods]
    ordered = ordered_by_id(rules)
    assert [
        {(ordered[at].meta.id, ordered[at].meta.version, no) for at, lines in found.items() for no in lines}
        for found in hits_by_columns(ordered, goods)
    ] == screened


@given(st.lists(declarations(), min_size=1, max_size=3))
def test_the_shipped_packs_mean_the_same_to_the_columns(goods: list[Declaration]) -> None:
    _, reference = of_the_shipped_packs()
    assert places_by_columns(shipped_rules(), goods) == [reference.places(one) for one in goods]


@cache
def shipped_rules() -> list[Rule]:
    return ordered_by_id([rule for one in load_packs() for rule in one.rules])


@cache
def of_the_shipped_packs() -> tuple[RuleIndex, Reference]:
    return RuleIndex(shipped_rules()), Reference(shipped_rules())


@given(declarations())
def test_the_shipped_packs_mean_the_same_to_both(goods: Declaration) -> None:
    index, reference = of_the_shipped_packs()
    assert index.places(goods) == reference.places(goods)


@pytest.mark.parametrize(("bound", "edge"), [("above", False), ("at_least", True), ("below", False), ("at_most", True)])
def test_the_index_is_exact_at_a_cut_point_and_beside_it(bound: str, edge: bool) -> None:
    index = RuleIndex([rule(scope={"thresholds": [{"number": "quantity", bound: "10"}]})])
    beside = {"above": "10.0000000000000000001", "at_least": "9.9999999999999999999"}
    outside = {"below": "9.9999999999999999999", "at_most": "10.0000000000000000001"}
    assert bool(index.places(declaration(line(quantity="10")))) is edge
    assert bool(index.places(declaration(line(quantity=(beside | outside)[bound])))) is not edge


def test_codes_nobody_ever_heard_of_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.index.REMEMBERED_CODES", 3)
    index = RuleIndex([rule(scope={"hs": {"prefixes": ["73"]}})])
    for serial in range(20):
        assert index.places(declaration(line(hs=f"730729{serial:04d}")))
    assert len(index._by_hs) <= 3


def test_traders_nobody_asks_for_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("risk.value_table.REMEMBERED_VALUES", 3)
    table = ValueTable(3, [(0, (("T1",), ())), (1, ((), ("T1", "T2")))])
    assert [table[f"T{at}"] for at in range(9)] == [0b110, 0b101, 0b100, *[0b110] * 6]
    assert table[None] == 0b110
    assert len(table) <= 3
