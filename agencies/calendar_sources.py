"""Two sources of one calendar held against each other: days on which they differ, and years that only one of them knows. Pure."""

from __future__ import annotations

from datetime import date

import msgspec

from agencies.calendars import ONE_DAY, DayKind, WorkCalendar


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A day that one source works and the other does not."""

    day: date
    first: DayKind
    second: DayKind


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """``differences`` in the years both know; ``until`` is how far each is published."""

    first: str
    second: str
    first_until: date
    second_until: date
    differences: tuple[Difference, ...]

    def ahead_of(self, day: date) -> tuple[Difference, ...]:
        """Those that can still move a deadline."""
        return tuple(one for one in self.differences if one.day >= day)


def compare(first: WorkCalendar, second: WorkCalendar, since: date) -> Comparison:
    """Every day from ``since`` to the nearer horizon on which exactly one of the two works."""
    day, found = since, list[Difference]()
    while day <= min(first.published_until, second.published_until):
        if first.works_on(day) != second.works_on(day):
            found.append(Difference(day=day, first=first.kind_of(day), second=second.kind_of(day)))
        day += ONE_DAY
    return Comparison(
        first=first.source,
        second=second.source,
        first_until=first.published_until,
        second_until=second.published_until,
        differences=tuple(found),
    )
