"""What one value of the header or the goods leaves of all rules at once, as the bits of one whole number.

A rule that does not ask about the attribute is satisfied by every value; one that lists values by those, or by all others. The
bits of a value are made when it is first seen: traders are many, and hardly any of them is named by a rule.
"""

from __future__ import annotations

from collections.abc import Iterable

Lists = tuple[tuple[str, ...], tuple[str, ...]]
"""Values of which one must stand, and of which none may."""

REMEMBERED_VALUES = 1_000
"""Of each attribute: more than there are countries or customs offices; a value takes a bit for each rule."""


class ValueTable(dict[str | None, int]):
    """By value (None: not stated) the bits of the rules it satisfies; ``table[value]`` answers for any value."""

    def __init__(self, size: int, asked: Iterable[tuple[int, Lists]]) -> None:
        """``asked``: of each rule that asks, its place among the ``size`` bits and its lists."""
        super().__init__()
        self._size = size
        self._wanting: dict[str, list[int]] = {}
        self._refusing: dict[str, list[int]] = {}
        wanting: list[int] = []
        for at, (wanted, unwanted) in asked:
            if wanted:
                wanting.append(at)
            for value in wanted:
                self._wanting.setdefault(value, []).append(at)
            for value in unwanted:
                self._refusing.setdefault(value, []).append(at)
        self._otherwise = ~bits_at(wanting, size) & ((1 << size) - 1)

    def __missing__(self, value: str | None) -> int:
        bits = self._otherwise
        if value is not None and value in self._wanting:
            bits |= bits_at(self._wanting[value], self._size)
        if value is not None and value in self._refusing:
            bits &= ~bits_at(self._refusing[value], self._size)
        if len(self) >= REMEMBERED_VALUES:
            self.clear()
        self[value] = bits
        return bits


def bits_at(places: Iterable[int], size: int) -> int:
    """The number of ``size`` bits in which those at ``places`` are set."""
    written = bytearray(b"0" * (size + 1))
    for at in places:
        written[size - at] = 49  # a "1"; the last digit is bit 0
    return int(written, 2)
