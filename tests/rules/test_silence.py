"""What silence leads to: rung by rung, by the path of the policy, and never to an issued sheet or a release of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inspection import merging
from inspection.concluding.merge_documents import Conclusion, Context, RequiredPair
from inspection.inviting.invitation import Action, DeemedNotAllowed, State, advance
from inspection.inviting.silence import Path, WaivedByTheLead, check_deemed, check_waiver, follow, level_of, pair_state
from inspection.policies import policy_files
from inspection.preparing.sheet_issue import InvitationStanding, held_by
from inspection.reporting.document_parts import Lead, Officer

PATHS: tuple[Path, ...] = ("BLOCK", "ESCALATE", "SUBSTITUTE", "DEEMED")
DUE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LEAD = Lead(agency="customs", officer=Officer(name="Lin", agency="customs"))
BY_PEOPLE_OR_THE_AGENCY = {
    Action.ACCEPT, Action.ACCEPT_LATE, Action.REPLACE_EXPERT, Action.DECLINE, Action.CONFIRM_DECLINE, Action.OVERRULE_DECLINE,
    Action.CLAIM_ELSEWHERE, Action.WAIVE, Action.SUBSTITUTE, Action.WITHDRAW, Action.SEND,
}  # fmt: skip
rungs = st.lists(st.integers(50, 110), max_size=12)


def silent(path: Path, order: list[int], *, mandatory: bool) -> tuple[State, int]:
    """Where an invitation nobody answers stands after rungs in this order, under the checks that come before DEEMED."""
    state, level = State.PENDING, 0
    for rung in order:
        allowed = path
        if path == "DEEMED":
            try:
                check_deemed(mandatory=mandatory, advisory=True, sensitive_goods=False, low_lane=True, mandate_clause="第七条")
            except DeemedNotAllowed:
                allowed = "BLOCK"
        after = follow(state, level=level, rung=rung, path=allowed, answered=False)
        assert not set(after.actions) & BY_PEOPLE_OR_THE_AGENCY
        for action in after.actions:
            state = advance(state, action)
        assert state is after.state
        level = after.level
    return state, level


@given(st.sampled_from(PATHS), rungs)
@example("DEEMED", [50, 80, 100])
def test_no_sequence_of_rungs_lets_a_mandatory_silent_agency_lead_to_a_sheet_or_a_release(path: Path, order: list[int]) -> None:
    state, _ = silent(path, order, mandatory=True)
    standing = InvitationStanding(agency="ip", mandatory=True, state=state.value, due=DUE)
    assert held_by([standing], [], LEAD, DUE + timedelta(days=30))
    assert state not in {State.DEEMED_NO_OBJECTION, State.WAIVED, State.SUBSTITUTED, State.ACCEPTED}
    policy = policy_files.shipped("graded")
    pair = {"agency": "ip", "line": 1, "state": pair_state(state, answered=False, path=path)}
    required = [RequiredPair(agency="customs", line=1), msgspec.convert(pair, RequiredPair)]
    said = [Conclusion(agency="customs", line=1, verdict="PASS", basis="TESTED")]
    merged = merging.merge(policy, required, said, Context(lane="blue"))
    assert merged.outcome == "WAIT" and not merged.automatic and not any(line.releasable for line in merged.lines)


@given(st.sampled_from(PATHS), st.permutations(range(100, 106)), st.integers(0, 5))
def test_rungs_that_come_in_another_order_or_twice_lead_to_the_same_end(path: Path, order: list[int], again: int) -> None:
    assert silent(path, [*order, order[again]], mandatory=True) == silent(path, sorted(order), mandatory=True)


def test_each_red_rung_escalates_one_step_and_the_third_blocks() -> None:
    state, level, seen = State.PENDING, 0, []
    for rung in (50, 80, 100, 101, 102, 103):
        after = follow(state, level=level, rung=rung, path="ESCALATE", answered=False)
        state, level = after.state, after.level
        seen.append((state.value, level))
    assert seen == [("PENDING", 0)] * 2 + [("ESCALATED", 1), ("ESCALATED", 2), ("BLOCKED", 3), ("BLOCKED", 4)]


@pytest.mark.parametrize(
    ("path", "state", "actions"),
    [
        ("BLOCK", State.BLOCKED, (Action.LAPSE, Action.ESCALATE, Action.BLOCK)),
        ("ESCALATE", State.ESCALATED, (Action.LAPSE, Action.ESCALATE)),
        ("SUBSTITUTE", State.ESCALATED, (Action.LAPSE, Action.ESCALATE)),
        ("DEEMED", State.DEEMED_NO_OBJECTION, (Action.LAPSE, Action.DEEM)),
    ],
)
def test_the_lapse_takes_the_path_of_the_policy(path: Path, state: State, actions: tuple[Action, ...]) -> None:
    after = follow(State.PENDING, level=0, rung=100, path=path, answered=False)
    assert (after.state, after.actions) == (state, actions)


@given(st.sampled_from(State), st.integers(0, 5), st.integers(0, 110), st.sampled_from(PATHS))
def test_who_answered_and_what_has_ended_is_left_alone(state: State, level: int, rung: int, path: Path) -> None:
    untouched = {State.ACCEPTED, State.DECLINED, State.WAIVED, State.SUBSTITUTED, State.DEEMED_NO_OBJECTION, State.WITHDRAWN}
    for answered in (True, False):
        after = follow(state, level=level, rung=rung, path=path, answered=answered)
        if answered or state in untouched or rung < 100:
            assert (after.actions, after.state, after.level) == ((), state, level)
        assert after.level >= level


def test_the_levels_of_rungs() -> None:
    assert [level_of(rung) for rung in (50, 80, 99, 100, 101, 107)] == [0, 0, 0, 1, 2, 8]


@pytest.mark.parametrize(("state", "answered", "path"), list(product(State, (False, True), PATHS)))
def test_the_merge_may_cover_a_silence_only_where_it_was_deemed(state: State, answered: bool, path: Path) -> None:
    counted = pair_state(state, answered=answered, path=path)
    if counted == "LAPSED" and path == "DEEMED":
        assert state is State.DEEMED_NO_OBJECTION
    assert (counted == "WAIVED") == (state is State.WAIVED)
    if state in (State.PENDING, State.ACCEPTED, State.DECLINED, State.SUBSTITUTED):
        assert counted is None


@pytest.mark.parametrize(
    ("person", "may_lead", "holder", "ruled", "because"),
    [
        ("zhao", False, None, (), None),
        ("zhao", False, "lin", ("tao",), None),
        ("lin", True, None, (), ["may_lead_and_nobody_holds_it"]),
        ("lin", True, "lin", (), ["holds_the_case"]),
        ("zhao", False, "zhao", (), ["holds_the_case"]),
        ("zhao", True, "lin", (), None),
        ("zhao", False, "lin", ("zhao",), ["ruled_as_lead"]),
    ],
)
def test_an_approver_waives_and_never_who_leads_the_case(
    person: str, may_lead: bool, holder: str | None, ruled: tuple[str, ...], because: list[str] | None
) -> None:
    try:
        check_waiver(person, may_lead=may_lead, holder=holder, ruled=ruled)
    except WaivedByTheLead as refused:
        assert refused.details["because"] == because
    else:
        assert because is None
