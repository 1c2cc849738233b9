"""What differs between two versions of a policy, as a person reads it: by the codes of verdicts and rows, not by places. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from inspection.policies.policy import Policy

KEYS = ("code", "id", "standing", "agency", "check", "measure", "lanes", "credit", "between")
"""The fields by which an item of a list is the same item in another version, as far as it has them."""
UNSEEN = frozenset({"name", "version"})


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference: where (``verdicts[REFUSE].rank``), and what stood and stands there as JSON; None: nothing."""

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        """``path: before → after``."""
        return f"{self.path}: {self.before or '–'} → {self.after or '–'}"


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Every difference, sorted by path; none when both say the same. Defaults count as if they were written."""
    old, new = dict(_leaves("", _written(before))), dict(_leaves("", _written(after)))
    return tuple(
        Change(path=path, before=old.get(path), after=new.get(path))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )


def _written(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in Policy.__struct_fields__ if name not in UNSEEN}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        for item in value:
            yield from _leaves(f"{path}[{_key(item)}]", item)
    else:
        yield path, msgspec.json.encode(value).decode()


def _key(item: msgspec.Struct) -> str:
    """An item's own name: the first of :data:`KEYS` that it has, with what tells it from its like."""
    if identity := getattr(item, "code", None) or getattr(item, "id", None):
        return str(identity)
    parts = [getattr(item, key) for key in KEYS if getattr(item, key, None)]
    return " ".join("×".join(part) if isinstance(part, tuple) else str(part) for part in parts)
