"""Strict decoding of JSON documents: an error names the path and says what would be right there.

msgspec says what is wrong and mostly where; a missing or unknown field it reports at the object around it and without the names
that would have been right. This adds both.
"""

from __future__ import annotations

import difflib
import re
from typing import TypeVar

import msgspec
from msgspec import inspect as shape

from kit.errors import Invalid

T = TypeVar("T")

_AT = re.compile(r"^(?P<problem>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"Object (?P<what>missing required|contains unknown) field `(?P<field>[^`]*)`")
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>[^\]]*)\]")
_PLAIN = re.compile(r"\W")


class DocumentUnreadable(Invalid):
    """The document is no JSON, or not of the agreed shape: ``path`` from ``$``, ``problem`` and what would be right."""

    code = "document_unreadable"
    title_zh = "文档无法读取"
    title_en = "The document cannot be read"
    advice_zh = "请按所列路径更正文档格式。"
    advice_en = "Correct the document at the path named."

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}", errors=[{"path": path, "message": problem}])
        self.path = path
        self.problem = problem


def decode(data: bytes, document: type[T]) -> T:
    """``data`` as a ``document``; raises :class:`DocumentUnreadable`."""
    try:
        return msgspec.json.decode(data, type=document)
    except msgspec.ValidationError as error:
        raise DocumentUnreadable(*located(str(error), document)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentUnreadable("$", f"not JSON in UTF-8: {error}") from error
    except RecursionError as error:
        raise DocumentUnreadable("$", "nested too deeply; the documents of the product are at most a few levels deep") from error


def located(message: str, document: type) -> tuple[str, str]:
    """(path, problem) of a msgspec validation message, with the field names that would have been right."""
    match = _AT.match(message)
    problem, path = (match["problem"], match["path"] or "$") if match else (message, "$")
    field = _FIELD.search(problem)
    if field is None:
        return path, problem + _allowed(_type_at(path, document), problem)
    known = _fields(_type_at(path, document))
    if field["what"] == "missing required":
        return f"{path}.{field['field']}", "is missing and must be given"
    close = difflib.get_close_matches(field["field"], known, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    # The name comes from outside and goes into one line: whatever is no plain letter is shown as a question mark.
    return f"{path}.{_PLAIN.sub('?', field['field'])}", f"is not a known field{meant} known here: {', '.join(known)}"


def _allowed(node: shape.Type | None, problem: str) -> str:
    """The values of an enumeration, where the message only says that the given one is none of them."""
    if "Invalid enum value" not in problem:
        return ""
    values = [value for option in _options(node) if isinstance(option, shape.LiteralType) for value in option.values]
    return f"; one of {', '.join(map(str, values))}" if values else ""


def _options(node: shape.Type | None) -> tuple[shape.Type, ...]:
    """The alternatives of a union, metadata taken off; one for anything else."""
    if isinstance(node, shape.Metadata):
        return _options(node.type)
    if isinstance(node, shape.UnionType):
        return tuple(option for part in node.types for option in _options(part))
    return () if node is None else (node,)


def _fields(node: shape.Type | None) -> list[str]:
    """Field names of the struct at ``node``."""
    return [field.encode_name for option in _options(node) if isinstance(option, shape.StructType) for field in option.fields]


def _type_at(path: str, document: type) -> shape.Type | None:
    """The type that ``document`` expects at ``path``; None where the path leads out of what is described."""
    node: shape.Type | None = shape.type_info(document)
    for step in _STEP.finditer(path):
        node = next((found for option in _options(node) if (found := _below(option, step["key"])) is not None), None)
    return node


def _below(node: shape.Type, key: str | None) -> shape.Type | None:
    """What stands under ``key`` of an object, or in any place of a list (``key`` None)."""
    if key is None:
        if isinstance(node, shape.VarTupleType | shape.ListType):
            return node.item_type
        return node.value_type if isinstance(node, shape.DictType) else None
    if isinstance(node, shape.StructType):
        return next((field.type for field in node.fields if field.encode_name == key), None)
    return None
