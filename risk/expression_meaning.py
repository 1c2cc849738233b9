"""What an expression says of one look at the goods: the plain reading, part by part, and the facts that decided."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from risk.derived_numbers import printed
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
    Size,
    Tested,
    Value,
    names_in,
)

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CALCULATE: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
TEST: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}


def value_of(node: Node, read: Callable[[Name], Value]) -> Value:  # noqa: PLR0911 - one return for each kind of part
    """The value of a part; None where it is not stated. ``read`` gives the value of a name."""
    match node:
        case Constant(value):
            return value
        case Name():
            return read(node)
        case Has(name):
            return read(name) is not None
        case Not(of):
            truth = value_of(of, read)
            return None if truth is None else not truth
        case Both(left, right):
            return _joined(value_of(left, read), value_of(right, read), decided_by=False)
        case Either(left, right):
            return _joined(value_of(left, read), value_of(right, read), decided_by=True)
        case OneOfThese(of, values):
            found = value_of(of, read)
            return None if found is None else found in values
        case Size(of):
            text = value_of(of, read)
            return Fraction(len(text)) if isinstance(text, str) else None
        case Compared(by, left, right) | Calculated(by, left, right) | Tested(by, left, right):
            return _of_two(by, value_of(left, read), value_of(right, read))
    raise TypeError(f"no such part: {type(node).__name__}")


def facts_of(node: Node, read: Callable[[Name], Value]) -> list[tuple[str, str]]:
    """The names mentioned and their values for people, in the order written, each once; what is not stated is left out."""
    stated: dict[str, str] = {}
    for name in names_in(node):
        value = read(name)
        if value is not None:
            stated[name.path] = printed(value) if isinstance(value, Fraction) else str(value)
    return list(stated.items())


def read_from(declaration: Any, line: Any, component: Any) -> Callable[[Name], Value]:
    """The values of names for one look at the goods."""
    return lambda name: NAMES[name.path].read(declaration, line, component)


def _joined(left: Value, right: Value, *, decided_by: bool) -> bool | None:
    if left is decided_by or right is decided_by:
        return decided_by
    return None if left is None or right is None else not decided_by


def _of_two(by: str, left: Any, right: Any) -> Value:
    if left is None or right is None:
        return None
    if by == "/":
        return None if right == 0 else left / right
    act: Callable[[Any, Any], Value] = COMPARE.get(by) or CALCULATE.get(by) or TEST[by]
    return act(left, right)
