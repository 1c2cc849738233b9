"""Publishing a calendar: a year of a notice, a correction, what is refused, and what a new version can never move."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar_publication import (
    CalendarDraft,
    CalendarShrinks,
    check_made_from,
    diff,
    next_version,
    read_draft,
    same_content,
)
from agencies.calendar_seed import calendar_from, compared_sources, second_calendar, seeded_calendar
from agencies.calendar_sources import compare
from agencies.calendars import CalendarNotUsable, DayKind, WorkCalendar
from agencies.deadline_ledger import Ledger, Terms, open_ledger, project
from agencies.deadlines import Basis, Budget, due, read_instant
from agencies.ledger_entries import correct, pause, resume
from kit.decoding import MalformedJson

SEED = seeded_calendar()
NOTICE_2027: dict[str, Any] = {
    "source": "测试用通知：2027 年部分节假日安排",
    "years": [2027],
    "holidays": ["2027-01-01/2027-01-03", "2027-02-05/2027-02-11"],
    "makeup_workdays": ["2027-02-13"],
}
"""Made up: the real notice is not out."""


def draft(**changes: Any) -> CalendarDraft:
    return read_draft(msgspec.json.encode(NOTICE_2027 | changes))


def refused(**changes: Any) -> list[str]:
    with pytest.raises(CalendarNotUsable) as wrong:
        next_version(SEED, 0, "5316", draft(**changes))
    return [error["path"] for error in wrong.value.details["errors"]]


def test_a_year_is_published_with_a_dozen_lines_and_everything_else_stays() -> None:
    made = next_version(SEED, 0, "5316", draft())
    assert (made.id, made.version, made.published_until) == ("5316", 1, date(2027, 12, 31))
    assert (made.hours, made.tz) == (SEED.hours, SEED.tz)
    assert [made.works_on(date(2027, 1, day)) for day in (1, 4)] == [False, True]
    assert made.kind_of(date(2027, 2, 13)) is DayKind.MAKEUP
    assert [day for day in made.holidays if day.year < 2027] == list(SEED.holidays)


def test_the_difference_names_the_days_that_change_and_no_others() -> None:
    made = next_version(SEED, 0, "5316", draft())
    changes = diff(SEED, made)
    assert (changes.before, changes.after) == ("cn-general/v2026", "5316/v1")
    assert [one.field for one in changes.fields] == ["published_until"]
    # 2 and 3 January 2027 are a weekend: resting on them changes nothing.
    february = [date(2027, 2, day) for day in (5, 8, 9, 10, 11, 13)]
    assert [one.day for one in changes.days] == [date(2027, 1, 1), *february]


def test_the_year_given_again_says_the_same_and_is_known_by_its_content() -> None:
    made = next_version(SEED, 0, "5316", draft())
    assert same_content(next_version(made, 1, "5316", draft()), made)


def test_what_is_shown_can_be_edited_and_published_again() -> None:
    made = next_version(SEED, 0, "5316", draft())
    shown = msgspec.to_builtins(made)
    corrected = read_draft(msgspec.json.encode(shown | {"makeup_workdays": [*shown["makeup_workdays"], "2027-02-14"]}))
    check_made_from(made, "5316", corrected)
    following = next_version(made, 1, "5316", corrected)
    assert (following.version, [one.day for one in diff(made, following).days]) == (2, [date(2027, 2, 14)])


@pytest.mark.parametrize(("field", "value"), [("id", "5316-ip"), ("version", 7)])
def test_a_document_of_another_calendar_or_another_version_is_refused(field: str, value: Any) -> None:
    with pytest.raises(CalendarNotUsable) as wrong:
        check_made_from(SEED, "5316", draft(**{field: value}))
    assert wrong.value.details["errors"][0]["path"] == f"$.{field}"


def test_a_horizon_never_shrinks_without_a_word() -> None:
    whole = {"years": [], "holidays": [], "makeup_workdays": [], "published_until": "2025-12-31"}
    with pytest.raises(CalendarShrinks) as wrong:
        next_version(SEED, 0, "5316", draft(**whole))
    assert wrong.value.details == {"present": "2026-12-31", "asked": "2025-12-31"}
    assert next_version(SEED, 0, "5316", draft(**whole, shorten=True)).published_until == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"holidays": ["2027-01-01/2026-12-30"]}, "$.holidays[0]"),
        ({"holidays": ["2027-02-30"]}, "$.holidays[0]"),
        ({"holidays": ["2028-01-01"]}, "$.holidays[0]"),
        ({"makeup_workdays": ["2026-02-14"]}, "$.makeup_workdays[0]"),
        ({"makeup_workdays": ["2027-02-15"]}, "$.makeup_workdays"),
        ({"years": [2028], "holidays": ["2028-01-01"], "makeup_workdays": []}, "$.years"),
        ({"years": [2027, 2028]}, "$.published_until"),
        ({"years": [], "holidays": ["2027-01-01"], "makeup_workdays": []}, "$.published_until"),
        ({"published_until": "2027-01-31"}, "$.holidays"),
    ],
)
def test_what_would_be_passed_over_or_looks_half_done_is_refused_by_its_place(changes: dict[str, Any], path: str) -> None:
    assert path in refused(**changes)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (b'{"years": [2027]}', "$"),
        (b'{"source": " ", "years": [2027]}', "$.source"),
        (b'{"source": "x", "years": [2027], "holidays": ["1 January"]}', "$.holidays[0]"),
        (b'{"source": "x", "years": [2027], "hours": [["9", "12:00"]]}', "$.hours[0][0]"),
        (b'{"source": "x", "open": true}', "$.open"),
    ],
)
def test_a_bad_field_is_named_by_its_path(document: bytes, path: str) -> None:
    with pytest.raises(CalendarNotUsable) as wrong:
        read_draft(document)
    assert path in {error["path"] for error in wrong.value.details["errors"]} | {"$"}


def test_a_document_that_is_no_json_is_refused_by_line_and_column() -> None:
    with pytest.raises(MalformedJson) as wrong:
        read_draft(b'{\n  "source": "x",\n  "years": [2027\n}')
    assert wrong.value.details["line"] == 4


# --- what a publication can never do --------------------------------------------------------------------------------------

starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
budgets = st.builds(Budget, amount=st.integers(1, 30), basis=st.sampled_from(Basis))
days_of_2027 = st.dates(date(2027, 1, 1), date(2027, 12, 31))
years = st.builds(
    lambda rests, works: draft(
        holidays=sorted(str(day) for day in {date(2027, 1, 1), *rests} - set(works)),
        makeup_workdays=sorted(str(day) for day in works if day != date(2027, 1, 1)),
    ),
    st.sets(days_of_2027, max_size=30),
    st.sets(days_of_2027.filter(lambda day: day.weekday() > 4), max_size=8),
)


@given(starts, budgets, years)
def test_publishing_a_year_moves_no_deadline_inside_the_old_horizon(start: datetime, budget: Budget, year: CalendarDraft) -> None:
    before, after = due(start, budget, SEED), due(start, budget, next_version(SEED, 0, "5316", year))
    if not before.provisional and SEED.knows(SEED.local_day(before.due)):
        assert (after.due, after.provisional) == (before.due, False)


@given(starts, budgets, years)
def test_what_is_due_in_a_published_year_is_no_longer_provisional(start: datetime, budget: Budget, year: CalendarDraft) -> None:
    made = next_version(SEED, 0, "5316", year)
    answer = due(start, budget, made)
    assert answer.provisional is (budget.basis is not Basis.CLOCK_HOURS and not made.knows(made.local_day(answer.due)))


TERMS = Terms(type="rectification", budget=Budget.parse("1wd"), pause_reasons=("laboratory",), pause_cap=timedelta(days=30))


def begun(start: datetime, budget: Budget, paused: timedelta) -> Ledger:
    """A deadline that stood still for a while from its second minute on."""
    ledger = open_ledger(msgspec.structs.replace(TERMS, budget=budget), start, SEED)
    since = start + timedelta(minutes=1)
    standing = pause(ledger, reason="laboratory", by="Lin", at=since, calendar=SEED)
    return resume(standing, since + paused)


@given(starts, budgets, st.timedeltas(timedelta(hours=1), timedelta(days=20)), years)
def test_a_running_deadline_inside_the_old_horizon_stays_where_it_is(
    start: datetime, budget: Budget, paused: timedelta, year: CalendarDraft
) -> None:
    ledger, now = begun(start, budget, paused), start + timedelta(minutes=2)
    before = project(ledger, SEED)
    made = next_version(SEED, 0, "5316", year)
    corrected = correct(ledger, before.due, made, now=now, grace=timedelta(hours=4))
    assert corrected.corrections[-1].granted is None
    if SEED.knows(SEED.local_day(before.due)) and not before.provisional:
        assert project(corrected, made).due == before.due
    assert project(corrected, made).due >= start


@given(starts, budgets, st.timedeltas(timedelta(hours=1), timedelta(days=20)))
def test_reckoning_again_by_the_same_days_changes_nothing(start: datetime, budget: Budget, paused: timedelta) -> None:
    ledger = begun(start, budget, paused)
    before = project(ledger, SEED)
    again = correct(ledger, before.due, SEED, now=start + timedelta(minutes=2), grace=timedelta(hours=4))
    assert project(again, SEED) == before


# --- two sources ----------------------------------------------------------------------------------------------------------


def test_the_two_sources_agree_on_every_day_that_can_still_move_a_deadline() -> None:
    assert compared_sources().ahead_of(date(2006, 1, 1)) == ()


def test_the_one_day_on_which_the_sources_differ_is_reported() -> None:
    """The last day of 2005 was worked in exchange for 3 January 2006: only the second source has it."""
    assert [(one.day, one.first, one.second) for one in compared_sources().differences] == [
        (date(2005, 12, 31), DayKind.WEEKEND, DayKind.MAKEUP)
    ]


def test_the_second_source_is_believed_only_as_far_as_make_up_days_are_announced() -> None:
    assert second_calendar().published_until == date(2026, 12, 31)


def test_a_source_that_ends_the_spring_festival_too_early_is_seen() -> None:
    """As one of the data sets does: it ends on 21 February instead of the 23rd."""
    wrong = calendar_from(set(SEED.holidays) - {date(2026, 2, 22), date(2026, 2, 23)}, SEED.makeup_workdays, "another source")
    assert [one.day for one in compare(SEED, wrong, date(2026, 1, 1)).differences] == [date(2026, 2, 23)]


def test_an_upgraded_package_is_another_version_so_that_deadlines_are_reckoned_again() -> None:
    later = calendar_from([*SEED.holidays, date(2027, 1, 1)], SEED.makeup_workdays, "chinesecalendar of next year")
    assert (SEED.version, later.version) == (2026, 2027)
    assert due(read_instant("2026-12-28T10:00:00+08:00"), "7wd", later).due.isoformat() == "2027-01-07T17:30:00+08:00"


def test_two_hours_differ_between_units_with_other_hours() -> None:
    early = WorkCalendar(id="early", hours=(("08:00", "12:00"), ("14:00", "16:00")), published_until=date(2026, 12, 31))
    start = read_instant("2026-11-23T15:30:00+08:00")
    assert due(start, "2wh", SEED).due - due(start, "2wh", early).due == timedelta(hours=-16)
