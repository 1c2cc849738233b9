"""What a ``when`` may say, as a typed tree: comparisons of what the declaration says, joined by and, or, not.

A small subset of CEL. What it means where something is not stated, once for all evaluators:

- Null, absent and an empty text are the same: not stated. ``has(x)`` asks; everything else made from it is not stated either, and
  so is a division by nought. ``&&`` and ``||`` decide without it where the other side suffices; a whole that is not stated does
  not hold.
- Words (names, descriptions, brands, models, units) are compared in the normal form of ``goods_text.py``, on both sides; codes as
  they are written. ``size`` counts code points, of words in their normal form.
- There is one kind of number, exact: ``0.1 + 0.2 == 0.3``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Literal as OneOf

import msgspec

from risk.declaration import Component, Declaration, Line
from risk.derived_numbers import OF_LINE, number
from risk.goods_text import normalised
from risk.problem import Words

Value = bool | str | Fraction | None
"""None: not stated."""

Kind = OneOf["words", "code", "number", "truth"]
Comparison = OneOf["==", "!=", "<", "<=", ">", ">="]
Operation = OneOf["+", "-", "*", "/"]
TextTest = OneOf["contains", "startsWith", "endsWith"]
MONEY_NAMES = frozenset({"line.value", "line.unit_price", "line.price_per_kg"})


class Node(msgspec.Struct, frozen=True):
    """A part of an expression."""


class Constant(Node, frozen=True):
    """A word, number or truth as written; words compared with words stand in their normal form."""

    value: bool | str | Fraction


class Name(Node, frozen=True):
    """What the declaration says under one of :data:`NAMES`."""

    path: str


class Has(Node, frozen=True):
    """Whether it is stated."""

    name: Name


class Not(Node, frozen=True):
    """Not stated stays so."""

    of: Node


class Both(Node, frozen=True):
    """``&&``"""

    left: Node
    right: Node


class Either(Node, frozen=True):
    """``||``"""

    left: Node
    right: Node


class Compared(Node, frozen=True):
    """Two of one kind."""

    by: Comparison
    left: Node
    right: Node


class OneOfThese(Node, frozen=True):
    """``in`` a list of constants."""

    of: Node
    values: tuple[str | Fraction, ...]


class Calculated(Node, frozen=True):
    """Arithmetic, exact."""

    by: Operation
    left: Node
    right: Node


class Tested(Node, frozen=True):
    """Letters within letters, wherever they stand: unlike a keyword, not only whole words."""

    by: TextTest
    of: Node
    part: Node


class Size(Node, frozen=True):
    """Code points."""

    of: Node


def names_in(node: Node) -> Iterator[Name]:
    """The names an expression mentions, in the order written, each as often as it stands there."""
    if isinstance(node, Name):
        yield node
    for field in node.__struct_fields__:
        part = getattr(node, field)
        if isinstance(part, Node):
            yield from names_in(part)


def looks_at_goods(node: Node) -> bool:
    """Whether anything but the header is mentioned."""
    return any(not name.path.startswith("declaration.") for name in names_in(node))


Read = Callable[[Declaration, Line | None, Component | None], Value]


class Known(msgspec.Struct, frozen=True):
    """A name that may be used: its kind, where its value stands, and what a code looks like."""

    kind: Kind
    read: Read
    form: str = ""
    advice: Words = Words("", "")


def _words(text: str | None) -> str | None:
    return normalised(text) or None if text else None


def _of_header(read: Callable[[Declaration], Value]) -> Read:
    return lambda declaration, _line, _component: read(declaration)


def _of_line(read: Callable[[Line], Value]) -> Read:
    return lambda _declaration, line, _component: None if line is None else read(line)


def _of_goods(read: Callable[[Line | Component], Value]) -> Read:
    return lambda _declaration, line, component: None if line is None else read(component or line)


def _number(name: str) -> Known:
    return Known("number", lambda declaration, line, _component: number(name, declaration, line))


COUNTRY = (r"[A-Z]{2}", Words("两位大写字母的国家代码，例如 DE", "a country as two capital letters, for example DE"))
HS = (
    r"[0-9]{6}|[0-9]{8}|[0-9]{10}",
    Words('完整的 6、8 或 10 位编码，或写 line.hs.startsWith("7307")', 'all 6, 8 or 10 digits, or line.hs.startsWith("7307")'),
)


def _either(*codes: str) -> tuple[str, Words]:
    """The form of a name that has one of a few codes."""
    *first, last = codes
    return "|".join(codes), Words(f"{'、'.join(first)} 或 {last}", f"{', '.join(first)} or {last}")


PORT = Words("口岸代码，例如 5316 或 CNSZX", "a port as a code like 5316 or CNSZX")
CURRENCY = Words("三位大写字母的币制代码，例如 CNY", "a currency as three capital letters, like CNY")
NAMES: dict[str, Known] = {
    "declaration.direction": Known("code", _of_header(lambda d: d.direction), *_either("import", "export", "transit")),
    "declaration.port": Known("code", _of_header(lambda d: d.port), r"[0-9A-Z]{4,5}", PORT),
    "declaration.transport_mode": Known(
        "code", _of_header(lambda d: d.transport_mode), *_either("sea", "air", "road", "rail", "post", "other")
    ),
    "declaration.dispatch_country": Known("code", _of_header(lambda d: d.dispatch_country), *COUNTRY),
    "declaration.trader.code": Known("code", _of_header(lambda d: d.trader.code)),
    "declaration.trader.name": Known("words", _of_header(lambda d: _words(d.trader.name))),
    "declaration.trader.credit": Known("code", _of_header(lambda d: d.trader.credit), *_either("aeo", "ordinary", "low")),
    "declaration.broker.code": Known("code", _of_header(lambda d: None if d.broker is None else d.broker.code)),
    "declaration.broker.name": Known("words", _of_header(lambda d: None if d.broker is None else _words(d.broker.name))),
    "declaration.gross_weight": _number("gross_weight"),
    "declaration.line_count": _number("line_count"),
    "line.hs": Known("code", _of_line(lambda line: line.hs), *HS),
    "line.ciq": Known("code", _of_line(lambda line: line.ciq), "[0-9]{3}", Words("三位数字", "three digits")),
    "line.origin": Known("code", _of_line(lambda line: line.origin), *COUNTRY),
    "line.currency": Known("code", _of_line(lambda line: line.currency), "[A-Z]{3}", CURRENCY),
    **{
        f"line.{field}": Known("words", _of_line(lambda line, field=field: _words(getattr(line, field))))  # type: ignore[misc]
        for field in ("name", "description", "brand", "model", "unit")
    },
    **{f"line.{name}": _number(name) for name in OF_LINE},
    "goods.hs": Known("code", _of_goods(lambda goods: goods.hs), *HS),
    "goods.origin": Known("code", lambda _, line, part: (part and part.origin) or (line and line.origin) or None, *COUNTRY),
    "goods.brand": Known("words", lambda _, line, part: _words((part and part.brand) or (line and line.brand) or None)),
    **{
        f"goods.{field}": Known("words", _of_goods(lambda goods, field=field: _words(getattr(goods, field))))  # type: ignore[misc]
        for field in ("name", "description", "model")
    },
}
"""``line`` is the declared line; ``goods`` the line, or the component that is looked at (inheriting origin and brand)."""
