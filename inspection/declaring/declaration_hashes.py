"""What a declaration and its lines say, as hashes: equal for equal content, whatever its spelling. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from kit.canonical import sha256_hex
from risk.declaration import Declaration, Line


def line_hash(line: Line) -> str:
    """SHA-256 (hex) of what a line says, whatever its spelling.

    RFC 8785 bytes of the line where absent fields and defaults are left out, amounts have no trailing zeros and no exponent,
    and instants are in UTC. ``no`` counts: a line is (number, version, no.).
    """
    return _canonical_hash(line)


def goods_hash(line: Line) -> str:
    """:func:`line_hash` without the line's number: results carry over to a new version where it is equal, wherever it moved."""
    return _canonical_hash(msgspec.structs.replace(line, no=0))


def document_hash(declaration: Declaration) -> str:
    """SHA-256 (hex) of a whole declaration as :func:`line_hash` spells it, lines in the order of their numbers."""
    return hashes(declaration)[0]


def hashes(declaration: Declaration) -> tuple[str, tuple[str, ...]]:
    """:func:`document_hash`, and :func:`line_hash` of every line in the order declared: spelled once for both."""
    spelled = _spelled(declaration)
    of_lines = tuple(map(_sha256, spelled["lines"]))
    spelled["lines"].sort(key=lambda line: line["no"])
    return _sha256(spelled), of_lines


def _canonical_hash(struct: msgspec.Struct) -> str:
    return _sha256(_spelled(struct))


def _sha256(spelled: dict[str, Any]) -> str:
    # Keys are ASCII and numbers small integers, so msgspec's sorted JSON is RFC 8785 byte for byte (a test holds it to
    # kit.canonical), at a tenth of the time: an import hashes every line of a year.
    return sha256_hex(msgspec.json.encode(spelled, order="sorted"))


def _spelled(struct: msgspec.Struct) -> dict[str, Any]:
    """A struct as JSON values that are the same for the same content: decimals without trailing noughts, instants in UTC."""
    plain: dict[str, Any] = msgspec.to_builtins(struct, builtin_types=(Decimal, datetime))
    _spell(plain)
    return plain


def _spell(plain: dict[str, Any]) -> None:
    """In place: nearly everything is text or a whole number and stays."""
    for name, value in plain.items():
        kind = type(value)
        if kind is str or kind is int:
            continue
        if kind is Decimal:
            text = format(value, "f")
            text = text.rstrip("0").rstrip(".") if "." in text else text
            plain[name] = "0" if text == "-0" else text
        elif kind is datetime:
            plain[name] = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        elif kind is dict:
            _spell(value)
        elif kind is list or kind is tuple:
            for item in value:  # lines, components, certificates: lists of a declaration hold nothing else
                _spell(item)
            plain[name] = list(value)
