"""A recall calls back what is asked for more strictly than it was let go, nothing else; and what two versions differ in."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace
from printed_cases import CONCLUSIONS, MEI, concluded, issued_report

from inspection.following_up.recall import OPEN, TRANSITIONS, Action, State, StillStricter, advance, check_lift, recalled_lines
from inspection.policies.policy_files import shipped, shipped_names
from inspection.reporting import report_changes, report_diff
from inspection.reporting.report_document import PreviousVersion
from inspection.timekeeping.time_limits import RECALL, of_policy
from inspection.transitions import StateForbids

GRADED = shipped("graded")
RELEASED = st.dictionaries(st.integers(1, 6), st.sampled_from(["RELEASE", "CONDITIONAL_RELEASE", "RETURN", "DETAIN"]), min_size=1)
ASKED = st.dictionaries(st.integers(1, 6), st.sampled_from([*GRADED.strength, None]))


@given(RELEASED, ASKED, st.sampled_from(shipped_names()))
def test_exactly_the_lines_let_go_and_now_stricter_are_called_back(released, asked, name):
    policy = shipped(name)
    found = recalled_lines(released, asked, policy)
    place = {code: number for number, code in enumerate(policy.strength)} | {None: len(policy.strength)}
    for line, was in released.items():
        expected = was in policy.releasing and line in asked and place[asked[line]] > place[was]
        assert (line in found) == expected
    assert list(found) == sorted(found)
    event(f"{len(found)} lines called back")


@given(RELEASED)
def test_what_is_asked_for_as_it_was_let_go_is_never_called_back(released):
    assert recalled_lines(released, dict(released), GRADED) == ()
    check_lift(released, dict(released), GRADED)


@given(RELEASED, ASKED)
def test_a_recall_is_lifted_exactly_where_it_would_not_be_opened(released, asked):
    if lines := recalled_lines(released, asked, GRADED):
        with pytest.raises(StillStricter) as refused:
            check_lift(released, asked, GRADED)
        assert refused.value.details["lines"] == list(lines)
    else:
        check_lift(released, asked, GRADED)


def test_nothing_decided_is_no_permission_to_keep_the_goods():
    assert recalled_lines({1: "CONDITIONAL_RELEASE"}, {1: None}, GRADED) == (1,)


def test_a_line_that_is_declared_no_more_is_not_called_back_under_its_number():
    assert recalled_lines({1: "RELEASE", 2: "RELEASE"}, {1: "DESTROY"}, GRADED) == (1,)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_only_the_tables_steps_are_taken(state, action):
    if (state, action) in TRANSITIONS:
        assert state in OPEN
        assert advance(state, action) is TRANSITIONS[state, action]
    else:
        with pytest.raises(StateForbids):
            advance(state, action)


def test_the_policy_says_how_long_a_recall_has():
    assert str(of_policy(RECALL, "3wd").budget) == "3wd"
    assert of_policy(RECALL, "48h").repeat != RECALL.repeat, "what is counted by the clock repeats by the clock"


# --- what two versions differ in --------------------------------------------------------------------------------------------


def test_a_change_names_agency_line_verdicts_measures_and_basis():
    amended = concluded(
        "market_regulation", 2, MEI, version=2, verdict="REFUSE", measures=("DESTROY",), basis="TESTED", cause="laboratory_failed"
    )
    (change,) = report_changes.conclusions(
        CONCLUSIONS, [one for one in CONCLUSIONS if one.line != 2 or one.agency != MEI.agency] + [amended]
    )
    assert (change.agency, change.line, change.after, change.added) == ("market_regulation", 2, "REFUSE", ("DESTROY",))
    assert (change.basis, change.cause) == ("TESTED", "laboratory_failed")


def test_the_same_word_in_a_new_version_is_no_change():
    again = [replace(one, version=one.version + 1) for one in CONCLUSIONS]
    assert report_changes.conclusions(CONCLUSIONS, again) == ()


@given(st.sets(st.integers(0, len(CONCLUSIONS) - 1)), st.sets(st.integers(0, len(CONCLUSIONS) - 1)))
def test_a_comparison_the_other_way_round_swaps_before_and_after(some, others):
    old, new = ([CONCLUSIONS[number] for number in sorted(chosen)] for chosen in (some, others))
    there, back = report_changes.conclusions(old, new), report_changes.conclusions(new, old)
    assert [(one.agency, one.line, one.before, one.after, one.added, one.dropped) for one in there] == [
        (one.agency, one.line, one.after, one.before, one.dropped, one.added) for one in back
    ]


def test_a_report_compared_with_itself_differs_in_nothing():
    report = issued_report()
    found = report_diff.between(report, report)
    assert (found.conclusions, found.results, found.findings.added, found.evidence.dropped) == ((), (), (), ())


def test_a_void_version_is_named_as_the_reason_of_the_next():
    said = report_changes.reason(CONCLUSIONS, CONCLUSIONS, (), voided="附图错误")
    assert "作废" in said and "附图错误" in said
    previous = PreviousVersion(number="R-5316-20261120-0001/v1", sha256="ab" * 32, reason=said)
    assert issued_report(version=2, previous=previous).previous == previous
