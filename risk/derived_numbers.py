"""The fixed list of numbers a threshold may look at, and how they compare.

Null against missing: a number whose inputs are absent, or that would divide by zero, does not exist and satisfies no bound.
Comparison is exact (fractions, never binary floats); for people a quotient is printed to six places.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from risk.declaration import Declaration, Line
from risk.rule import MONEY, Threshold

LARGEST_EXPONENT = 30
"""Amounts beyond 10^±30 are typing errors or attacks (``1e99999999`` as a fraction fills the memory): they do not exist here."""


def exists(amount: Decimal | int | None) -> bool:
    """Whether an amount is stated and of a size that goods have."""
    return amount is not None and not (
        isinstance(amount, Decimal) and (not amount.is_finite() or abs(amount.adjusted()) > LARGEST_EXPONENT)
    )


def _whole(amount: Decimal | int | None) -> Fraction | None:
    return Fraction(amount) if amount is not None and exists(amount) else None


def _quotient(numerator: Decimal | None, denominator: Decimal | None) -> Fraction | None:
    above, under = _whole(numerator), _whole(denominator)
    return None if above is None or not under else above / under


OF_LINE: dict[str, Callable[[Line], Fraction | None]] = {
    "value": lambda line: _whole(line.value),
    "unit_price": lambda line: _quotient(line.value, line.quantity),
    "price_per_kg": lambda line: _quotient(line.value, line.net_weight),
    "quantity": lambda line: _whole(line.quantity),
    "net_weight": lambda line: _whole(line.net_weight),
    "weight_per_unit": lambda line: _quotient(line.net_weight, line.quantity),
    "component_count": lambda line: _whole(len(line.components)),
}
OF_DECLARATION: dict[str, Callable[[Declaration], Fraction | None]] = {
    "gross_weight": lambda declaration: _whole(declaration.gross_weight),
    "line_count": lambda declaration: _whole(len(declaration.lines)),
}


def number(name: str, declaration: Declaration, line: Line | None) -> Fraction | None:
    """The derived number ``name``; None where it does not exist (no line, an input absent, a division by zero)."""
    if name in OF_DECLARATION:
        return OF_DECLARATION[name](declaration)
    return None if line is None else OF_LINE[name](line)


def within(threshold: Threshold, declaration: Declaration, line: Line | None) -> Fraction | None:
    """The number when every bound of the threshold holds, else None. Money in another currency is under no bound."""
    if threshold.number in MONEY and (line is None or line.currency != threshold.currency):
        return None
    value = number(threshold.number, declaration, line)
    if value is None:
        return None
    holds = (
        (threshold.above is None or value > Fraction(threshold.above))
        and (threshold.at_least is None or value >= Fraction(threshold.at_least))
        and (threshold.below is None or value < Fraction(threshold.below))
        and (threshold.at_most is None or value <= Fraction(threshold.at_most))
    )
    return value if holds else None


def printed(value: Fraction) -> str:
    """The number for people: rounded to six decimal places, without trailing zeros."""
    scaled = round(value * 1_000_000)
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):07d}"
    return f"{sign}{digits[:-6]}.{digits[-6:]}".rstrip("0").rstrip(".")
