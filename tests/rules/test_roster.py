"""Rosters: nights, handovers to the second, substitutes, and somebody at three in the morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.roster import DIRECTORY, Absence, Role, Roster, Shift, Span, duty_spans, gaps, on_call, on_duty, stands_in

PORT = ZoneInfo("Asia/Shanghai")
SINCE = date(2026, 11, 1)
PEOPLE = ("lin", "zhao", "tao", "rong")


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026 at the port; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=PORT)


def shift(person: str, starts: int = 0, ends: int = 0, role: Role = Role.IMPORT_INSPECTION, **more: object) -> Shift:
    fields = {"person": person, "role": role, "starts": time(starts), "ends": time(ends), "valid_from": SINCE}
    return Shift(**(fields | more))  # type: ignore[arg-type]


def roster(*shifts: Shift, away: tuple[Absence, ...] = ()) -> Roster:
    return Roster(shifts=shifts, absences=away, zone=PORT)


def people(found: Roster, moment: datetime, role: Role = Role.IMPORT_INSPECTION) -> list[str]:
    return [one.person for one in on_duty(found, role, moment)]


DAY_AND_NIGHT = (shift("tao", 8, 20), shift("rong", 20, 8))
moments = st.integers(0, 26 * 24 * 60).map(lambda minutes: datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=minutes))
absences = st.builds(
    lambda person, start, hours, substitute: Absence(
        person=person, starts=start, ends=start + timedelta(hours=hours), substitute=substitute
    ),
    st.sampled_from(PEOPLE),
    moments,
    st.integers(1, 100),
    st.none() | st.sampled_from(PEOPLE),
)
shifts = st.builds(
    lambda person, starts, ends, rank, days: shift(person, starts, ends, rank=rank, weekdays=tuple(sorted(days))),
    st.sampled_from(PEOPLE),
    st.integers(0, 23),
    st.integers(0, 23),
    st.integers(1, 3),
    st.sets(st.integers(1, 7), min_size=1),
)
rosters = st.builds(
    lambda lines, away: roster(*lines, away=tuple(away)), st.lists(shifts, max_size=4), st.lists(absences, max_size=4)
)


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        (at(20, 7, 59, 59), "rong"),
        (at(20, 8), "tao"),
        (at(20, 19, 59, 59), "tao"),
        (at(20, 20), "rong"),
        (at(21, 3), "rong"),
    ],
)
def test_the_watch_changes_to_the_second(moment: datetime, who: str) -> None:
    assert people(roster(*DAY_AND_NIGHT), moment) == [who]


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    friday_night = roster(shift("rong", 20, 8, weekdays=(5,)))
    assert people(friday_night, at(21, 3)) == ["rong"] and people(friday_night, at(20, 3)) == []


def test_a_shift_ends_with_its_last_day_and_its_last_night_is_stood_to_the_end() -> None:
    last = roster(shift("rong", 20, 8, valid_until=date(2026, 11, 20)))
    assert people(last, at(21, 7)) == ["rong"] and people(last, at(21, 21)) == []
    assert people(roster(shift("rong", valid_from=date(2026, 11, 21))), at(20, 23)) == []


def test_equal_times_are_a_whole_day_and_leave_no_gap() -> None:
    week = Span(starts=at(16), ends=at(23))
    assert gaps(roster(shift("tao")), Role.IMPORT_INSPECTION, week) == ()
    assert gaps(roster(*DAY_AND_NIGHT), Role.IMPORT_INSPECTION, week) == ()


def test_a_gap_is_told_exactly() -> None:
    found = gaps(roster(shift("tao", 8, 20)), Role.IMPORT_INSPECTION, Span(starts=at(20, 12), ends=at(21, 12)))
    assert found == (Span(starts=at(20, 20), ends=at(21, 8)),)


def test_on_leave_the_substitute_stands_in_and_is_said_to() -> None:
    away = (Absence(person="tao", starts=at(20), ends=at(21), substitute="lin"),)
    found = on_duty(roster(*DAY_AND_NIGHT, away=away), Role.IMPORT_INSPECTION, at(20, 9))
    assert [(one.person, one.instead_of) for one in found] == [("lin", "tao")]
    assert people(roster(*DAY_AND_NIGHT, away=away), at(21, 9)) == ["tao"]


def test_a_substitute_on_leave_passes_it_on_and_a_ring_of_them_is_nobody() -> None:
    chain = [
        Absence(person="tao", starts=at(20), ends=at(21), substitute="rong"),
        Absence(person="rong", starts=at(20), ends=at(21), substitute="lin"),
    ]
    assert stands_in("tao", chain, at(20, 9)) == "lin"
    ring = [*chain, Absence(person="lin", starts=at(20), ends=at(21), substitute="tao")]
    assert stands_in("tao", ring, at(20, 9)) is None


@pytest.mark.parametrize("role", DIRECTORY)
def test_each_role_reaches_somebody_at_three_in_the_morning(role: Role) -> None:
    """Only the command centre stands the night: every role ends there, and the answer says whose watch it is."""
    found = roster(*(shift("lin", 9, 17, one) for one in DIRECTORY[1:]), shift("zhao", role=Role.COMMAND_CENTRE))
    night, day = on_call(found, role, at(21, 3)), on_call(found, role, at(20, 10))
    assert night is not None and (night.person, night.role) == ("zhao", Role.COMMAND_CENTRE)
    assert day is not None and day.role is role


def test_the_lower_rank_is_called_first_and_the_next_one_when_nobody_stands_in() -> None:
    away = (Absence(person="tao", starts=at(20), ends=at(21)),)
    lines = (shift("rong", rank=2), shift("tao", rank=1))
    assert people(roster(*lines), at(20, 9)) == ["tao", "rong"]
    called = on_call(roster(*lines, away=away), Role.IMPORT_INSPECTION, at(20, 9))
    assert called is not None and called.person == "rong"


def test_an_hour_of_summer_time_is_lived_once_and_nobody_falls_between() -> None:
    berlin = Roster(shifts=DAY_AND_NIGHT, absences=(), zone=ZoneInfo("Europe/Berlin"))
    autumn = Span(starts=datetime(2027, 10, 30, tzinfo=UTC), ends=datetime(2027, 11, 1, tzinfo=UTC))
    assert gaps(berlin, Role.IMPORT_INSPECTION, autumn) == ()
    night = duty_spans(berlin, "rong", Role.IMPORT_INSPECTION, autumn)[1]
    assert night.ends - night.starts == timedelta(hours=13)


@given(rosters, moments, st.integers(1, 200))
def test_gaps_and_watches_together_are_the_whole_period(found: Roster, start: datetime, hours: int) -> None:
    period = Span(starts=start, ends=start + timedelta(hours=hours))
    empty = gaps(found, Role.IMPORT_INSPECTION, period)
    held = [span for person in PEOPLE for span in duty_spans(found, person, Role.IMPORT_INSPECTION, period)]
    for step in range(0, hours * 4, 7):
        moment = start + timedelta(minutes=15 * step)
        covered = any(span.starts <= moment < span.ends for span in held)
        assert covered != any(span.starts <= moment < span.ends for span in empty)
        assert covered == bool(people(found, moment))


@given(rosters, moments)
def test_nobody_who_is_away_is_ever_on_duty(found: Roster, moment: datetime) -> None:
    away = {one.person for one in found.absences if one.starts <= moment < one.ends}
    called = on_call(found, Role.IMPORT_INSPECTION, moment)
    assert not away & set(people(found, moment)) and (called is None or called.person not in away)
