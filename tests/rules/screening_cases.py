"""Declarations, rules and strategies of the screening tests."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from risk.declaration import Certificate, Component, Declaration, Line, Trader
from risk.pack_files import load_packs
from risk.rule import Pack, PackHead, Rule
from risk.screening import Screener

DECLARED = "2026-11-20T09:12:00+08:00"


def line(no: int = 1, **fields: Any) -> dict[str, Any]:
    """A plain line; what a test is about comes as ``fields``."""
    return {"no": no, "hs": "8479899990", "name": "高端智能制造生产线", "origin": "DE"} | fields


def declaration(*lines: dict[str, Any], credit: str = "ordinary", **fields: Any) -> Declaration:
    """A declaration of Hengtong Import Co."""
    document = {
        "number": "531620261160000001",
        "direction": "import",
        "declared_at": DECLARED,
        "port": "5316",
        "transport_mode": "sea",
        "trader": {"code": "91440300000000000E", "name": "Hengtong Import Co.", "credit": credit},
        "lines": list(lines) or [line()],
    }
    return msgspec.convert(document | fields, Declaration)


def reference(**fields: Any) -> Declaration:
    """The production line of scenario S1: piping, embedded software, and a certificate that exempts from CCC."""
    parts = [{"name": "特种气体管路组件", "hs": "7307290000"}, {"name": "嵌入式控制软件"}]
    exemption = [{"type": "CCC_EXEMPTION", "number": "EX-2026-17", "expires": "2027-03-01"}]
    return declaration(line(components=parts, certificates=exemption) | fields)


def rule(rule_id: str = "t.rule", scope: dict[str, Any] | None = None, **then: Any) -> Rule:
    """A rule for market regulation about steel fittings, unless said otherwise."""
    example = [{"line": {"hs": "730729", "name": "管件"}}]
    document = {
        "meta": {
            "id": rule_id,
            "version": 1,
            "title": {"zh": "试验规则", "en": "Test rule"},
            "owner": "Ruo",
            "effective": {"from": "2020-01-01"},
            "change": "first",
            "examples": {"must_hit": example, "must_not_hit": example},
        },
        "scope": scope or {"hs": {"prefixes": ["7307"]}},
        "then": {
            "agency": "market_regulation",
            "domain": "PRESSURE",
            "check_kinds": ["PHYSICAL"],
            "focus": [{"zh": "核对", "en": "Check"}],
            "legal_basis": [{"text": "law", "article": "第一条"}],
            "weight": 20,
        }
        | then,
    }
    return msgspec.convert(document, Rule)


def pack(*rules: Rule) -> Pack:
    """A pack that cites one text."""
    head = {
        "pack": "test",
        "version": 1,
        "title": {"zh": "试验", "en": "Test"},
        "agencies": ["market_regulation"],
        "texts": {"law": {"title": {"zh": "试验法", "en": "Test Law"}, "number": "第1号", "basis_unverified": True}},
    }
    return Pack(head=msgspec.convert(head, PackHead), rules=rules)


def screener(*rules: Rule) -> Screener:
    """A screener of these rules alone."""
    return Screener([pack(*rules)])


@cache
def shipped() -> Screener:
    """The shipped packs."""
    return Screener(load_packs())


# ── strategies: goods near the rules, so that interesting cases are common ─────────────────────────────────────────────────
# Drawn from short lists instead of built field by field: ten times cheaper, and every list can be read.

CODES = [
    "730729",
    "7307290000",
    "8479899990",
    "95030029",
    "300490",
    "391510",
    "290371",
    "120991",
    "940511",
    "610910",
]
NAMES = [
    "特种气体管路组件",
    "嵌入式控制软件",
    "毛绒玩具",
    "T恤",
    "边角料",
    "source code",
    "高端智能制造生产线",
    "兽用驱虫药",
]
TYPES = ["CCC", "CCC_EXEMPTION", "DRUG_CLEARANCE", "ODS_IMPORT_LICENCE", "UNKNOWN"]
EXPIRES = [None, date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21), date(2027, 3, 1)]
CERTIFICATES = [Certificate(type=kind, number="N-1", expires=expires) for kind in TYPES for expires in EXPIRES]
COMPONENTS = [Component(name=name, hs=hs) for name in NAMES for hs in (None, *CODES[:4])]


def some(items: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """None, one or two of the items."""
    return st.lists(st.sampled_from(items), max_size=2).map(tuple)


GOODS = st.tuples(st.sampled_from(CODES), st.sampled_from(NAMES), some(CERTIFICATES), some(COMPONENTS))
EXEMPTION = Certificate(type="CCC_EXEMPTION", number="N-2")
CALM = [
    ("871200", "自行车", (), ()),
    ("854449", "电缆", (), ()),
    ("940511", "吸顶灯", (), ()),
    ("940511", "吸顶灯", (EXEMPTION,), ()),
]
"""Goods that call nobody, or for papers only: without them nearly every declaration would be red."""

HEADERS = st.tuples(
    st.integers(0, 999_999_999), st.sampled_from(["sea", "air", "post"]), st.sampled_from(["aeo", "ordinary", "low"])
)


def declarations() -> st.SearchStrategy[Declaration]:
    """Up to four lines of goods that shipped rules look at."""
    return st.builds(
        _declared, HEADERS, st.lists(GOODS, min_size=1, max_size=4) | st.lists(st.sampled_from(CALM), min_size=1, max_size=2)
    )


def _declared(header: tuple[int, Any, Any], goods: list[tuple[Any, ...]]) -> Declaration:
    serial, mode, credit = header
    return Declaration(
        number=f"531620261{serial:09d}",
        direction="import",
        declared_at=datetime.fromisoformat(DECLARED),
        port="5316",
        transport_mode=mode,
        trader=Trader(code="91440300000000000E", credit=credit),
        lines=tuple(
            Line(no=no, hs=hs, name=name, certificates=certificates, components=components)
            for no, (hs, name, certificates, components) in enumerate(goods, start=1)
        ),
    )
