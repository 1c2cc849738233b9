"""A declaration as plain texts: what msgspec decodes when nothing is checked and nothing converted. A floor."""

from __future__ import annotations

import msgspec


class PlainCertificate(msgspec.Struct):
    """Type and number."""

    type: str
    number: str = ""


class PlainTrader(msgspec.Struct):
    """Code and credit."""

    code: str
    credit: str = ""


class PlainLine(msgspec.Struct):
    """The fields the bench writes."""

    no: int
    hs: str
    name: str
    description: str = ""
    origin: str = ""
    quantity: str = ""
    unit: str = ""
    net_weight: str = ""
    value: str = ""
    currency: str = ""
    brand: str = ""
    certificates: list[PlainCertificate] = []


class PlainDeclaration(msgspec.Struct):
    """The fields the bench writes."""

    number: str
    version: int
    direction: str
    declared_at: str
    port: str
    transport_mode: str
    dispatch_country: str
    trader: PlainTrader
    gross_weight: str
    lines: list[PlainLine]
