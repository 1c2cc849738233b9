"""What one version of a rulebook says otherwise than another: the rules added, dropped and changed, each by its id. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from risk.rule import Pack, Rule

NOT_MEANING = ("examples", "change", "owner")
"""Parts of ``meta`` that decide nothing: they may be bettered without another version of the rule."""


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that differs. ``before`` and ``after``: its highest version there (null: none); ``parts``: what differs."""

    rule: str
    what: Literal["added", "dropped", "changed"]
    before: int | None
    after: int | None
    parts: tuple[str, ...] = ()


def changes(before: Pack, after: Pack) -> tuple[RuleChange, ...]:
    """By id. Compared is what decides: scope, ``when``, ``then``, days in force and title of every version of the rule."""
    old, new = _by_id(before), _by_id(after)
    return tuple(
        _change(rule, old.get(rule, {}), new.get(rule, {}))
        for rule in sorted(old.keys() | new.keys())
        if old.get(rule) != new.get(rule)
    )


def meaning(rule: Rule) -> dict[str, Any]:
    """What of a rule decides, as plain values by part."""
    plain: dict[str, Any] = msgspec.to_builtins(rule)
    meta = plain.pop("meta")
    return plain | {f"meta.{name}": value for name, value in meta.items() if name not in NOT_MEANING}


def _by_id(pack: Pack) -> dict[str, dict[int, dict[str, Any]]]:
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for rule in pack.rules:
        found.setdefault(rule.meta.id, {})[rule.meta.version] = meaning(rule)
    return found


def _change(rule: str, old: Mapping[int, dict[str, Any]], new: Mapping[int, dict[str, Any]]) -> RuleChange:
    before, after = max(old, default=None), max(new, default=None)
    if before is None or after is None:
        return RuleChange(rule=rule, what="added" if before is None else "dropped", before=before, after=after)
    was, now = old[before], new[after]
    parts = tuple(sorted(part for part in was.keys() | now.keys() if part != "meta.version" and was.get(part) != now.get(part)))
    return RuleChange(rule=rule, what="changed", before=before, after=after, parts=parts)
