"""Rosters 值班表: who is on duty at an instant, who stands in for whom, and who is called at three in the morning.

A shift repeats: on its weekdays from one local time to another, until its last day. An ``ends`` at or before ``starts`` is on
the next day, so 20:00-08:00 is a night and 00:00-00:00 a whole day. Shifts follow the wall clock of the port: over a change of
summer time a night is as long as it then is. Spans are half open: at 08:00 the night's watch is over and the day's has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final

import msgspec

EVERY_DAY: Final = (1, 2, 3, 4, 5, 6, 7)
_DAY = timedelta(days=1)


class Role(StrEnum):
    """What somebody is on duty for. The first six make up the on-call directory of a port."""

    COMMAND_CENTRE = "COMMAND_CENTRE"
    GENERAL_COORDINATION = "GENERAL_COORDINATION"
    DECLARATION = "DECLARATION"
    IMPORT_INSPECTION = "IMPORT_INSPECTION"
    EXPORT_INSPECTION = "EXPORT_INSPECTION"
    DISPOSAL = "DISPOSAL"
    DISPATCH = "DISPATCH"
    EXPERT = "EXPERT"


DIRECTORY: Final = tuple(Role)[:6]
"""The six roles of the on-call directory 值守通讯录."""

NAMES: Final[dict[Role, tuple[str, str]]] = {
    Role.COMMAND_CENTRE: ("指挥中心", "Command centre"),
    Role.GENERAL_COORDINATION: ("综合协调", "General coordination"),
    Role.DECLARATION: ("申报", "Declaration"),
    Role.IMPORT_INSPECTION: ("进口查验", "Import inspection"),
    Role.EXPORT_INSPECTION: ("出口查验", "Export inspection"),
    Role.DISPOSAL: ("处置", "Disposal"),
    Role.DISPATCH: ("调度", "Dispatch"),
    Role.EXPERT: ("专家", "Expert"),
}


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a roster. ``rank`` 1 is called first. ``weekdays`` are ISO (1 Monday), of the day the shift begins."""

    person: str
    role: Role
    rank: int = 1
    weekdays: tuple[int, ...] = EVERY_DAY
    starts: time = time(0)
    ends: time = time(0)
    valid_from: date
    valid_until: date | None = None


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is away from ``starts`` to just before ``ends``; ``substitute`` takes the shifts meanwhile."""

    person: str
    starts: datetime
    ends: datetime
    substitute: str | None = None


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answers for a role now. ``instead_of`` is whose shift it is, when that person is away."""

    person: str
    role: Role
    rank: int
    instead_of: str | None = None


class Span(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """From ``starts`` to just before ``ends``."""

    starts: datetime
    ends: datetime


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The shifts and absences of a unit or a port; ``zone`` is the port's."""

    shifts: tuple[Shift, ...]
    absences: tuple[Absence, ...]
    zone: tzinfo


def span_on(shift: Shift, day: date, zone: tzinfo) -> Span | None:
    """The shift that begins on ``day``, or None."""
    over = shift.valid_until is not None and day > shift.valid_until
    if over or day < shift.valid_from or day.isoweekday() not in shift.weekdays:
        return None
    last = day if shift.ends > shift.starts else day + _DAY
    starts, ends = datetime.combine(day, shift.starts, zone), datetime.combine(last, shift.ends, zone)
    return Span(starts=starts.astimezone(UTC), ends=ends.astimezone(UTC))


def stands_in(person: str, absences: Sequence[Absence], at: datetime) -> str | None:
    """Who does ``person``'s duty at ``at``: the person, a substitute, a substitute's substitute; None when nobody is left.

    Substitutes who name each other in a ring, all of them away, are nobody.
    """
    asked: set[str] = set()
    present: str | None = person
    while present is not None and present not in asked:
        away = _away(present, absences, at)
        if away is None:
            return present
        asked.add(present)
        present = away.substitute
    return None


def on_duty(roster: Roster, role: Role, at: datetime) -> tuple[OnDuty, ...]:
    """Everybody on duty for ``role`` at ``at``, in the order they are called; each person once, by the better rank."""
    found: dict[str, OnDuty] = {}
    for shift in sorted(roster.shifts, key=lambda one: (one.rank, one.person)):
        if shift.role is not role or not _covers(shift, at, roster.zone):
            continue
        person = stands_in(shift.person, roster.absences, at)
        if person is not None and person not in found:
            instead_of = None if person == shift.person else shift.person
            found[person] = OnDuty(person=person, role=role, rank=shift.rank, instead_of=instead_of)
    return tuple(found.values())


def on_call(roster: Roster, role: Role, at: datetime) -> OnDuty | None:
    """Whom to call for ``role`` at ``at``: its own watch, else general coordination's, else the command centre's.

    The answer's ``role`` says whose watch it is. None only when the command centre has nobody either: see :func:`gaps`.
    """
    for asked in dict.fromkeys((role, Role.GENERAL_COORDINATION, Role.COMMAND_CENTRE)):
        watch = on_duty(roster, asked, at)
        if watch:
            return watch[0]
    return None


def duty_spans(roster: Roster, person: str, role: Role, period: Span) -> tuple[Span, ...]:
    """When ``person`` is there for ``role`` within ``period``: own shifts and those stood in for, without absences; merged."""
    edges = _edges(roster, role, period)
    held = [
        Span(starts=starts, ends=ends)
        for starts, ends in pairwise(edges)
        if any(one.person == person for one in on_duty(roster, role, starts))
    ]
    return _merged(held)


def gaps(roster: Roster, role: Role, period: Span) -> tuple[Span, ...]:
    """When nobody is on duty for ``role`` within ``period``. A round-the-clock roster has none."""
    edges = _edges(roster, role, period)
    empty = [Span(starts=starts, ends=ends) for starts, ends in pairwise(edges) if not on_duty(roster, role, starts)]
    return _merged(empty)


def _covers(shift: Shift, at: datetime, zone: tzinfo) -> bool:
    today = at.astimezone(zone).date()
    spans = (span_on(shift, day, zone) for day in (today - _DAY, today))
    return any(span is not None and span.starts <= at < span.ends for span in spans)


def _away(person: str, absences: Sequence[Absence], at: datetime) -> Absence | None:
    """The absence that holds at ``at``; of several the one that names a substitute."""
    held = [one for one in absences if one.person == person and one.starts <= at < one.ends]
    return next((one for one in held if one.substitute is not None), held[0] if held else None)


def _edges(roster: Roster, role: Role, period: Span) -> list[datetime]:
    """Every instant of the period at which who is on duty may change, its ends included."""
    found = {period.starts, period.ends}
    day, last = period.starts.astimezone(roster.zone).date() - _DAY, period.ends.astimezone(roster.zone).date()
    while day <= last:
        spans = (span_on(shift, day, roster.zone) for shift in roster.shifts if shift.role is role)
        found.update(edge for span in spans if span is not None for edge in (span.starts, span.ends))
        day += _DAY
    found.update(edge for one in roster.absences for edge in (one.starts, one.ends))
    return sorted(edge for edge in found if period.starts <= edge <= period.ends)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].ends == span.starts:
            merged[-1] = Span(starts=merged[-1].starts, ends=span.ends)
        else:
            merged.append(span)
    return tuple(merged)
