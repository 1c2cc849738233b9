"""The declaration as it is screened: frozen structs, the field names of the public document, nothing else.

Source: interfaces of the product (Declaration); HS codes per WCO HS 2022; countries ISO 3166-1 alpha-2; currencies ISO 4217.
Amounts arrive as decimal strings or JSON numbers and are kept as :class:`decimal.Decimal`, digit for digit as sent.
Checks that need more than a type (sign and size of amounts, check digits, nomenclature, dates) live in
``inspection/declaring/validation.py``. The upper bounds are far above any real declaration: they keep one document from filling
the memory, they are not a form's field lengths.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MAX_LINES = 5_000
MAX_PARTS = 500
MAX_TEXT = 100_000
MAX_CODE = 200

# `$` alone would also accept a trailing line feed in Python; the lookahead is plain JSON Schema (ECMA 262) as well.
_END = r"$(?!\n)"

Direction = Literal["import", "export", "transit"]
TransportMode = Literal["sea", "air", "road", "rail", "post", "other"]
Credit = Literal["aeo", "ordinary", "low"]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE)]
Number = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9]{{18}}{_END}",
        description="18 digits: 4 customs, 4 year, 1 direction, 9 serial",
        extra={"zh": "18 位数字：关区 4 位、年份 4 位、进出口标志 1 位、顺序号 9 位"},
    ),
]
Port = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9A-Z]{{4,5}}{_END}",
        description="a customs code (4 digits) or UN/LOCODE (5 characters)",
        extra={"zh": "关区代码（4 位数字）或 UN/LOCODE（5 位）"},
    ),
]
HsCode = Annotated[
    str,
    Meta(
        pattern=rf"^([0-9]{{6}}|[0-9]{{8}}|[0-9]{{10}}){_END}",
        description="an HS code, 6, 8 or 10 digits as text",
        extra={"zh": "商品编码：6、8 或 10 位数字（文本，保留前导零）"},
    ),
]
Ciq = Annotated[
    str,
    Meta(
        pattern=rf"^[0-9]{{3}}{_END}",
        description="the 3 inspection-and-quarantine digits that follow the HS code",
        extra={"zh": "检验检疫编码：商品编码之后的 3 位数字"},
    ),
]
Country = Annotated[
    str,
    Meta(
        pattern=rf"^[A-Z]{{2}}{_END}",
        description="a country, ISO 3166-1 alpha-2",
        extra={"zh": "国别（地区）代码：ISO 3166-1 两位大写字母"},
    ),
]
Currency = Annotated[
    str,
    Meta(pattern=rf"^[A-Z]{{3}}{_END}", description="a currency, ISO 4217", extra={"zh": "币制代码：ISO 4217 三位大写字母"}),
]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 instant with offset")]
Amount = Annotated[
    Decimal,
    Meta(
        description="decimal string or JSON number, not negative",
        extra_json_schema={"type": ["string", "number"], "pattern": r"^[0-9]+([.][0-9]+)?$", "minimum": 0},
    ),
]


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A broker: unified social credit code (GB 32100, 18 characters) or a foreign identifier, and a name."""

    code: Code
    name: Text = ""


class Trader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The enterprise answering for the goods, with its credit level on the day of filing."""

    code: Code
    name: Text = ""
    credit: Credit = "ordinary"


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document presented with a line, e.g. CCC, CCC_EXEMPTION, IMPORT_LICENCE."""

    type: Code
    number: Text = ""
    issuer: Text = ""
    expires: date | None = None


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a line with attributes of its own (gas piping, embedded software)."""

    name: Name
    hs: HsCode | None = None
    description: Text = ""
    origin: Country | None = None
    brand: Text = ""
    model: Text = ""
    certificates: Annotated[tuple[Certificate, ...], Meta(max_length=MAX_PARTS)] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One goods line 商品项. ``value`` in ``currency``; ``net_weight`` in kg; ``ciq`` the 3 digits that follow the HS code."""

    no: Annotated[int, Meta(ge=1, le=99_999)]
    hs: HsCode
    name: Name
    ciq: Ciq | None = None
    description: Text = ""
    origin: Country | None = None
    quantity: Amount | None = None
    unit: Text = ""
    net_weight: Amount | None = None
    value: Amount | None = None
    currency: Currency | None = None
    brand: Text = ""
    model: Text = ""
    certificates: Annotated[tuple[Certificate, ...], Meta(max_length=MAX_PARTS)] = ()
    components: Annotated[tuple[Component, ...], Meta(max_length=MAX_PARTS)] = ()


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One version of one declaration 报关单. Identity of a line: (number, version, line no.)."""

    number: Number
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 1
    direction: Direction
    declared_at: Instant
    port: Port
    transport_mode: TransportMode
    trader: Trader
    lines: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=MAX_LINES)]
    dispatch_country: Country | None = None
    arrival: Instant | None = None
    broker: Party | None = None
    gross_weight: Amount | None = None
