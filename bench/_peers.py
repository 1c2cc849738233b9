"""What a user would pick instead: a CEL binding with one program a rule. Installed by the group ``bench`` of pyproject.toml."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from risk.declaration import Declaration
from risk.goods_text import normalised
from risk.rule import Rule, Scope, Threshold


class NotInstalled(Exception):
    """The peer is not there: its figure is printed without a value."""


def cel_microseconds(rules: Sequence[Rule], goods: Sequence[Declaration]) -> float:
    """Processor time a declaration: every rule's program executed for every line."""
    try:
        import cel
    except ImportError as error:
        raise NotInstalled("common-expression-language") from error
    programs = [cel.compile(as_cel(rule.scope)) for rule in rules]
    start = time.process_time()
    for declaration in goods:
        for line in goods_of(declaration):
            for program in programs:
                program.execute(line)
    return (time.process_time() - start) / len(goods) * 1e6


def as_cel(scope: Scope) -> str:
    """A scope of the bench as a CEL condition; words as substrings, which asks a little less than our keywords do."""
    asked = [*_codes(scope), *_words(scope), *map(_bound, scope.thresholds)]
    for name in ("origin", "dispatch", "port"):
        if (lists := getattr(scope, name)) is not None:
            asked.append(f"{name} in {_listed(lists.any)}")
    for name in ("transport_mode", "credit", "direction"):
        if wanted := getattr(scope, name):
            asked.append(f"{name} in {_listed(wanted)}")
    if scope.certificates is not None:
        asked += [f'"{kind}" in certificates' for kind in scope.certificates.presented]
    return " && ".join(asked)


def _codes(scope: Scope) -> list[str]:
    if scope.hs is None:
        return []
    wanted = [f'hs.startsWith("{prefix}")' for prefix in scope.hs.prefixes]
    wanted += [f'(heading >= "{span.first}" && heading <= "{span.last}")' for span in scope.hs.ranges]
    return [f"({' || '.join(wanted)})", *(f'!hs.startsWith("{prefix}")' for prefix in scope.hs.exclusions)]


def _words(scope: Scope) -> list[str]:
    if scope.keywords is None:
        return []
    wanted = " || ".join(f'text.contains("{word}")' for word in scope.keywords.any)
    return [f"({wanted})", *(f'!text.contains("{word}")' for word in scope.keywords.none)]


def _bound(threshold: Threshold) -> str:
    return f'(currency == "{threshold.currency}" && {threshold.number} < {float(threshold.below or 0)!r})'


def _listed(values: Sequence[str]) -> str:
    return msgspec.json.encode(values).decode()


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
