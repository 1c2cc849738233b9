"""Three-level warning 三级预警: when the rungs of a deadline's ladder are reached, and the time a person waited, both ways.

50 % reminds (yellow), 80 % goes to the head of the unit (orange), 100 % is the lapse (red) and repeats. A rung is claimed by a
unique row (deadline, rung), so each acts once however often the tick looks. A pause or an extension moves the rungs that are
not claimed yet; one that was claimed has been said, and is not said again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from agencies.calendars import NOTHING, Interval, WorkCalendar, add_working_time, working_time
from agencies.deadline_ledger import Ledger, pause_used_up_at, project, running_stretches
from agencies.deadlines import LAPSE_GRACE, Basis, Budget, due


class Level(StrEnum):
    """The colour of a rung."""

    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` is the claim's key: 50, 80, 100, then 101, 102 … Reached ``at``; nothing acts before ``acts_at``."""

    number: int
    level: Level
    at: datetime
    acts_at: datetime


class Elapsed(msgspec.Struct, frozen=True, kw_only=True):
    """A key figure is always given in both: clock time and working time."""

    clock: timedelta
    working: timedelta


LAPSE = 100
LADDER = ((50, Level.YELLOW), (80, Level.ORANGE), (LAPSE, Level.RED))


def rungs(ledger: Ledger, calendar: WorkCalendar) -> tuple[Rung, ...]:
    """The three rungs as instants. For day bases a rung is a fraction of the working time between start and due.

    Pauses do not count; while one stands open the rungs are as late as its cap allows.
    """
    due_at = project(ledger, calendar).due.astimezone(UTC)
    in_clock_time = ledger.terms.budget.basis is Basis.CLOCK_HOURS
    stretches = running_stretches(ledger, due_at)
    return tuple(_rung(percent, level, due_at, stretches, None if in_clock_time else calendar) for percent, level in LADDER)


def _rung(percent: int, level: Level, due_at: datetime, stretches: tuple[Interval, ...], calendar: WorkCalendar | None) -> Rung:
    if level is Level.RED:
        return Rung(number=percent, level=level, at=due_at, acts_at=due_at + LAPSE_GRACE)
    at = _fraction(percent, due_at, stretches, calendar)
    return Rung(number=percent, level=level, at=at, acts_at=at)


def _fraction(percent: int, due_at: datetime, stretches: tuple[Interval, ...], calendar: WorkCalendar | None) -> datetime:
    """Walks ``percent`` of the counted time; ``calendar`` None counts clock time."""
    lengths = [_counted(since, until, calendar) for since, until in stretches]
    left = sum(lengths, NOTHING) * percent / 100
    for (since, _), length in zip(stretches, lengths, strict=True):
        if NOTHING < left <= length:
            return since + left if calendar is None else add_working_time(calendar, since, left)
        left -= length
    return due_at  # nothing was counted at all: a grace granted outside working time


def _counted(since: datetime, until: datetime, calendar: WorkCalendar | None) -> timedelta:
    return until - since if calendar is None else working_time(calendar, since, until)


def repeats(ledger: Ledger, calendar: WorkCalendar) -> tuple[Rung, ...]:
    """The red rungs after the lapse, as often as the terms say, each one ``repeat`` of the terms after the one before."""
    terms = ledger.terms
    if terms.repeat is None:
        return ()
    due_at = project(ledger, calendar).due.astimezone(UTC)
    return tuple(_repeat(n, due_at, terms.repeat, calendar) for n in range(1, terms.repeats + 1))


def _repeat(n: int, due_at: datetime, every: Budget, calendar: WorkCalendar) -> Rung:
    at = due(due_at, Budget(amount=n * every.amount, basis=every.basis), calendar).due.astimezone(UTC)
    return Rung(number=LAPSE + n, level=Level.RED, at=at, acts_at=at + LAPSE_GRACE)


def ladder(ledger: Ledger, calendar: WorkCalendar) -> tuple[Rung, ...]:
    """Every rung there is, in the order in which they are reached."""
    return (*rungs(ledger, calendar), *repeats(ledger, calendar))


def next_look(ledger: Ledger, steps: tuple[Rung, ...], last: int) -> datetime | None:
    """When a tick has something to do: the first rung above ``last``, or the end of a pause that nobody ended.

    While the clock stands no rung acts, not even one that was reached just before and not yet seen.
    """
    standing = pause_used_up_at(ledger)
    if standing is not None and ledger.ended_at is None:
        return standing
    return next((rung.acts_at for rung in steps if rung.number > last), None)


def elapsed(start: datetime, end: datetime, calendar: WorkCalendar) -> Elapsed:
    """How long it took, in clock and in working time."""
    return Elapsed(clock=end.astimezone(UTC) - start.astimezone(UTC), working=working_time(calendar, start, end))
