"""Whom a case waits for and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inspection.case import State
from inspection.timekeeping.waiting import Asked, Booked, Kind, Standing, Waiting, kind_of, turns
from inspection.timekeeping.waiting import waiting as waiting_at

MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
TWO_HOURS = MORNING + timedelta(hours=2)


def waiting(now_standing: Standing, now: datetime = MORNING) -> Waiting:
    """Whom it waits for in the morning."""
    return waiting_at(now_standing, now)


def standing(state: State, **facts: object) -> Standing:
    """A standing of a case that customs leads."""
    return Standing(state=state, lead="customs", **facts)  # type: ignore[arg-type]


def asked(agency: str, state: str, due: datetime = TWO_HOURS, *, unconfirmed: bool = False) -> Asked:
    """An invitation as it stands."""
    return Asked(agency=agency, state=state, due=due, unconfirmed=unconfirmed)


def test_an_inviting_case_waits_for_those_who_have_not_answered_until_the_first_of_their_dates() -> None:
    later = TWO_HOURS + timedelta(hours=1)
    invited = (asked("market_regulation", "ACCEPTED", MORNING), asked("ip", "PENDING", later), asked("drug", "PENDING"))
    assert waiting(standing(State.INVITING, asked=invited)) == Waiting(awaited=("drug", "ip"), due=TWO_HOURS, last=later)


def test_a_lapsed_agency_is_still_awaited_with_the_date_it_missed() -> None:
    found = waiting(standing(State.INVITING, asked=(asked("ip", "LAPSED", MORNING),)))
    assert found == Waiting(awaited=("ip",), due=MORNING, last=MORNING)


def test_a_decline_that_the_lead_has_to_confirm_waits_for_the_lead() -> None:
    found = waiting(standing(State.INVITING, asked=(asked("ip", "DECLINED", unconfirmed=True),)))
    assert found == Waiting(awaited=("customs",))


def test_a_decline_that_escalated_is_the_leads_to_decide_and_no_silence_of_the_agency() -> None:
    found = waiting(standing(State.INVITING, asked=(asked("ip", "ESCALATED", unconfirmed=True), asked("drug", "LAPSED"))))
    assert found.awaited == ("customs", "drug")


def booked(state: str = "CONFIRMED", **changes: object) -> Booked:
    """A window of two hours that begins at half past nine."""
    return Booked(state=state, starts_at=MORNING, ends_at=TWO_HOURS, **changes)  # type: ignore[arg-type]


def test_a_window_that_is_proposed_waits_for_the_mandatory_agencies_that_have_not_confirmed() -> None:
    coming = (asked("ip", "ACCEPTED"), asked("drug", "ACCEPTED"), Asked(agency="environment", state="ACCEPTED", mandatory=False))
    held = booked("PROPOSED", agreed=frozenset({"ip"}), hold_until=TWO_HOURS)
    assert waiting(standing(State.PREPARING, asked=coming, booked=held)) == Waiting(
        awaited=("drug",), due=TWO_HOURS, last=TWO_HOURS
    )
    moved = booked("CHANGED", agreed=frozenset({"drug"}))
    assert waiting(standing(State.SCHEDULED, asked=coming, booked=moved)).awaited == ("ip",)
    assert waiting(standing(State.PREPARING, asked=coming)).awaited == ("customs",)


BEFORE = MORNING - timedelta(hours=3)


def test_until_the_first_start_that_was_free_a_scheduled_case_waits_for_the_port() -> None:
    found = waiting(standing(State.SCHEDULED, booked=booked()), BEFORE)
    assert found == Waiting(awaited=("port",), due=MORNING, last=MORNING)


def test_a_window_later_than_the_first_one_free_is_the_wait_of_whoever_wanted_it_later() -> None:
    earliest = MORNING - timedelta(hours=2)
    for wished, party in ((True, "enterprise"), (False, "customs")):
        scheduled = standing(State.SCHEDULED, booked=booked(earliest=earliest, wished=wished))
        assert waiting(scheduled, BEFORE).awaited == ("port",)
        assert waiting(scheduled, earliest).awaited == (party,)
        assert waiting(scheduled, MORNING).awaited == ("customs",)
        assert turns(scheduled) == (earliest, MORNING)


def test_in_the_field_it_waits_for_those_whose_share_is_not_done() -> None:
    found = waiting(standing(State.IN_FIELD, booked=booked("IN_PROGRESS"), at_work=frozenset({"ip", "customs"})))
    assert found == Waiting(awaited=("customs", "ip"), due=TWO_HOURS, last=TWO_HOURS)
    assert waiting(standing(State.IN_FIELD)).awaited == ("customs",)


def test_a_concluding_case_waits_for_the_conclusions_that_are_missing() -> None:
    invited = (asked("market_regulation", "ACCEPTED"), asked("ip", "ACCEPTED"), asked("drug", "WITHDRAWN"))
    found = waiting(standing(State.CONCLUDING, asked=invited, concluded=frozenset({"ip", "customs"}), conclusions_due=TWO_HOURS))
    assert found == Waiting(awaited=("market_regulation",), due=TWO_HOURS, last=TWO_HOURS)


def test_an_agency_that_waits_for_a_test_has_done_its_part_and_the_laboratory_is_awaited() -> None:
    invited = (asked("market_regulation", "ACCEPTED"), asked("ip", "ACCEPTED"))
    testing = {"testing": frozenset({"market_regulation"}), "concluded": frozenset({"customs"})}
    assert waiting(standing(State.CONCLUDING, asked=invited, **testing)).awaited == ("ip", "laboratory")


def test_what_the_enterprise_has_to_do_waits_for_the_enterprise_and_a_sample_for_the_laboratory() -> None:
    awaited = {one: waiting(standing(State.FOLLOW_UP, measure=one)).awaited for one in ("RECTIFY", "SAMPLE_AND_HOLD", "DETAIN")}
    assert awaited == {"RECTIFY": ("enterprise",), "SAMPLE_AND_HOLD": ("laboratory",), "DETAIN": ("customs",)}


def test_the_lead_is_one_of_the_agencies_and_three_parties_are_none() -> None:
    kinds = [kind_of(one, "customs") for one in ("customs", "ip", "enterprise", "port", "laboratory")]
    assert kinds == [Kind.LEAD, Kind.AGENCY, Kind.ENTERPRISE, Kind.PORT, Kind.LABORATORY]


@given(state=st.sampled_from(State), agencies=st.sets(st.sampled_from(["ip", "drug", "customs"])))
def test_every_case_that_is_not_over_waits_for_somebody(state: State, agencies: set[str]) -> None:
    invited = tuple(asked(agency, "ACCEPTED") for agency in sorted(agencies))
    over = {State.CLOSED, State.CANCELLED}
    assert bool(waiting(standing(state, asked=invited)).awaited) is (state not in over)
