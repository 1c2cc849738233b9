"""What a watcher of a case knows, and how each event changes it: the reducer that every client of the live feed runs. Pure.

``apply`` is total: an event type nobody told it about, a withheld frame, data of another shape and a frame that came already
all leave what is known as it is; only the number moves on. So a client that replays the frames it may see holds the same as
one that reads everything afresh, and a client of today survives the events of tomorrow. Described in docs/live-feed.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from inspection.replaying import (
    told_cabin,
    told_case,
    told_deadlines,
    told_decision,
    told_field,
    told_follow_up,
    told_invitation,
    told_requests,
    told_schedule,
)
from inspection.replaying.case_state import START, CaseState
from inspection.replaying.told import Told


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One event as ``WS /live/v1/cases/{no}`` and ``GET /api/v1/cases/{no}/events`` show it; a withheld one has no data."""

    seq: int
    type: str
    data: Mapping[str, Any] = {}


def apply(state: CaseState, frame: Frame) -> CaseState:
    """What is known after ``frame``. One that came before changes nothing, so a feed may repeat itself."""
    if frame.seq <= state.seq:
        return state
    after = replace(state, seq=frame.seq)
    told = EVENTS.get(frame.type)
    if told is None:
        return after
    try:
        return msgspec.convert(dict(frame.data), told).change(after)
    except msgspec.ValidationError:
        return after


def replay(frames: Iterable[Frame], state: CaseState = START) -> CaseState:
    """What is known after ``frames``, which come in the order of their numbers."""
    for frame in frames:
        state = apply(state, frame)
    return state


def _events(*modules: ModuleType) -> dict[str, type[Told]]:
    """The classes the modules define themselves, by name: a class is called as the event it reads."""
    return {
        name: told
        for module in modules
        for name, told in vars(module).items()
        if isinstance(told, type) and issubclass(told, Told) and told.__module__ == module.__name__
    }


EVENTS: Final[Mapping[str, type[Told]]] = _events(
    told_case,
    told_invitation,
    told_cabin,
    told_deadlines,
    told_schedule,
    told_field,
    told_requests,
    told_decision,
    told_follow_up,
)
"""The events that tell a watcher something, by name."""
