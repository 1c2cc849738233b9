"""Coordinators: the enterprise always sees somebody it can reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from agencies.coordination import Assignment, Topic, reached
from agencies.roster import Absence, Role, Roster, Shift

SINCE = date(2026, 1, 1)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
LIN = Assignment(topic=Topic.GENERAL, person="lin", substitute="zhao", contact="ext. 1", valid_from=SINCE)
TAO = Assignment(topic=Topic.INSPECTION, person="tao", contact="ext. 2", valid_from=SINCE)
WATCH = Shift(person="gao", role=Role.COMMAND_CENTRE, valid_from=SINCE)
PORT = Roster(shifts=(WATCH,), absences=(), zone=ZoneInfo("Asia/Shanghai"))


def away(person: str, substitute: str | None = None) -> Absence:
    return Absence(person=person, starts=NOON - timedelta(hours=1), ends=NOON + timedelta(hours=1), substitute=substitute)


def with_absences(*absences: Absence) -> Roster:
    return msgspec.structs.replace(PORT, absences=absences)


def test_a_topic_has_its_own_coordinator_and_the_others_the_general_one() -> None:
    assert reached([LIN, TAO], PORT, Topic.INSPECTION, NOON).coordinator == "tao"
    assert reached([LIN, TAO], PORT, Topic.DECLARATION, NOON).coordinator == "lin"


def test_on_leave_the_substitute_answers_and_the_leave_s_own_substitute_comes_first() -> None:
    found = reached([LIN], with_absences(away("lin")), Topic.GENERAL, NOON)
    assert (found.coordinator, found.instead_of) == ("zhao", "lin")
    assert reached([LIN], with_absences(away("lin", "rong")), Topic.GENERAL, NOON).coordinator == "rong"


def test_when_all_are_away_the_watch_is_reached() -> None:
    found = reached([LIN], with_absences(away("lin"), away("zhao")), Topic.GENERAL, NOON)
    assert found.coordinator == "lin" and found.now is not None and found.now.person == "gao"


def test_an_enterprise_without_a_coordinator_reaches_the_watch() -> None:
    found = reached([], PORT, Topic.GENERAL, NOON)
    assert found.coordinator is None and found.now is not None and found.now.role is Role.COMMAND_CENTRE


def test_a_coordinator_on_watch_is_reached_directly() -> None:
    lin_too = msgspec.structs.replace(PORT, shifts=(WATCH, Shift(person="lin", role=Role.DECLARATION, valid_from=SINCE)))
    found = reached([LIN], lin_too, Topic.DISPOSAL, NOON)
    assert found.now is not None and found.now.person == "lin"


def test_the_assignment_in_force_counts_and_the_later_begun_of_two() -> None:
    past = msgspec.structs.replace(LIN, person="rong", valid_until=date(2026, 6, 30))
    newer = msgspec.structs.replace(LIN, person="zhao", valid_from=date(2026, 10, 1))
    assert reached([LIN, past, newer], PORT, Topic.GENERAL, NOON).coordinator == "zhao"


@given(st.sets(st.sampled_from(["lin", "zhao", "tao"])), st.sampled_from(Topic), st.integers(0, 24 * 14))
def test_whoever_is_away_somebody_is_always_reachable(absent: set[str], topic: Topic, hours: int) -> None:
    moment = NOON + timedelta(hours=hours)
    found = reached([LIN, TAO], with_absences(*(away(person) for person in absent)), topic, moment)
    assert found.now is not None
    assert moment >= NOON + timedelta(hours=1) or found.now.person not in absent
