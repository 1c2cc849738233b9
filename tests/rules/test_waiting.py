"""Whom a case waits for and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inspection.case import State
from inspection.waiting import Asked, Standing, Waiting, waiting

MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
TWO_HOURS = MORNING + timedelta(hours=2)


def standing(state: State, **facts: object) -> Standing:
    """A standing of a case that customs leads."""
    return Standing(state=state, lead="customs", **facts)  # type: ignore[arg-type]


def asked(agency: str, state: str, due: datetime = TWO_HOURS, *, unconfirmed: bool = False) -> Asked:
    """An invitation as it stands."""
    return Asked(agency=agency, state=state, due=due, unconfirmed=unconfirmed)


def test_an_inviting_case_waits_for_those_who_have_not_answered_until_the_first_of_their_dates() -> None:
    later = TWO_HOURS + timedelta(hours=1)
    invited = (asked("market_regulation", "ACCEPTED", MORNING), asked("ip", "PENDING", later), asked("drug", "PENDING"))
    assert waiting(standing(State.INVITING, asked=invited)) == Waiting(awaited=("drug", "ip"), due=TWO_HOURS)


def test_a_lapsed_agency_is_still_awaited_with_the_date_it_missed() -> None:
    found = waiting(standing(State.INVITING, asked=(asked("ip", "LAPSED", MORNING),)))
    assert found == Waiting(awaited=("ip",), due=MORNING)


def test_a_decline_that_the_lead_has_to_confirm_waits_for_the_lead() -> None:
    found = waiting(standing(State.INVITING, asked=(asked("ip", "DECLINED", unconfirmed=True),)))
    assert found == Waiting(awaited=("customs",))


def test_a_scheduled_case_waits_for_the_appointment() -> None:
    found = waiting(standing(State.SCHEDULED, window=(MORNING, TWO_HOURS)))
    assert found == Waiting(awaited=("customs",), due=MORNING)


def test_in_the_field_it_waits_for_those_whose_share_is_not_done() -> None:
    found = waiting(standing(State.IN_FIELD, window=(MORNING, TWO_HOURS), at_work=frozenset({"ip", "customs"})))
    assert found == Waiting(awaited=("customs", "ip"), due=TWO_HOURS)
    assert waiting(standing(State.IN_FIELD)).awaited == ("customs",)


def test_a_concluding_case_waits_for_the_conclusions_that_are_missing() -> None:
    invited = (asked("market_regulation", "ACCEPTED"), asked("ip", "ACCEPTED"), asked("drug", "WITHDRAWN"))
    found = waiting(standing(State.CONCLUDING, asked=invited, concluded=frozenset({"ip", "customs"}), conclusions_due=TWO_HOURS))
    assert found == Waiting(awaited=("market_regulation",), due=TWO_HOURS)


@given(state=st.sampled_from(State), agencies=st.sets(st.sampled_from(["ip", "drug", "customs"])))
def test_every_case_that_is_not_over_waits_for_somebody(state: State, agencies: set[str]) -> None:
    invited = tuple(asked(agency, "ACCEPTED") for agency in sorted(agencies))
    over = {State.CLOSED, State.CANCELLED, State.SUSPENDED}
    assert bool(waiting(standing(state, asked=invited)).awaited) is (state not in over)
