"""A policy is a document: the shipped ones say what the domain page says, and one that contradicts itself is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inspection.concluding.merge_documents import Context
from inspection.merging import Conclusion, RequiredPair, merge
from inspection.policies.policy import Policy, Risk, Row
from inspection.policies.policy_check import PolicyInvalid, check_policy
from inspection.policies.policy_files import policy_from_document, policy_from_yaml, shipped, shipped_names
from inspection.policies.policy_reading import Reading

GRADED = shipped("graded")


def graded_with(**changes: Any) -> Policy:
    """Graded with fields changed, unchecked."""
    return msgspec.convert(msgspec.to_builtins(GRADED) | changes, Policy)


def test_the_policies_that_ship_are_graded_veto_and_veto_strict_and_pass_the_check() -> None:
    assert shipped_names() == ("graded", "veto", "veto_strict")
    for name in shipped_names():
        check_policy(shipped(name))
        assert shipped(name).name == name


def test_the_ranks_and_the_strength_are_those_of_the_domain_page() -> None:
    ranks = {verdict.code: verdict.rank for verdict in GRADED.verdicts}
    assert ranks == {"PASS": 0, "PASS_AFTER_INTERVENTION": 1, "CONDITIONAL": 2, "RECTIFY": 3, "REFUSE": 4}
    assert GRADED.strength[:6] == ("RELEASE", "CONDITIONAL_RELEASE", "SAMPLE_AND_HOLD", "RECTIFY", "RETURN", "DESTROY")
    assert GRADED.strength[-1] == "DETAIN"


def test_the_veto_policies_are_graded_but_for_the_rank_that_vetoes() -> None:
    for name, veto_at in (("veto", "REFUSE"), ("veto_strict", "RECTIFY")):
        same = msgspec.structs.replace(
            shipped(name), name="graded", title_zh=GRADED.title_zh, title_en=GRADED.title_en, veto_at=None
        )
        assert same == GRADED
        assert shipped(name).veto_at == veto_at


def test_nobody_is_advisory_and_nothing_is_deemed_unless_a_policy_says_so() -> None:
    for name in shipped_names():
        reading = Reading(shipped(name), Context())
        assert reading.standing("emergency", None) == "PRESUMPTIVE"
        assert reading.on_lapse("emergency", None).action == "BLOCK"


def test_standing_may_differ_by_check_of_the_same_agency() -> None:
    standing = [
        {"agency": "ip", "standing": "ADVISORY"},
        {"agency": "ip", "check": "software", "standing": "BINDING"},
    ]
    reading = Reading(graded_with(standing=standing), Context())
    assert reading.standing("ip", None) == "ADVISORY"
    assert reading.standing("ip", "trademark") == "ADVISORY"
    assert reading.standing("ip", "software") == "BINDING"


def test_the_more_columns_a_row_names_the_more_specific_it_is() -> None:
    aeo_elsewhere = Reading(GRADED, Context(credit="aeo", rectifiable_at_port=False))
    nothing, hold = frozenset[str](), frozenset({"SAMPLE_AND_HOLD"})
    assert row_id(aeo_elsewhere.row_for("RECTIFY", None, nothing)) == "rectify_destination"
    assert row_id(aeo_elsewhere.row_for("RECTIFY", None, hold)) == "rectify_destination_hold"
    assert row_id(Reading(GRADED, Context()).row_for("RECTIFY", None, hold)) == "rectify_at_port"
    assert row_id(Reading(GRADED, Context(hazard=True)).row_for("REFUSE", None, nothing)) == "refuse_hazard"


def row_id(row: Row | None) -> str | None:
    return row.id if row else None


def test_a_row_may_be_bound_to_a_cause() -> None:
    formal = {
        "id": "formal",
        "verdicts": ["RECTIFY"],
        "causes": ["label_missing"],
        "place": "PORT",
        "disposition": "SAMPLE_AND_HOLD",
    }
    policy = graded_with(table=[*msgspec.to_builtins(GRADED.table), formal | {"text_zh": "标签", "text_en": "label"}])
    check_policy(policy)
    reading = Reading(policy, Context())
    assert row_id(reading.row_for("RECTIFY", "label_missing", frozenset())) == "formal"
    assert row_id(reading.row_for("RECTIFY", "certificate_invalid", frozenset())) == "rectify_at_port"


def test_deemed_for_an_agency_that_is_not_advisory_counts_in_low_lanes_only() -> None:
    row = {"agency": "ip", "action": "DEEMED", "clause": "mandate, article 7", "lanes": ["green"]}
    policy = policy_from_document({"extends": "graded", "on_missing": [row]})
    assert Reading(policy, Context(lane="green")).on_lapse("ip", None).action == "DEEMED"
    assert Reading(policy, Context(lane="red")).on_lapse("ip", None).action == "BLOCK"
    assert Reading(policy, Context()).on_lapse("ip", None).action == "BLOCK"


def test_another_countrys_decision_codes_can_be_written_as_a_policy() -> None:
    policy = policy_from_yaml(
        """
        name: elsewhere
        version: 1
        title_zh: 他国口岸
        title_en: Elsewhere
        verdicts:
          - {code: C03, rank: 0}
          - {code: H01, rank: 5}
          - {code: X00, rank: 7}
          - {code: N02, rank: 9}
        strength: [CLEARED, HELD, UNDECIDABLE, REFUSED]
        releasing: [CLEARED]
        automatic: [CLEARED]
        advisory_cap: H01
        table:
          - {id: clear, verdicts: [C03], disposition: CLEARED, text_zh: 放行, text_en: cleared}
          - {id: hold, verdicts: [H01], disposition: HELD, text_zh: 待定, text_en: held}
          - {id: undecidable, verdicts: [X00], disposition: UNDECIDABLE, text_zh: 无法判定, text_en: undecidable}
          - {id: refuse, verdicts: [N02], disposition: REFUSED, text_zh: 拒绝, text_en: refused}
        """
    )

    def outcome(*codes: str) -> str | None:
        checks = [f"check_{number}" for number in range(len(codes))]
        required = [RequiredPair(agency="health", line=1, check=check) for check in checks]
        said = [Conclusion(agency="health", line=1, check=check, verdict=code) for check, code in zip(checks, codes, strict=True)]
        return merge(policy, required, said, Context()).disposition

    assert outcome("C03", "C03") == "CLEARED"
    assert outcome("C03", "H01") == "HELD"
    assert outcome("H01", "X00", "C03") == "UNDECIDABLE"
    assert outcome("X00", "N02") == "REFUSED"


def a_row(id: str, **columns: Any) -> dict[str, Any]:
    return {"id": id, "disposition": "RELEASE", "text_zh": "", "text_en": "", **columns}


def test_two_rows_that_fit_the_same_conclusion_equally_are_refused() -> None:
    table = [a_row("by_verdict", verdicts=["PASS"]), a_row("by_credit", credit=["aeo"])]
    with pytest.raises(PolicyInvalid, match="by_credit and by_verdict fit the same conclusion equally"):
        policy_from_document({"extends": "graded", "table": table})


def test_a_row_that_another_always_hides_is_refused() -> None:
    table = [
        a_row("any", verdicts=["PASS"]),
        a_row("port", verdicts=["PASS"], place="PORT"),
        a_row("elsewhere", verdicts=["PASS"], place="ELSEWHERE"),
    ]
    with pytest.raises(PolicyInvalid, match="any can never be reached"):
        policy_from_document({"extends": "graded", "table": table})


@pytest.mark.parametrize("text", ["- a list", "{unclosed", "just words", "name: x\n\tversion: 1", "!!python/object:os.system x"])
def test_what_is_no_policy_document_is_refused(text: str) -> None:
    with pytest.raises(PolicyInvalid):
        policy_from_yaml(text)


def test_extending_what_does_not_ship_is_refused_naming_what_does() -> None:
    with pytest.raises(PolicyInvalid, match="graded, veto, veto_strict"):
        policy_from_document({"extends": "../secrets"})


def test_what_follows_from_silence_is_asked_of_the_policy_with_the_risk_of_the_goods() -> None:
    clause = {"clause": "mandate, article 7"}
    policy = policy_from_document(
        {
            "extends": "graded",
            "standing": [{"agency": "emergency", "standing": "ADVISORY"}],
            "on_missing": [
                {"agency": "emergency", "action": "DEEMED", **clause},
                {"agency": "ip", "action": "SUBSTITUTE"},
                {"agency": "ip", "action": "ESCALATE", "lanes": ["red"]},
            ],
        }
    )
    assert policy.on_missing_of("emergency", Risk()).action == "DEEMED"
    assert policy.on_missing_of("emergency", Risk()).clause == "mandate, article 7"
    for never in (Risk(hazard=True), Risk(prohibited=True), Risk(beside=frozenset({"drug"}))):
        assert policy.on_missing_of("emergency", never).action == "BLOCK"
    assert policy.on_missing_of("ip", Risk(lane="yellow")).action == "SUBSTITUTE"
    assert policy.on_missing_of("ip", Risk(lane="red")).action == "ESCALATE"
    assert policy.on_missing_of("customs", Risk()).action == "BLOCK"
