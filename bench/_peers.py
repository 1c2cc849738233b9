"""What a user would pick instead: a CEL binding with one program a rule. Installed by the group ``bench`` of pyproject.toml."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec
from _condition import Language, condition

from risk.declaration import Declaration
from risk.goods_text import normalised
from risk.rule import Rule


class NotInstalled(Exception):
    """The peer is not there: its figure is printed without a value."""


def cel_microseconds(rules: Sequence[Rule], goods: Sequence[Declaration]) -> float:
    """Processor time a declaration: every rule's program executed for every line."""
    try:
        import cel
    except ImportError as error:
        raise NotInstalled("common-expression-language") from error
    programs = [cel.compile(condition(rule.scope, CEL)) for rule in rules]
    start = time.process_time()
    for declaration in goods:
        for line in goods_of(declaration):
            for program in programs:
                program.execute(line)
    return (time.process_time() - start) / len(goods) * 1e6


CEL = Language(
    both=" && ",
    either=" || ",
    no="!",
    starts=lambda prefix: f'hs.startsWith("{prefix}")',
    between=lambda span: f'(heading >= "{span.first}" && heading <= "{span.last}")',
    says=lambda word: f'text.contains("{word}")',
    among=lambda name, values: f"{name} in {msgspec.json.encode(values).decode()}",
    carries=lambda kind: f'"{kind}" in certificates',
    below=lambda one: f'(currency == "{one.currency}" && {one.number} < {float(one.below or 0)!r})',
)


def goods_of(declaration: Declaration) -> list[dict[str, Any]]:
    header = {
        "direction": declaration.direction,
        "transport_mode": declaration.transport_mode,
        "port": declaration.port,
        "dispatch": declaration.dispatch_country or "",
        "credit": declaration.trader.credit,
    }
    return [
        header
        | {
            "hs": line.hs,
            "heading": line.hs[:6],
            "origin": line.origin or "",
            "text": normalised(f"{line.name} {line.description} {line.brand}"),
            "currency": line.currency or "",
            "price_per_kg": float((line.value or 0) / (line.net_weight or 1)),
            "unit_price": float((line.value or 0) / (line.quantity or 1)),
            "certificates": [one.type for one in line.certificates],
        }
        for line in declaration.lines
    ]
