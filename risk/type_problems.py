"""What the type checker says, told to an officer: which field, what is wrong, what may stand there."""

from __future__ import annotations

import difflib
import re
import typing
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

_AT = re.compile(r" - at `(?P<path>\$[^`]*)`$")
_FORM = re.compile(r"Expected `str` matching regex .*", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]*)`")
_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[(?P<index>[^\]]*)\]")


class Told(msgspec.Struct, frozen=True):
    """A problem at ``path`` (``$…``), at its key ``key`` when that is what is wrong."""

    path: str
    key: str
    message: str
    advice: str


def told_by(error: str, kind: type) -> Told:
    """Reads a message of msgspec about a value that should have been a ``kind``."""
    located = _AT.search(error)
    path = located["path"] if located else "$"
    said = _FORM.sub("not of the form wanted here", _AT.sub("", error))
    wanted = type_at(kind, path)
    if unknown := _UNKNOWN.search(said):
        return Told(
            path, unknown["field"], f"unknown field `{unknown['field']}`", did_you_mean(unknown["field"], field_names(wanted))
        )
    if missing := _MISSING.search(said):
        return Told(
            path,
            "",
            f"`{missing['field']}` is missing",
            f"add `{missing['field']}: {_shape(type_at(wanted, '.' + missing['field']))}`",
        )
    return Told(path, "", said[:1].lower() + said[1:], f"write {_shape(wanted)}")


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


def _shape(kind: Any) -> str:
    """What to write for a type: an example, the allowed words, or the fields."""
    bare = _bare(kind)
    if (described := _description(kind)) is not None:
        return described
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(map(str, get_args(bare)))
    if get_origin(bare) is tuple:
        return f"[{_shape(get_args(bare)[0])}, …]"
    if names := field_names(bare):
        return "{" + ", ".join(names) + "}"
    words = {"str": "text", "int": "a whole number", "bool": "true or false", "date": "YYYY-MM-DD", "Decimal": "a decimal number"}
    return words.get(getattr(bare, "__name__", ""), "a value of the kind in docs/rules-guide.md")


def _description(kind: Any) -> str | None:
    if get_origin(kind) is typing.Annotated:
        return next((m.description for m in get_args(kind)[1:] if isinstance(m, msgspec.Meta) and m.description), None)
    if get_origin(kind) in (typing.Union, UnionType):
        return next((d for a in get_args(kind) if (d := _description(a)) is not None), None)
    return None


def did_you_mean(word: str, known: list[str]) -> str:
    """The known word that comes near, or all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else "write one of " + ", ".join(known)
