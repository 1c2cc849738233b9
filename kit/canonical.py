"""Canonical bytes (RFC 8785) and their SHA-256, so that anyone can recompute a hash from the JSON alone."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import rfc8785
from msgspec import inspect

LARGEST_INTEGER = 2**53 - 1


def canonical_bytes(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value or a msgspec struct. Instants become RFC 3339 text, decimals their text."""
    # Where neither numbers nor keys are peculiar, msgspec's sorted JSON is the same bytes (a test holds it to rfc8785) at a
    # tenth of the time; every event of the product is hashed through here.
    if _is_ordinary(value):
        return msgspec.json.encode(value, order="sorted")
    plain = msgspec.to_builtins(value)
    return msgspec.json.encode(plain, order="sorted") if _is_ordinary(plain) else rfc8785.dumps(plain)


_AS_TEXT: frozenset[type] = frozenset({str, bool, type(None), Decimal, datetime, date})


def _is_ordinary(value: Any) -> bool:
    """Whether ``value`` holds no float, no integer that a double cannot hold, ASCII keys only, and nothing unheard of."""
    kind = type(value)
    if kind in _AS_TEXT:
        return True
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_ordinary(item) for key, item in value.items())
    if kind is list or kind is tuple:
        return all(map(_is_ordinary, value))
    if kind is int:
        return bool(abs(value) <= LARGEST_INTEGER)
    if isinstance(value, msgspec.Struct):
        return _by_its_types(kind) or (
            all(map(str.isascii, kind.__struct_encode_fields__))
            and all(_is_ordinary(getattr(value, field)) for field in kind.__struct_fields__)
        )
    return False


_ORDINARY: dict[type, bool] = {}


def _by_its_types(kind: type) -> bool:
    """Whether no struct of this kind can hold anything but the ordinary: its parts need no looking through."""
    if kind not in _ORDINARY:
        try:
            _ORDINARY[kind] = _holds_only_ordinary(inspect.type_info(kind), ())
        except (NameError, TypeError):  # of a struct that is only ever written the types need not be there at run time
            _ORDINARY[kind] = False
    return _ORDINARY[kind]


def _holds_only_ordinary(info: inspect.Type, around: tuple[type, ...]) -> bool:
    """``around``: the structs it stands in; one that may hold itself is looked through, value by value."""
    match info:
        case inspect.UnionType(types):
            return all(_holds_only_ordinary(one, around) for one in types)
        case inspect.VarTupleType(inner) | inspect.ListType(inner) | inspect.Metadata(inner):
            return _holds_only_ordinary(inner, around)
        case inspect.StructType(cls):
            return cls not in around and all(
                field.encode_name.isascii() and _holds_only_ordinary(field.type, (*around, cls)) for field in info.fields
            )
        case inspect.LiteralType(values):
            return all(isinstance(value, str) for value in values)
        case inspect.IntType():
            ends = (info.ge if info.ge is not None else info.gt, info.le if info.le is not None else info.lt)
            return all(end is not None and abs(end) <= LARGEST_INTEGER for end in ends)
    return isinstance(info, _WRITTEN_AS_TEXT)


_WRITTEN_AS_TEXT = (
    inspect.StrType,
    inspect.BoolType,
    inspect.NoneType,
    inspect.DecimalType,
    inspect.DateType,
    inspect.DateTimeType,
)


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def canonical_hash(value: Any) -> str:
    """SHA-256 (hex) of the canonical bytes of ``value``."""
    return sha256_hex(canonical_bytes(value))
