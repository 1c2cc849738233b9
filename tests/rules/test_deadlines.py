"""When something is due: the golden dates, what holds for all dates, and what the command prints."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import InstantNotUsable, WorkCalendar
from agencies.deadlines import Basis, Budget, BudgetNotUnderstood, Reason, due, in_time, may_lapse, read_instant, runs_from
from inspection.server.cli import main

SEED = seeded_calendar()
CLOSE, MIDNIGHT = "17:30:00", "23:59:59.999999"

instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
hours = st.builds(Budget, amount=st.integers(1, 60), basis=st.sampled_from([Basis.CLOCK_HOURS, Basis.WORKING_HOURS]))
days = st.builds(Budget, amount=st.integers(1, 40), basis=st.sampled_from([Basis.WORKING_DAYS, Basis.CALENDAR_DAYS]))
budgets = hours | days


@pytest.mark.parametrize(
    ("start", "budget", "expected"),
    [
        ("2026-02-13T16:45:00", "2h", "2026-02-13T18:45:00"),
        ("2026-02-13T16:45:00", "2wh", "2026-02-14T10:15:00"),
        ("2026-02-14T16:45:00", "2wh", "2026-02-24T10:15:00"),
        ("2026-11-23T11:30:00", "2wh", "2026-11-23T15:00:00"),
        ("2026-11-23T15:30:00", "2wh", "2026-11-23T17:30:00"),
        ("2026-11-22T10:00:00", "2wh", "2026-11-23T11:00:00"),
        ("2026-09-30T10:00:00", "3wd", f"2026-10-10T{CLOSE}"),
        ("2026-04-30T10:00:00", "3wd", f"2026-05-08T{CLOSE}"),
        ("2026-04-30T10:00:00", "4wd", f"2026-05-09T{CLOSE}"),
        ("2026-09-18T10:00:00", "7wd", f"2026-09-29T{CLOSE}"),
        ("2026-09-03T10:00:00", "30d", f"2026-10-08T{MIDNIGHT}"),
    ],
)
def test_the_golden_dates_come_out(start: str, budget: str, expected: str) -> None:
    answer = due(read_instant(f"{start}+08:00"), budget, SEED)
    assert (answer.due.isoformat(), answer.provisional) == (f"{expected}+08:00", False)


def test_what_reaches_beyond_the_published_calendar_is_provisional_and_never_a_crash() -> None:
    answer = due(read_instant("2026-12-28T10:00:00+08:00"), "7wd", SEED)
    assert (answer.due.isoformat(), answer.provisional) == ("2027-01-06T17:30:00+08:00", True)


def test_clock_hours_are_never_provisional_for_no_calendar_can_move_them() -> None:
    assert not due(read_instant("2030-01-01T00:00:00Z"), "2h", SEED).provisional


def test_a_working_day_deadline_ends_at_the_close_of_its_own_calendar() -> None:
    short = WorkCalendar(id="short", hours=(("08:00", "11:00"),), published_until=date(2026, 12, 31))
    assert due(read_instant("2026-11-20T10:00:00+08:00"), "1wd", short).due.isoformat() == "2026-11-23T11:00:00+08:00"


def test_the_steps_tell_why_the_days_between_did_not_count() -> None:
    steps = due(read_instant("2026-02-14T16:45:00+08:00"), "2wh", SEED).steps
    assert [step.reason for step in steps] == [Reason.MAKEUP, *[Reason.HOLIDAY] * 9, Reason.WEEKDAY]
    assert (steps[0].counted, steps[-1].counted) == ("0:45", "1:15")


def test_the_starting_day_is_excluded_at_whatever_hour_it_starts() -> None:
    early, late = (due(read_instant(f"2026-11-23T{at}+08:00"), "1wd", SEED).due for at in ("00:00:00", "23:59:59"))
    assert early == late == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@given(instants, budgets, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_later_start_is_never_due_earlier(start: datetime, budget: Budget, later: timedelta) -> None:
    assert due(start, budget, SEED).due <= due(start + later, budget, SEED).due


@given(instants, budgets, st.integers(1, 20))
def test_a_larger_budget_is_never_due_earlier(start: datetime, budget: Budget, more: int) -> None:
    larger = Budget(amount=budget.amount + more, basis=budget.basis)
    assert start < due(start, budget, SEED).due <= due(start, larger, SEED).due


@given(instants, budgets)
def test_working_deadlines_fall_in_working_time_and_calendar_ones_on_working_days(start: datetime, budget: Budget) -> None:
    ends = due(start, budget, SEED).due
    day = SEED.local_day(ends)
    if budget.basis is Basis.CLOCK_HOURS:
        return
    assert SEED.works_on(day)
    if budget.basis is Basis.WORKING_HOURS:
        assert any(opens < ends <= closes for opens, closes in SEED.intervals(day))
    else:
        assert ends == (SEED.close_of(day) if budget.basis is Basis.WORKING_DAYS else SEED.end_of(day))


@given(instants, budgets)
def test_provisional_is_said_exactly_beyond_the_horizon(start: datetime, budget: Budget) -> None:
    answer = due(start, budget, SEED)
    beyond = SEED.local_day(answer.due) > SEED.published_until
    assert answer.provisional == (beyond and budget.basis is not Basis.CLOCK_HOURS)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.timezones()), budgets)  # noqa: DTZ001 the strategy adds zones
def test_no_start_in_any_zone_crashes_it(start: datetime, budget: Budget) -> None:
    answer = due(start, budget, SEED)
    assert answer.due.tzinfo == SEED.zone
    assert msgspec.json.encode(answer)


@given(instants, days)
def test_the_steps_add_up_to_the_budget(start: datetime, budget: Budget) -> None:
    counted = [step.counted for step in due(start, budget, SEED).steps]
    assert sum(int(part.removesuffix("d")) for part in counted) == budget.amount


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-1d", "2.5h", "2 h", "1y", "9999999wd", "3661d", "87601h", "２h"])
def test_a_budget_that_says_nothing_clear_is_refused(text: str) -> None:
    with pytest.raises(BudgetNotUnderstood):
        Budget.parse(text)


@given(budgets)
def test_a_budget_is_written_as_it_is_read(budget: Budget) -> None:
    assert Budget.parse(str(budget)) == budget


def test_a_start_without_offset_is_refused() -> None:
    with pytest.raises(InstantNotUsable):
        due(datetime(2026, 11, 20), "2h", SEED)  # noqa: DTZ001 that is the point


def test_hours_run_from_the_acknowledgement_or_five_minutes_after_sending_whichever_is_earlier() -> None:
    sent = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert runs_from(sent, None) - sent == timedelta(minutes=5)
    waited = [runs_from(sent, sent + timedelta(minutes=after)) - sent for after in (3, 5, 90, -1)]
    assert waited == [timedelta(minutes=n) for n in (3, 5, 5, 0)]


def test_received_at_the_due_instant_is_in_time_and_one_microsecond_later_is_not() -> None:
    due_at = due(datetime(2026, 11, 20, 2, 0, tzinfo=UTC), "2h", SEED).due
    assert in_time(due_at, due_at)
    assert not in_time(due_at + timedelta(microseconds=1), due_at)


def test_a_lapse_waits_five_seconds_past_due() -> None:
    due_at = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    assert [may_lapse(due_at + timedelta(seconds=n), due_at) for n in (0, 4.999999, 5)] == [False, False, True]


def test_the_command_prints_due_provisional_and_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", "--start", "2026-02-13T08:45:00Z", "--budget", "2wh"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["due", "provisional", "steps"]
    assert (printed["due"], printed["provisional"]) == ("2026-02-14T10:15:00+08:00", False)


def test_the_command_takes_a_calendar_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "calendar.json"
    file.write_text('{"id": "always", "published_until": "2027-12-31", "makeup_workdays": ["2026-11-22"]}')
    assert main(["deadline", "--start", "2026-11-22T10:00:00+08:00", "--budget", "2wh", "--calendar", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["due"] == "2026-11-22T12:00:00+08:00"


@pytest.mark.parametrize(
    "wrong",
    [
        ["--start", "yesterday", "--budget", "2h"],
        ["--start", "2026-11-22T10:00:00", "--budget", "2h"],
        ["--start", "2026-11-22T10:00:00Z", "--budget", "2x"],
        ["--start", "2026-11-22T10:00:00Z", "--budget", "2h", "--calendar", "/nowhere/calendar.json"],
    ],
)
def test_the_command_refuses_in_one_line_and_fails(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", *wrong]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
