"""A disposition: two people decide, a veto is not the lead's to lift, and a release can be recalled."""

from __future__ import annotations

from itertools import product

import pytest

from inspection.deciding.disposition import (
    FINAL,
    RELEASING,
    TRANSITIONS,
    Action,
    NotARelease,
    NotAutomatic,
    SecondPersonNeeded,
    State,
    Type,
    Vetoed,
    advance,
    check_approver,
    check_automatic,
    check_release,
)
from inspection.transitions import StateForbids

PEOPLE = ("Lin", "Zhao", "Tao")


@pytest.mark.parametrize("leads", [(), ("Tao",), ("Tao", "Lin")])
@pytest.mark.parametrize(("approver", "proposer"), [*product(PEOPLE, PEOPLE)])
def test_whoever_approves_neither_proposed_nor_led_the_inspection(approver: str, proposer: str, leads: tuple[str, ...]) -> None:
    if approver == proposer or approver in leads:
        with pytest.raises(SecondPersonNeeded):
            check_approver(approver, proposed_by=proposer, lead_inspectors=leads)
    else:
        check_approver(approver, proposed_by=proposer, lead_inspectors=leads)


@pytest.mark.parametrize("vetoers", [(), ("market_regulation",), ("market_regulation", "environment")])
@pytest.mark.parametrize("type_", Type)
def test_no_release_passes_a_veto_and_nothing_else_is_held_by_it(type_: Type, vetoers: tuple[str, ...]) -> None:
    if type_ in RELEASING and vetoers:
        with pytest.raises(Vetoed) as refused:
            check_release(type_, line=2, vetoed_by=vetoers)
        assert refused.value.code == "vetoed"
        assert refused.value.details == {"line": 2, "vetoed_by": sorted(vetoers)}
    else:
        check_release(type_, line=2, vetoed_by=vetoers)


@pytest.mark.parametrize(("type_", "merged"), [*product((None, *Type), (False, True))])
def test_nothing_but_a_release_the_merge_found_automatic_passes_without_a_person(type_: Type | None, merged: bool) -> None:
    if type_ is Type.RELEASE and merged:
        check_automatic(type_, merge_automatic=merged)
    else:
        with pytest.raises(NotAutomatic):
            check_automatic(type_, merge_automatic=merged)


def test_a_closed_release_can_still_be_recalled_and_a_return_cannot() -> None:
    assert advance(State.CLOSED, Action.RECALL, Type.RELEASE) is State.RECALLED
    assert advance(State.IN_EXECUTION, Action.RECALL, Type.CONDITIONAL_RELEASE) is State.RECALLED
    for type_ in (Type.RETURN, None):
        with pytest.raises(NotARelease):
            advance(State.CLOSED, Action.RECALL, type_)


def test_what_was_never_told_to_anybody_is_not_recalled() -> None:
    with pytest.raises(StateForbids):
        advance(State.APPROVED, Action.RECALL, Type.RELEASE)


def test_a_conflict_is_resolved_and_then_approved_like_any_other() -> None:
    state = State.PROPOSED
    for action in (Action.FIND_CONFLICT, Action.RESOLVE, Action.APPROVE, Action.NOTIFY):
        state = advance(state, action)
    assert state is State.NOTIFIED


@pytest.mark.parametrize(
    ("action", "state"), [(Action.UPHOLD, State.UPHELD), (Action.VARY, State.VARIED), (Action.REVOKE, State.REVOKED)]
)
def test_an_appeal_upholds_varies_or_revokes(action: Action, state: State) -> None:
    assert advance(advance(State.NOTIFIED, Action.APPEAL), action) is state


def test_nothing_is_executed_that_was_not_approved_and_notified() -> None:
    before_approval = {State.PROPOSED, State.CONFLICT, State.RESOLVED}
    into_execution = {source for (source, action) in TRANSITIONS if action is Action.EXECUTE}
    assert into_execution == {State.NOTIFIED, State.UPHELD}
    assert not before_approval & FINAL
