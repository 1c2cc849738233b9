"""What may be said of a window, who is still awaited, when a hold is over; priority classes, the yard, the appointment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from inspection.deciding.proposal_reasons import CLASS
from inspection.declaring.validation import convert
from inspection.planning import appointment, booking, yard
from inspection.planning.booking import HOLD, Answer, State
from inspection.planning.priority import needs_of, priority_of
from inspection.planning.schedule_problem import POINTS
from risk.declaration import Declaration

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LINE: dict[str, Any] = {
    "no": 1,
    "hs": "8479899990",
    "name": "高端智能制造生产线",
    "description": "含特种气体管路与嵌入式控制软件",
    "origin": "DE",
    "quantity": "1",
    "unit": "台",
    "certificates": [{"type": "CCC_EXEMPTION", "number": "CCCX-2026-0001", "issuer": "CNCA", "expires": "2027-03-01"}],
}
REFERENCE: dict[str, Any] = {
    "number": "531620261160000001",
    "version": 1,
    "direction": "import",
    "declared_at": "2026-11-20T09:12:00+08:00",
    "port": "5316",
    "transport_mode": "sea",
    "dispatch_country": "DE",
    "trader": {"code": "91440300000000000E", "name": "Hengtong Import Co.", "credit": "ordinary"},
    "lines": [LINE],
}
instants = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn


def declared(**line: Any) -> Declaration:
    """The reference goods with something else about their line."""
    return convert(REFERENCE | {"lines": [LINE | line]})


# --- holds and answers ----------------------------------------------------------------------------------------------------


@given(begun=instants, waits=st.timedeltas(timedelta(0), timedelta(hours=2)))
def test_a_hold_is_over_from_its_last_instant_on_and_only_a_proposal_has_one(begun: datetime, waits: timedelta) -> None:
    assert booking.is_expired(State.PROPOSED, begun + HOLD, begun + waits) == (waits >= HOLD)
    assert not any(booking.is_expired(state, begun + HOLD, begun + waits) for state in State if state is not State.PROPOSED)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.none() | instants), unique_by=lambda one: one[0]))
def test_a_window_stands_exactly_when_no_mandatory_agency_is_awaited(said: list[tuple[str, bool, datetime | None]]) -> None:
    answers = [Answer(agency=agency, mandatory=must, confirmed_at=at) for agency, must, at in said]
    assert booking.awaited(answers) == tuple(sorted(agency for agency, must, at in said if must and at is None))
    assert booking.awaited(answers) == booking.awaited(reversed(answers))


def test_everything_wrong_with_a_window_is_said_at_once() -> None:
    with pytest.raises(booking.WindowInvalid) as refused:
        booking.check_window(
            NOON, NOON + timedelta(minutes=30), now=NOON + timedelta(minutes=1), minutes=60, lacking=["crane"], off_duty=["Mei"]
        )
    said = [error["message"] for error in refused.value.details["errors"]]
    assert said == [
        "the task sheet asks for 60 minutes",
        "the window has begun already",
        "the goods need crane, which this bay has not",
        "Mei is not on duty then",
    ]
    booking.check_window(NOON, NOON + booking.LONGEST, now=NOON, minutes=400)  # longer work is continued in another session


# --- priority -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ("LARGE_COMPLETE_EQUIPMENT", {}),
        ("HAZARD", {"hs": "3604100000", "name": "烟花", "description": ""}),
        ("PERISHABLE", {"hs": "0301110000", "name": "观赏鱼", "description": ""}),
        ("HIGH_TECH_MATERIAL", {"hs": "3707909000", "name": "光刻胶", "description": ""}),
        ("AGRI_FOOD", {"hs": "1905310000", "name": "饼干", "description": ""}),
        ("NORMAL", {"hs": "4819100000", "name": "瓦楞纸箱", "description": ""}),
    ],
)
def test_goods_belong_to_the_first_class_that_any_line_fits(expected: str, line: dict[str, Any]) -> None:
    assert priority_of(declared(**line)) == expected


def test_a_senior_certified_enterprise_goes_before_an_ordinary_one_and_after_urgent_goods() -> None:
    aeo = {"trader": REFERENCE["trader"] | {"credit": "aeo"}}
    boxes = LINE | {"hs": "4819100000", "name": "瓦楞纸箱", "description": ""}
    assert priority_of(convert(REFERENCE | aeo | {"lines": [boxes]})) == "AEO"
    assert priority_of(convert(REFERENCE | aeo)) == "LARGE_COMPLETE_EQUIPMENT"
    assert needs_of("LARGE_COMPLETE_EQUIPMENT") == ("crane",) and needs_of("NORMAL") == ()


def test_every_class_has_points_and_words() -> None:
    assert set(POINTS) == set(CLASS)
    assert list(POINTS.values()) == sorted(POINTS.values(), reverse=True)


# --- the yard -------------------------------------------------------------------------------------------------------------


@given(places=st.integers(1, 8), taken=st.sets(st.integers(1, 8)), wanted=st.none() | st.integers(1, 9))
def test_a_place_is_free_exists_and_is_the_one_wanted_or_none_is_given(places: int, taken: set[int], wanted: int | None) -> None:
    room = set(range(1, places + 1)) - taken
    possible = room & {wanted} if wanted else room
    if not possible:
        with pytest.raises(yard.NoRoom):
            yard.free_place("W1", places, taken, wanted)
    else:
        assert yard.free_place("W1", places, taken, wanted) == min(possible)


def test_goods_go_to_the_booked_place_and_leave_when_they_are_let_go() -> None:
    assert yard.check_booked("A1", None, ("A1", 2)) == 2
    for booked, place in ((None, None), (("A2", 1), None), (("A1", 2), 1)):
        with pytest.raises(yard.NotItsPlace):
            yard.check_booked("A1", place, booked)
    yard.check_may_leave("CLOSED")
    with pytest.raises(yard.MayNotLeave):
        yard.check_may_leave("CONCLUDING")


# --- the appointment ------------------------------------------------------------------------------------------------------


def notice(kind: appointment.Kind, sequence: int, *, off_hours: bool = False) -> appointment.AppointmentDocument:
    """A notice of an hour at noon."""
    where = appointment.Place(
        zone="协同查验专区", bay="A1", place=2, starts_at=NOON, ends_at=NOON + timedelta(hours=1), off_hours=off_hours
    )
    return appointment.document(
        case="JC-5316-20261120-0001",
        declaration=declared(),
        kind=kind,
        sequence=sequence,
        where=where,
        reason="台位检修",
        issued_at=NOON,
        zone=SHANGHAI,
    )


def test_a_notice_says_exactly_when_and_where_what_to_bring_and_who_pays() -> None:
    one = notice("APPOINTED", 2, off_hours=True)
    assert "2026-11-20 12:00 至 13:00" in one.when_where_zh and "A1 台位 2 号位" in one.when_where_zh
    assert "bay A1, place 2" in one.when_where_en and one.where.starts_at.isoformat() == "2026-11-20T12:00:00+08:00"
    assert [paper.en for paper in one.bring][1] == "the original of CCC_EXEMPTION CCCX-2026-0001"
    assert "非工作时间预约不另收" in one.cost_zh


def test_a_calendar_replaces_what_it_has_by_the_same_uid_and_a_higher_sequence() -> None:
    files = [appointment.calendar("b-1", notice(kind, n)) for n, kind in enumerate(("APPOINTED", "BEING_MOVED", "CANCELLED"), 1)]
    events = [Calendar.from_ical(file).walk("VEVENT")[0] for file in files]
    assert {str(event["uid"]) for event in events} == {"b-1@lianjian"}
    assert [int(event["sequence"]) for event in events] == [1, 2, 3]
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "TENTATIVE", "CANCELLED"]
    assert [str(Calendar.from_ical(file)["method"]) for file in files] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert "台位检修" in str(events[2]["description"]) and events[0].decoded("dtstart") == NOON
