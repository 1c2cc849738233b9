"""A rulebook as the text of a pack file, written as people write it: one entry a line, indented; or one rule a line, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from risk.rule import Pack


def as_text(pack: Pack) -> str:
    """The pack file, one entry a line."""
    return "\n".join([*_block(_plain(pack), ""), ""])


def as_json_lines(pack: Pack) -> str:
    """The pack file, one rule a line: JSON is YAML."""
    plain = _plain(pack)
    rules = plain.pop("rules")
    fields = [f"{key}: {_written(value)}" for key, value in plain.items()]
    return "\n".join([*fields, "rules:", *(f"  - {_written(rule)}" for rule in rules), ""])


def _plain(pack: Pack) -> dict[str, Any]:
    return {**msgspec.to_builtins(pack.head), "rules": msgspec.to_builtins(pack.rules)}


def _block(value: dict[str, Any], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield f"{indent}{key}:"
            yield from _block(inner, f"{indent}  ")
        elif isinstance(inner, (list, tuple)) and inner and isinstance(inner[0], dict):
            yield f"{indent}{key}:"
            for item in inner:
                first, *others = _block(item, f"{indent}    ")
                yield f"{indent}  - {first.lstrip()}"
                yield from others
        else:
            yield f"{indent}{key}: {_written(inner)}"


def _written(value: Any) -> str:
    return msgspec.json.encode(value).decode()
