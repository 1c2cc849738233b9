"""The joint report: rebuilt from the same values it is the same bytes, and the enterprise's copy gives nothing away."""

from __future__ import annotations

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from printed_cases import CONCLUSIONS, EVIDENCE, FINDINGS, MEI, SESSION, at, concluded, issued_report, merged, merged_line

from inspection.reporting.document_parts import DocumentInvalid, Officer
from inspection.reporting.report import (
    TRANSITIONS,
    Action,
    ReportNotReady,
    State,
    advance,
    check_ready,
    enterprise_edition,
    missing_in,
)
from inspection.reporting.report_disagreement import Dissent
from inspection.reporting.report_document import Disposition, Gap, PreviousVersion, ReportDocument
from inspection.transitions import StateForbids
from kit.canonical import canonical_bytes, canonical_hash

LABELS = ("ENTERPRISE_SECRET", "IP_SECRET", "LAW_ENFORCEMENT")
PREVIOUS = PreviousVersion(number="R-5316-20261120-0001/v1", sha256="ab" * 32, reason="市场监督管理局提交修订结论")


# --- building -------------------------------------------------------------------------------------------------------------


@given(st.permutations(CONCLUSIONS), st.permutations(FINDINGS), st.permutations(EVIDENCE), st.integers(0, 2))
def test_the_same_inputs_in_any_order_and_repeated_give_the_same_hash(conclusions, findings, evidence, again):
    other = issued_report(
        conclusions=[*conclusions, conclusions[again]],
        findings=[*findings, findings[again]],
        evidence=[*evidence, evidence[again]],
    )
    assert canonical_hash(other) == canonical_hash(issued_report())


def test_the_document_survives_its_own_json():
    document = issued_report()
    again = msgspec.json.decode(canonical_bytes(document), type=ReportDocument)
    assert again == document
    assert canonical_bytes(again) == canonical_bytes(document) == canonical_bytes(pickle.loads(pickle.dumps(document)))


def test_of_several_versions_of_a_conclusion_the_highest_is_printed():
    amended = concluded("market_regulation", 2, MEI, version=2, verdict="RECTIFY", measures=("RECTIFY",))
    printed = issued_report(conclusions=[amended, *CONCLUSIONS]).conclusions
    assert [(c.version, c.verdict) for c in printed if c.agency == "market_regulation"] == [(2, "RECTIFY")]


def test_one_version_with_two_contents_is_refused():
    with pytest.raises(DocumentInvalid, match=r".*") as refused:
        issued_report(conclusions=[*CONCLUSIONS, concluded("market_regulation", 2, MEI, verdict="REFUSE")])
    assert "two contents under version 1" in refused.value.details["errors"][0]["message"]


def test_a_conclusion_or_finding_on_an_undeclared_line_is_refused_and_both_are_named():
    with pytest.raises(DocumentInvalid) as refused:
        issued_report(conclusions=[concluded("market_regulation", 9, MEI)], findings=[replace(FINDINGS[0], line=8)])
    assert [e["path"] for e in refused.value.details["errors"]] == ["conclusions[0].line", "findings[0].line"]


def test_a_later_version_names_its_predecessor_and_the_reason_of_change():
    with pytest.raises(DocumentInvalid):
        issued_report(version=2)
    with pytest.raises(DocumentInvalid):
        issued_report(version=2, previous=replace(PREVIOUS, reason=" "))
    assert issued_report(version=2, previous=PREVIOUS).number == "R-5316-20261120-0001/v2"


def test_a_joint_inspection_opens_the_goods_once():
    assert issued_report().openings == 1


def test_the_report_is_ready_only_when_no_line_waits():
    waiting = merged(
        merged_line(1),
        merged_line(2, outcome="WAIT", disposition=None, missing=[{"agency": "ip", "cause": "LAPSED"}]),
        disposition=None,
    )
    assert missing_in(waiting) == [{"line": 2, "agency": "ip", "cause": "LAPSED"}]
    with pytest.raises(ReportNotReady):
        check_ready(waiting)
    covered = merged(merged_line(1, outcome="PROPOSED", missing=[{"agency": "ip", "cause": "PENDING_TEST"}]))
    check_ready(covered)


# --- the enterprise's copy ------------------------------------------------------------------------------------------------


@given(
    st.tuples(*(st.sampled_from((None, *LABELS)) for _ in CONCLUSIONS)),
    st.tuples(*(st.sampled_from((None, *LABELS)) for _ in FINDINGS)),
    st.tuples(*(st.sampled_from((None, *LABELS)) for _ in EVIDENCE)),
)
def test_nothing_labelled_secret_and_no_private_detail_is_in_the_enterprise_edition(on_conclusions, on_findings, on_evidence):
    conclusions = [
        replace(c, label=at, reason=f"canary-c{n}") for n, (c, at) in enumerate(zip(CONCLUSIONS, on_conclusions, strict=True))
    ]
    findings = [
        replace(f, label=at, observation=f"canary-f{n}") for n, (f, at) in enumerate(zip(FINDINGS, on_findings, strict=True))
    ]
    evidence = [replace(e, label=at, sha256=f"{n}a" * 32) for n, (e, at) in enumerate(zip(EVIDENCE, on_evidence, strict=True))]
    text = canonical_bytes(
        enterprise_edition(issued_report(conclusions=conclusions, findings=findings, evidence=evidence))
    ).decode()
    for n, label in enumerate(on_conclusions):
        assert (f"canary-c{n}" in text) is (label is None)
    for n, label in enumerate(on_findings):
        assert (f"canary-f{n}" in text) is (label is None)
    for entry in evidence:
        assert (entry.sha256 in text) is (entry.label is None)
        assert entry.label is None or entry.id not in text
    for private in ("0190-", "JI-00", "TS-0117", "IP-0009", "@customs"):
        assert private not in text


def test_the_enterprise_is_not_told_how_the_agencies_deliberated_nor_how_much_is_withheld():
    full = issued_report(
        merged=merged(merged_line(1, advice=["CASE_FILING"], vetoed_by=["ip"])),
        dissents=[Dissent(agency="ip", ground="canary-dissent", at=at("21 13:00"))],
        gaps=[Gap(agency="environment", kind="WAIVED", at=at("20 13:00"), reason="canary-waiver")],
        disposition=Disposition(state="APPROVED", type="DETAIN", reason="canary-reason", label="LAW_ENFORCEMENT"),
        findings=[replace(f, label="LAW_ENFORCEMENT") for f in FINDINGS],
    )
    copy = enterprise_edition(full)
    text = canonical_bytes(copy).decode()
    assert "canary" not in text
    assert "trace" not in copy.merged
    assert set(copy.merged["lines"][0]) == {"line", "verdict", "outcome", "disposition", "releasable", "measures", "conditions"}
    nothing_withheld = enterprise_edition(issued_report(findings=()))
    assert copy.findings == nothing_withheld.findings == ()


def test_the_enterprise_learns_the_outcome_the_silent_agency_and_the_reason_meant_for_it():
    copy = enterprise_edition(
        issued_report(
            gaps=[Gap(agency="environment", kind="LAPSED", at=at("20 11:12"), policy="BLOCK")],
            disposition=Disposition(
                state="NOTIFIED", type="RECTIFY", reason="补交型式试验证书", approvers=(Officer(name="Zhao", agency="customs"),)
            ),
        )
    )
    assert copy.edition == "enterprise"
    assert copy.disposition.type == "RECTIFY"
    assert copy.disposition.reason == "补交型式试验证书"
    assert [gap.kind for gap in copy.gaps] == ["LAPSED"]


def test_making_the_enterprise_edition_twice_changes_nothing():
    once = enterprise_edition(issued_report(sessions=[SESSION]))
    assert enterprise_edition(once) == once


# --- states ---------------------------------------------------------------------------------------------------------------


def test_an_issued_report_can_only_be_superseded_or_voided():
    assert {action for state, action in TRANSITIONS if state is State.ISSUED} == {Action.SUPERSEDE, Action.VOID}


@given(st.lists(st.sampled_from(list(Action)), max_size=10))
def test_nothing_leaves_a_final_state(actions):
    state = State.ASSEMBLING
    for action in actions:
        if (state, action) in TRANSITIONS:
            assert state not in {State.SUPERSEDED, State.VOID}
            state = advance(state, action)
        else:
            with pytest.raises(StateForbids):
                advance(state, action)
