"""A joint case: its state follows from its children, along the table and no other way."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from inspection import case
from inspection.case import CaseFacts, CaseNumber, CaseNumberInvalid, State, derive_state
from inspection.deciding import disposition
from inspection.fieldwork import session
from inspection.inviting import invitation
from inspection.transitions import StateForbids, reachable

Disposition, Session = disposition.State, session.State
INTERRUPTIONS = {State.SUSPENDED, State.CANCELLED, State.REOPENED}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, State.SUGGESTED),
        ({"invitations": (invitation.State.DRAFT,)}, State.SUGGESTED),
        ({"opened": True}, State.INVITING),
        ({"invitations": (invitation.State.PENDING,)}, State.INVITING),
        ({"slot_held": True, "opened": True}, State.INVITING),  # a window without a task sheet is no appointment
        ({"sheet_issued": True}, State.PREPARING),
        ({"sheet_issued": True, "slot_held": True}, State.SCHEDULED),
        ({"sheet_issued": True, "slot_held": True, "sessions": (Session.PLANNED,)}, State.SCHEDULED),
        ({"sessions": (Session.CHECK_IN,)}, State.IN_FIELD),
        ({"sessions": (Session.PAUSED,)}, State.IN_FIELD),
        ({"sessions": (Session.CLOSED,)}, State.CONCLUDING),
        ({"sessions": (Session.CLOSED, Session.OPEN)}, State.CONCLUDING),
        ({"conclusions_missing": False}, State.CONCLUDING),
        ({"report_issued": True}, State.REPORTED),
        ({"report_issued": True, "dispositions": (Disposition.PROPOSED,)}, State.DISPOSING),
        ({"report_issued": True, "dispositions": (Disposition.CLOSED, Disposition.APPEALED)}, State.DISPOSING),
        ({"report_issued": True, "dispositions": (Disposition.IN_EXECUTION,)}, State.FOLLOW_UP),
        ({"report_issued": True, "dispositions": (Disposition.CLOSED,), "follow_ups_open": 1}, State.FOLLOW_UP),
        ({"report_issued": True, "dispositions": (Disposition.CLOSED, Disposition.REVOKED)}, State.CLOSED),
        ({"reopened": True, "sessions": (Session.CLOSED,)}, State.REOPENED),
        ({"suspended": True, "sessions": (Session.OPEN,)}, State.SUSPENDED),
        ({"suspended": True, "cancelled": True}, State.CANCELLED),
    ],
)
def test_the_state_is_the_furthest_stage_the_children_reached(facts: dict[str, Any], state: State) -> None:
    assert derive_state(CaseFacts(**facts)) is state


facts_of_a_case = st.builds(
    CaseFacts,
    opened=st.booleans(),
    invitations=st.lists(st.sampled_from(invitation.State), max_size=3).map(tuple),
    sheet_issued=st.booleans(),
    slot_held=st.booleans(),
    sessions=st.lists(st.sampled_from(Session), max_size=2).map(tuple),
    conclusions_missing=st.booleans(),
    report_issued=st.booleans(),
    dispositions=st.lists(st.sampled_from(Disposition), max_size=3).map(tuple),
    follow_ups_open=st.integers(0, 2),
    suspended=st.booleans(),
    cancelled=st.booleans(),
    reopened=st.booleans(),
)


@given(facts_of_a_case)
def test_a_suspended_case_resumes_where_its_children_are(facts: CaseFacts) -> None:
    going = replace(facts, suspended=False, cancelled=False)
    halted = replace(going, suspended=True)
    assert derive_state(halted) is State.SUSPENDED
    assert case.resume(State.SUSPENDED, halted) is derive_state(going)


@given(facts_of_a_case)
def test_a_case_with_an_open_disposition_or_follow_up_is_never_closed(facts: CaseFacts) -> None:
    if derive_state(facts) is State.CLOSED:
        assert facts.dispositions
        assert set(facts.dispositions) <= disposition.SETTLED
        assert not facts.follow_ups_open


@given(facts_of_a_case)
def test_a_cancelled_case_stays_cancelled_whatever_its_children_do(facts: CaseFacts) -> None:
    assert derive_state(replace(facts, cancelled=True)) is State.CANCELLED


LIFE: list[dict[str, Any]] = [
    {"opened": True},
    {"sheet_issued": True},
    {"slot_held": True},
    {"sessions": (Session.CHECK_IN,)},
    {"sessions": (Session.OPEN,)},
    {"sessions": (Session.CLOSED,)},
    {"conclusions_missing": False},
    {"report_issued": True},
    {"dispositions": (Disposition.PROPOSED,)},
    {"dispositions": (Disposition.IN_EXECUTION,), "follow_ups_open": 1},
    {"dispositions": (Disposition.CLOSED,), "follow_ups_open": 0},
]


@given(st.lists(st.integers(0, len(LIFE) - 1), max_size=len(LIFE)).map(sorted))
def test_the_derived_state_moves_along_the_table_even_when_children_skip_a_stage(moments: list[int]) -> None:
    stages = {step: target for step, target in case.TRANSITIONS.items() if target not in INTERRUPTIONS}
    facts, state = CaseFacts(), State.SUGGESTED
    for n in range(max(moments, default=0) + 1):
        facts = replace(facts, **LIFE[n])
        if n in moments:
            onward = derive_state(facts)
            assert onward in reachable(stages, state)
            state = onward


def test_a_lost_window_leads_back_to_preparing() -> None:
    scheduled = CaseFacts(opened=True, sheet_issued=True, slot_held=True)
    assert derive_state(replace(scheduled, slot_held=False)) is case.advance(State.SCHEDULED, case.Action.LOSE_SLOT)


def test_only_a_suspended_case_resumes() -> None:
    with pytest.raises(StateForbids):
        case.resume(State.CLOSED, CaseFacts())


@given(st.text("0123456789ABYZ", min_size=4, max_size=5), st.dates(date(2000, 1, 1), date(2199, 1, 1)), st.integers(1, 99_999))
def test_a_case_number_is_read_as_it_is_written(port: str, day: date, seq: int) -> None:
    number = CaseNumber(port=port, day=day, seq=seq)
    assert CaseNumber.parse(str(number)) == number


def test_a_case_number_looks_like_this() -> None:
    assert str(CaseNumber(port="5316", day=date(2026, 11, 20), seq=1)) == "JC-5316-20261120-0001"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "JC-5316-20261120-1",
        "JC-5316-20261320-0001",
        "JC-5316-20261120-0000",
        "JC-5316-20261120-00001",
        "jc-5316-20261120-0001",
    ],
)
def test_anything_else_is_no_case_number(text: str) -> None:
    with pytest.raises(CaseNumberInvalid):
        CaseNumber.parse(text)


def test_the_facts_of_a_case_are_a_document() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CaseFacts(opened=True)), type=CaseFacts) == CaseFacts(opened=True)
