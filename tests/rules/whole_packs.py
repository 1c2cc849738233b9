"""Packs with every part of the form, generated: what an officer may write, and what a program may make of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from risk.declaration import Certificate, Component
from risk.rule import CertificateScope as Certificates
from risk.rule import (
    Citation,
    Codes,
    Countries,
    Effective,
    Example,
    ExampleHeader,
    ExampleLine,
    Examples,
    Expiring,
    HsRange,
    HsScope,
    Keywords,
    LegalText,
    Pack,
    PackHead,
    Rule,
    RuleMeta,
    Text,
    Then,
    Threshold,
)
from risk.rule import Scope as RuleScope

# What an officer may write, and what a program may make of it: zeros in front, what looks like a formula, a date, an error.
WORDS = st.text(min_size=1, max_size=8) | st.sampled_from(
    [
        "0101",
        "=1+1",
        "1-2",
        "5%",
        "#N/A",
        "NO",
        "null",
        "~",
        " 两端 空格 ",
        "一\n二",
        "\\n",
        "_x0041_",
        "C:\\temp",
        "true",
        "1e5",
        "\x07",
        "𠮷",
    ]
)
TITLES = st.builds(Text, zh=WORDS, en=WORDS)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=10**6) | st.sampled_from(
    [Decimal("1E+2"), Decimal("0.30"), Decimal("10.00000000000000000001")]
)
COUNTRIES = st.sampled_from(["DE", "NO", "CN"])
TYPES = st.sampled_from(["CCC", "CCC_EXEMPTION", "UN38_3"])
HS = st.sampled_from(["0101", "730729", "84"])
INSTANTS = st.sampled_from(["2026-11-20T09:12:00+08:00", "2026-11-20T01:12:00.000001Z", "2026-11-20T01:12:00"]).map(
    datetime.fromisoformat
)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def parts(
    kind: type[Any], optional: dict[str, st.SearchStrategy[Any]], **always: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """A struct of which at least one optional part is said: one that says nothing is not acceptable anyway."""
    return st.fixed_dictionaries(always, optional=optional).filter(bool).map(lambda said: kind(**said))


LISTS = {"any": several(WORDS), "none": several(WORDS)}
COUNTRY_LISTS = {"any": several(COUNTRIES), "none": several(COUNTRIES)}
BOUNDS = {"above": DECIMALS, "at_least": DECIMALS, "below": DECIMALS, "at_most": DECIMALS, "currency": st.sampled_from(["CNY"])}
SCOPES = parts(
    RuleScope,
    {
        "direction": several(st.sampled_from(["import", "export"])),
        "hs": parts(
            HsScope,
            {"prefixes": several(HS), "exclusions": several(HS), "ranges": several(st.builds(HsRange, first=HS, last=HS))},
        ),
        "origin": parts(Countries, COUNTRY_LISTS),
        "dispatch": parts(Countries, COUNTRY_LISTS),
        "transport_mode": several(st.sampled_from(["sea", "post"])),
        "port": parts(Codes, LISTS),
        "credit": several(st.sampled_from(["aeo", "low"])),
        "trader": parts(Codes, LISTS),
        "brand": parts(Codes, LISTS),
        "keywords": parts(Keywords, LISTS | {"all": several(WORDS)}),
        "certificates": parts(
            Certificates,
            {
                **dict.fromkeys(["missing", "exempting", "recognising", "presented"], several(TYPES)),
                "expiring": st.builds(Expiring, types=several(TYPES), within_days=st.integers(1, 3650)),
            },
        ),
        "thresholds": several(parts(Threshold, BOUNDS, number=st.sampled_from(["value", "line_count"]))),
    },
)
HELD = several(st.builds(Certificate, type=TYPES, number=WORDS, issuer=WORDS, expires=st.none() | DAYS))
GOODS = {"description": WORDS, "origin": COUNTRIES, "brand": WORDS, "model": WORDS, "certificates": HELD}
COMPONENTS = parts(Component, GOODS | {"hs": st.just("010121")}, name=WORDS)
LINES = parts(
    ExampleLine,
    GOODS
    | {"quantity": DECIMALS, "unit": WORDS, "net_weight": DECIMALS, "value": DECIMALS, "currency": st.just("CNY")}
    | {"components": several(COMPONENTS)},
    hs=st.just("0101210010"),
    name=WORDS,
)
HEADERS = parts(
    ExampleHeader,
    {
        "direction": st.just("export"),
        "declared_at": INSTANTS,
        "arrival": INSTANTS,
        "port": st.just("2200"),
        "transport_mode": st.just("air"),
        "dispatch_country": COUNTRIES,
        "credit": st.just("low"),
        "trader": WORDS,
        "gross_weight": DECIMALS,
    },
)
EXAMPLE = several(parts(Example, {"header": HEADERS, "note": WORDS}, line=LINES))
RULE = st.builds(
    Rule,
    meta=st.builds(
        RuleMeta,
        id=st.just("t.one"),
        version=st.integers(1, 9),
        title=TITLES,
        owner=WORDS,
        effective=st.builds(Effective, since=DAYS, until=st.none() | DAYS),
        change=WORDS,
        examples=st.builds(Examples, must_hit=EXAMPLE, must_not_hit=EXAMPLE),
    ),
    scope=SCOPES,
    when=st.none() | WORDS,
    then=st.builds(
        Then,
        agency=st.just("ip"),
        domain=st.just("CCC"),
        check_kinds=several(st.sampled_from(["DOC", "SAMPLE"])),
        focus=several(TITLES),
        legal_basis=several(st.builds(Citation, text=WORDS, article=WORDS, basis_unverified=st.booleans())),
        weight=st.integers(0, 100),
        mandatory=st.booleans(),
        hard=st.booleans(),
    ),
)
TEXT = st.builds(
    LegalText, title=TITLES, number=WORDS, page=st.none() | WORDS, read_on=st.none() | DAYS, basis_unverified=st.booleans()
)
HEAD = st.builds(
    PackHead,
    pack=st.just("test"),
    version=st.integers(1, 9),
    title=TITLES,
    agencies=several(st.sampled_from(["ip", "drug"])),
    texts=st.dictionaries(WORDS, TEXT, max_size=2),
)
PACKS = st.builds(Pack, head=HEAD, rules=RULE.map(lambda rule: (rule,)))
