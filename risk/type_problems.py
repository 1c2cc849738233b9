"""What the type checker says, told to an officer: which field, what is wrong, what may stand there. Pure."""

from __future__ import annotations

import difflib
import re
import typing
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

from risk.problem import Fact, Fault, Phrase, Words, fault, phrase
from risk.problem_kinds import Kind, Piece

_AT = re.compile(r" - at `(?P<path>\$[^`]*)`$")
_FORM = re.compile(r"Expected `str` matching regex ")
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]*)`")
_WORD = re.compile(r"Invalid enum value '?(?P<value>[^']*)'?$")
_LENGTH = re.compile(r"Expected `\w+` of length (?P<sign>[<>]=) (?P<bound>\d+)")
_RANGE = re.compile(r"Expected `\w+` (?P<sign>[<>]=) (?P<bound>-?[0-9.]+)")
_TYPE = re.compile(r"Expected `(?P<expected>\w+)[^`]*`, got `(?P<found>\w+)`")
_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[(?P<index>[^\]]*)\]")


class Told(msgspec.Struct, frozen=True):
    """A problem at ``path`` (``$…``), at its key ``key`` when that is what is wrong."""

    path: str
    key: str
    fault: Fault


def told_by(error: str, kind: type) -> Told:
    """Reads a message of msgspec about a value that should have been a ``kind``."""
    located = _AT.search(error)
    path = located["path"] if located else "$"
    said = _AT.sub("", error)
    wanted = type_at(kind, path)
    if unknown := _UNKNOWN.search(said):
        field = unknown["field"]
        return Told(path, field, fault(Kind.UNKNOWN_FIELD, field=field, meant=did_you_mean(field, field_names(wanted))))
    if missing := _MISSING.search(said):
        field = missing["field"]
        return Told(path, "", fault(Kind.MISSING_FIELD, field=field, wanted=_shape(type_at(wanted, f".{field}"))))
    return Told(path, "", _wrong_value(said, _shape(wanted)))


def _wrong_value(said: str, wanted: Fact) -> Fault:
    """What is wrong with a value that stands where it may; ``said`` is the type checker's word without the place."""
    if _FORM.match(said):
        return fault(Kind.NOT_OF_FORM, wanted=wanted)
    if word := _WORD.search(said):
        return fault(Kind.NOT_A_KNOWN_WORD, value=word["value"], wanted=wanted)
    if length := _LENGTH.search(said):
        return fault(Kind.WRONG_LENGTH, bound=_bound(length), wanted=wanted)
    if outside := _RANGE.search(said):
        return fault(Kind.OUT_OF_RANGE, bound=_bound(outside), wanted=wanted)
    if other := _TYPE.search(said):
        return fault(Kind.WRONG_TYPE, expected=_named(other["expected"]), found=_named(other["found"]), wanted=wanted)
    return _unreadable(said, wanted)


def _unreadable(said: str, wanted: Fact) -> Fault:
    """What is wrong with a text that should have been read as something else."""
    if "datetime" in said:
        return fault(Kind.NOT_AN_INSTANT)
    if "date" in said:
        return fault(Kind.NOT_A_DATE, wanted=wanted)
    if "decimal" in said:
        return fault(Kind.NOT_A_DECIMAL, wanted=wanted)
    return fault(Kind.WRONG_VALUE, reason=said, wanted=wanted)


def _bound(found: re.Match[str]) -> Phrase:
    return phrase(Piece.AT_LEAST if found["sign"] == ">=" else Piece.AT_MOST, bound=found["bound"])


def _named(kind: str) -> Fact:
    """The type checker's name of a type, as people say it."""
    return phrase(_NAMES[kind]) if kind in _NAMES else kind


def type_at(kind: Any, path: str) -> Any:
    """The type expected at a path below ``kind``; ``Any`` where that cannot be told."""
    for step in _STEP.finditer(path):
        kind = _bare(kind)
        if step["field"] is not None:
            hints = {_encoded(kind, name): hint for name, hint in _hints(kind).items()}
            kind = hints.get(step["field"], Any)
        else:
            arguments = get_args(kind)
            kind = Any if not arguments else arguments[1] if get_origin(kind) is dict else arguments[0]
    return kind


def field_names(kind: Any) -> list[str]:
    """The fields that may be written at a place of type ``kind``, as they are written."""
    bare = _bare(kind)
    return [_encoded(bare, name) for name in _hints(bare)]


def _hints(kind: Any) -> dict[str, Any]:
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return {}
    hints = typing.get_type_hints(kind, include_extras=True)
    return {name: hints[name] for name in kind.__struct_fields__}


def _encoded(kind: Any, name: str) -> str:
    fields: dict[str, str] = dict(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True))
    return fields[name]


def _bare(kind: Any) -> Any:
    """Without ``Annotated`` and ``| None``."""
    if get_origin(kind) is typing.Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (typing.Union, UnionType):
        return _bare(next(a for a in get_args(kind) if a is not type(None)))
    return kind


def _shape(kind: Any) -> Fact:
    """What to write for a type: an example, the allowed words, or the fields."""
    bare = _bare(kind)
    if (described := _description(kind)) is not None:
        return described
    if get_origin(bare) is Literal:
        return phrase(Piece.ONE_OF, known=tuple(map(str, get_args(bare))))
    if get_origin(bare) is tuple:
        return phrase(Piece.LIST_OF, entry=_shape(get_args(bare)[0]))
    if names := field_names(bare):
        return "{" + ", ".join(names) + "}"
    return phrase(_NAMES.get(getattr(bare, "__name__", ""), Piece.SEE_GUIDE))


_NAMES = {
    "str": Piece.TEXT,
    "int": Piece.WHOLE_NUMBER,
    "bool": Piece.TRUE_OR_FALSE,
    "date": Piece.DAY,
    "Decimal": Piece.DECIMAL_NUMBER,
    "decimal": Piece.DECIMAL_NUMBER,
    "array": Piece.A_LIST,
    "object": Piece.FIELDS,
    "null": Piece.NOTHING,
}
"""What to write for a type, by its name in Python or in the type checker's messages."""


def _description(kind: Any) -> Words | None:
    if get_origin(kind) is typing.Annotated:
        described = [m for m in get_args(kind)[1:] if isinstance(m, msgspec.Meta) and m.description]
        return next((Words(str((m.extra or {}).get("zh", m.description)), str(m.description)) for m in described), None)
    if get_origin(kind) in (typing.Union, UnionType):
        return next((d for a in get_args(kind) if (d := _description(a)) is not None), None)
    return None


def did_you_mean(word: str, known: list[str]) -> Phrase:
    """The known word that comes near, or all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return phrase(Piece.DID_YOU_MEAN, word=close[0]) if close else phrase(Piece.WRITE_ONE_OF, known=tuple(known))
