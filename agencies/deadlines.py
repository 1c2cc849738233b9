"""When something is due, and how that date came about: a pure function of start, budget and calendar.

Hours count from the start itself; days exclude the starting day. A working day ends at the calendar's close, a calendar day at
its last microsecond, and a calendar-day deadline on a rest day rolls to the next working day. What lies beyond the published
calendar is computed by the week alone and flagged provisional. Pauses and extensions stand in ``deadline_ledger.py``.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta

from agencies.calendars import ONE_DAY, InstantNotUsable, WorkCalendar, check_instant, days_after, worked_from
from kit.errors import Invalid

ACKNOWLEDGE_WITHIN = timedelta(minutes=5)
LAPSE_GRACE = timedelta(seconds=5)
MAX_AMOUNT = {"h": 87_600, "wh": 87_600, "wd": 3_660, "d": 3_660}  # ten years: longer is a slip of the pen


class BudgetNotUnderstood(Invalid):
    """A budget that is not a positive whole number of h, wh, wd or d."""

    code = "budget_not_understood"
    title_zh = "时限写法无法识别"
    title_en = "The budget is not understood"
    advice_zh = "请写成 2h（小时）、2wh（工作小时）、3wd（工作日）或 30d（自然日），不超过十年。"
    advice_en = "Write 2h (clock hours), 2wh (working hours), 3wd (working days) or 30d (calendar days), at most ten years."


class Basis(StrEnum):
    """In what a budget is counted."""

    CLOCK_HOURS = "CLOCK_HOURS"
    WORKING_HOURS = "WORKING_HOURS"
    WORKING_DAYS = "WORKING_DAYS"
    CALENDAR_DAYS = "CALENDAR_DAYS"

    @property
    def unit(self) -> str:
        """How the basis is written after the number."""
        return UNIT_OF[self]

    @property
    def counts_hours(self) -> bool:
        return self in {Basis.CLOCK_HOURS, Basis.WORKING_HOURS}


BASIS_OF = {"h": Basis.CLOCK_HOURS, "wh": Basis.WORKING_HOURS, "wd": Basis.WORKING_DAYS, "d": Basis.CALENDAR_DAYS}
UNIT_OF = {basis: unit for unit, basis in BASIS_OF.items()}


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much time is given: a whole number of hours or days of one basis."""

    amount: Annotated[int, Meta(ge=1)]
    basis: Basis

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= MAX_AMOUNT[self.basis.unit]:
            raise BudgetNotUnderstood(f"{self} is not between 1 and {MAX_AMOUNT[self.basis.unit]}", budget=str(self))

    def __str__(self) -> str:
        return f"{self.amount}{self.basis.unit}"

    @classmethod
    def parse(cls, text: str) -> Budget:
        """``2h``, ``2wh``, ``3wd`` or ``30d``; anything else is :class:`BudgetNotUnderstood`."""
        match = re.fullmatch(r"([0-9]{1,6})(h|wh|wd|d)", text.strip())
        if match is None:
            raise BudgetNotUnderstood(f"{text!r} is not like 2h, 2wh, 3wd or 30d", budget=text)
        return cls(amount=int(match[1]), basis=BASIS_OF[match[2]])


class Reason(StrEnum):
    """Why a step counted or did not."""

    CLOCK = "clock"
    WEEKDAY = "weekday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CALENDAR_DAYS = "calendar_days"
    ROLLED = "rolled"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """One line of the reckoning: on ``day``, because of ``reason``, so much counted (``0:45`` hours, ``1d``, or ``0``)."""

    day: date
    reason: Reason
    counted: str
    from_: datetime | None = None
    to: datetime | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """The due instant in the calendar's zone, whether it is PROVISIONAL, and every step that led there."""

    due: datetime
    provisional: bool
    steps: tuple[Step, ...]


def due(start: datetime, budget: Budget | str, calendar: WorkCalendar) -> Due:
    """When ``budget`` that starts at ``start`` is used up.

    Monotone in start and in budget. Raises :class:`BudgetNotUnderstood`, or
    :class:`~agencies.calendars.InstantNotUsable` for an instant without offset; never for a year nobody has published yet.
    """
    given = Budget.parse(budget) if isinstance(budget, str) else budget
    begins = check_instant(start)
    match given.basis:
        case Basis.CLOCK_HOURS:
            return _clock_hours(begins, given.amount, calendar)
        case Basis.WORKING_HOURS:
            return _working_hours(begins, timedelta(hours=given.amount), calendar)
        case Basis.WORKING_DAYS:
            return due_on_working_day(begins, given.amount, calendar)
        case Basis.CALENDAR_DAYS:
            return due_on_calendar_day(begins, given.amount, calendar)


def _clock_hours(start: datetime, hours: int, calendar: WorkCalendar) -> Due:
    ends = start + timedelta(hours=hours)
    step = _stretch(calendar, Reason.CLOCK, start, ends)
    return Due(due=ends.astimezone(calendar.zone), provisional=False, steps=(step,))  # no calendar can move clock hours


def _working_hours(start: datetime, amount: timedelta, calendar: WorkCalendar) -> Due:
    steps: list[Step] = []
    day = calendar.local_day(start)
    for since, until in worked_from(calendar, start):
        ends = min(until, since + amount)
        steps += _rest_days(calendar, day, calendar.local_day(since))
        day = calendar.local_day(since)
        steps.append(_stretch(calendar, Reason(calendar.kind_of(day).value), since, ends))
        amount -= ends - since
        if not amount:
            return _due(ends, day, calendar, steps)
    raise AssertionError("the week always comes round")  # pragma: no cover


def due_on_working_day(start: datetime, amount: int, calendar: WorkCalendar) -> Due:
    """The close of the ``amount``-th working day after the day of ``start``."""
    steps: list[Step] = []
    left = amount
    for day in days_after(calendar.local_day(start)):
        left -= calendar.works_on(day)
        steps.append(Step(day=day, reason=Reason(calendar.kind_of(day).value), counted="1d" if calendar.works_on(day) else "0"))
        if not left:
            return _due(calendar.close_of(day), day, calendar, steps)
    raise AssertionError("the week always comes round")  # pragma: no cover


def due_on_calendar_day(start: datetime, amount: int, calendar: WorkCalendar) -> Due:
    """The end of the ``amount``-th day after the day of ``start``, rolled to a working day when it rests."""
    last = calendar.local_day(start) + amount * ONE_DAY
    steps = [Step(day=last, reason=Reason.CALENDAR_DAYS, counted=f"{amount}d")]
    if not calendar.works_on(last):
        rests = last
        last = next(day for day in days_after(rests) if calendar.works_on(day))
        steps += _rest_days(calendar, rests - ONE_DAY, last)
        steps.append(Step(day=last, reason=Reason.ROLLED, counted="0"))
    return _due(calendar.end_of(last), last, calendar, steps)


def _due(ends: datetime, day: date, calendar: WorkCalendar, steps: list[Step]) -> Due:
    return Due(due=ends.astimezone(calendar.zone), provisional=not calendar.knows(day), steps=tuple(steps))


def _stretch(calendar: WorkCalendar, reason: Reason, since: datetime, until: datetime) -> Step:
    minutes, seconds = divmod(int((until - since).total_seconds()), 60)
    counted = f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    zone = calendar.zone
    day = calendar.local_day(since)
    return Step(day=day, reason=reason, counted=counted, from_=since.astimezone(zone), to=until.astimezone(zone))


def _rest_days(calendar: WorkCalendar, after: date, before: date) -> list[Step]:
    """The days strictly between that are not worked, each with its reason."""
    between = islice(days_after(after), max(0, (before - after).days - 1))
    return [Step(day=day, reason=Reason(calendar.kind_of(day).value), counted="0") for day in between]


def runs_from(sent: datetime, acknowledged: datetime | None) -> datetime:
    """When hours begin to run: the earlier of a device's acknowledgement and five minutes after sending.

    A later acknowledgement moves nothing; one stamped before the sending counts as the sending.
    """
    latest = sent + ACKNOWLEDGE_WITHIN
    return latest if acknowledged is None else min(max(acknowledged, sent), latest)


def in_time(received_at: datetime, due_at: datetime) -> bool:
    """Closed: received at the due instant itself is in time. ``received_at`` is the server's stamp, never a device's."""
    return received_at <= due_at


def may_lapse(now: datetime, due_at: datetime) -> bool:
    """A lapse waits five seconds past due, so that a request whose head arrived in time is never overtaken."""
    return now >= due_at + LAPSE_GRACE


def read_instant(text: str) -> datetime:
    """An RFC 3339 instant with offset, in UTC; :class:`InstantNotUsable` otherwise."""
    try:
        return check_instant(datetime.fromisoformat(text))
    except ValueError:
        raise InstantNotUsable(f"{text!r} is not an instant like 2026-11-20T09:12:00+08:00", instant=text) from None
