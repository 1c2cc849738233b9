"""States of one version of a declaration 报关单. Final ones never change: a recall lives in the disposition."""

from __future__ import annotations

from enum import StrEnum

from inspection import transitions
from kit.errors import Conflict


class State(StrEnum):
    """Where a version stands."""

    RECEIVED = "RECEIVED"
    VALIDATED = "VALIDATED"
    REJECTED = "REJECTED"
    SCREENED = "SCREENED"
    NO_INTERVENTION = "NO_INTERVENTION"
    UNDER_JOINT_CASE = "UNDER_JOINT_CASE"
    RELEASED = "RELEASED"
    PARTIALLY_RELEASED = "PARTIALLY_RELEASED"
    NOT_RELEASED = "NOT_RELEASED"
    SUPERSEDED = "SUPERSEDED"
    CANCELLED = "CANCELLED"


class Action(StrEnum):
    """What moves it. ``SUPERSEDE``: a higher version of the same number was received."""

    VALIDATE = "validate"
    REJECT = "reject"
    SCREEN = "screen"
    NOT_CALLED = "not_called"
    OPEN_CASE = "open_case"
    RELEASE = "release"
    RELEASE_PARTLY = "release_partly"
    REFUSE_RELEASE = "refuse_release"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"


FINAL = frozenset(
    {State.NO_INTERVENTION, State.RELEASED, State.PARTIALLY_RELEASED, State.NOT_RELEASED, State.SUPERSEDED, State.CANCELLED}
)
_OPEN = tuple(state for state in State if state not in FINAL)  # a rejected version may still be superseded by a corrected one

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.RECEIVED, Action.VALIDATE): State.VALIDATED,
    (State.RECEIVED, Action.REJECT): State.REJECTED,
    (State.VALIDATED, Action.SCREEN): State.SCREENED,
    (State.SCREENED, Action.NOT_CALLED): State.NO_INTERVENTION,
    (State.SCREENED, Action.OPEN_CASE): State.UNDER_JOINT_CASE,
    (State.UNDER_JOINT_CASE, Action.RELEASE): State.RELEASED,
    (State.UNDER_JOINT_CASE, Action.RELEASE_PARTLY): State.PARTIALLY_RELEASED,
    (State.UNDER_JOINT_CASE, Action.REFUSE_RELEASE): State.NOT_RELEASED,
    **{(state, Action.SUPERSEDE): State.SUPERSEDED for state in _OPEN},
    **{(state, Action.CANCEL): State.CANCELLED for state in _OPEN},
}

_OF_HISTORY = frozenset({Action.VALIDATE, Action.REJECT, Action.SCREEN, Action.SUPERSEDE})


class HistoryStaysSilent(Conflict):
    """An imported history stops at SCREENED: it opens no case, deadline or notice, and nobody decides on it again."""

    code = "history_stays_silent"
    title_zh = "历史数据仅存档与筛查，不启动任何办理"
    title_en = "History is stored and screened, nothing more"
    advice_zh = "如需查验，请由申报人重新申报。"
    advice_en = "If the goods are to be inspected, they must be declared anew."


def advance(state: State, action: Action, *, history: bool = False) -> State:
    """The state after ``action``; :class:`~inspection.transitions.StateForbids` or :class:`HistoryStaysSilent` otherwise."""
    after = transitions.advance(TRANSITIONS, state, action)
    if history and action not in _OF_HISTORY:
        raise HistoryStaysSilent(state=state.value, action=action.value)
    return after
