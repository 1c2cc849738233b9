"""What holds for every state machine of the product, and that the page of diagrams is the tables."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection import case
from inspection.deciding import disposition
from inspection.declaring import declaration_state
from inspection.fieldwork import finding, session
from inspection.inviting import invitation
from inspection.planning import booking, yard
from inspection.preparing import task_sheet
from inspection.reporting import report
from inspection.requesting import request, rights_confirmation
from inspection.server.verbs import docs
from inspection.state_diagrams import machine, machines
from inspection.transitions import StateForbids, advance, allowed, reachable
from risk import rulebook_life

ROOT = Path(__file__).resolve().parents[2]
FIRST: dict[ModuleType, StrEnum] = {
    declaration_state: declaration_state.State.RECEIVED,
    case: case.State.SUGGESTED,
    invitation: invitation.State.DRAFT,
    booking: booking.State.PROPOSED,
    yard: yard.State.OUTSIDE,
    session: session.State.PLANNED,
    finding: finding.State.DRAFT,
    disposition: disposition.State.PROPOSED,
    task_sheet: task_sheet.State.DRAFT,
    report: report.State.ASSEMBLING,
    request: request.State.OPEN,
    rights_confirmation: rights_confirmation.State.OPEN,
    rulebook_life: rulebook_life.State.DRAFT,
}
WITH_FINAL = [module for module in FIRST if hasattr(module, "FINAL")]


def table_of(module: ModuleType) -> Mapping[tuple[StrEnum, StrEnum], StrEnum]:
    table: Mapping[tuple[StrEnum, StrEnum], StrEnum] = module.TRANSITIONS
    return table


@pytest.mark.parametrize("module", FIRST, ids=lambda module: module.__name__)
def test_every_state_is_reachable_from_the_first(module: ModuleType) -> None:
    assert reachable(table_of(module), FIRST[module]) == set(module.State)


@pytest.mark.parametrize("module", WITH_FINAL, ids=lambda module: module.__name__)
def test_nothing_leaves_a_final_state_and_every_other_has_a_way_out(module: ModuleType) -> None:
    left = {source for source, _ in table_of(module)}
    assert left == set(module.State) - module.FINAL


@given(st.sampled_from(WITH_FINAL), st.lists(st.integers(0, 99), max_size=30))
def test_no_sequence_of_actions_leads_out_of_a_final_state(module: ModuleType, tries: list[int]) -> None:
    state, actions = FIRST[module], list(module.Action)
    for n in tries:
        before, action = state, actions[n % len(actions)]
        if action in allowed(table_of(module), state):
            state = advance(table_of(module), state, action)
        else:
            with pytest.raises(StateForbids):
                advance(table_of(module), state, action)
        assert before not in module.FINAL or state is before


@pytest.mark.parametrize("module", FIRST, ids=lambda module: module.__name__)
def test_every_action_moves_some_state(module: ModuleType) -> None:
    assert {action for _, action in table_of(module)} == set(module.Action)


def test_a_refusal_carries_the_state_the_action_and_what_is_allowed_instead() -> None:
    with pytest.raises(StateForbids) as refused:
        session.advance(session.State.OPEN, session.Action.CLOSE)
    assert refused.value.details == {"state": "OPEN", "action": "close", "allowed": ["begin_closing", "pause"]}


def test_history_stops_at_screened() -> None:
    state = declaration_state.State.RECEIVED
    for action in (declaration_state.Action.VALIDATE, declaration_state.Action.SCREEN):
        state = declaration_state.advance(state, action, history=True)
    for action in (declaration_state.Action.OPEN_CASE, declaration_state.Action.NOT_CALLED):
        with pytest.raises(declaration_state.HistoryStaysSilent):
            declaration_state.advance(state, action, history=True)


def test_every_machine_of_the_product_is_drawn() -> None:
    assert {one.module for one in machines()} == {module.__name__ for module in FIRST}


def test_the_ends_that_are_drawn_are_the_final_states() -> None:
    for module in WITH_FINAL:
        drawn = machine("", "", module.__name__, FIRST[module], table_of(module))
        assert set(drawn.ends) == {state.value for state in module.FINAL}


@pytest.mark.parametrize("path", docs.DOCUMENTS)
def test_a_generated_page_equals_what_is_generated(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == docs.generate(path), "stale: run make docs"


def test_docs_writes_what_is_stale_and_says_so_when_asked_only_to_check(tmp_path: Path) -> None:
    check, write = (argparse.Namespace(root=tmp_path, check=check) for check in (True, False))
    assert [docs.run(check), docs.run(write), docs.run(check)] == [1, 0, 0]
    (tmp_path / "docs/state-diagrams.md").write_text("by hand")
    assert docs.run(check) == 1
