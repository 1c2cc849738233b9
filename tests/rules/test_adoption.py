"""Departing from a conclusion: nobody is passed over in silence, and nothing takes effect before the agency was heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inspection.deciding import adoption
from inspection.deciding.adoption import (
    CLEARED,
    FINAL,
    TRANSITIONS,
    Action,
    DecidedBefore,
    Departure,
    DissentTooLate,
    State,
    advance,
    check_decides,
    check_dissent,
    falls,
    first_step,
    may_take_effect,
    terms_of,
    waits,
)
from inspection.policies.policy import Adoption, Standing
from inspection.policies.policy_files import shipped
from inspection.transitions import StateForbids

GRADED = shipped("graded")
DUE = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PEOPLE = ("Lin", "Zhao", "Tao", "Gao")


def departing(standing: Standing = "PRESUMPTIVE", *, veto: bool = False) -> Departure:
    """A release in place of a rectification."""
    return Departure(agency="market_regulation", line=1, standing=standing, concluded="RECTIFY", proposed="RELEASE", veto=veto)


@given(st.lists(st.sampled_from(Action), max_size=8))
def test_a_departure_is_cleared_only_by_a_window_that_ended_in_silence_or_by_a_superior(actions: list[Action]) -> None:
    state, done = State.PROPOSED, []
    for action in actions:
        try:
            state = advance(state, action)
        except StateForbids:
            continue
        done.append(action)
    if state in CLEARED:
        assert done[-1] in {Action.LAPSE, Action.UPHOLD, Action.RULE}
        assert Action.DISSENT not in done or done[-1] is Action.UPHOLD, "who dissented was heard by a superior"


@given(st.lists(st.sampled_from(State), min_size=1, max_size=4))
def test_a_departure_takes_effect_only_when_every_agency_was_heard(states: list[State]) -> None:
    if may_take_effect(states):
        assert {*states} <= CLEARED | {State.WITHDRAWN} and not falls(states)
    if {State.OPEN, State.DISSENTED, State.PROPOSED, State.FOLLOWED} & {*states}:
        assert not may_take_effect(states)


@given(st.integers(-7_200, 7_200))
def test_the_window_is_closed_at_its_due_and_the_receipt_decides(seconds: int) -> None:
    at = DUE + timedelta(seconds=seconds)
    if seconds <= 0:
        assert check_dissent(State.OPEN, at, DUE) is State.DISSENTED
    else:
        with pytest.raises(DissentTooLate) as late:
            check_dissent(State.OPEN, at, DUE)
        assert late.value.details == {"due": DUE.isoformat(), "state": "OPEN"}


@given(st.sampled_from(sorted(FINAL)))
def test_what_has_ended_takes_no_dissent_however_early_it_was_received(state: State) -> None:
    with pytest.raises((DissentTooLate, StateForbids)):
        check_dissent(state, DUE - timedelta(hours=1), DUE)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("proposer", "approver"), [("Lin", "Zhao"), ("Gao", "Zhao"), ("Lin", None)])
def test_whoever_decided_before_judges_no_dissent(person: str, proposer: str, approver: str | None) -> None:
    if person in {proposer, approver, "Tao"}:
        with pytest.raises(DecidedBefore):
            check_decides(person, proposed_by=proposer, approved_by=approver, lead_inspectors={"Tao"})
    else:
        check_decides(person, proposed_by=proposer, approved_by=approver, lead_inspectors={"Tao"})


def test_the_hearing_begins_as_the_policy_says_of_the_standing() -> None:
    assert first_step(GRADED, [departing()]) is Action.NOTIFY
    assert terms_of(GRADED, [departing("ADVISORY"), departing()]).window == "dissent"
    assert first_step(GRADED, [departing(veto=True)]) is Action.RULE, "a superior has spoken already"
    bare = Adoption(standing="PRESUMPTIVE", stricter=("REASON",), milder=("REASON", "SECOND_APPROVER"))
    others = tuple(one for one in GRADED.adoption if one.standing != "PRESUMPTIVE")
    assert first_step(replace(GRADED, adoption=(*others, bare)), [departing()]) is Action.LAPSE


def test_the_goods_wait_unless_the_policy_says_otherwise_for_their_class() -> None:
    assert waits(GRADED, [departing()], "PERISHABLE") and waits(GRADED, [departing()], "NORMAL")
    rows = [replace(one, not_waiting=("PERISHABLE",)) if one.standing == "PRESUMPTIVE" else one for one in GRADED.adoption]
    perishable = replace(GRADED, adoption=tuple(rows))
    assert not waits(perishable, [departing()], "PERISHABLE") and waits(perishable, [departing()], "NORMAL")


def test_nothing_leaves_a_final_state() -> None:
    assert not {source for source, _ in TRANSITIONS} & FINAL
    assert set(TRANSITIONS.values()) == {*State} - {State.PROPOSED}
    assert adoption.CLEARED < FINAL
