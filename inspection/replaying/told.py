"""What one event tells a watcher of a case: the shape every ``told_*.py`` fills in. Pure."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from inspection.replaying.case_state import CaseState

K = TypeVar("K")
S = TypeVar("S", bound=msgspec.Struct)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an event tells a watcher, under the event's own name; fields it does not need are passed over."""

    def change(self, state: CaseState) -> CaseState:
        """What is known afterwards; nothing new unless the event says so."""
        return state


def changed(known: dict[K, S], key: K, **new: Any) -> dict[K, S]:
    """``known`` with some fields of one entry replaced; of an entry nobody was told about nothing is known afterwards either."""
    return known | {key: replace(known[key], **new)} if key in known else known
