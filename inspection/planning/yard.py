"""The yard 查验场地: goods wait, are inspected, stay until the decision is carried out, leave. Every move is an event. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from inspection import transitions
from kit.errors import Conflict


class State(StrEnum):
    """Where a unit of a case stands. ``OUTSIDE``: not here yet, or gone."""

    OUTSIDE = "OUTSIDE"
    WAITING = "WAITING"
    INSPECTION = "INSPECTION"
    PENDING = "PENDING"


class Action(StrEnum):
    """What is done with it."""

    PUT_TO_WAIT = "put_to_wait"
    TAKE_TO_INSPECTION = "take_to_inspection"
    PUT_ASIDE = "put_aside"
    TAKE_AWAY = "take_away"


MOVE_TO: Final[dict[State, Action]] = {
    State.WAITING: Action.PUT_TO_WAIT,
    State.INSPECTION: Action.TAKE_TO_INSPECTION,
    State.PENDING: Action.PUT_ASIDE,
    State.OUTSIDE: Action.TAKE_AWAY,
}

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.OUTSIDE, Action.PUT_TO_WAIT): State.WAITING,
    (State.OUTSIDE, Action.TAKE_TO_INSPECTION): State.INSPECTION,  # straight off the vehicle, when its window has come
    (State.WAITING, Action.PUT_TO_WAIT): State.WAITING,
    (State.WAITING, Action.TAKE_TO_INSPECTION): State.INSPECTION,
    (State.WAITING, Action.TAKE_AWAY): State.OUTSIDE,
    (State.INSPECTION, Action.PUT_TO_WAIT): State.WAITING,  # nobody came, or the window was lost
    (State.INSPECTION, Action.TAKE_TO_INSPECTION): State.INSPECTION,  # its window was changed to another place
    (State.INSPECTION, Action.PUT_ASIDE): State.PENDING,
    (State.INSPECTION, Action.TAKE_AWAY): State.OUTSIDE,
    (State.PENDING, Action.PUT_ASIDE): State.PENDING,
    (State.PENDING, Action.TAKE_TO_INSPECTION): State.INSPECTION,  # a second look
    (State.PENDING, Action.TAKE_AWAY): State.OUTSIDE,
}


class NoRoom(Conflict):
    """Every numbered place of the bay is taken, or the one asked for is; ``details``: bay, places."""

    code = "no_room_in_bay"
    title_zh = "该台位已无空位"
    title_en = "The bay has no free place"
    advice_zh = "请选择其他台位，或先移出已完成的货物。"
    advice_en = "Choose another bay, or move out goods that are done with."


class NotItsPlace(Conflict):
    """Goods are inspected where they are booked; ``details``: the booked bay and place, null without a booking."""

    code = "not_the_booked_place"
    title_zh = "该台位不是本案预约的台位"
    title_en = "This is not the place the case has booked"
    advice_zh = "请移至预约的台位，或先变更预约。"
    advice_en = "Action the goods to the place booked, or change the booking first."


class MayNotLeave(Conflict):
    """The goods have not been let go; ``details``: the case's state."""

    code = "goods_may_not_leave"
    title_zh = "货物尚未放行，不能离场"
    title_en = "The goods have not been let go"
    advice_zh = "案件处置完毕后方可离场。"
    advice_en = "They may leave once the case is decided and carried out."


LEAVING: Final = frozenset({"FOLLOW_UP", "CLOSED", "CANCELLED"})
"""States of a case in which its goods may leave the yard."""


def after(zone: State, to: State) -> State:
    """``to``, when goods in ``zone`` may be moved there; raises StateForbids with what is allowed."""
    return transitions.advance(TRANSITIONS, zone, MOVE_TO[to])


def free_place(bay: str, places: int, taken: Collection[int], wanted: int | None) -> int:
    """The numbered place to take: the one wanted, else the lowest free one. Raises :class:`NoRoom`."""
    room = [place for place in range(1, places + 1) if place not in taken]
    place = wanted if wanted is not None else next(iter(room), None)
    if place is None or place not in room:
        raise NoRoom(bay=bay, places=places)
    return place


def check_booked(bay: str, place: int | None, booked: tuple[str, int] | None) -> int:
    """The place to inspect at: the booked one. Raises :class:`NotItsPlace` for any other."""
    if booked is None or booked[0] != bay or place not in (None, booked[1]):
        raise NotItsPlace(bay=booked[0] if booked else None, place=booked[1] if booked else None)
    return booked[1]


def check_may_leave(case_state: str) -> None:
    """Raises :class:`MayNotLeave` while the case is undecided."""
    if case_state not in LEAVING:
        raise MayNotLeave(state=case_state)
