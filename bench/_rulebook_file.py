"""A rulebook as the text of a pack file: JSON is YAML, and an editor's block style says the same."""

from __future__ import annotations

import msgspec

from risk.rule import Pack


def as_text(pack: Pack) -> str:
    """The pack file, one rule a line."""
    head = {key: value for key, value in msgspec.to_builtins(pack.head).items() if value is not None}
    fields = [f"{key}: {msgspec.json.encode(value).decode()}" for key, value in head.items()]
    rules = [f"  - {msgspec.json.encode(rule).decode()}" for rule in pack.rules]
    return "\n".join([*fields, "rules:", *rules, ""])
