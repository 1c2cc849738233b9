"""Targets of time: how long a case has taken to its inspection and in it, and whether that met the target. Pure.

Both are given in clock and in working time; the targets themselves count clock time, as their sources do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from agencies.calendars import WorkCalendar
from agencies.ladder import Elapsed, elapsed
from inspection.timekeeping.elapsed import Timeline, add

INSPECTION, TO_INSPECTION = "inspection", "determination_to_inspection"

LIMITS: Final[Mapping[str, timedelta]] = {TO_INSPECTION: timedelta(days=1), INSPECTION: timedelta(hours=4)}
"""Source: an inspection takes less than four hours (P pilot); it begins within a calendar day of the decision to inspect jointly
(Colombia yardstick)."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A target and how long it took so far. ``met`` is None while it may still be met, or when the case ended without."""

    code: str
    limit: timedelta
    took: Elapsed | None
    met: bool | None


def targets(timeline: Timeline, opened_at: datetime, calendar: WorkCalendar) -> tuple[Target, Target]:
    """From the opening of the case to the first opening of the goods, and the time the goods were open, all sessions together."""
    now = timeline.at or opened_at
    first = timeline.openings[0][0] if timeline.openings else None
    done = first is not None and timeline.openings[-1][1] is not None
    waited = elapsed(opened_at.replace(microsecond=0), first or now, calendar)
    inside = add(elapsed(since, until or now, calendar) for since, until in timeline.openings)
    ended = timeline.ended is not None
    return (
        _target(TO_INSPECTION, waited, in_time=waited.clock <= LIMITS[TO_INSPECTION], done=first is not None, ended=ended),
        _target(INSPECTION, inside if first else None, in_time=inside.clock < LIMITS[INSPECTION], done=done, ended=ended),
    )


def _target(code: str, took: Elapsed | None, *, in_time: bool, done: bool, ended: bool) -> Target:
    """A case that ended without an inspection has neither met nor missed; one that runs can have missed, not yet met."""
    if ended and not done:
        return Target(code=code, limit=LIMITS[code], took=None, met=None)
    return Target(code=code, limit=LIMITS[code], took=took, met=False if not in_time else True if done else None)
