"""An expression as one closure, for the online index: says the same as ``expression_meaning.py``, several times as fast."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from risk.expression import (
    NAMES,
    Both,
    Calculated,
    Compared,
    Constant,
    Either,
    Has,
    Name,
    Node,
    Not,
    OneOfThese,
    Read,
    Size,
    Tested,
)
from risk.expression_meaning import CALCULATE, COMPARE, TEST


def compiled(node: Node) -> Read:  # noqa: PLR0911 - one return for each kind of part
    """A function of declaration, line and component that gives the value of ``node``, None where it is not stated."""
    match node:
        case Constant(value):
            return lambda d, line, c: value
        case Name(path):
            return NAMES[path].read
        case Has(Name(path)):
            asked = NAMES[path].read
            return lambda d, line, c: asked(d, line, c) is not None
        case Not(of):
            negated = compiled(of)
            return lambda d, line, c: None if (truth := negated(d, line, c)) is None else not truth
        case Both(left, right):
            return _joined(compiled(left), compiled(right), decided_by=False)
        case Either(left, right):
            return _joined(compiled(left), compiled(right), decided_by=True)
        case OneOfThese(of, values):
            looked_up, listed = compiled(of), frozenset(values)
            return lambda d, line, c: None if (value := looked_up(d, line, c)) is None else value in listed
        case Size(of):
            text: Any = compiled(of)
            return lambda d, line, c: None if (value := text(d, line, c)) is None else Fraction(len(value))
        case Compared(by, left, right):
            return _of_two(COMPARE[by], compiled(left), compiled(right))
        case Tested(by, left, right):
            return _of_two(TEST[by], compiled(left), compiled(right))
        case Calculated("/", left, right):
            return _divided(compiled(left), compiled(right))
        case Calculated(by, left, right):
            return _of_two(CALCULATE[by], compiled(left), compiled(right))
    raise TypeError(f"no such part: {type(node).__name__}")


def _joined(left: Read, right: Read, *, decided_by: bool) -> Read:
    def joined(d: Any, line: Any, c: Any) -> bool | None:
        first = left(d, line, c)
        if first is decided_by:
            return decided_by
        second = right(d, line, c)
        if second is decided_by:
            return decided_by
        return None if first is None or second is None else not decided_by

    return joined


def _of_two(act: Callable[[Any, Any], Any], left: Read, right: Read) -> Read:
    def of_two(d: Any, line: Any, c: Any) -> Any:
        first = left(d, line, c)
        if first is None:
            return None
        second = right(d, line, c)
        return None if second is None else act(first, second)

    return of_two


def _divided(left: Read, right: Read) -> Read:
    def divided(d: Any, line: Any, c: Any) -> Any:
        above: Any = left(d, line, c)
        under: Any = right(d, line, c)
        return None if above is None or not under else above / under

    return divided
