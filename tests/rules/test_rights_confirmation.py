"""A rights holder's word as a rule: silence is none, a pass needs GENUINE, only a matching authorisation speaks for it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from inspection.requesting.rights_confirmation import (
    Authorisation,
    Confirmation,
    ConfirmationInvalid,
    Outcome,
    Question,
    State,
    check_question,
    matching,
    outcome_of,
    problem,
    state_of,
    waited_for,
)

HOLDER, OTHER = UUID(int=1), UUID(int=2)
QUESTION = Question(line=1, brand="LUMEN", holder=HOLDER, text="是否真品")
TODAY = date(2026, 11, 20)
days = st.dates(date(2026, 11, 1), date(2026, 12, 10))
authorisations = st.builds(
    Authorisation,
    id=st.sampled_from("ab"),
    holder=st.sampled_from([str(HOLDER), str(OTHER)]),
    brand=st.sampled_from(["LUMEN", " lumen ", "LUX"]),
    trader=st.sampled_from(["hengtong", "xinda"]),
    reference=st.just("LA-1"),
    valid_from=days,
    valid_until=days,
    revoked=st.booleans(),
)


@given(st.none() | st.sampled_from(Outcome), st.booleans(), st.booleans(), st.booleans())
def test_no_passing_of_time_makes_anything_genuine(said: Outcome | None, authorised: bool, lapsed: bool, withdrawn: bool) -> None:
    outcome = outcome_of(replied=said, authorised=authorised)
    if said is None and not authorised:
        assert outcome is None
    state = state_of(outcome, lapsed=lapsed, withdrawn=withdrawn)
    cited = Confirmation(id="c", agency="ip", line=1, state=state, outcome=outcome)
    may_pass = problem(cited, agency="ip", line=1, passes=True) is None
    event(f"may pass: {may_pass}")
    assert may_pass == (outcome is Outcome.GENUINE and not withdrawn)
    assert (problem(cited, agency="ip", line=1, passes=False) is None) == (outcome is Outcome.COUNTERFEIT and not withdrawn)


@given(st.sampled_from(State), st.none() | st.sampled_from(Outcome), st.integers(1, 2), st.sampled_from(["ip", "customs"]))
def test_a_word_counts_for_its_agency_and_line_alone(state: State, outcome: Outcome | None, line: int, agency: str) -> None:
    cited = Confirmation(id="c", agency="ip", line=1, state=state, outcome=outcome)
    if line != 1 or agency != "ip":
        assert all(problem(cited, agency=agency, line=line, passes=passes) for passes in (True, False))
    assert problem(None, agency="ip", line=1, passes=True)


@given(st.lists(authorisations, max_size=4))
def test_only_an_authorisation_in_force_of_this_holder_brand_and_trader_settles_it(known: list[Authorisation]) -> None:
    found = matching(QUESTION, "hengtong", known, TODAY)
    fitting = [
        one
        for one in known
        if one.holder == str(HOLDER)
        and one.brand.strip().upper() == "LUMEN"
        and one.trader == "hengtong"
        and one.valid_from <= TODAY <= one.valid_until
        and not one.revoked
    ]
    event(f"settled: {bool(fitting)}")
    assert (found in fitting) if fitting else (found is None)


def test_the_holder_is_waited_for_until_it_speaks_or_its_time_is_over() -> None:
    for state, waits in ((State.OPEN, True), (State.LAPSED, False), (State.REPLIED, False), (State.WITHDRAWN, False)):
        one = Confirmation(id="c", agency="ip", line=1, state=state)
        assert waited_for("ip", 1, [one]) == (("c",) if waits else ())
        assert waited_for("ip", 2, [one]) == () == waited_for("customs", 1, [one])


def test_a_holder_is_asked_about_a_line_of_the_agency_and_a_brand_of_its_own() -> None:
    check_question(QUESTION, lines=[1, 2], asked=[1], brands=["Lumen"])
    wrong = (([1], [2], ["LUMEN"], "$.line"), ([1], [1], ["LUX"], "$.brand"), ([2], [1], ["LUMEN"], "$.line"))
    for lines, asked, brands, path in wrong:
        with pytest.raises(ConfirmationInvalid) as refused:
            check_question(QUESTION, lines=lines, asked=asked, brands=brands)
        assert [one["path"] for one in refused.value.details["errors"]] == [path]
