"""Thresholds on one derived number as sorted cut-points: one look tells for all rules at once whether their bounds hold.

Between two neighbouring cut-points, and at each of them, the same rules hold; their bits are kept for each such place. The place
is found with a binary float; where that lies too near a cut-point to be sure, the exact fraction decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

import msgspec

from risk.declaration import Declaration, Line
from risk.derived_numbers import number
from risk.rule import Threshold

UNSURE = 1e-13
"""Share of a cut-point within which a float proves nothing. Converting twice and dividing once errs by less than 4e-16."""

SMALLEST, LARGEST = 1e-28, 1e28
"""Amounts outside (nought among them) are left to the exact arithmetic, which knows what does not exist."""

EXACTLY = float("nan")
"""What a quick number says when only the exact one will do."""


class Interval(msgspec.Struct, frozen=True):
    """What the bounds of one rule on one number leave; an end that is None is open to infinity."""

    low: Fraction | None = None
    low_included: bool = True
    high: Fraction | None = None
    high_included: bool = True


def interval(thresholds: Iterable[Threshold]) -> Interval:
    """What all bounds leave together: of several the tightest."""
    lows: list[tuple[Fraction, bool]] = []
    highs: list[tuple[Fraction, bool]] = []
    for one in thresholds:
        lows += [(Fraction(bound), strict) for bound, strict in ((one.above, True), (one.at_least, False)) if bound is not None]
        highs += [
            (Fraction(bound), not strict) for bound, strict in ((one.below, True), (one.at_most, False)) if bound is not None
        ]
    low, high = max(lows, default=None), min(highs, default=None)
    return Interval(
        None if low is None else low[0],
        low is None or not low[1],
        None if high is None else high[0],
        high is None or high[1],
    )


class Cuts:
    """The bits of the rules whose interval holds a value. Place ``2i`` lies below cut-point ``i``, place ``2i+1`` on it."""

    def __init__(self, intervals: Iterable[tuple[int, Interval]]) -> None:
        """Takes pairs of a rule's bit and its interval."""
        asked = list(intervals)
        points = sorted({point for _, i in asked for point in (i.low, i.high) if point is not None})
        place = {point: 2 * at + 1 for at, point in enumerate(points)}
        changes = [0] * (2 * len(points) + 2)
        for bit, i in asked:
            first = 0 if i.low is None else place[i.low] + (0 if i.low_included else 1)
            last = 2 * len(points) if i.high is None else place[i.high] - (0 if i.high_included else 1)
            if first <= last:
                changes[first] ^= bit
                changes[last + 1] ^= bit
        self._points = points
        self._floats = [_as_float(point) for point in points]
        self._bits: list[int] = []
        bits = 0
        for change in changes[:-1]:
            bits ^= change
            self._bits.append(bits)

    def holding(self, quick: float, name: str, declaration: Declaration, line: Line | None) -> int:
        """The bits of the rules that hold for the number ``name``; ``quick`` is :data:`QUICK_NUMBERS`."""
        floats = self._floats
        at = bisect_left(floats, quick)
        if quick == quick and not (  # noqa: PLR0124 - false for EXACTLY, which is not a number
            (at < len(floats) and floats[at] - quick <= UNSURE * quick) or (at and quick - floats[at - 1] <= UNSURE * quick)
        ):
            return self._bits[2 * at]
        value = number(name, declaration, line)
        if value is None:
            return 0
        at = bisect_left(self._points, value)
        return self._bits[2 * at + (at < len(self._points) and self._points[at] == value)]


def _as_float(point: Fraction) -> float:
    try:
        return float(point)
    except OverflowError:
        return float("inf") if point > 0 else float("-inf")


def _quick(amount: Decimal | None) -> float | None:
    if amount is None:
        return None
    value = float(amount)
    return value if SMALLEST < value < LARGEST else EXACTLY


def _quotient(above: Decimal | None, under: Decimal | None) -> float | None:
    if above is None or under is None:
        return None
    numerator, denominator = float(above), float(under)
    if SMALLEST < numerator < LARGEST and SMALLEST < denominator < LARGEST:
        return numerator / denominator
    return EXACTLY


QUICK_NUMBERS: dict[str, Callable[[Declaration, Line | None], float | None]] = {
    "value": lambda _, line: None if line is None else _quick(line.value),
    "unit_price": lambda _, line: None if line is None else _quotient(line.value, line.quantity),
    "price_per_kg": lambda _, line: None if line is None else _quotient(line.value, line.net_weight),
    "quantity": lambda _, line: None if line is None else _quick(line.quantity),
    "net_weight": lambda _, line: None if line is None else _quick(line.net_weight),
    "weight_per_unit": lambda _, line: None if line is None else _quotient(line.net_weight, line.quantity),
    "component_count": lambda _, line: None if line is None else float(len(line.components)),
    "gross_weight": lambda declaration, _: _quick(declaration.gross_weight),
    "line_count": lambda declaration, _: float(len(declaration.lines)),
}
"""The derived numbers to about sixteen digits; None where one does not exist, :data:`EXACTLY` where the exact one must tell."""
