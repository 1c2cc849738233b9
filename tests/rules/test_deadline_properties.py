"""What holds of every deadline, whatever was done to it on the way: its due, what is consumed, its ladder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import working_time
from agencies.deadline_ledger import Ledger, Terms, left_of, open_ledger, project, spent
from agencies.deadlines import Basis, Budget
from agencies.ladder import ladder, next_look
from agencies.ledger_entries import end, extend, pause, resume

SEED = seeded_calendar()
CAP = timedelta(days=30)
REPEAT = {"h": "1h", "wh": "1wh", "wd": "1wd", "d": "1wd"}
WORKING = {Basis.WORKING_HOURS, Basis.WORKING_DAYS}

starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 1), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
units = st.sampled_from(["h", "wh", "wd", "d"])
amounts = st.integers(1, 30)
shares = st.floats(0, 0.99)
"""How far into its time a deadline is, when something happens to it."""
stretches = st.timedeltas(timedelta(0), timedelta(days=10))
moves = st.lists(st.tuples(shares, stretches, st.integers(0, 3)), max_size=3)
"""Pauses one after the other: how far into the rest, how long, and so many units more afterwards."""


def begun(start: datetime, amount: int, unit: str) -> Ledger:
    terms = Terms(
        type="t",
        budget=Budget.parse(f"{amount}{unit}"),
        pause_reasons=("laboratory",),
        pause_cap=CAP,
        extension_limit=20,
        repeat=Budget.parse(REPEAT[unit]),
        repeats=3,
    )
    return open_ledger(terms, start, SEED)


def lived(one: Ledger, happened: list[tuple[float, timedelta, int]]) -> Ledger:
    """The ledger after everything that happened to it, as far as its terms allow."""
    cursor = one.start
    for share, length, more in happened:
        since = cursor + (project(one, SEED).due - cursor) * share
        if left_of(one).pause > length:
            one = resume(pause(one, reason="laboratory", by="Mei", at=since, calendar=SEED), since + length)
            since += length
        if more and left_of(one).extension >= more:
            one = extend(one, more, reason="snow", by="Gao", at=since, calendar=SEED)
        cursor = since
    return one


def begins_or_ends_work(at: datetime) -> bool:
    """Inside working time, or at one of its ends."""
    moment = timedelta(microseconds=1)
    return working_time(SEED, at - moment, at + moment) > timedelta(0)


@given(starts, amounts, st.integers(0, 10), units, moves)
def test_a_greater_budget_is_never_due_earlier_whatever_happened_on_the_way(
    start: datetime, amount: int, more: int, unit: str, happened: list[tuple[float, timedelta, int]]
) -> None:
    less = lived(begun(start, amount, unit), happened)
    budget = Budget(amount=amount + more, basis=less.terms.budget.basis)
    greater = Ledger(
        terms=Terms(type="t", budget=budget, pause_reasons=("laboratory",), pause_cap=CAP, extension_limit=20),
        start=start,
        calendar=less.calendar,
        pauses=less.pauses,
        extensions=less.extensions,
    )
    assert project(less, SEED).due <= project(greater, SEED).due


@given(starts, st.timedeltas(timedelta(0), timedelta(days=5)), amounts, units, moves)
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, amount: int, unit: str, happened: list[tuple[float, timedelta, int]]
) -> None:
    """The pauses and extensions are those of the later one: both stood still at the same times."""
    second = lived(begun(start + later, amount, unit), happened)
    first = Ledger(terms=second.terms, start=start, calendar=second.calendar, pauses=second.pauses, extensions=second.extensions)
    assert project(first, SEED).due <= project(second, SEED).due


@given(starts, amounts, units, moves, st.integers(1, 5))
def test_an_extension_never_brings_the_due_nearer(
    start: datetime, amount: int, unit: str, happened: list[tuple[float, timedelta, int]], more: int
) -> None:
    one = lived(begun(start, amount, unit), happened)
    if left_of(one).extension >= more:
        due_at = project(one, SEED).due
        assert project(extend(one, more, reason="snow", by="Gao", at=due_at, calendar=SEED), SEED).due >= due_at


@given(starts, amounts, units, moves, st.floats(0, 1.5))
def test_what_is_consumed_and_what_remains_are_what_was_given(
    start: datetime, amount: int, unit: str, happened: list[tuple[float, timedelta, int]], share: float
) -> None:
    one = lived(begun(start, amount, unit), happened)
    due_at = project(one, SEED).due
    found = spent(one, SEED, start + (due_at - start) * share)
    assert found.consumed + found.remaining == found.given
    assert timedelta(0) <= found.consumed <= found.given
    assert spent(one, SEED, start).consumed == timedelta(0) and spent(one, SEED, due_at).remaining == timedelta(0)
    if one.terms.budget.basis.counts_hours:
        assert found.given == timedelta(hours=one.budget.amount)


@given(starts, amounts, units, moves)
def test_the_ladder_is_climbed_in_order_and_each_rung_is_looked_at_in_its_turn(
    start: datetime, amount: int, unit: str, happened: list[tuple[float, timedelta, int]]
) -> None:
    one = lived(begun(start, amount, unit), happened)
    steps = ladder(one, SEED)
    assert [rung.number for rung in steps] == [50, 80, 100, 101, 102, 103]
    times = [rung.acts_at for rung in steps]
    assert times == sorted(times) and steps[0].at >= start and steps[2].at == project(one, SEED).due
    last = 0
    for rung in steps:
        assert next_look(one, steps, last) == rung.acts_at
        last = rung.number
    assert next_look(one, steps, last) is None


@given(starts, amounts, st.sampled_from(["wh", "wd"]), moves)
def test_nothing_that_is_counted_in_working_time_falls_outside_it(
    start: datetime, amount: int, unit: str, happened: list[tuple[float, timedelta, int]]
) -> None:
    one = lived(begun(start, amount, unit), happened)
    assert one.terms.budget.basis in WORKING
    assert begins_or_ends_work(project(one, SEED).due)
    assert all(begins_or_ends_work(rung.at) for rung in ladder(one, SEED))


@given(starts, amounts, units, shares)
def test_while_the_clock_stands_the_next_look_is_the_end_of_what_may_be_paused(
    start: datetime, amount: int, unit: str, share: float
) -> None:
    one = begun(start, amount, unit)
    since = start + (project(one, SEED).due - start) * share
    standing = pause(one, reason="laboratory", by="Mei", at=since, calendar=SEED)
    steps = ladder(standing, SEED)
    assert next_look(standing, steps, 0) == since + CAP
    assert all(rung.acts_at >= since + CAP or rung.at <= since for rung in steps)
    assert next_look(end(standing, since), steps, 103) is None
