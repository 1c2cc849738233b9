"""A deadline as a ledger: pauses, extensions, corrections of the calendar, and the ladder of warnings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import WorkCalendar, working_time
from agencies.deadline_ledger import Ledger, Terms, open_ledger, project
from agencies.deadlines import Budget, due
from agencies.ladder import Level, elapsed, repeats, rungs
from agencies.ledger_entries import (
    DeadlineNotRunning,
    ExtensionNotAllowed,
    PauseNotAllowed,
    correct,
    end,
    extend,
    pause,
    resume,
)
from inspection.timekeeping.time_limits import DETENTION, INVITATION_OFFICE_HOURS, RECTIFICATION, invitation_terms
from kit.errors import TooLate

SEED = seeded_calendar()
CAP = timedelta(days=30)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 9, 1), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
shares = st.floats(0, 0.99)  # how far into its time a deadline is paused
texts = st.sampled_from(["2h", "40h", "2wh", "30wh", "3wd", "7wd", "30d"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def ledger(budget: str, start: datetime, *, cap: timedelta = CAP, extension: int = 0) -> Ledger:
    terms = Terms(type="t", budget=Budget.parse(budget), pause_reasons=("laboratory",), pause_cap=cap, extension_limit=extension)
    return open_ledger(terms, start, SEED)


def paused(one: Ledger, since: datetime, until: datetime | None = None) -> Ledger:
    stopped = pause(one, reason="laboratory", by="Mei", at=since, calendar=SEED)
    return stopped if until is None else resume(stopped, until)


@given(instants, texts)
def test_an_untouched_ledger_is_due_when_the_plain_reckoning_says(start: datetime, budget: str) -> None:
    plain, projected = due(start, budget, SEED), project(ledger(budget, start), SEED)
    assert (projected.due, projected.provisional) == (plain.due, plain.provisional)
    assert (projected.consumed, projected.running_since) == (timedelta(0), start)


@pytest.mark.parametrize(
    ("budget", "since", "until", "expected"),
    [
        ("2h", "11-23T11:30", "11-23T12:00", "11-23T13:30:00"),
        ("2wh", "11-23T11:30", "11-23T14:00", "11-23T15:30:00"),  # an hour of the pause was working time, the lunch was not
        ("2wh", "11-23T12:00", "11-23T13:30", "11-23T14:30:00"),
        ("3wd", "11-23T16:00", "11-23T17:00", "11-26T17:30:00"),  # no close inside: nothing moves
        ("3wd", "11-24T16:00", "11-25T10:00", "11-27T17:30:00"),
        ("3wd", "11-24T16:00", "11-30T10:00", "12-02T17:30:00"),  # the weekend's closes are none
        ("3wd", "11-24T16:00", "11-24T17:30", "11-27T17:30:00"),  # resumed at the close itself: that day was withheld
        ("30d", "11-24T16:00", "11-27T10:00", "12-28T23:59:59.999999"),  # three ends of days; 26 December rests, so it rolls
    ],
)
def test_a_pause_moves_the_due_by_what_it_withheld(budget: str, since: str, until: str, expected: str) -> None:
    moved = paused(ledger(budget, at("11-23T11:00")), at(since), at(until))
    assert project(moved, SEED).due == at(expected)


@given(
    instants,
    texts,
    shares,
    st.timedeltas(timedelta(0), timedelta(days=10)),
    st.timedeltas(timedelta(0), timedelta(days=10)),
)
def test_a_longer_pause_is_never_due_earlier(
    start: datetime, budget: str, share: float, length: timedelta, more: timedelta
) -> None:
    whole = ledger(budget, start)
    plain = project(whole, SEED).due
    since = start + (plain - start) * share
    short, long = (project(paused(whole, since, since + n), SEED).due for n in (length, length + more))
    assert plain <= short <= long


@given(instants, st.sampled_from(["2h", "40h"]), shares, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_clock_hours_move_by_the_pause_itself(start: datetime, budget: str, share: float, length: timedelta) -> None:
    whole = ledger(budget, start)
    plain = project(whole, SEED).due
    since = start + (plain - start) * share
    assert project(paused(whole, since, since + length), SEED).due == plain + length


@given(instants, st.sampled_from(["2wh", "30wh"]), shares, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_working_hours_run_and_withheld_add_up_to_the_working_time_between(
    start: datetime, budget: str, share: float, length: timedelta
) -> None:
    whole = ledger(budget, start)
    since = start + (project(whole, SEED).due - start) * share
    moved = project(paused(whole, since, since + length), SEED).due
    withheld = working_time(SEED, since, since + length)
    assert working_time(SEED, start, moved) == timedelta(hours=whole.budget.amount) + withheld


@given(instants, texts, shares, st.timedeltas(timedelta(0), CAP), st.floats(0, 1))
def test_two_pauses_that_adjoin_are_one(start: datetime, budget: str, share: float, length: timedelta, cut: float) -> None:
    whole = ledger(budget, start)
    since = start + (project(whole, SEED).due - start) * share
    middle, until = since + length * cut, since + length
    assume(middle < since + CAP)
    twice = paused(paused(whole, since, middle), middle, until)
    assert project(twice, SEED).due == project(paused(whole, since, until), SEED).due


def test_while_paused_the_clock_stands_and_the_due_is_the_latest_possible() -> None:
    standing = project(paused(ledger("2h", at("11-23T11:00")), at("11-23T11:30")), SEED)
    assert (standing.running_since, standing.consumed) == (None, timedelta(minutes=30))
    assert standing.due == at("11-23T13:00") + CAP


def test_a_pause_ends_by_itself_when_its_cap_is_used_up() -> None:
    forgotten = paused(ledger("2h", at("11-23T11:00"), cap=timedelta(hours=1)), at("11-23T11:30"))
    assert project(forgotten, SEED).due == project(resume(forgotten, at("12-23T11:00")), SEED).due == at("11-23T14:00")
    with pytest.raises(PauseNotAllowed):
        paused(resume(forgotten, at("11-23T13:00")), at("11-23T13:10"))


@pytest.mark.parametrize("reason", ["lunch", ""])
def test_a_pause_needs_a_reason_that_the_terms_allow(reason: str) -> None:
    with pytest.raises(PauseNotAllowed):
        pause(ledger("2h", at("11-23T11:00")), reason=reason, by="Mei", at=at("11-23T11:30"), calendar=SEED)


def test_the_invitation_of_an_agency_cannot_be_paused_at_all() -> None:
    with pytest.raises(PauseNotAllowed):
        paused(open_ledger(INVITATION_OFFICE_HOURS, at("11-23T11:00"), SEED), at("11-23T11:30"))


def test_what_is_past_due_is_neither_paused_nor_extended() -> None:
    late = ledger("2h", at("11-23T11:00"), extension=2)
    with pytest.raises(TooLate):
        paused(late, at("11-23T13:00:01"))
    with pytest.raises(TooLate):
        extend(late, 1, reason="snow", by="Gao", at=at("11-23T13:00:01"), calendar=SEED)


def test_pausing_twice_resuming_twice_and_touching_an_ended_deadline_are_refused() -> None:
    running = ledger("2h", at("11-23T11:00"))
    ended = end(running, at("11-23T11:10"))
    refusals: list[Callable[[], Ledger]] = [
        lambda: resume(running, at("11-23T11:30")),
        lambda: paused(paused(running, at("11-23T11:10")), at("11-23T11:20")),
        lambda: paused(ended, at("11-23T11:20")),
        lambda: end(ended, at("11-23T11:20")),
        lambda: resume(paused(running, at("11-23T11:10")), at("11-23T11:05")),
    ]
    for refused in refusals:
        with pytest.raises(DeadlineNotRunning):
            refused()


def test_a_detention_is_extended_once_by_thirty_days_and_no_further() -> None:
    detained = open_ledger(DETENTION, at("03-02T10:00"), SEED)
    longer = extend(detained, 30, reason="investigation", by="Gao", at=at("03-20T10:00"), calendar=SEED)
    assert project(longer, SEED).due == due(at("03-02T10:00"), "60d", SEED).due
    with pytest.raises(ExtensionNotAllowed):
        extend(longer, 1, reason="investigation", by="Gao", at=at("03-21T10:00"), calendar=SEED)


def newly_published(**changes: object) -> WorkCalendar:
    return msgspec.structs.replace(SEED, version=2, **changes)


def test_a_published_year_takes_the_provisional_away() -> None:
    provisional = open_ledger(RECTIFICATION, at("12-28T10:00"), SEED)
    published = newly_published(published_until=date(2027, 12, 31), holidays=(*SEED.holidays, date(2027, 1, 1)))
    corrected = correct(provisional, project(provisional, SEED).due, published, now=at("12-29T10:00"), grace=timedelta(hours=4))
    before, after = project(provisional, SEED), project(corrected, published)
    assert (before.provisional, after.provisional) == (True, False)
    assert after.due == before.due + timedelta(days=1)
    assert (corrected.calendar, corrected.corrections[0].old_due) == ("cn-general/v2", before.due)


def test_a_correction_into_the_past_grants_the_later_of_the_old_due_and_a_grace() -> None:
    works_today = newly_published(makeup_workdays=(*SEED.makeup_workdays, date(2026, 11, 21)))
    running = ledger("2wh", at("11-20T16:30"))  # a Friday; the second hour was Monday's, and is now Saturday's
    for now, granted in (("11-22T10:00", "11-23T10:00"), ("11-23T08:00", "11-23T12:00")):
        corrected = correct(running, project(running, SEED).due, works_today, now=at(now), grace=timedelta(hours=4))
        assert corrected.corrections[0].computed_due == at("11-21T10:00")
        assert corrected.corrections[0].granted == project(corrected, works_today).due == at(granted)


def test_a_correction_leaves_what_has_ended_and_revives_nothing() -> None:
    changed = newly_published(makeup_workdays=())
    running = ledger("2wh", at("11-23T11:00"))
    ended = end(running, at("11-23T11:30"))
    assert correct(ended, project(ended, SEED).due, changed, now=at("11-23T11:40"), grace=CAP) is ended
    assert correct(running, project(running, SEED).due, changed, now=at("11-24T11:40"), grace=CAP) is running


def test_the_ladder_stands_at_half_at_four_fifths_and_at_due() -> None:
    steps = rungs(ledger("2wh", at("02-13T16:45")), SEED)
    assert [(one.number, one.level) for one in steps] == [(50, Level.YELLOW), (80, Level.ORANGE), (100, Level.RED)]
    assert [one.at for one in steps] == [at("02-14T09:15"), at("02-14T09:51"), at("02-14T10:15")]
    assert [one.acts_at - one.at for one in steps] == [timedelta(0), timedelta(0), timedelta(seconds=5)]


def test_the_rungs_of_days_are_fractions_of_the_working_time_until_due() -> None:
    steps = rungs(ledger("1wd", at("11-23T17:30")), SEED)
    assert [one.at for one in steps] == [at("11-24T14:00"), at("11-24T16:06"), at("11-24T17:30")]


@given(instants, texts, shares, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_the_rungs_are_in_order_between_start_and_due_pauses_or_not(
    start: datetime, budget: str, share: float, length: timedelta
) -> None:
    whole = ledger(budget, start)
    since = start + (project(whole, SEED).due - start) * share
    for one in (whole, paused(whole, since, since + length)):
        yellow, orange, red = (rung.at for rung in rungs(one, SEED))
        assert start <= yellow <= orange <= red == project(one, SEED).due


@given(instants, texts, shares, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_no_rung_but_the_last_is_reached_while_the_clock_stands(
    start: datetime, budget: str, share: float, length: timedelta
) -> None:
    whole = ledger(budget, start)
    since = start + (project(whole, SEED).due - start) * share
    yellow, orange, _ = rungs(paused(whole, since, since + length), SEED)
    assert not any(since < one.at < since + length for one in (yellow, orange))


@pytest.mark.parametrize(
    ("budget", "repeat", "expected"),
    [
        ("2h", "1h", ("11-23T18:00", "11-23T19:00")),
        ("2wh", "1wh", ("11-24T09:30", "11-24T10:30")),
        ("1wd", "1wd", ("11-25T17:30", "11-26T17:30")),
    ],
)
def test_the_red_rung_comes_again_as_often_as_the_terms_say(budget: str, repeat: str, expected: tuple[str, ...]) -> None:
    terms = Terms(type="t", budget=Budget.parse(budget), repeat=Budget.parse(repeat), repeats=2)
    again = repeats(open_ledger(terms, at("11-23T15:00"), SEED), SEED)
    assert [(one.number, one.at) for one in again] == [(101, at(expected[0])), (102, at(expected[1]))]
    assert all(one.acts_at - one.at == timedelta(seconds=5) for one in again)


def test_a_key_figure_is_given_in_clock_and_in_working_time() -> None:
    took = elapsed(at("11-20T16:30"), at("11-23T10:00"), SEED)
    assert (took.clock, took.working) == (timedelta(hours=65, minutes=30), timedelta(hours=2))


@pytest.mark.parametrize(("duty_24h", "budget"), [(True, "2h"), (False, "2wh")])
def test_two_hours_run_by_the_clock_only_where_the_unit_is_on_duty_at_night(duty_24h: bool, budget: str) -> None:
    assert str(invitation_terms(duty_24h=duty_24h).budget) == budget


@given(instants, texts, shares)
def test_a_ledger_survives_its_document(start: datetime, budget: str, share: float) -> None:
    whole = ledger(budget, start)
    stored = paused(whole, start + (project(whole, SEED).due - start) * share)
    assert msgspec.json.decode(msgspec.json.encode(stored), type=Ledger) == stored
