"""Thresholds on one derived number as sorted cut-points: one look tells for all rules at once whether their bounds hold.

Between two neighbouring cut-points, and at each of them, the same rules hold; their bits are kept for each such place. The place
is found with a binary float; in a zone around each cut-point, where that proves nothing, the exact fraction decides.
"""

from __future__ import annotations

from array import array
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

EXACTLY = -1.0
"""What a quick number says when only the exact one will do: it lies in the first zone."""

FIRST_ZONE = 1e-57
"""Where the first zone ends, which begins at minus infinity: below every quotient of two amounts."""


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
        self._bits: list[int] = []
        bits = 0
        for change in changes[:-1]:
            bits ^= change
            self._bits.append(bits)
        self._edges, self._gaps = self._zones()

    def _zones(self) -> tuple[array[float], list[int]]:
        """The beginnings and ends of the zones where a float proves nothing, in turns, and the bits that hold after each zone."""
        edges, gaps = array("d", (float("-inf"), FIRST_ZONE)), [0, self._bits[0]]
        for at, point in enumerate(self._points):
            near = _as_float(point)
            if near * (1 - UNSURE) > edges[-1]:
                edges.append(near * (1 - UNSURE))
                edges.append(near * (1 + UNSURE))
                gaps.append(0)
            else:
                edges[-1] = max(edges[-1], near * (1 + UNSURE))
            gaps[-1] = self._bits[2 * at + 2]
        return edges, gaps

    def holding(self, quick: float, name: str, declaration: Declaration, line: Line | None) -> int:
        """The bits of the rules that hold for the number ``name``; ``quick`` is :data:`QUICK_NUMBERS`."""
        at = bisect_left(self._edges, quick)
        if not at & 1:
            return self._gaps[at >> 1]
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
