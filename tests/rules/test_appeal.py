"""An objection is filed in time, judged by somebody else, looked at again by others, and makes nothing stricter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.calendar_seed import seeded_calendar
from inspection.deciding import disposition
from inspection.deciding.appeal import (
    AppealTooLate,
    Examiners,
    LaboratoryRefused,
    Outcome,
    PreviousInspector,
    SecondTest,
    SecondTestAwaited,
    State,
    VariationInvalid,
    advance,
    check_examined,
    check_in_time,
    check_laboratory,
    check_other_officers,
    check_second_test,
    check_variation,
    may_be_carried_out,
    window_ends,
)
from inspection.policies.policy_files import shipped
from inspection.transitions import StateForbids

GRADED = shipped("graded")
DUE = datetime(2026, 12, 8, 9, 30, tzinfo=UTC)


@given(st.integers(-7_200, 7_200))
def test_the_last_instant_of_the_window_is_the_enterprises(seconds: int) -> None:
    at = DUE + timedelta(seconds=seconds)
    if seconds <= 0:
        check_in_time(at, DUE)
    else:
        with pytest.raises(AppealTooLate):
            check_in_time(at, DUE)


def test_the_window_is_the_policys_and_counts_days_from_the_decision() -> None:
    decided = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    ends = window_ends(GRADED, decided, seeded_calendar())
    assert ends.date().isoformat() == "2026-12-07", "15 days after 20 November is a Saturday or Sunday: it rolls to Monday"


@given(st.sampled_from(disposition.State), st.booleans())
def test_what_cannot_be_undone_begins_when_nobody_may_object_or_an_objection_was_turned_down(
    state: disposition.State, over: bool
) -> None:
    begins = may_be_carried_out(state, window_over=over)
    assert begins is (state is disposition.State.UPHELD or (over and state is not disposition.State.APPEALED))
    assert not (begins and state is disposition.State.APPEALED), "an open objection holds it, however long it takes"


@pytest.mark.parametrize("first", Outcome)
@pytest.mark.parametrize("second", Outcome)
def test_an_objection_is_decided_once(first: Outcome, second: Outcome) -> None:
    with pytest.raises(StateForbids):
        advance(advance(State.FILED, first), second)


@given(st.sampled_from(GRADED.strength), st.sampled_from([*GRADED.strength, "CASE_FILING", None]))
def test_an_objection_never_makes_a_decision_stricter(was: str, becomes: str | None) -> None:
    strength = {code: place for place, code in enumerate(GRADED.strength)}
    try:
        check_variation(GRADED, was, becomes, ["SECURITY"])
    except VariationInvalid:
        return
    assert becomes is not None and strength[becomes] < strength[was]


def test_a_conditional_release_needs_a_known_condition() -> None:
    for conditions in ((), ("FLOWERS",)):
        with pytest.raises(VariationInvalid):
            check_variation(GRADED, "RETURN", "CONDITIONAL_RELEASE", conditions)
    check_variation(GRADED, "RETURN", "CONDITIONAL_RELEASE", ("SECURITY",))


@given(st.sampled_from(["A", "B", "C", None]), st.sets(st.sampled_from("ABC")), st.sets(st.sampled_from("ABC")))
def test_the_second_laboratory_is_listed_and_another_one(code: str | None, before: set[str], listed: set[str]) -> None:
    if code in listed - before:
        check_laboratory(code, before, listed)
    else:
        with pytest.raises(LaboratoryRefused):
            check_laboratory(code, before, listed)


@given(st.sampled_from([None, *Examiners]), st.sampled_from([None, *SecondTest]), st.sampled_from(["A", "B", None]))
def test_a_second_test_is_waited_for_and_only_the_laboratory_that_was_asked_has_a_result(
    by: Examiners | None, found: SecondTest | None, ordered: str | None
) -> None:
    if by is Examiners.LABORATORY and found is None:
        with pytest.raises(SecondTestAwaited):
            check_examined(by, found, ordered)
    else:
        check_examined(by, found, ordered)
    if by is Examiners.LABORATORY and ordered == "A":
        check_second_test("A", examined_by=by, ordered=ordered)
    else:
        with pytest.raises(LaboratoryRefused):
            check_second_test("A", examined_by=by, ordered=ordered)


@given(st.sets(st.sampled_from(["1", "2", "3"])), st.sets(st.sampled_from(["1", "2", "3"])))
def test_nobody_inspects_the_same_goods_again_after_an_objection(present: set[str], previous: set[str]) -> None:
    people = {one: f"login-{one}" for one in present}
    if present & previous:
        with pytest.raises(PreviousInspector) as refused:
            check_other_officers(people, previous)
        assert refused.value.details["officers"] == sorted(people[one] for one in present & previous)
    else:
        check_other_officers(people, previous)
