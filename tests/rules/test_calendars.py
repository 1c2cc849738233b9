"""Working calendars: the seed against its sources, and the arithmetic every deadline stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import chinese_calendar  # type: ignore[import-untyped]  # the package carries no types
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import (
    CalendarNotUsable,
    DayKind,
    InstantNotUsable,
    WorkCalendar,
    add_working_time,
    check_instant,
    read_calendar,
    working_time,
)

SEED = seeded_calendar()
YEAR_2026 = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]

# 国务院办公厅关于2026年部分节假日安排的通知, read at https://politics.gmw.cn/2025-11/04/content_38391083.htm: the second source.
NOTICE_2026_RESTS = (
    ("0101", "0103"),
    ("0215", "0223"),
    ("0404", "0406"),
    ("0501", "0505"),
    ("0619", "0621"),
    ("0925", "0927"),
    ("1001", "1007"),
)
NOTICE_2026_WORKS = {
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
}

instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
spans = st.timedeltas(timedelta(0), timedelta(days=20))


def test_the_seed_agrees_with_the_notice_of_the_state_council_day_by_day() -> None:
    resting = {day for first, last in NOTICE_2026_RESTS for day in YEAR_2026 if first <= f"{day:%m%d}" <= last}
    for day in YEAR_2026:
        works = day in NOTICE_2026_WORKS or (day.weekday() < 5 and day not in resting)
        assert SEED.works_on(day) == works, day


def test_2026_has_248_workdays_and_six_make_up_days() -> None:
    assert sum(SEED.works_on(day) for day in YEAR_2026) == 248
    assert {day for day in YEAR_2026 if SEED.kind_of(day) is DayKind.MAKEUP} == NOTICE_2026_WORKS


def test_the_seed_agrees_with_its_package_for_every_day_it_knows() -> None:
    day = date(2004, 1, 1)
    while day <= SEED.published_until:
        assert SEED.works_on(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_seed_says_where_it_comes_from_and_how_far_it_goes() -> None:
    assert SEED.published_until == date(2026, 12, 31)
    assert "gov.cn" in SEED.source
    assert (SEED.tz, SEED.hours) == ("Asia/Shanghai", (("09:00", "12:00"), ("13:30", "17:30")))


def test_beyond_the_horizon_only_the_week_counts_even_where_a_holiday_is_listed() -> None:
    listed = WorkCalendar(
        id="x", holidays=(date(2027, 1, 1),), makeup_workdays=(date(2027, 1, 2),), published_until=date(2026, 12, 31)
    )
    assert listed.kind_of(date(2027, 1, 1)) is DayKind.WEEKDAY
    assert listed.kind_of(date(2027, 1, 2)) is DayKind.WEEKEND


def test_a_calendar_survives_its_document() -> None:
    assert read_calendar(msgspec.json.encode(SEED)) == SEED


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ('{"id": "x", "published_until": "2026-12-31", "hours": []}', "hours"),
        ('{"id": "x", "published_until": "2026-12-31", "hours": [["12:00", "09:00"]]}', "hours[0]"),
        ('{"id": "x", "published_until": "2026-12-31", "hours": [["09:00", "12:00"], ["11:00", "13:00"]]}', "hours[1]"),
        ('{"id": "x", "published_until": "2026-12-31", "hours": [["9", "12:00"]]}', "$.hours[0][0]"),
        ('{"id": "x", "published_until": "2026-12-31", "holidays": ["2026-13-01"]}', "$.holidays[0]"),
        ('{"id": "x", "published_until": "2026-12-31", "tz": "Asia/Atlantis"}', "tz"),
        ('{"id": "x", "published_until": "2026-12-31", "tz": "../etc"}', "tz"),
        (
            '{"id": "x", "published_until": "2026-12-31", "holidays": ["2026-10-01"], "makeup_workdays": ["2026-10-01"]}',
            "makeup_workdays",
        ),
        ('{"id": "x", "published_until": "2026-12-31", "open": true}', "$"),
        ('{"id": "x"}', "$"),
        ("nonsense", "$"),
    ],
)
def test_an_unusable_calendar_is_refused_by_the_path_of_what_is_wrong(document: str, path: str) -> None:
    with pytest.raises(CalendarNotUsable) as refused:
        read_calendar(document)
    assert refused.value.details["errors"][0]["path"] == path


@pytest.mark.parametrize("instant", [datetime(2026, 1, 1), datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)])  # noqa: DTZ001
def test_an_instant_without_offset_or_out_of_all_reason_is_refused(instant: datetime) -> None:
    with pytest.raises(InstantNotUsable):
        check_instant(instant)


def test_a_zone_with_daylight_saving_keeps_its_local_hours() -> None:
    berlin = WorkCalendar(id="de", tz="Europe/Berlin", published_until=date(2026, 12, 31))
    winter, summer = berlin.intervals(date(2026, 3, 27))[0][0], berlin.intervals(date(2026, 3, 30))[0][0]
    assert (winter.hour, summer.hour) == (8, 7)
    assert working_time(berlin, winter, summer) == timedelta(hours=7)


@given(instants, spans, spans)
def test_working_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    whole = working_time(SEED, start, end)
    assert whole == working_time(SEED, start, middle) + working_time(SEED, middle, end)
    assert timedelta(0) <= whole <= end - start


@given(instants, st.timedeltas(timedelta(microseconds=1), timedelta(hours=60)))
def test_adding_working_time_is_measured_back_and_ends_while_work_goes_on(start: datetime, amount: timedelta) -> None:
    end = add_working_time(SEED, start, amount)
    assert working_time(SEED, start, end) == amount
    assert any(opens < end <= closes for opens, closes in SEED.intervals(SEED.local_day(end)))


@given(st.dates(date(2004, 1, 1), date(2100, 1, 1)))
def test_the_intervals_of_a_day_are_in_order_and_within_it(day: date) -> None:
    intervals = SEED.intervals(day)
    assert bool(intervals) == SEED.works_on(day)
    assert all(SEED.local_day(opens) == SEED.local_day(closes) == day and opens < closes for opens, closes in intervals)
    assert all(closes <= opens for (_, closes), (opens, _) in pairwise(intervals))
