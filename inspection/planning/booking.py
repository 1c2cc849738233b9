"""A booking 查验预约: how its state moves, when a hold is over, who still has to confirm, what may be said of a window. Pure.

The lead proposes and thereby holds a place and the experts; every mandatory agency confirms; then it stands. A hold that runs
out gives everything back. Changing a confirmed window asks everybody again and holds the new one meanwhile without a limit: the
enterprise has an appointment, and it shall not vanish by silence. Source: domain page, sections 2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from inspection import transitions
from kit.errors import Conflict, Invalid, TooLate

HOLD: Final = timedelta(minutes=15)
"""How long a proposal keeps its place and people from others."""

NOTICE: Final = timedelta(minutes=30)
"""An enterprise needs at least this long to come."""

LONGEST: Final = timedelta(hours=3)
"""An inspection is planned for at most one half-day window; a longer one is continued in another session."""


class State(StrEnum):
    """Where a booking stands."""

    PROPOSED = "PROPOSED"
    CONFIRMED = "CONFIRMED"
    CHANGED = "CHANGED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    NO_SHOW = "NO_SHOW"
    CANCELLED = "CANCELLED"


class Action(StrEnum):
    """What moves it. ``CONFIRM`` is the last mandatory agency's yes."""

    CONFIRM = "confirm"
    CHANGE = "change"
    EXPIRE = "expire"
    REFUSE = "refuse"
    CANCEL = "cancel"
    BEGIN = "begin"
    FINISH = "finish"
    MISS = "miss"


FINAL = frozenset({State.DONE, State.NO_SHOW, State.CANCELLED})
LIVE: Final = tuple(state for state in State if state not in FINAL)
"""States in which the place and the experts are taken: what the database's exclusion constraints look at."""

HELD: Final = (State.CONFIRMED, State.CHANGED)
"""States in which people may go to the goods."""

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.PROPOSED, Action.CONFIRM): State.CONFIRMED,
    (State.PROPOSED, Action.CHANGE): State.PROPOSED,
    (State.PROPOSED, Action.EXPIRE): State.CANCELLED,
    (State.CONFIRMED, Action.CHANGE): State.CHANGED,
    (State.CHANGED, Action.CHANGE): State.CHANGED,
    (State.CHANGED, Action.CONFIRM): State.CONFIRMED,
    **{(state, Action.REFUSE): State.CANCELLED for state in (State.PROPOSED, State.CHANGED)},
    **{(state, Action.CANCEL): State.CANCELLED for state in (State.PROPOSED, *HELD)},
    **{(state, Action.BEGIN): State.IN_PROGRESS for state in HELD},
    **{(state, Action.MISS): State.NO_SHOW for state in HELD},
    (State.IN_PROGRESS, Action.FINISH): State.DONE,
}

ENTERPRISE: Final = "enterprise"
"""The party that did not come, when it was not an agency."""


class HoldExpired(TooLate):
    """The hold ran out before everybody had confirmed; ``details``: held until, received."""

    code = "hold_expired"
    title_zh = "预约保留时间已过，台位与专家已释放"
    title_en = "The hold has run out; place and experts are free again"
    advice_zh = "请由牵头部门重新选择时段。"
    advice_en = "The lead has to propose a window again."


class WindowInvalid(Invalid):
    """The window cannot be booked; ``details['errors']`` says why, field by field."""

    code = "window_invalid"
    title_zh = "预约时段不符合要求"
    title_en = "This window cannot be booked"
    advice_zh = "请重新查询可用时段并从中选择。"
    advice_en = "Ask for free slots again and take one of them."


class TooEarlyForNoShow(Conflict):
    """The window has not begun yet: nobody can have missed it; ``details``: starts_at."""

    code = "too_early_for_no_show"
    title_zh = "预约时段尚未开始，不能登记未到场"
    title_en = "The window has not begun: nobody has missed it yet"
    advice_zh = "时段开始后仍未到场的再行登记；不需要的预约请取消。"
    advice_en = "Record it after the window has begun; cancel what is not needed."


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency says to the present window. ``mandatory`` ones have to confirm."""

    agency: str
    mandatory: bool
    confirmed_at: datetime | None = None


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises StateForbids with the present one."""
    return transitions.advance(TRANSITIONS, state, action)


def is_expired(state: State, hold_until: datetime | None, now: datetime) -> bool:
    """Whether a proposal's hold has run out: from the very instant on, others may have the place."""
    return state is State.PROPOSED and hold_until is not None and hold_until <= now


def check_not_expired(state: State, hold_until: datetime | None, now: datetime) -> None:
    """Raises :class:`HoldExpired` when it has."""
    if is_expired(state, hold_until, now):
        assert hold_until is not None
        raise HoldExpired(hold_until=hold_until.isoformat(), received=now.isoformat())


def awaited(answers: Iterable[Answer]) -> tuple[str, ...]:
    """The mandatory agencies that have not confirmed, sorted; empty: the booking stands."""
    return tuple(sorted(one.agency for one in answers if one.mandatory and one.confirmed_at is None))


def check_window(
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    minutes: int,
    lacking: Iterable[str] = (),
    off_duty: Iterable[str] = (),
) -> None:
    """Raises :class:`WindowInvalid` for a window that is over, too short for the sheet's ``minutes``, longer than half a day,
    at a bay ``lacking`` what the goods need, or at a time when people are ``off_duty`` (their names)."""
    errors = []
    if ends_at <= starts_at:
        errors.append({"path": "$.ends_at", "message": "the window ends before it starts"})
    elif ends_at - starts_at < min(timedelta(minutes=minutes), LONGEST):
        errors.append({"path": "$.ends_at", "message": f"the task sheet asks for {minutes} minutes"})
    elif ends_at - starts_at > LONGEST:
        errors.append({"path": "$.ends_at", "message": f"a window is at most {LONGEST} long"})
    if starts_at < now:
        errors.append({"path": "$.starts_at", "message": "the window has begun already"})
    errors += [{"path": "$.bay", "message": f"the goods need {one}, which this bay has not"} for one in lacking]
    errors += [{"path": "$.starts_at", "message": f"{one} is not on duty then"} for one in off_duty]
    if errors:
        raise WindowInvalid(errors=errors)


def check_missed(starts_at: datetime, now: datetime) -> None:
    """Raises :class:`TooEarlyForNoShow` before the window has begun."""
    if now < starts_at:
        raise TooEarlyForNoShow(starts_at=starts_at.isoformat())
