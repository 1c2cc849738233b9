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
from typing import Any, NoReturn

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
from risk.problem import Fault, Phrase, fault, phrase
from risk.problem_kinds import Kind as Wrong
from risk.problem_kinds import Piece

LONGEST, DEEPEST, MOST_PARTS, MOST_LISTED, MOST_DIGITS = 1_000, 8, 64, 200, 30
Typed = tuple[Node, Kind | None]
"""A part and its kind; None for a text as written, which is words beside words and a code beside a code."""

_SYMBOL = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "add": "+", "sub": "-", "mul": "*", "div": "/"}
_WRAPPERS = frozenset(
    {"expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication", "unary"}
    | {"member", "primary", "paren_expr"}
)


class Refused(Exception):
    """An expression that is not taken: row and column within it from 1, and what is wrong there."""

    def __init__(self, row: int, column: int, wrong: Fault) -> None:
        super().__init__(wrong.kind.value)
        self.row = row
        self.column = column
        self.fault = wrong


@lru_cache(maxsize=16_384)
def tree_of(text: str) -> Node:
    """The typed tree of an expression. Raises :class:`Refused`."""
    _bounded(text)
    parsed = _parsed(text)
    node, kind = _typed(parsed)
    if kind != "truth":
        _refuse(parsed, fault(Wrong.CONDITION_NO_TRUTH))
    if (parts := _parts(node)) > MOST_PARTS:
        _refuse(parsed, fault(Wrong.CONDITION_PARTS, parts=parts, most=MOST_PARTS))
    mentioned = {name.path for name in names_in(node)}
    if not mentioned:
        _refuse(parsed, fault(Wrong.CONDITION_ASKS_NOTHING))
    if (money := sorted(mentioned & MONEY_NAMES)) and "line.currency" not in mentioned:
        _refuse(parsed, fault(Wrong.CONDITION_MONEY, name=money[0]))
    return node


def _bounded(text: str) -> None:
    if len(text) > LONGEST:
        raise Refused(1, 1, fault(Wrong.CONDITION_LONG, most=LONGEST))
    depth, quote, row, column = 0, "", 1, 0
    for character in text:
        row, column = (row + 1, 0) if character == "\n" else (row, column + 1)
        if character == "\\":
            raise Refused(row, column, fault(Wrong.CONDITION_BACKSLASH))
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
            if depth > DEEPEST:
                raise Refused(row, column, fault(Wrong.CONDITION_BRACKETS, most=DEEPEST))
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
        raise Refused(row, max(column, 1), fault(Wrong.CONDITION_UNREADABLE)) from error


def _refuse(tree: Any, wrong: Fault) -> NoReturn:
    place = getattr(tree, "meta", tree)
    raise Refused(getattr(place, "line", None) or 1, getattr(place, "column", None) or 1, wrong)


def _parts(node: Node) -> int:
    return 1 + sum(_parts(part) for field in node.__struct_fields__ if isinstance(part := getattr(node, field), Node))


def _typed(tree: Any) -> Typed:
    rule: str = tree.data
    if rule in _WRAPPERS and len(tree.children) == 1:
        return _typed(tree.children[0])
    known = _RULES.get(rule)
    return known(tree) if known is not None else _refuse(tree, fault(Wrong.CONDITION_FORBIDS, written=_said(rule)))


def _said(rule: str) -> str:
    return {"expr": "? :", "member_index": "[…]", "map_lit": "{…}", "member_object": "{…}", "list_lit": "[…]"}.get(rule, rule)


def _truth(tree: Any) -> Node:
    node, kind = _typed(tree)
    return node if kind == "truth" else _refuse(tree, fault(Wrong.CONDITION_NO_TRUTH))


def _figure(tree: Any) -> Node:
    node, kind = _typed(tree)
    return node if kind == "number" else _refuse(tree, fault(Wrong.CONDITION_NO_NUMBER))


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
        _refuse(operation, fault(Wrong.CONDITION_REMAINDER))
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
        _refuse(tree, fault(Wrong.CONDITION_KINDS_DIFFER, kinds=_kinds(kind)))
    return Compared(symbol, _fitted(left, right, first, kind), _fitted(right, left, second, kind)), "truth"


def _kinds(kind: Kind | None) -> Phrase:
    known = {"words": Piece.WORDS_WITH_WORDS, "code": Piece.CODE_WITH_CODE, "number": Piece.NUMBER_WITH_NUMBER}
    return phrase(known.get(kind or "", Piece.SAID_WITH_VALUE))


def _fitted(node: Node, other: Node, tree: Any, kind: Kind | None) -> Node:
    """A text as written, made to fit what it is compared with: words in normal form, codes of a form that exists."""
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        return node
    if kind == "words":
        if not normalised(node.value):
            _refuse(tree, fault(Wrong.CONDITION_EMPTY_TEXT))
        return Constant(normalised(node.value))
    if isinstance(other, Name):
        known = NAMES[other.path]
        if known.form and not re.fullmatch(known.form, node.value):
            _refuse(tree, fault(Wrong.CONDITION_NEVER, value=node.value, name=other.path, form=known.advice))
    return node


def _listed(first: Any, second: Any) -> Typed:
    node, kind = _typed(first)
    while second.data in _WRAPPERS and len(second.children) == 1:
        second = second.children[0]
    if second.data != "list_lit" or not second.children:
        _refuse(second, fault(Wrong.CONDITION_NO_LIST))
    entries = second.children[0].children
    if len(entries) > MOST_LISTED:
        _refuse(second, fault(Wrong.CONDITION_LIST_LONG, most=MOST_LISTED))
    values = []
    for entry in entries:
        item, item_kind = _typed(entry)
        if not isinstance(item, Constant) or isinstance(item.value, bool) or (item_kind is None) != (kind in {"words", "code"}):
            _refuse(entry, fault(Wrong.CONDITION_VALUE_KIND, kinds=_kinds(kind)))
        fitted = _fitted(item, node, entry, kind)
        values.append(fitted.value)  # type: ignore[attr-defined]
    return OneOfThese(node, tuple(values)), "truth"


def _named(tree: Any) -> Typed:
    path = _path(tree)
    if path is None or path not in NAMES:
        near = path.rpartition(".")[2] if path else ""
        close = [known for known in NAMES if near and known.endswith(f".{near}")]
        close = close or difflib.get_close_matches(path or "", NAMES, n=2, cutoff=0.75) or sorted(NAMES)
        _refuse(tree, fault(Wrong.CONDITION_NO_SUCH_NAME, name=path or "…", known=tuple(close)))
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
        _refuse(tree, fault(Wrong.CONDITION_NO_SUCH_CALL, name=name, arguments=len(arguments)))
    node, kind = _typed(arguments[0])
    if name == "has":
        return Has(node) if isinstance(node, Name) else _refuse(arguments[0], fault(Wrong.CONDITION_HAS)), "truth"
    if kind not in {"words", "code"}:
        _refuse(arguments[0], fault(Wrong.CONDITION_SIZE))
    return Size(node), "number"


def _method(tree: Any) -> Typed:
    method: Any = str(tree.children[1])
    arguments = tree.children[2].children if len(tree.children) > 2 else []
    if method not in {"contains", "startsWith", "endsWith"} or len(arguments) != 1:
        _refuse(tree, fault(Wrong.CONDITION_NO_SUCH_TEST, test=method))
    of, kind = _typed(tree.children[0])
    part, part_kind = _typed(arguments[0])
    if kind not in {"words", "code"} or not isinstance(part, Constant) or part_kind is not None or not str(part.value).strip():
        _refuse(arguments[0], fault(Wrong.CONDITION_TEST_OF_TEXT, test=method))
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
            _refuse(token, fault(Wrong.CONDITION_NULL))
    _refuse(token, fault(Wrong.CONDITION_VALUE, value=text))


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
