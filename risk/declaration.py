"""The declaration as it is screened: frozen structs, the field names of the public document, nothing else.

Source: interfaces of the product (Declaration); HS codes per WCO HS 2022; countries ISO 3166-1 alpha-2; currencies ISO 4217.
Amounts arrive as decimal strings or JSON numbers and are kept as :class:`decimal.Decimal`.
Checks that need more than a type (check digits, nomenclature, dates) live in ``inspection/validation.py``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Direction = Literal["import", "export", "transit"]
TransportMode = Literal["sea", "air", "road", "rail", "post", "other"]
Credit = Literal["aeo", "ordinary", "low"]
HsCode = Annotated[str, Meta(pattern=r"^([0-9]{6}|[0-9]{8}|[0-9]{10})$", description="HS code, 6, 8 or 10 digits as text")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Amount = Annotated[Decimal, Meta(ge=0, description="decimal string or JSON number, not negative")]


class Party(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A broker: unified social credit code (GB 32100, 18 characters) or a foreign identifier, and a name."""

    code: Annotated[str, Meta(min_length=1)]
    name: str = ""


class Trader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The enterprise answering for the goods, with its credit level on the day of filing."""

    code: Annotated[str, Meta(min_length=1)]
    name: str = ""
    credit: Credit = "ordinary"


class Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document presented with a line, e.g. CCC, CCC_EXEMPTION, IMPORT_LICENCE."""

    type: Annotated[str, Meta(min_length=1)]
    number: str = ""
    issuer: str = ""
    expires: date | None = None


class Component(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a line with attributes of its own (gas piping, embedded software)."""

    name: Annotated[str, Meta(min_length=1)]
    hs: HsCode | None = None
    description: str = ""
    origin: Country | None = None
    brand: str = ""
    model: str = ""
    certificates: tuple[Certificate, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One goods line 商品项. ``value`` in ``currency``; ``net_weight`` in kg; ``ciq`` the 3 digits that follow the HS code."""

    no: Annotated[int, Meta(ge=1)]
    hs: HsCode
    name: Annotated[str, Meta(min_length=1)]
    ciq: Annotated[str, Meta(pattern=r"^[0-9]{3}$")] | None = None
    description: str = ""
    origin: Country | None = None
    quantity: Amount | None = None
    unit: str = ""
    net_weight: Amount | None = None
    value: Amount | None = None
    currency: Currency | None = None
    brand: str = ""
    model: str = ""
    certificates: tuple[Certificate, ...] = ()
    components: tuple[Component, ...] = ()


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One version of one declaration 报关单. Identity of a line: (number, version, line no.)."""

    number: Annotated[str, Meta(pattern=r"^[0-9]{18}$", description="18 digits: 4 customs, 4 year, 1 direction, 9 serial")]
    version: Annotated[int, Meta(ge=1)] = 1
    direction: Direction
    declared_at: datetime
    port: Annotated[str, Meta(pattern=r"^[0-9A-Z]{4,5}$")]
    transport_mode: TransportMode
    trader: Trader
    lines: Annotated[tuple[Line, ...], Meta(min_length=1)]
    dispatch_country: Country | None = None
    arrival: datetime | None = None
    broker: Party | None = None
    gross_weight: Amount | None = None
