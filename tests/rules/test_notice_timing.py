"""When a notice goes out: what the law asks for never waits, what is kind waits for the morning; failures spread and end."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from inspection.notifying.notice_catalogue import Kind
from inspection.notifying.notice_timing import ATTEMPTS, LEASE, LONGEST_WAIT, Quiet, next_try, send_at

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(since=time(22), until=time(7))
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=passed))
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def kindly(now: datetime, quiet: Quiet | None = NIGHT) -> datetime:
    return send_at(Kind.CONVENIENCE, to_enterprise=True, now=now, quiet=quiet, zone=ZONE)


def test_a_night_begins_and_ends_on_the_minute() -> None:
    assert kindly(at(21, 59)) == at(21, 59)
    assert kindly(at(22)) == at(7, day=21)
    assert kindly(at(0, 30)) == at(7)
    assert kindly(at(6, 59)) == at(7)
    assert kindly(at(7)) == at(7)
    noon = Quiet(since=time(12), until=time(14))
    assert kindly(at(12), noon) == at(14) and kindly(at(14), noon) == at(14) and kindly(at(11, 59), noon) == at(11, 59)


@given(instants, times, times)
def test_what_the_law_asks_for_never_waits_and_nobody_but_an_enterprise_does(now: datetime, since: time, until: time) -> None:
    quiet = Quiet(since=since, until=until)
    assert send_at(Kind.STATUTORY, to_enterprise=True, now=now, quiet=quiet, zone=ZONE) == now
    assert send_at(Kind.CONVENIENCE, to_enterprise=False, now=now, quiet=quiet, zone=ZONE) == now
    assert kindly(now, None) == now


@given(instants, times, times)
def test_what_waits_waits_less_than_a_day_and_goes_out_when_it_is_quiet_no_more(now: datetime, since: time, until: time) -> None:
    quiet = Quiet(since=since, until=until)
    sent = kindly(now, quiet)
    assert now <= sent < now + timedelta(days=1)
    assert kindly(sent, quiet) == sent
    if sent != now:
        assert sent.astimezone(ZONE).time() == until


@given(st.integers(1, 30), instants, st.floats(0, 1, exclude_max=True))
def test_a_failure_waits_longer_each_time_within_bounds_and_is_given_up(attempt: int, now: datetime, chance: float) -> None:
    again = next_try(attempt, now, chance)
    if attempt >= ATTEMPTS:
        assert again is None
        return
    assert again is not None and now < again <= now + LONGEST_WAIT * 1.2
    later = next_try(attempt + 1, now, chance)
    assert later is None or later >= again


def test_those_that_failed_together_do_not_come_back_together() -> None:
    now = at(9)
    assert next_try(3, now, 0.0) == now + timedelta(seconds=64) and next_try(3, now, 0.5) == now + timedelta(seconds=80)
    assert timedelta(minutes=1) <= LEASE
