"""A deadline is a ledger, not a target: what was given, when it ran, who paused or extended it. The due instant is a projection.

Every entry is kept, so that a due date can be recomputed from what was recorded; ``ledger_entries.py`` makes them.
A pause moves an hour deadline by the time it withheld (clock or working, as the basis counts) and a day deadline by the days of
its basis whose close falls inside it. A pause ends by itself when the cap of its terms is used up: nothing stands still for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from agencies.calendars import NOTHING, Interval, WorkCalendar, add_working_time, check_instant, days_after, working_time
from agencies.deadlines import Basis, Budget, Due, due, due_on_calendar_day, due_on_working_day

Text = Annotated[str, Meta(min_length=1)]


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a type of deadline gives and allows. ``pause_cap`` is clock time in all; ``extension_limit`` in units of the basis.

    After the lapse the red warning comes again every ``repeat``, ``repeats`` times.
    """

    type: Text
    budget: Budget
    pause_reasons: tuple[str, ...] = ()
    pause_cap: timedelta = NOTHING
    extension_limit: Annotated[int, Meta(ge=0)] = 0
    repeat: Budget | None = None
    repeats: Annotated[int, Meta(ge=0, le=100)] = 0
    legal_basis: str = ""


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clock stood from ``since`` to ``until`` (still stands when absent)."""

    since: datetime
    until: datetime | None = None
    reason: Text
    by: Text


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` more units of the basis."""

    at: datetime
    amount: Annotated[int, Meta(ge=1)]
    reason: Text
    by: Text


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """The calendar changed under a running deadline. ``granted`` when the new due already lay in the past."""

    at: datetime
    calendar: str
    old_due: datetime
    computed_due: datetime
    granted: datetime | None = None


class Ledger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that makes a due date. ``calendar`` is ``id/vN``; instants are UTC."""

    terms: Terms
    start: datetime
    calendar: Text
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    corrections: tuple[Correction, ...] = ()
    ended_at: datetime | None = None

    @property
    def budget(self) -> Budget:
        """What is given in all: the terms' budget and every extension."""
        amount = self.terms.budget.amount + sum(extension.amount for extension in self.extensions)
        return Budget(amount=amount, basis=self.terms.budget.basis)

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger read at one calendar. ``consumed`` up to ``running_since``, in clock or working time as the basis counts.

    While paused ``running_since`` is None and ``due`` is the latest possible: as if the pause used up its cap.
    """

    due: datetime
    provisional: bool
    consumed: timedelta
    running_since: datetime | None


def open_ledger(terms: Terms, start: datetime, calendar: WorkCalendar) -> Ledger:
    """A deadline that begins to run at ``start``."""
    return Ledger(terms=terms, start=check_instant(start), calendar=calendar_name(calendar))


def calendar_name(calendar: WorkCalendar) -> str:
    """``id/vN``, as a ledger cites it."""
    return f"{calendar.id}/v{calendar.version}"


def project(ledger: Ledger, calendar: WorkCalendar) -> Projection:
    """The due instant that follows from the entries."""
    standstills = standstills_of(ledger)
    due_at = _due(ledger, standstills, calendar)
    granted = max((c.granted for c in ledger.corrections if c.granted is not None), default=due_at.due)
    running_since = standstills[-1][1] if standstills else ledger.start
    consumed = sum((_measure(ledger, calendar, a, b) for a, b in running_stretches(ledger, running_since)), NOTHING)
    return Projection(
        due=max(due_at.due, granted).astimezone(calendar.zone),
        provisional=due_at.provisional,
        consumed=consumed,
        running_since=None if ledger.paused else running_since,
    )


def standstills_of(ledger: Ledger) -> tuple[Interval, ...]:
    """The pauses as they count: in order, together never longer than the cap."""
    left, counted = ledger.terms.pause_cap, list[Interval]()
    for entry in ledger.pauses:
        latest = entry.since + left
        until = latest if entry.until is None else min(entry.until, latest)
        counted.append((entry.since, until))
        left -= until - entry.since
    return tuple(counted)


def running_stretches(ledger: Ledger, end: datetime) -> tuple[Interval, ...]:
    """The stretches between start and ``end`` in which the deadline ran."""
    stretches, cursor = list[Interval](), ledger.start
    for since, until in standstills_of(ledger):
        stretches.append((cursor, min(since, end)))
        cursor = until
    stretches.append((cursor, end))
    return tuple((since, until) for since, until in stretches if since < until)


def _due(ledger: Ledger, standstills: tuple[Interval, ...], calendar: WorkCalendar) -> Due:
    budget = ledger.budget
    match budget.basis:
        case Basis.CLOCK_HOURS:
            withheld = sum((until - since for since, until in standstills), NOTHING)
            plain = due(ledger.start, budget, calendar)
            return Due(due=plain.due.astimezone(UTC) + withheld, provisional=False, steps=plain.steps)
        case Basis.WORKING_HOURS:
            withheld = sum((working_time(calendar, since, until) for since, until in standstills), NOTHING)
            ends = add_working_time(calendar, ledger.start, timedelta(hours=budget.amount) + withheld)
            return Due(due=ends, provisional=not calendar.knows(calendar.local_day(ends)), steps=())
        case Basis.WORKING_DAYS:
            return due_on_working_day(ledger.start, budget.amount + _days_withheld(calendar, standstills, worked=True), calendar)
        case Basis.CALENDAR_DAYS:
            counted = budget.amount + _days_withheld(calendar, standstills, worked=False)
            resumed = standstills[-1][1] if standstills else ledger.start
            until_resumed = (calendar.local_day(resumed) - calendar.local_day(ledger.start)).days
            # A pause may begin when every day is counted and only the roll is left: even then nothing is due while it stands.
            return due_on_calendar_day(ledger.start, max(counted, until_resumed), calendar)


def _days_withheld(calendar: WorkCalendar, standstills: tuple[Interval, ...], *, worked: bool) -> int:
    """Days whose close falls inside a pause: closes of working days, or ends of any days for calendar days."""
    return sum(_closes_inside(calendar, since, until, worked=worked) for since, until in standstills)


def _closes_inside(calendar: WorkCalendar, since: datetime, until: datetime, *, worked: bool) -> int:
    """A close at the instant of resuming counts, one at the instant of pausing does not: adjoining pauses add up."""
    first, last = calendar.local_day(since), calendar.local_day(until)
    days = [first]
    for day in days_after(first):
        if day > last:
            break
        days.append(day)
    closes = (calendar.close_of(day) if worked else calendar.end_of(day) for day in days if calendar.works_on(day) or not worked)
    return sum(since < close <= until for close in closes)


def _measure(ledger: Ledger, calendar: WorkCalendar, since: datetime, until: datetime) -> timedelta:
    if ledger.terms.budget.basis in {Basis.CLOCK_HOURS, Basis.CALENDAR_DAYS}:
        return until - since
    return working_time(calendar, since, until)


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What was given in all and how much of it is gone, as the basis counts: working time for wh and wd, else clock time."""

    given: timedelta
    consumed: timedelta

    @property
    def remaining(self) -> timedelta:
        return self.given - self.consumed


def spent(ledger: Ledger, calendar: WorkCalendar, at: datetime) -> Spent:
    """The ledger read at ``at``: what is consumed and what remains add up to what was given."""
    due_at = project(ledger, calendar).due.astimezone(UTC)
    until = min(at.astimezone(UTC), ledger.ended_at or due_at, due_at)
    given, consumed = (
        sum((_measure(ledger, calendar, a, b) for a, b in running_stretches(ledger, end)), NOTHING) for end in (due_at, until)
    )
    return Spent(given=given, consumed=consumed)


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What the terms still allow: clock time of pause, units of extension."""

    pause: timedelta
    extension: int


def left_of(ledger: Ledger) -> Left:
    """What is left of the caps; a pause that stands counts as if it used up all of its own."""
    used = sum((until - since for since, until in standstills_of(ledger)), NOTHING)
    extended = sum(extension.amount for extension in ledger.extensions)
    return Left(pause=ledger.terms.pause_cap - used, extension=ledger.terms.extension_limit - extended)


def pause_used_up_at(ledger: Ledger) -> datetime | None:
    """When the pause that stands ends by itself because its cap is used up; None while the clock runs."""
    return standstills_of(ledger)[-1][1] if ledger.paused else None
