"""Working calendars: hours, holidays and make-up workdays 调休补班日 of a place, versioned, with a horizon.

Arithmetic is done on UTC instants; the zone of the calendar only decides which local day and which local hour an instant is in,
so a zone with daylight saving works too. Beyond ``published_until`` only the week is known: weekends rest, other days work.
Intervals across midnight are deliberately not supported: a unit that works through the night has a duty roster and clock hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from kit.errors import Invalid

ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="local time of day, HH:MM")]
Interval = tuple[datetime, datetime]

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)
FRIDAY = 4


class CalendarNotUsable(Invalid):
    """The calendar contradicts itself; ``details['errors']`` says where."""

    code = "calendar_not_usable"
    title_zh = "工作日历不可用"
    title_en = "The working calendar cannot be used"
    advice_zh = "请按所列位置更正工作日历后重新载入。"
    advice_en = "Correct the calendar at the place named and load it again."


class InstantNotUsable(Invalid):
    """An instant without an offset, or outside 1970–2200."""

    code = "instant_not_usable"
    title_zh = "时间须带时区偏移并在合理范围内"
    title_en = "An instant needs an offset and a plausible year"
    advice_zh = "请写明时区偏移，例如 2026-11-20T09:12:00+08:00。"
    advice_en = "Write the offset, for example 2026-11-20T09:12:00+08:00."


class DayKind(StrEnum):
    """What a calendar says of one day. WEEKDAY and MAKEUP are worked."""

    WEEKDAY = "weekday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class WorkCalendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """One version of one calendar. ``holidays`` and ``makeup_workdays`` count up to ``published_until`` only."""

    id: Annotated[str, Meta(min_length=1)]
    version: Annotated[int, Meta(ge=1)] = 1
    tz: str = "Asia/Shanghai"
    hours: tuple[tuple[ClockTime, ClockTime], ...] = (("09:00", "12:00"), ("13:30", "17:30"))
    holidays: tuple[date, ...] = ()
    makeup_workdays: tuple[date, ...] = ()
    source: str = ""
    published_until: date

    def __post_init__(self) -> None:
        check_hours(self.hours)
        both = sorted(set(self.holidays) & set(self.makeup_workdays))
        if both:
            raise _unusable("makeup_workdays", f"{both[0]} is listed as a holiday too")
        try:
            _ = self.zone
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise _unusable("tz", f"unknown time zone {self.tz!r}") from None

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @cached_property
    def _shifts(self) -> tuple[tuple[time, time], ...]:
        return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in self.hours)

    @cached_property
    def _listed(self) -> dict[date, DayKind]:
        return dict.fromkeys(self.holidays, DayKind.HOLIDAY) | dict.fromkeys(self.makeup_workdays, DayKind.MAKEUP)

    def kind_of(self, day: date) -> DayKind:
        """WEEKDAY, MAKEUP, WEEKEND or HOLIDAY; by the week alone once the horizon is passed."""
        by_the_week = DayKind.WEEKDAY if day.weekday() <= FRIDAY else DayKind.WEEKEND
        return self._listed.get(day, by_the_week) if self.knows(day) else by_the_week

    def works_on(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        return self.kind_of(day) in {DayKind.WEEKDAY, DayKind.MAKEUP}

    def knows(self, day: date) -> bool:
        """False beyond the horizon: what is computed there is provisional."""
        return day <= self.published_until

    def local_day(self, instant: datetime) -> date:
        """The day ``instant`` falls on in the calendar's zone."""
        return instant.astimezone(self.zone).date()

    def instant(self, day: date, at: time) -> datetime:
        """Local wall time as a UTC instant."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """The worked intervals of ``day`` as UTC instants, in order; none on a rest day."""
        if not self.works_on(day):
            return ()
        spans = ((self.instant(day, opens), self.instant(day, closes)) for opens, closes in self._shifts)
        return tuple((opens, closes) for opens, closes in spans if opens < closes)  # a zone's gap can swallow a shift

    def close_of(self, day: date) -> datetime:
        """When work ends on ``day`` (17:30 in the seeded calendar), whether or not that day is worked."""
        return self.instant(day, self._shifts[-1][1])

    def end_of(self, day: date) -> datetime:
        """The last microsecond of ``day``: 23:59:59.999999 local."""
        return self.instant(day, time.max)


def check_hours(hours: tuple[tuple[str, str], ...]) -> None:
    """Refuses hours that are empty, reversed, overlapping or out of order."""
    if not hours:
        raise _unusable("hours", "at least one interval is needed")
    for n, (opens, closes) in enumerate(hours):
        if not opens < closes:
            raise _unusable(f"hours[{n}]", f"{opens} does not precede {closes}")
    for n, ((_, closes), (opens, _)) in enumerate(pairwise(hours), start=1):
        if opens < closes:
            raise _unusable(f"hours[{n}]", f"{opens} precedes the end of the interval before it, {closes}")


def check_instant(instant: datetime) -> datetime:
    """``instant`` in UTC, or :class:`InstantNotUsable`."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise InstantNotUsable(f"{instant.isoformat()} has no offset", instant=instant.isoformat())
    if not EARLIEST.year <= instant.year <= LATEST.year:
        raise InstantNotUsable(f"{instant.isoformat()} is not between 1970 and 2200", instant=instant.isoformat())
    return instant.astimezone(UTC)


def days_after(day: date) -> Iterator[date]:
    """The days that follow ``day``, without it."""
    while True:
        day += ONE_DAY
        yield day


def working_time(calendar: WorkCalendar, start: datetime, end: datetime) -> timedelta:
    """Working time between two instants; nothing when ``end`` does not follow ``start``."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    total, day, last = NOTHING, calendar.local_day(start), calendar.local_day(end)
    while day <= last:
        total += sum((max(NOTHING, min(end, closes) - max(start, opens)) for opens, closes in calendar.intervals(day)), NOTHING)
        day += ONE_DAY
    return total


def add_working_time(calendar: WorkCalendar, start: datetime, amount: timedelta) -> datetime:
    """The first instant by which ``amount`` of working time has passed since ``start``; ``start`` itself for nothing.

    Exhausting an interval ends at its close (17:30), not at the next opening.
    """
    start = start.astimezone(UTC)
    if amount <= NOTHING:
        return start
    for since, until in worked_from(calendar, start):
        if amount <= until - since:
            return since + amount
        amount -= until - since
    raise AssertionError("the week always comes round")  # pragma: no cover


def worked_from(calendar: WorkCalendar, start: datetime) -> Iterator[Interval]:
    """Every stretch of working time that lies after ``start``, without end, in order."""
    first = calendar.local_day(start)
    yield from ((max(opens, start), closes) for opens, closes in calendar.intervals(first) if closes > start)
    for day in days_after(first):
        yield from calendar.intervals(day)


def read_calendar(document: bytes | str) -> WorkCalendar:
    """A calendar from its JSON document; :class:`CalendarNotUsable` names the path of what is wrong."""
    try:
        return msgspec.json.decode(document, type=WorkCalendar)
    except msgspec.DecodeError as wrong:
        message, _, path = str(wrong).partition(" - at ")
        raise _unusable(path.strip("`") or "$", message) from None


def _unusable(path: str, message: str) -> CalendarNotUsable:
    return CalendarNotUsable(f"{path}: {message}", errors=[{"path": path, "message": message}])
