"""What a watcher keeps: every event of a case is known to the reducer, and nothing a feed may do to a watcher breaks it."""

from __future__ import annotations

from typing import Any

from house import ROOT
from hypothesis import given
from hypothesis import strategies as st

from inspection.events import EventType
from inspection.replaying.case_state import START, CaseState
from inspection.replaying.replay import EVENTS, Frame, apply, replay

SAY_NOTHING = {
    EventType.DEADLINE_REACHED: "what it means there follows as an event of its own: InvitationLapsed",
    EventType.DECLARATION_RECEIVED: "stream of a declaration",
    EventType.DECLARATION_SCREENED: "stream of a declaration",
    EventType.DECLARATION_SUPERSEDED: "stream of a declaration; the case hears InvitationWithdrawn and CaseStateChanged",
    EventType.DECLARATION_CLOSED: "stream of a declaration; the case hears Released",
    EventType.DRAW_COMMITTED: "a promise; what was drawn stands in the draws of the case",
    EventType.POLICY_DRAFTED: "stream of a policy",
    EventType.POLICY_PUBLISHED: "stream of a policy; a case keeps the version it was opened with",
    EventType.POLICY_RETIRED: "stream of a policy; a case keeps the version it was opened with",
    EventType.FOLLOW_UP_OVERDUE: "a flag of the follow-up; nobody's turn changes by it",
    EventType.DEMAND_STATED: "its words stand in the follow-ups of the case",
    EventType.TESTING_EXCLUDED: "the clock's pause is told by DeadlinePaused",
    EventType.CASE_FILED: "a filed case has a life of its own",
    EventType.CASE_FILING_CLOSED: "a filed case has a life of its own",
    EventType.GOODS_FACT_RECORDED: "what it leads to is told by the next report",
    EventType.AUDIT_ANNOUNCED: "the audit is customs' own business and no part of the case",
    EventType.COST_RECORDED: "stands in the costs of the case",
    EventType.LIABILITY_READ: "somebody has read; nothing has changed",
    EventType.PORT_POLICY_SET: "stream of a port; a case keeps the policy it was opened with",
}
"""Events that change nothing a watcher of a case knows, and why."""

AGENCY = "market_regulation"
SENT: dict[str, Any] = {"agency": AGENCY, "mandatory": True, "due": "2026-11-20T11:35:00+08:00"}
MOMENTS = [
    ("CaseOpened", {"state": "INVITING", "version": 1}),
    ("InvitationSent", SENT),
    ("InvitationAccepted", {"agency": AGENCY, "experts": ["Mei"], "late": False}),
    ("TaskSheetIssued", {"number": "T-1", "version": 1}),
    ("SessionCheckedIn", {"session": "s", "attendance": "ATTENDED"}),
    ("SessionOpened", {"session": "s", "opening": 1, "workstreams": ["customs", AGENCY]}),
    ("withheld", {}),
    ("WorkstreamCompleted", {"session": "s", "agency": AGENCY}),
    ("SessionClosed", {"session": "s"}),
]
MORNING = [Frame(seq=seq, type=type_, data=data) for seq, (type_, data) in enumerate(MOMENTS, start=1)]

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
FIELDS = sorted({name for told in EVENTS.values() for name in told.__struct_fields__})
strange = st.builds(
    Frame,
    seq=st.integers(1, 30),
    type=st.sampled_from([*sorted(EVENTS), "withheld", "SomethingOfTomorrow"]),
    data=st.dictionaries(st.sampled_from(FIELDS), json | st.sampled_from([AGENCY, "s", 1]), max_size=8),
)


def test_every_event_of_a_case_tells_a_watcher_something_or_is_said_to_tell_nothing() -> None:
    assert {one.value for one in EventType} == EVENTS.keys() | {one.value for one in SAY_NOTHING}
    assert not EVENTS.keys() & SAY_NOTHING.keys()


def test_the_page_of_the_live_feed_lists_every_event_with_the_data_it_needs() -> None:
    page = (ROOT / "docs" / "live-feed.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in page.splitlines() if line.startswith("|")]
    listed = {name: told for name, told in rows if name in EVENTS}
    assert listed == {name: ", ".join(told.__struct_fields__) for name, told in EVENTS.items()}


def test_a_morning_is_told() -> None:
    state = replay(MORNING)
    assert (state.seq, state.openings, state.sheet and state.sheet.state) == (9, 1, "FROZEN")
    assert state.invitations[AGENCY].experts == ("Mei",)
    assert state.sessions["s"].state == "CLOSED"
    assert state.sessions["s"].workstreams == {"customs": "RUNNING", AGENCY: "COMPLETE"}


@given(st.lists(strange, max_size=12))
def test_whatever_comes_a_watcher_keeps_a_state_and_its_number(frames: list[Frame]) -> None:
    state = replay(frames, replay(MORNING[:6]))
    assert isinstance(state, CaseState) and state.seq == max([6, *(frame.seq for frame in frames)])


@given(st.lists(st.integers(0, len(MORNING) - 1), max_size=30))
def test_frames_that_come_again_change_nothing(again: list[int]) -> None:
    """A feed that went back to an earlier number repeats itself; what was known stays."""
    state = replay(MORNING)
    assert replay([MORNING[place] for place in again], state) == state


@given(st.integers(0, len(MORNING)))
def test_it_does_not_matter_where_a_watcher_stopped_and_went_on(cut: int) -> None:
    assert replay(MORNING[cut:], replay(MORNING[:cut])) == replay(MORNING)


@given(st.sets(st.integers(0, len(MORNING) - 1)))
def test_a_withheld_frame_moves_the_number_and_nothing_else(hidden: set[int]) -> None:
    shown = [Frame(seq=frame.seq, type="withheld") if place in hidden else frame for place, frame in enumerate(MORNING)]
    assert replay(shown).seq == len(MORNING)
    assert apply(START, Frame(seq=1, type="withheld")) == CaseState(seq=1)
