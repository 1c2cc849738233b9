"""What follows a disposition: who alone verifies, what comes before a release, and that every life comes to its end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.following_up.follow_up import (
    BEFORE_RELEASE,
    FINAL,
    NOT_BEGUN,
    OPEN,
    RECORD,
    TRANSITIONS,
    Action,
    Kind,
    NotThisWay,
    RecordIncomplete,
    Standing,
    State,
    VerifiedByAnother,
    advance,
    all_done,
    check_own,
    check_record,
    check_way,
    holder,
    let_go,
    to_begin,
    ways_of,
)
from inspection.following_up.follow_up_plan import Line, plan
from inspection.transitions import StateForbids, reachable

TYPES = ("RELEASE", "CONDITIONAL_RELEASE", "RECTIFY", "RETURN", "DESTROY", "DETAIN", "SAMPLE_AND_HOLD")
GOES_FIRST = {Kind.MOVE_TO_SAFE_SITE, Kind.DETAIN}
AGENCIES = ("customs", "market_regulation", "ip")
KINDS = st.sampled_from(Kind)
STANDINGS = st.lists(st.builds(Standing, kind=KINDS, state=st.sampled_from(State), before_release=st.booleans()), max_size=6)
LINES = st.lists(
    st.builds(
        Line,
        line=st.integers(1, 3),
        type=st.sampled_from(
            [None, "RELEASE", "CONDITIONAL_RELEASE", "RECTIFY", "RETURN", "DESTROY", "DETAIN", "SAMPLE_AND_HOLD"]
        ),
        measures=st.lists(st.sampled_from(["MOVE_TO_SAFE_SITE", "CASE_FILING"]), unique=True).map(tuple),
        conditions=st.lists(st.sampled_from(["SECURITY", "DESTINATION_INSPECTION", "DOCUMENT_BY", "X"]), unique=True).map(tuple),
        queued=st.lists(st.sampled_from(["RETURN", "RECTIFY"]), unique=True).map(tuple),
    ),
    max_size=3,
    unique_by=lambda one: one.line,
)


def test_every_state_is_reachable_and_nothing_leaves_the_end() -> None:
    assert reachable(TRANSITIONS, State.QUEUED) == set(State)
    assert not FINAL & {source for source, _ in TRANSITIONS}


@given(st.sampled_from(AGENCIES), st.sampled_from([*AGENCIES, None]))
def test_only_the_demanding_agency_verifies(demanded_by: str, agency: str | None) -> None:
    if agency == demanded_by:
        check_own(demanded_by, agency)
    else:
        with pytest.raises(VerifiedByAnother) as refused:
            check_own(demanded_by, agency)
        assert refused.value.details == {"agency": demanded_by, "yours": agency}


@given(STANDINGS)
def test_no_release_takes_effect_while_what_comes_first_is_open(standing: list[Standing]) -> None:
    first = [one for one in standing if one.before_release]
    taken_over = {Kind.DESTINATION_INSPECTION, Kind.DESTINATION_SAMPLING}
    waits = any(one.state in OPEN and not (one.kind in taken_over and one.state is State.IN_EXECUTION) for one in first)
    assert let_go(standing) is not waits


@given(LINES)
def test_a_plan_names_each_thing_once_and_nothing_is_verified_from_the_start(lines: list[Line]) -> None:
    planned = plan(lines, {}, "customs")
    keys = [(one.kind, one.code, one.agency, one.lines) for one in planned]
    assert len(keys) == len({*keys}) and all(one.state in {State.NOTIFIED, State.QUEUED} for one in planned)
    assert all(one.before_release is (one.kind in BEFORE_RELEASE) for one in planned)
    assert plan(list(reversed(lines)), {}, "customs") == planned
    assert not any(one.kind is Kind.CASE_FILING and one.state is State.QUEUED for one in planned)
    final = plan(lines, {}, "customs", ("RETURN", "DESTROY"))
    assert not any(one.code in ("RETURN", "DESTROY") and one.state is State.NOTIFIED for one in final)
    assert [one.kind for one in final] == [one.kind for one in planned]


@given(KINDS, st.lists(st.sampled_from(Action), max_size=12))
def test_whoever_is_awaited_is_awaited_until_the_end(kind: Kind, acts: list[Action]) -> None:
    state = State.NOTIFIED
    for act in acts:
        try:
            state = advance(state, act)
        except StateForbids:
            continue
        party = holder(kind, state, agency="ip", lead="customs", office=None)
        assert (party is None) or state not in FINAL
        assert party is not None or state not in OPEN - {State.QUEUED}


@given(KINDS, st.sampled_from(Action))
def test_a_kind_is_done_in_its_own_way_or_the_refusal_names_it(kind: Kind, action: Action) -> None:
    if action in ways_of(kind):
        check_way(kind, action)
    else:
        with pytest.raises(NotThisWay) as refused:
            check_way(kind, action)
        assert refused.value.details["instead"]


@pytest.mark.parametrize("kind", RECORD)
def test_an_empty_record_is_refused_with_every_field_it_lacks(kind: Kind) -> None:
    with pytest.raises(RecordIncomplete) as refused:
        check_record(kind, {})
    assert {one["path"] for one in refused.value.details["errors"]} == {f"$.{name}" for name in RECORD[kind]}


@given(STANDINGS)
def test_what_is_queued_begins_when_nothing_goes_before_it_and_ends_sometime(standing: list[Standing]) -> None:
    for _ in range(len(standing) + 3):
        begun = to_begin(standing)
        open_first = any(one.kind in GOES_FIRST and one.state in OPEN - NOT_BEGUN for one in standing)
        assert not (begun and open_first)
        standing = [
            Standing(kind=one.kind, state=State.NOTIFIED)
            if one.state in NOT_BEGUN and one.kind in begun
            else Standing(kind=one.kind, state=State.VERIFIED if one.state in OPEN - NOT_BEGUN else one.state)
            for one in standing
        ]
    standing = [Standing(kind=one.kind, state=State.VERIFIED if one.state is State.NOTIFIED else one.state) for one in standing]
    assert all_done(standing)
