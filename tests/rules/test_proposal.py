"""What may be proposed after the merge: never a release past a veto, never silently milder than what was concluded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merging_strategies import Input, inputs
from msgspec.structs import replace

from inspection.concluding.conclusion import ConclusionContent, ConclusionInvalid, ConclusionLine, content_hash, settled
from inspection.concluding.line_outcome import WAIT
from inspection.concluding.merge_documents import Conclusion, Context, LineOutcome, RequiredPair
from inspection.concluding.merge_selection import Required, select
from inspection.deciding.adoption import Departure, DepartureRefused, MilderThanPolicy, SuperiorDecides
from inspection.deciding.disposition import RELEASING, Type, Vetoed
from inspection.deciding.proposal import (
    Chosen,
    LineChoice,
    LineDisposition,
    Proposal,
    ProposalInvalid,
    as_merged,
    choose,
)
from inspection.policies.policy import AgencyStanding, Policy
from inspection.policies.policy_files import shipped
from inspection.reporting import report_changes

GRADED = shipped("graded")
STRENGTH = {code: place for place, code in enumerate(GRADED.strength)}
REFUSALS = (Vetoed, DepartureRefused, MilderThanPolicy, ProposalInvalid, SuperiorDecides)


def chosen(one: Input, proposal: Proposal, *, superior: bool = False) -> tuple[LineDisposition, ...]:
    """What the proposal makes of the merge of ``one``, line by line."""
    return decided(one, proposal, superior=superior).lines


def decided(one: Input, proposal: Proposal, *, superior: bool = False) -> Chosen:
    """What the proposal makes of the merge of ``one``, and what it departs from."""
    return choose(
        proposal,
        one.merged(),
        policy=one.policy,
        required=one.required,
        conclusions=one.conclusions,
        context=one.context,
        superior=superior,
    )


def saying(verdict: str, *codes: str, agency: str = "market_regulation", line: int = 1, exclusive: bool = False) -> Conclusion:
    """One agency's word, with its measures."""
    return Conclusion(agency=agency, line=line, verdict=verdict, measures=codes, basis="TESTED", exclusive=exclusive)


def case_of(*conclusions: Conclusion, separable: bool = False) -> Input:
    """A case of these conclusions under the graded policy."""
    pairs = sorted({(one.agency, one.line or 1) for one in conclusions})
    required = tuple(RequiredPair(agency=agency, line=line) for agency, line in pairs)
    return Input(GRADED, required, conclusions, Context(separable=separable))


def wanting(type_: str, *lines: tuple[int, str], conditions: tuple[str, ...] = ()) -> Proposal:
    """A proposal with a reason."""
    choices = tuple(LineChoice(line=line, type=Type(of_line)) for line, of_line in lines)
    return Proposal(type=Type(type_), reason="经核对综合报告", lines=choices, conditions=conditions)


def unadvised(one: Input) -> Input:
    """The same case had nobody given mere advice: for that the reason every proposal has is enough, and no agency is heard."""
    advisers = {said.agency for said in one.policy.standing if said.standing == "ADVISORY"}
    required = tuple(pair for pair in one.required if pair.agency not in advisers)
    return Input(one.policy, required, tuple(said for said in one.conclusions if said.agency not in advisers), one.context)


def is_evidence(one: Input, line: int) -> bool:
    """Whether somebody who counts suspects an offence in these goods, and somebody says that they are evidence."""
    counted = select(Required(one.required), one.conclusions).counted.items()
    decided_verdicts = {verdict.code for verdict in one.policy.verdicts}
    said = [conclusion for pair, conclusion in counted if pair.line == line and conclusion.verdict in decided_verdicts]
    return any(conclusion.offence for conclusion in said) and any(conclusion.evidence_needed for conclusion in said)


def milder_than(found: LineOutcome | None) -> set[str]:
    """The types milder than what the merge says of a line; none where it says nothing."""
    if found is None or found.disposition is None:
        return set()
    return {type_ for type_, strength in STRENGTH.items() if strength < STRENGTH[found.disposition]}


@given(inputs(), st.sampled_from(Type), st.booleans(), st.booleans())
def test_what_is_milder_than_the_merge_says_whom_it_departs_from(
    one: Input, type_: Type, superior: bool, past_veto: bool
) -> None:
    merged = one.merged()
    if merged.outcome == WAIT:
        return  # no report, nothing to propose
    try:
        wanted = replace(wanting(type_.value, conditions=("SECURITY",)), past_veto=past_veto)
        lines, departed = decided(one, wanted, superior=superior)
    except REFUSALS:
        return
    told = unadvised(one)
    binding = {line.line: line for line in told.merged().lines} if told.required else {}
    for line, found in zip(lines, merged.lines, strict=True):
        here = [departure for departure in departed if departure.line == line.line]
        assert line.type is not None
        allowed_by_advice = found.conflicts or line.type not in milder_than(binding.get(line.line))
        assert here or allowed_by_advice, "what must be done without the advice stays to be done with it"
        assert not (found.conflicts and line.type in RELEASING)
        assert line.type in ("DETAIN", found.disposition) or not is_evidence(told, line.line)
        if line.vetoed_by and line.type in RELEASING:
            assert superior and past_veto, "the lead lifts no veto"
            assert {departure.agency for departure in here if departure.veto} == {*line.vetoed_by}
        assert all(one.policy.adoption_of(departure.standing).milder is not None or departure.veto for departure in here)


@given(inputs())
def test_whatever_the_merge_proposes_can_be_proposed(one: Input) -> None:
    merged = one.merged()
    if merged.disposition not in {*GRADED.strength}:
        return
    assert chosen(one, wanting(merged.disposition)) == as_merged(merged)


def test_a_binding_conclusion_is_followed_and_a_presumptive_one_openly_departed_from() -> None:
    one = case_of(saying("RECTIFY", "RECTIFY"))
    departed = Departure(agency="market_regulation", line=1, standing="PRESUMPTIVE", concluded="RECTIFY", proposed="RELEASE")
    assert decided(one, wanting("RELEASE")).departures == (departed,)
    assert decided(one, wanting("RETURN")).departures == ()
    binding = replace(GRADED, standing=(AgencyStanding(agency="market_regulation", standing="BINDING"),))
    with pytest.raises(DepartureRefused) as refused:
        chosen(replace_policy(one, binding), wanting("RELEASE"), superior=True)
    assert refused.value.details == {
        "line": 1, "agencies": ["market_regulation"], "concluded": "RECTIFY", "proposed": "RELEASE",
    }  # fmt: skip


def test_the_lead_may_pass_over_advice_with_a_reason() -> None:
    advisory = replace(GRADED, standing=(AgencyStanding(agency="market_regulation", standing="ADVISORY"),))
    one = replace_policy(case_of(saying("REFUSE", "DESTROY"), saying("PASS", agency="ip")), advisory)
    assert one.merged().outcome == "LEAD"
    assert [line.type for line in chosen(one, wanting("RELEASE"))] == ["RELEASE"]


def test_a_measure_that_law_made_win_may_be_proposed_though_another_agency_asked_for_more() -> None:
    one = case_of(saying("REFUSE", "RETURN", exclusive=True), saying("REFUSE", "DESTROY", agency="ip"))
    assert [line.type for line in chosen(one, wanting("RETURN"))] == ["RETURN"]
    assert [line.type for line in chosen(one, wanting("DESTROY"))] == ["DESTROY"]


def test_an_open_conflict_is_resolved_by_one_of_its_measures_or_something_stricter() -> None:
    one = case_of(saying("REFUSE", "RETURN"), saying("REFUSE", "DESTROY", agency="ip"))
    assert [chosen(one, wanting(type_))[0].type for type_ in ("RETURN", "DESTROY", "DETAIN")] == ["RETURN", "DESTROY", "DETAIN"]
    for type_ in ("RELEASE", "RECTIFY"):
        with pytest.raises(MilderThanPolicy):
            chosen(one, wanting(type_))
    both = case_of(saying("REFUSE", "RETURN", exclusive=True), saying("REFUSE", "DESTROY", agency="ip", exclusive=True))
    with pytest.raises(SuperiorDecides):
        chosen(both, wanting("DESTROY"))
    assert chosen(both, wanting("DESTROY"), superior=True)[0].type == "DESTROY"


def test_a_split_says_what_becomes_of_every_line() -> None:
    one = case_of(saying("RECTIFY", "RECTIFY"), saying("PASS", agency="ip", line=2), separable=True)
    assert one.merged().disposition == "SPLIT"
    assert [line.type for line in chosen(one, wanting("SPLIT"))] == ["RECTIFY", "RELEASE"]
    assert [line.type for line in chosen(one, wanting("SPLIT", (1, "RETURN")))] == ["RETURN", "RELEASE"]
    for lines in (((1, "RELEASE"),), ((2, "RECTIFY"),), ((7, "RETURN"),), ((1, "RETURN"), (1, "DESTROY")), ((1, "SPLIT"),)):
        with pytest.raises((MilderThanPolicy, ProposalInvalid)):
            chosen(one, wanting("SPLIT", *lines))
    whole = case_of(saying("RECTIFY", "RECTIFY"), saying("PASS", agency="ip", line=2))
    for proposal in (wanting("SPLIT"), wanting("RECTIFY", (1, "RECTIFY"))):
        with pytest.raises(ProposalInvalid):
            chosen(whole, proposal)


def test_a_conditional_release_has_a_condition() -> None:
    one = case_of(saying("PASS"))
    with pytest.raises(ProposalInvalid):
        chosen(one, wanting("CONDITIONAL_RELEASE"))
    with pytest.raises(ProposalInvalid):
        chosen(one, wanting("CONDITIONAL_RELEASE", conditions=("FLOWERS",)))
    assert chosen(one, wanting("CONDITIONAL_RELEASE", conditions=("SECURITY",)))[0].conditions == ("SECURITY",)


@given(st.permutations([(1, "RECTIFY"), (2, "SAMPLE_AND_HOLD"), (3, "RECTIFY")]), st.booleans())
def test_the_order_and_repetition_of_what_an_agency_sends_makes_no_other_content(
    said: list[tuple[int, str]], twice: bool
) -> None:
    lines = tuple(ConclusionLine(line=no, verdict="RECTIFY", measures=(code,) * (1 + twice), basis="TESTED") for no, code in said)
    plain = settled(ConclusionContent(lines=lines), ("PENDING_TEST",))
    assert [line.line for line in plain] == [1, 2, 3]
    straight = settled(ConclusionContent(lines=tuple(sorted(plain, key=lambda line: line.pair))), ())
    assert content_hash("JC-5316-20261120-0001", "ip", plain) == content_hash("JC-5316-20261120-0001", "ip", straight)
    assert content_hash("JC-5316-20261120-0001", "ip", plain) != content_hash("JC-5316-20261120-0002", "ip", plain)
    with pytest.raises(ConclusionInvalid):
        settled(ConclusionContent(lines=(*lines, lines[0])), ())


def test_a_later_version_says_line_by_line_what_changed() -> None:
    before, after = case_of(saying("PASS")).merged(), case_of(saying("REFUSE", "RETURN")).merged()
    as_json = [{"lines": list(map(_line, one.lines)), "disposition": one.disposition} for one in (before, after)]
    told = report_changes.changes(*as_json)
    assert "第 1 项结论：合格 → 不合格 / line 1, verdict: PASS → REFUSE" in told
    assert told[-1] == "全案处置：放行 → 退运 / the case: RELEASE → RETURN"
    assert report_changes.changes(as_json[0], as_json[0]) == ()


def _line(outcome: object) -> dict[str, object]:
    return {name: getattr(outcome, name) for name in ("line", "verdict", "outcome", "disposition")}


def replace_policy(one: Input, policy: Policy) -> Input:
    """The same conclusions under another policy."""
    return Input(policy, one.required, one.conclusions, one.context)


def test_a_veto_that_the_chosen_type_would_satisfy_is_decided_past_all_the_same() -> None:
    strict = shipped("veto_strict")
    told = (saying("REFUSE", "RETURN", agency="drug"), saying("RECTIFY", agency="emergency"))
    one = Input(strict, case_of(*told).required, told, Context(credit="aeo", rectifiable_at_port=False, lane="green"))
    past = replace(wanting("CONDITIONAL_RELEASE", conditions=("SECURITY",)), past_veto=True)
    assert {departure.agency for departure in decided(one, past, superior=True).departures if departure.veto} == {
        "drug",
        "emergency",
    }


def test_advice_opens_no_way_below_what_would_have_to_be_done_without_it() -> None:
    advisory = replace(GRADED, standing=(AgencyStanding(agency="emergency", standing="ADVISORY"),))
    awaited = (saying("PASS"), saying("PENDING_TEST", agency="ip"))
    for told in (awaited, (*awaited, saying("REFUSE", "DETAIN", agency="emergency"))):
        one = Input(advisory, case_of(*told).required, told, Context(credit="aeo"))
        with pytest.raises(MilderThanPolicy) as refused:
            chosen(one, wanting("RELEASE"), superior=True)
        assert refused.value.details["concluded"] == "CONDITIONAL_RELEASE", "nothing is sold before the result"
        assert chosen(one, wanting("CONDITIONAL_RELEASE", conditions=("NO_SALE_UNTIL_RESULT",)))[0].type == "CONDITIONAL_RELEASE"


@pytest.mark.parametrize("asked", [("RETURN",), ("RETURN", "DETAIN")])
@pytest.mark.parametrize("policy", [GRADED, shipped("veto_strict")], ids=lambda policy: policy.name)
def test_nobody_sends_away_goods_that_are_evidence_not_even_a_superior_past_the_veto(
    policy: Policy, asked: tuple[str, ...]
) -> None:
    told = saying("REFUSE", *asked)
    evidence = replace(told, offence=True, evidence_needed=True)
    kept, other = (replace_policy(case_of(one), policy) for one in (evidence, told))
    for type_ in ("RELEASE", "RECTIFY", "RETURN", "DESTROY"):
        past = replace(wanting(type_), past_veto=True)
        with pytest.raises(MilderThanPolicy):
            decided(kept, past, superior=True)
        assert decided(other, past, superior=True).lines, "without the offence a superior may"
