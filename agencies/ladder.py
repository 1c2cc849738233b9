"""Three-level warning 三级预警: when the rungs of a deadline's ladder are reached, and the time a person waited, both ways.

50 % reminds (yellow), 80 % goes to the head of the unit (orange), 100 % is the lapse (red) and repeats. A rung is claimed by a
unique row (deadline, rung), so each acts once however often the tick looks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from agencies.calendars import NOTHING, Interval, WorkCalendar, add_working_time, working_time
from agencies.deadline_ledger import Ledger, project, running_stretches
from agencies.deadlines import LAPSE_GRACE, Basis


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


LADDER = ((50, Level.YELLOW), (80, Level.ORANGE), (100, Level.RED))


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


def repeats(due_at: datetime, every: timedelta, now: datetime) -> tuple[Rung, ...]:
    """The red rungs after the lapse that have been reached by ``now``, one ``every`` so often (clock time)."""
    reached = max(0, (now - due_at - LAPSE_GRACE) // every)
    moments = ((n, due_at + n * every) for n in range(1, reached + 1))
    return tuple(Rung(number=100 + n, level=Level.RED, at=at, acts_at=at + LAPSE_GRACE) for n, at in moments)


def elapsed(start: datetime, end: datetime, calendar: WorkCalendar) -> Elapsed:
    """How long it took, in clock and in working time."""
    return Elapsed(clock=end.astimezone(UTC) - start.astimezone(UTC), working=working_time(calendar, start, end))
