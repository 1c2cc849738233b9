"""From the text of a ``when`` to its typed tree: parsed by a CEL parser; then what it may not say is refused with its place.

Bounds stand before the parser: length, depth, and no backslashes (its pattern for texts backtracks without end on them). What
could never hold (a country in small letters, a comparison of a name with a code) is refused here, never a silent no-match later.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from risk.expression import (
    MONEY_NAMES,
    NAMES,
    Both,
    Calculated,
    Compared,
    Constant,
    Either,
    Has,
    Kind,
    Name,
    Node,
    Not,
    OneOfThese,
    Size,
    Tested,
    names_in,
)
from risk.goods_text import normalised

LONGEST, DEEPEST, MOST_PARTS, MOST_LISTED, MOST_DIGITS = 1_000, 8, 64, 200, 30
ALLOWED = "write comparisons of declaration.…, line.… and goods.…, joined by && || ! (docs/rules-guide.md lists what there is)"
Typed = tuple[Node, Kind | None]
"""A part and its kind; None for a text as written, which is words beside words and a code beside a code."""

_SYMBOL = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "add": "+", "sub": "-", "mul": "*", "div": "/"}
_WRAPPERS = frozenset(
    {
        "expr",
        "conditionalor",
        "conditionaland",
        "relation",
        "addition",
        "multiplication",
        "unary",
        "member",
        "primary",
        "paren_expr",
    }
)


class Refused(Exception):
    """An expression that is not taken: row and column within it from 1, message, advice."""

    def __init__(self, row: int, column: int, message: str, advice: str) -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.message = message
        self.advice = advice


@lru_cache(maxsize=16_384)
def tree_of(text: str) -> Node:
    """The typed tree of an expression. Raises :class:`Refused`."""
    _bounded(text)
    parsed = _parsed(text)
    node, kind = _typed(parsed)
    if kind != "truth":
        _refuse(parsed, "this is no condition", 'compare it with something, for example `goods.origin == "DE"`')
    if (parts := _parts(node)) > MOST_PARTS:
        _refuse(parsed, f"{parts} parts, and at most {MOST_PARTS} are allowed", "split the rule in two")
    mentioned = {name.path for name in names_in(node)}
    if not mentioned:
        _refuse(parsed, "nothing of the declaration is asked", ALLOWED)
    if (money := sorted(mentioned & MONEY_NAMES)) and "line.currency" not in mentioned:
        _refuse(parsed, f"`{money[0]}` is money and needs a currency", 'add `line.currency == "CNY" && …`')
    return node


def _bounded(text: str) -> None:
    if len(text) > LONGEST:
        raise Refused(1, 1, f"longer than {LONGEST} characters", "say it in `scope`, or split the rule in two")
    depth, quote, row, column = 0, "", 1, 0
    for character in text:
        row, column = (row + 1, 0) if character == "\n" else (row, column + 1)
        if character == "\\":
            raise Refused(
                row, column, "a backslash", "write the character itself; a quote may stand inside the other kind of quotes"
            )
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
            if depth > DEEPEST:
                raise Refused(row, column, f"brackets nested deeper than {DEEPEST}", "split the rule in two")
        elif character in ")]}":
            depth -= 1


def _parsed(text: str) -> Any:
    from celpy.celparser import CELParseError, CELParser

    try:
        return CELParser().parse(text)
    except CELParseError as error:
        row, column = getattr(error, "line", None) or 1, getattr(error, "column", None) or 1
        last = text.split("\n")
        row, column = (row, column) if row > 0 else (len(last), len(last[-1]) + 1)
        raise Refused(row, max(column, 1), "not an expression: something is missing or too much here", ALLOWED) from error


def _refuse(tree: Any, message: str, advice: str) -> Any:
    place = getattr(tree, "meta", tree)
    raise Refused(getattr(place, "line", None) or 1, getattr(place, "column", None) or 1, message, advice)


def _parts(node: Node) -> int:
    return 1 + sum(_parts(part) for field in node.__struct_fields__ if isinstance(part := getattr(node, field), Node))


def _typed(tree: Any) -> Typed:
    rule: str = tree.data
    if rule in _WRAPPERS and len(tree.children) == 1:
        return _typed(tree.children[0])
    known = _RULES.get(rule)
    return known(tree) if known is not None else _refuse(tree, f"`{_said(rule)}` is not part of what `when` can say", ALLOWED)


def _said(rule: str) -> str:
    return {"expr": "? :", "member_index": "[…]", "map_lit": "{…}", "member_object": "{…}", "list_lit": "[…]"}.get(rule, rule)


def _truth(tree: Any) -> Node:
    node, kind = _typed(tree)
    return node if kind == "truth" else _refuse(tree, "this is no condition", "compare it with something")


def _figure(tree: Any) -> Node:
    node, kind = _typed(tree)
    return node if kind == "number" else _refuse(tree, "this is no number", "calculate and compare sizes with numbers only")


def _joined(make: Callable[[Node, Node], Node]) -> Callable[[Any], Typed]:
    return lambda tree: (make(*map(_truth, tree.children)), "truth")


def _unary(tree: Any) -> Typed:
    sign, of = tree.children
    if sign.data == "unary_not":
        return Not(_truth(of)), "truth"
    return Calculated("-", Constant(Fraction(0)), _figure(of)), "number"


def _calculated(tree: Any) -> Typed:
    operation, right = tree.children
    symbol = _SYMBOL.get(operation.data.rpartition("_")[2])
    if symbol is None:
        return _refuse(operation, "`%` is not part of what `when` can say", "use + - * /")  # type: ignore[no-any-return]
    return Calculated(symbol, _figure(operation.children[0]), _figure(right)), "number"  # type: ignore[arg-type]


def _compared(tree: Any) -> Typed:
    relation, second = tree.children
    first = relation.children[0]
    if relation.data == "relation_in":
        return _listed(first, second)
    symbol: Any = _SYMBOL[relation.data.rpartition("_")[2]]
    if symbol not in {"==", "!="}:
        return Compared(symbol, _figure(first), _figure(second)), "truth"
    (left, left_kind), (right, right_kind) = _typed(first), _typed(second)
    kind = left_kind or right_kind
    if (
        kind is None
        or (left_kind and right_kind and left_kind != right_kind)
        or (kind in {"number", "truth"} and left_kind != right_kind)
    ):
        _refuse(tree, "two different kinds are compared", f"compare {_kinds(kind)}")
    return Compared(symbol, _fitted(left, right, first, kind), _fitted(right, left, second, kind)), "truth"


def _kinds(kind: Kind | None) -> str:
    return {"words": "words with words", "code": "a code with a code", "number": "a number with a number"}.get(
        kind or "", "something the declaration says with a value"
    )


def _fitted(node: Node, other: Node, tree: Any, kind: Kind | None) -> Node:
    """A text as written, made to fit what it is compared with: words in normal form, codes of a form that exists."""
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        return node
    if kind == "words":
        if not normalised(node.value):
            _refuse(tree, "an empty text: what is not stated equals nothing", "write !has(line.brand)")
        return Constant(normalised(node.value))
    if isinstance(other, Name):
        known = NAMES[other.path]
        if known.form and not re.fullmatch(known.form, node.value):
            _refuse(tree, f"`{node.value}` is never what `{other.path}` says", f"write {known.advice}")
    return node


def _listed(first: Any, second: Any) -> Typed:
    node, kind = _typed(first)
    while second.data in _WRAPPERS and len(second.children) == 1:
        second = second.children[0]
    if second.data != "list_lit" or not second.children:
        _refuse(second, "`in` needs a list of values", 'write for example `goods.origin in ["DE", "JP"]`')
    entries = second.children[0].children
    if len(entries) > MOST_LISTED:
        _refuse(second, f"more than {MOST_LISTED} values", "say it in `scope`")
    values = []
    for entry in entries:
        item, item_kind = _typed(entry)
        if not isinstance(item, Constant) or isinstance(item.value, bool) or (item_kind is None) != (kind in {"words", "code"}):
            _refuse(entry, "this value is of another kind", f"compare {_kinds(kind)}")
        fitted = _fitted(item, node, entry, kind)
        values.append(fitted.value)  # type: ignore[attr-defined]
    return OneOfThese(node, tuple(values)), "truth"


def _named(tree: Any) -> Typed:
    path = _path(tree)
    if path is None or path not in NAMES:
        near = path.rpartition(".")[2] if path else ""
        close = [known for known in NAMES if near and known.endswith(f".{near}")]
        close = close or difflib.get_close_matches(path or "", NAMES, n=2, cutoff=0.75) or sorted(NAMES)
        return _refuse(tree, f"there is no `{path or '…'}`", f"write one of {', '.join(close)}")  # type: ignore[no-any-return]
    return Name(path), NAMES[path].kind


def _path(tree: Any) -> str | None:
    """``line.value`` of a dotted name; None of anything else."""
    while tree.data in {"member", "primary"} and len(tree.children) == 1:
        tree = tree.children[0]
    if tree.data == "ident":
        return str(tree.children[0])
    if tree.data != "member_dot":
        return None
    before = _path(tree.children[0])
    return None if before is None else f"{before}.{tree.children[1]}"


def _called(tree: Any) -> Typed:
    name, arguments = str(tree.children[0]), tree.children[1].children if len(tree.children) > 1 else []
    if name not in {"has", "size"} or len(arguments) != 1:
        return _refuse(tree, f"there is no `{name}` of {len(arguments)}", "write has(line.origin) or size(line.name)")  # type: ignore[no-any-return]
    node, kind = _typed(arguments[0])
    if name == "has":
        return (
            Has(node) if isinstance(node, Name) else _refuse(arguments[0], "`has` asks for a name", "write has(line.origin)")
        ), "truth"
    if kind not in {"words", "code"}:
        _refuse(arguments[0], "only texts have a size", "write size(line.name)")
    return Size(node), "number"


def _method(tree: Any) -> Typed:
    method: Any = str(tree.children[1])
    arguments = tree.children[2].children if len(tree.children) > 2 else []
    if method not in {"contains", "startsWith", "endsWith"} or len(arguments) != 1:
        _refuse(tree, f"there is no `.{method}(…)`", "write .contains(…), .startsWith(…) or .endsWith(…)")
    of, kind = _typed(tree.children[0])
    part, part_kind = _typed(arguments[0])
    if kind not in {"words", "code"} or not isinstance(part, Constant) or part_kind is not None or not str(part.value).strip():
        _refuse(arguments[0], f"`.{method}` looks for a text in a text", f'write for example goods.name.{method}("灯")')
    text = str(part.value) if isinstance(part, Constant) else ""
    return Tested(method, of, Constant(normalised(text) if kind == "words" else text)), "truth"


def _literal(tree: Any) -> Typed:
    token = tree.children[0]
    text = str(token)
    match token.type:
        case "STRING_LIT" if text[0] in "\"'":
            return Constant(text[1:-1]), None
        case "BOOL_LIT":
            return Constant(text == "true"), "truth"
        case "INT_LIT" | "FLOAT_LIT" if re.fullmatch(rf"-?[0-9]{{1,{MOST_DIGITS}}}([.][0-9]{{1,{MOST_DIGITS}}})?", text):
            return Constant(Fraction(text)), "number"
        case "NULL_LIT":
            return _refuse(token, "`null`: what is not stated equals nothing", "write !has(line.origin)")  # type: ignore[no-any-return]
    return _refuse(token, f"`{text}` is not a value `when` knows", 'write 12, 12.5, true or "text"')  # type: ignore[no-any-return]


_RULES: dict[str, Callable[[Any], Typed]] = {
    "conditionalor": _joined(Either),
    "conditionaland": _joined(Both),
    "relation": _compared,
    "addition": _calculated,
    "multiplication": _calculated,
    "unary": _unary,
    "member_dot": _named,
    "ident": _named,
    "ident_arg": _called,
    "member_dot_arg": _method,
    "literal": _literal,
}
