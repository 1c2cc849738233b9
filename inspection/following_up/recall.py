"""A recall 召回: which released lines are now asked for more strictly, and how far it has gone. Pure.

A release can be recalled, and nothing issued is edited for it: the new version of the report says what is known now, the recall
brings the goods back by a date. It ends when customs says what became of the goods, or is lifted where the reason has gone.
Source: the domain page, section 3, "After issue".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from inspection import transitions
from inspection.policies.policy import Policy
from kit.errors import Conflict


class State(StrEnum):
    """Where it stands. The goods are awaited until it is CLOSED or LIFTED."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"
    LIFTED = "LIFTED"


class Action(StrEnum):
    """What moves it. Only an approver lifts; the operation checks the power."""

    ANSWER = "answer"
    CLOSE = "close"
    LIFT = "lift"


class Outcome(StrEnum):
    """What became of the goods. NOT_RECOVERED is an end too, and the reason says why."""

    RETURNED = "RETURNED"
    DESTROYED = "DESTROYED"
    NOT_RECOVERED = "NOT_RECOVERED"
    LIFTED = "LIFTED"


OPEN = frozenset({State.OPEN, State.ANSWERED})
TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.OPEN, Action.ANSWER): State.ANSWERED,
    (State.ANSWERED, Action.ANSWER): State.ANSWERED,  # the enterprise knows more by now
    **{(state, Action.CLOSE): State.CLOSED for state in (State.OPEN, State.ANSWERED)},
    **{(state, Action.LIFT): State.LIFTED for state in (State.OPEN, State.ANSWERED)},
}


class StillStricter(Conflict):
    """Lifted only when the newest report lets the goods go as they went; ``details['lines']`` are those it does not."""

    code = "recall_still_stricter"
    title_zh = "现行综合报告仍较原放行严格，不能解除召回"
    title_en = "The report in force is still stricter than the release was"
    advice_zh = "请按召回办理收回，或待相关部门修改结论后再解除。"
    advice_en = "Bring the goods back, or wait until the agency amends its conclusion."


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises StateForbids with the present one when the table has no such step."""
    return transitions.advance(TRANSITIONS, state, action)


def recalled_lines(released: Mapping[int, str | None], now: Mapping[int, str | None], policy: Policy) -> tuple[int, ...]:
    """The lines that were let go and are asked for more strictly now, in order.

    Both map lines to dispositions. Null is no permission to keep the goods: nothing is stricter. A line that is declared no more
    is not among ``now`` and cannot be called back under its number.
    """
    strength = {code: place for place, code in enumerate(policy.strength)}
    return tuple(
        line
        for line, was in sorted(released.items())
        if was in policy.releasing and line in now and _strictness(now[line], strength) > _strictness(was, strength)
    )


def check_lift(released: Mapping[int, str | None], now: Mapping[int, str | None], policy: Policy) -> None:
    """Raises :class:`StillStricter` while a line that was let go is asked for more strictly."""
    if lines := recalled_lines(released, now, policy):
        raise StillStricter(lines=list(lines))


def _strictness(type_: str | None, strength: Mapping[str, int]) -> int:
    """A code the policy does not rank counts as stricter than all it does."""
    return len(strength) if type_ is None else strength.get(type_, len(strength))
