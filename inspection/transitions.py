"""One table of transitions per state machine, one function that reads it, no other writer of a state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from kit.errors import Conflict

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class StateForbids(Conflict):
    """The table has no such step; ``details``: state, action, allowed (what may be done instead)."""

    code = "state_forbids"
    title_zh = "当前状态不允许此操作"
    title_en = "The present state does not allow this"
    advice_zh = "请刷新后从所列可办理的操作中选择。"
    advice_en = "Read the current state and choose among the actions listed."


def advance(table: Mapping[tuple[S, A], S], state: S, action: A) -> S:
    """The state after ``action``; raises :class:`StateForbids` when ``table`` has no such step."""
    try:
        return table[state, action]
    except KeyError:
        actions = [one.value for one in allowed(table, state)]
        raise StateForbids(f"{action} in {state}", state=state.value, action=action.value, allowed=actions) from None


def allowed(table: Mapping[tuple[S, A], S], state: S) -> tuple[A, ...]:
    """The actions that ``state`` allows, sorted by name."""
    return tuple(sorted((action for source, action in table if source == state), key=lambda action: action.value))


def reachable(table: Mapping[tuple[S, A], S], start: S) -> frozenset[S]:
    """Every state that some sequence of actions leads to from ``start``, with ``start``."""
    seen, frontier = {start}, [start]
    while frontier:
        here = frontier.pop()
        onward = {target for (source, _), target in table.items() if source == here} - seen
        seen |= onward
        frontier += onward
    return frozenset(seen)
