"""The enterprise's one status: always with holder, next step and date, from a closed vocabulary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from inspection import case
from inspection.deciding import disposition
from inspection.deciding.disposition import State, Type
from inspection.declaring import declaration_state
from inspection.status import (
    BEING_VERIFIED,
    DONE,
    NEXT_STEP,
    STATUS,
    Code,
    Outcome,
    PublicStatus,
    StatusFacts,
    Words,
    public_status,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
MARKET, IP = Words("市场监管", "market regulation"), Words("知识产权", "IP office")
Declared, Stage = declaration_state.State, case.State


def status(**facts: Any) -> PublicStatus:
    known: dict[str, Any] = {"declaration": Declared.UNDER_JOINT_CASE, "expected_by": TOMORROW, "as_of": NOW, "seq": 7} | facts
    return public_status(StatusFacts(**known))


def outcome(type_: Type, state: State = State.IN_EXECUTION) -> Outcome:
    return Outcome(type=type_, state=state)


facts_of_a_status = st.builds(
    StatusFacts,
    declaration=st.sampled_from(Declared),
    case=st.none() | st.sampled_from(Stage),
    outcomes=st.lists(st.builds(Outcome, type=st.sampled_from(Type), state=st.sampled_from(State)), max_size=3).map(tuple),
    awaited=st.sampled_from([(), (MARKET,), (MARKET, IP)]),
    documents_required=st.booleans(),
    next_step=st.none() | st.just(Words("到 3 号台位", "come to bay 3")),
    expected_by=st.just(TOMORROW),
    as_of=st.just(NOW),
    seq=st.integers(1, 99),
)


@given(facts_of_a_status)
def test_no_status_is_ever_without_holder_next_step_and_date_while_something_is_left_to_do(facts: StatusFacts) -> None:
    shown = public_status(facts)
    event(shown.code)
    assert all((shown.status_zh, shown.status_en, shown.holder_zh, shown.holder_en, shown.next_step_zh, shown.next_step_en))
    assert (shown.due is None) == (shown.code in DONE)
    assert (shown.as_of, shown.seq) == (facts.as_of, facts.seq)


@given(facts_of_a_status)
def test_nobody_is_told_released_without_a_release_in_force(facts: StatusFacts) -> None:
    if public_status(facts).code is Code.RELEASED:
        released = any(one.type is Type.RELEASE and one.state in disposition.IN_FORCE for one in facts.outcomes)
        assert released or facts.declaration is Declared.RELEASED


@given(facts_of_a_status)
def test_a_recall_stands_before_everything(facts: StatusFacts) -> None:
    recalled = any(one.state is State.RECALLED for one in facts.outcomes)
    assert (public_status(facts).code is Code.RECALLED) == recalled


def test_the_vocabulary_is_the_fifteen_public_words() -> None:
    words = (
        "已接收 审核中 待协同部门确认 已排查验 查验中 结果汇总中 需补充材料 整改中 "
        "已放行 附条件放行 部分放行 不予放行（退运/销毁） 扣留/立案 已召回 已结案"
    )
    assert [STATUS[code].zh for code in Code] == words.split()
    assert set(NEXT_STEP) == set(Code)


@pytest.mark.parametrize(
    ("facts", "code", "holder"),
    [
        ({"declaration": Declared.RECEIVED}, Code.RECEIVED, "海关"),
        ({"declaration": Declared.SCREENED}, Code.UNDER_REVIEW, "海关"),
        ({"declaration": Declared.REJECTED}, Code.DOCUMENTS_REQUIRED, "企业"),
        ({"declaration": Declared.NO_INTERVENTION}, Code.CLOSED, "无"),
        ({"declaration": Declared.SUPERSEDED, "case": Stage.INVITING}, Code.CLOSED, "无"),
        ({"case": Stage.INVITING, "awaited": (MARKET, IP)}, Code.AWAITING_AGENCIES, "市场监管、知识产权"),
        ({"case": Stage.PREPARING}, Code.AWAITING_AGENCIES, "海关"),
        ({"case": Stage.SCHEDULED}, Code.SCHEDULED, "企业"),
        ({"case": Stage.IN_FIELD, "awaited": (MARKET,)}, Code.IN_INSPECTION, "市场监管"),
        ({"case": Stage.CONCLUDING, "awaited": (IP,)}, Code.COMBINING_RESULTS, "知识产权"),
        ({"case": Stage.IN_FIELD, "documents_required": True}, Code.DOCUMENTS_REQUIRED, "企业"),
        ({"case": Stage.DISPOSING, "outcomes": (outcome(Type.RELEASE, State.PROPOSED),)}, Code.COMBINING_RESULTS, "海关"),
    ],
)
def test_each_stage_has_its_word_and_its_holder(facts: dict[str, Any], code: Code, holder: str) -> None:
    shown = status(**facts)
    assert (shown.code, shown.holder_zh) == (code, holder)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((outcome(Type.RELEASE),), Code.RELEASED),
        ((outcome(Type.CONDITIONAL_RELEASE), outcome(Type.RELEASE)), Code.CONDITIONALLY_RELEASED),
        ((outcome(Type.RECTIFY),), Code.RECTIFYING),
        ((outcome(Type.RECTIFY), outcome(Type.RELEASE)), Code.PARTIALLY_RELEASED),
        ((outcome(Type.RECTIFY, State.VERIFIED), outcome(Type.RELEASE)), Code.RELEASED),
        ((outcome(Type.SPLIT),), Code.PARTIALLY_RELEASED),
        ((outcome(Type.RETURN),), Code.NOT_RELEASED),
        ((outcome(Type.DESTROY), outcome(Type.RECTIFY)), Code.NOT_RELEASED),
        ((outcome(Type.DETAIN), outcome(Type.RELEASE)), Code.DETAINED),
        ((outcome(Type.CASE_FILING),), Code.DETAINED),
        ((outcome(Type.RELEASE, State.RECALLED),), Code.RECALLED),
    ],
)
def test_several_dispositions_make_one_combined_word(outcomes: tuple[Outcome, ...], code: Code) -> None:
    assert status(case=Stage.FOLLOW_UP, outcomes=outcomes).code is code


@pytest.mark.parametrize("type_", [Type.CONDITIONAL_RELEASE, Type.SPLIT])
def test_a_release_that_waits_for_a_security_is_not_called_a_release(type_: Type) -> None:
    waiting = status(case=Stage.DISPOSING, outcomes=(outcome(type_, State.NOTIFIED),), documents_required=True)
    assert (waiting.code, waiting.holder_zh) == (Code.DOCUMENTS_REQUIRED, "企业")


def test_what_the_enterprise_has_sent_is_for_the_agency_to_check() -> None:
    sent = status(case=Stage.FOLLOW_UP, outcomes=(outcome(Type.RECTIFY),), enterprise_awaited=False, awaited=(MARKET,))
    assert (sent.code, sent.holder_zh, sent.next_step_zh) == (Code.RECTIFYING, "市场监管", BEING_VERIFIED.zh)


def test_a_closed_case_keeps_the_word_release_and_ends_every_other() -> None:
    assert status(case=Stage.CLOSED, outcomes=(outcome(Type.RELEASE, State.CLOSED),)).code is Code.RELEASED
    assert status(case=Stage.CLOSED, outcomes=(outcome(Type.RETURN, State.CLOSED),)).code is Code.CLOSED


def test_a_notice_that_says_it_better_replaces_the_next_step_but_never_after_the_end() -> None:
    bay = Words("到 3 号台位", "come to bay 3")
    assert status(case=Stage.SCHEDULED, next_step=bay).next_step_zh == "到 3 号台位"
    assert status(case=Stage.CLOSED, next_step=bay).next_step_zh == NEXT_STEP[Code.CLOSED].zh
