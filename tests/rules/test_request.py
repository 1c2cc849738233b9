"""The evidence chain as a rule: closed only by answers, and what an agency waits for before it concludes."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from agencies.deadlines import Basis, BudgetNotUnderstood
from inspection.requesting.request import (
    TRANSITIONS,
    Answer,
    Asked,
    RequestInvalid,
    RequestsOpen,
    Source,
    State,
    chain,
    check_asked,
    check_may_conclude,
    check_sources,
    terms,
)
from inspection.transitions import allowed

AGENCIES = ("customs", "ip", "market_regulation")
asked = st.builds(
    Asked,
    id=st.uuids().map(str),
    finding=st.sampled_from(["f1", "f2"]),
    agency=st.sampled_from(AGENCIES),
    asked=st.sampled_from(AGENCIES),
    line=st.integers(1, 3),
    state=st.sampled_from(State),
    blocking=st.booleans(),
    sources=st.integers(1, 3),
)
several = st.lists(asked, max_size=6, unique_by=lambda one: one.id)


@given(several)
def test_a_chain_is_closed_exactly_when_something_was_answered_and_nothing_is_left_open(requests: list[Asked]) -> None:
    found = chain("f1", requests)
    mine = [one.state for one in requests if one.finding == "f1" and one.state is not State.WITHDRAWN]
    event(f"closed: {found.closed}, open: {bool(found.open)}")
    assert found.closed == (bool(mine) and set(mine) == {State.ANSWERED})
    assert set(found.open) == {one.id for one in requests if one.finding == "f1" and one.state in (State.OPEN, State.DECLINED)}


@given(several, st.permutations(range(6)))
def test_the_order_in_which_requests_come_does_not_matter(requests: list[Asked], order: list[int]) -> None:
    shuffled = [requests[at] for at in order if at < len(requests)]
    assert chain("f1", shuffled) == chain("f1", requests)


@given(several)
def test_every_step_of_the_graph_hangs_on_the_finding(requests: list[Asked]) -> None:
    edges = {one.rests_on: one.of for one in chain("f1", requests).edges}
    for first in edges:
        here = first
        while here in edges:
            here = edges[here]
        assert here == "finding:f1"
    answered = [one for one in requests if one.finding == "f1" and one.state is State.ANSWERED]
    assert sum(step.startswith("source:") for step in edges) == sum(one.sources for one in answered)


@given(several, st.sampled_from(AGENCIES), st.lists(st.none() | st.integers(1, 3), min_size=1, max_size=3))
def test_only_the_own_unanswered_blocking_requests_on_the_line_hold_a_conclusion(
    requests: list[Asked], agency: str, lines: list[int | None]
) -> None:
    holding = [
        one.id
        for one in requests
        if one.agency == agency
        and one.blocking
        and one.state in (State.OPEN, State.DECLINED)
        and (None in lines or one.line in lines)
    ]
    event(f"held: {bool(holding)}")
    if not holding:
        return check_may_conclude(agency, lines, requests)
    with pytest.raises(RequestsOpen) as refused:
        check_may_conclude(agency, lines, requests)
    assert [one["id"] for one in refused.value.details["requests"]] == sorted(holding)
    return None


def test_what_is_answered_or_taken_back_stays_so() -> None:
    assert {state: [one.value for one in allowed(TRANSITIONS, state)] for state in State} == {
        State.OPEN: ["answer", "decline", "withdraw"],
        State.ANSWERED: [],
        State.DECLINED: ["withdraw"],
        State.WITHDRAWN: [],
    }


def test_an_hour_while_the_goods_are_open_a_day_otherwise() -> None:
    assert str(terms(None, in_session=True).budget) == "1wh" and str(terms(None, in_session=False).budget) == "1wd"
    given_time = terms("3wh", in_session=False)
    assert (given_time.budget.basis, given_time.budget.amount, given_time.type) == (Basis.WORKING_HOURS, 3, "info_request")
    for wrong in ("6wd", "25wh", "2h", "3d"):
        with pytest.raises(RequestInvalid):
            terms(wrong, in_session=True)
    with pytest.raises(BudgetNotUnderstood):
        terms("soon", in_session=True)


def test_a_source_is_a_record_or_evidence_and_whoever_is_asked_takes_part() -> None:
    record = Source(register="专利登记簿", reference="ZL1")
    assert check_sources(Answer(text="有效", sources=(record,))) == ()
    for wrong in (Source(), Source(register="专利登记簿"), Source(reference="ZL1")):
        with pytest.raises(RequestInvalid):
            check_sources(Answer(text="有效", sources=(record, wrong)))
    check_asked("ip", "customs", ["customs", "ip"])
    with pytest.raises(RequestInvalid):
        check_asked("ip", "ip", ["customs", "ip"])
