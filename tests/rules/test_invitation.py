"""An invitation: collapsed from hits, answered in time or late, declined with a reason, lapsed by the clock alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.inviting import invitation
from inspection.inviting.invitation import (
    FINAL,
    Action,
    DeclineIncomplete,
    DeclineReason,
    DeemedNotAllowed,
    ExpertMissing,
    LateNeedsAdmission,
    State,
    accept,
    collapse,
    decline,
    lapses,
    needs_confirmation,
)
from inspection.inviting.silence import check_deemed
from inspection.transitions import StateForbids
from kit.errors import TooLate
from risk.declaration import Component, Line
from risk.rule import CheckKind, Text
from risk.screening_result import Fact, Hit, LegalBasis

DUE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EACH_WAY = [(False, True)] * 4
around_due = st.integers(-20, 20).map(lambda n: DUE + n * timedelta(milliseconds=500))
PIPING = Line(no=2, hs="8479899990", name="生产线", components=(Component(name="特种气体管路组件"),))


def hit(
    agency: str, *, rule: str, line: int | None = 1, mandatory: bool = False, path: str = "line.hs", kind: CheckKind = "DOC"
) -> Hit:
    return Hit(
        rule=rule,
        version=1,
        agency=agency,
        line=line,
        domain=rule.upper(),
        title=Text(zh=rule, en=rule),
        reason=Text(zh="因为", en="because"),
        check_kinds=(kind,),
        focus=(Text(zh=f"看{rule}", en=f"look at {rule}"),),
        facts=(Fact(path=path, value="7307290000", met="scope.hs"),),
        legal_basis=(LegalBasis(title=Text(zh="法", en="law"), number="1", article="第一条"),),
        weight=1,
        mandatory=mandatory,
        hard=False,
    )


HITS = [
    hit("market_regulation", rule="pressure", line=2, mandatory=True, path="line.components[0].hs"),
    hit("market_regulation", rule="marks", line=1),
    hit("ip", rule="software", line=3),
    hit("customs", rule="count"),
]


@given(st.permutations(HITS), st.integers(0, 3))
def test_hits_collapse_into_one_invitation_per_agency_in_whatever_order_they_come(hits: list[Hit], again: int) -> None:
    assert collapse([*hits, hits[again]], [PIPING]) == collapse(HITS, [PIPING])


def test_an_invitation_lists_every_point_with_the_rule_that_asked_and_the_component_it_was_about() -> None:
    ip, market = collapse(HITS, [PIPING])
    assert (ip.agency, ip.mandatory, market.agency, market.mandatory) == ("ip", False, "market_regulation", True)
    assert [(point.line, point.component, point.rule) for point in market.points] == [
        (1, None, "marks"),
        (2, "特种气体管路组件", "pressure"),
    ]
    assert market.domains == ("MARKS", "PRESSURE")


def test_the_lead_is_in_the_case_without_an_invitation() -> None:
    assert "customs" not in {proposal.agency for proposal in collapse(HITS)}


def test_an_acceptance_at_the_due_instant_is_in_time() -> None:
    answer = accept(State.PENDING, experts=1, received_at=DUE, due=DUE)
    assert (answer.state, answer.late) == (State.ACCEPTED, False)


def test_between_due_and_lapse_an_acceptance_is_too_late_although_the_state_is_still_pending() -> None:
    with pytest.raises(TooLate) as refused:
        accept(State.PENDING, experts=1, received_at=DUE + SECOND, due=DUE)
    assert refused.value.details["state"] == "PENDING"
    with pytest.raises(TooLate):
        decline(State.PENDING, DeclineReason.DUPLICATE, mandatory=False, received_at=DUE + SECOND, due=DUE)


@pytest.mark.parametrize("state", [State.LAPSED, State.ESCALATED, State.BLOCKED])
def test_after_the_lapse_an_acceptance_counts_as_late_until_the_sheet_is_frozen(state: State) -> None:
    answer = accept(state, experts=1, received_at=DUE + 10 * SECOND, due=DUE)
    assert (answer.action, answer.state, answer.late) == (Action.ACCEPT_LATE, State.ACCEPTED, True)
    with pytest.raises(LateNeedsAdmission):
        accept(state, experts=1, received_at=DUE + 10 * SECOND, due=DUE, sheet_frozen=True)
    admitted = accept(state, experts=1, received_at=DUE + 10 * SECOND, due=DUE, sheet_frozen=True, admitted_by_lead=True)
    assert admitted.late


def test_a_decline_overruled_before_the_due_can_still_be_accepted_in_time() -> None:
    escalated = invitation.advance(State.DECLINED, Action.OVERRULE_DECLINE)
    answer = accept(escalated, experts=1, received_at=DUE - SECOND, due=DUE)
    assert (answer.action, answer.late) == (Action.ACCEPT, False)


@given(st.sampled_from(State), around_due, st.booleans(), st.booleans())
def test_late_is_said_exactly_when_the_receipt_is_past_the_due(state: State, at: datetime, frozen: bool, admitted: bool) -> None:
    try:
        answer = accept(state, experts=1, received_at=at, due=DUE, sheet_frozen=frozen, admitted_by_lead=admitted)
    except (StateForbids, TooLate, LateNeedsAdmission):
        return
    assert answer.state is State.ACCEPTED
    assert answer.late == (at > DUE)


@given(st.sampled_from(State), around_due, around_due)
def test_what_can_be_accepted_in_time_does_not_lapse_at_the_moment_of_its_receipt(
    state: State, received: datetime, now: datetime
) -> None:
    if lapses(state, now=now, due=DUE):
        assert state is State.PENDING
        assert now >= DUE + 5 * SECOND
        if received == now:
            with pytest.raises(TooLate):
                accept(state, experts=1, received_at=received, due=DUE)


def test_a_lapse_happens_once_only_to_what_is_pending_and_only_five_seconds_past_due() -> None:
    assert [lapses(State.PENDING, now=DUE + n * SECOND, due=DUE) for n in (0, 4, 5)] == [False, False, True]
    assert not any(lapses(state, now=DUE + 9 * SECOND, due=DUE) for state in State if state is not State.PENDING)


def test_an_acceptance_names_an_expert() -> None:
    with pytest.raises(ExpertMissing):
        accept(State.PENDING, experts=0, received_at=DUE, due=DUE)


@pytest.mark.parametrize(("state", "at"), [*product(sorted(FINAL), (DUE - SECOND, DUE + SECOND))])
@pytest.mark.parametrize("mandatory", [False, True])
def test_no_answer_leaves_a_final_state(state: State, at: datetime, mandatory: bool) -> None:
    with pytest.raises(StateForbids):
        accept(state, experts=1, received_at=at, due=DUE, admitted_by_lead=True)
    for reason in DeclineReason:
        with pytest.raises(StateForbids):
            decline(state, reason, mandatory=mandatory, received_at=at, due=DUE, text="x", recognition="r")


@pytest.mark.parametrize("reason", [DeclineReason.NO_QUALIFIED_EXPERT, DeclineReason.CONFLICT_OF_INTEREST])
def test_a_mandatory_agency_that_can_send_nobody_is_escalated_at_once(reason: DeclineReason) -> None:
    assert decline(State.PENDING, reason, mandatory=True, received_at=DUE, due=DUE).state is State.ESCALATED
    assert decline(State.PENDING, reason, mandatory=False, received_at=DUE, due=DUE).state is State.DECLINED


@pytest.mark.parametrize(
    ("reason", "mandatory", "text", "recognition", "accepted"),
    [
        (DeclineReason.OTHER, False, " ", None, False),
        (DeclineReason.OTHER, False, "搬迁", None, True),
        (DeclineReason.ALREADY_COVERED, False, "", None, False),
        (DeclineReason.ALREADY_COVERED, False, "报告 2026-17", None, True),
        (DeclineReason.ALREADY_COVERED, True, "报告 2026-17", None, False),
        (DeclineReason.ALREADY_COVERED, True, "", "0193", True),
        (DeclineReason.OUT_OF_SCOPE, True, "", None, True),
    ],
)
def test_a_decline_says_what_its_code_asks_for(
    reason: DeclineReason, mandatory: bool, text: str, recognition: str | None, accepted: bool
) -> None:
    def answer() -> State:
        said = decline(State.PENDING, reason, mandatory=mandatory, received_at=DUE, due=DUE, text=text, recognition=recognition)
        return said.state

    if accepted:
        assert answer() is State.DECLINED
    else:
        with pytest.raises(DeclineIncomplete):
            answer()


@pytest.mark.parametrize("reason", DeclineReason)
def test_out_of_scope_and_every_decline_of_a_mandatory_agency_wait_for_the_lead(reason: DeclineReason) -> None:
    assert needs_confirmation(reason, mandatory=True)
    assert needs_confirmation(reason, mandatory=False) == (reason is DeclineReason.OUT_OF_SCOPE)


@pytest.mark.parametrize(
    ("mandatory", "advisory", "sensitive", "low", "clause"), [*product(*[(False, True)] * 4, ("", "第四条"))]
)
def test_silence_is_deemed_only_where_every_ground_allows_it(
    mandatory: bool, advisory: bool, sensitive: bool, low: bool, clause: str
) -> None:
    allowed = not mandatory and (advisory or low) and not sensitive and bool(clause)
    try:
        check_deemed(mandatory=mandatory, advisory=advisory, sensitive_goods=sensitive, low_lane=low, mandate_clause=clause)
    except DeemedNotAllowed as refused:
        assert refused.details["because"]
        assert not allowed
    else:
        assert allowed


def test_a_blocked_invitation_can_be_answered_waived_substituted_or_withdrawn_but_never_deemed() -> None:
    leaving = {
        action for (state, action), after in invitation.TRANSITIONS.items() if state is State.BLOCKED and after is not state
    }
    assert leaving == {Action.ACCEPT_LATE, Action.WAIVE, Action.SUBSTITUTE, Action.WITHDRAW}
