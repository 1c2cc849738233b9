"""How every script of bench/ says what it found: a table for a person, or one JSON object a line with ``--json``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. ``reach`` is the most (or, with ``at_least``, the least) it may be; None: told for the record.

    ``value`` None: what it is held against is not installed.
    """

    figure: str
    value: float | None
    unit: str
    against: str = ""
    reach: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the figure is where it has to be; None when nothing is asked of it."""
        if self.reach is None or self.value is None:
            return None
        return self.value >= self.reach if self.at_least else self.value <= self.reach


def arguments(description: str) -> argparse.ArgumentParser:
    """The parser of a script, with ``--json``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


def show(figures: Sequence[Figure], *, as_json: bool) -> None:
    """Prints the figures."""
    if as_json:
        for one in figures:
            fields = {name: getattr(one, name) for name in ("figure", "value", "unit", "reach", "met", "against")}
            print(msgspec.json.encode(fields | {"value": None if one.value is None else round(one.value, 4)}).decode())
        return
    width = max(len(one.figure) for one in figures)
    for one in figures:
        if one.value is None:
            print(f"{one.figure:<{width}}  not measured: {one.against} is not installed")
            continue
        bound = "" if one.reach is None else f"  {'≥' if one.at_least else '≤'} {one.reach:g} {'met' if one.met else 'NOT MET'}"
        against = f"  against {one.against}" if one.against else ""
        print(f"{one.figure:<{width}}  {one.value:>10.2f} {one.unit}{bound}{against}")
