"""The laws of the merge: order-free, repeatable, monotone, and no way to a release past a silent or vetoing agency."""

from __future__ import annotations

from collections import Counter
from functools import reduce

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from merging_strategies import ADVISED, ADVISORY, KINDS, PROMISED, SHIPPED, Input, concluding, contributions, inputs

from inspection.concluding.verdict import NOTHING, Contribution, join, join_all
from inspection.merging import LineOutcome, MergeOutput, RequiredPair
from inspection.policies.policy import Policy

STRENGTH = {code: place for place, code in enumerate(SHIPPED[0].strength)}
RANK = {verdict.code: verdict.rank for verdict in SHIPPED[0].verdicts} | {None: -1}
UNDECIDED = SHIPPED[0].undecided
EACH = pytest.mark.parametrize("policy", SHIPPED, ids=lambda policy: policy.name)
EACH_VETO = pytest.mark.parametrize("policy", SHIPPED[1:], ids=lambda policy: policy.name)
"""The promises are kept for every policy that ships, each with all its examples."""
RELEASING = {"RELEASE", "CONDITIONAL_RELEASE"}


# ---------------------------------------------------------------------------------------------------- the join
@PROMISED
@given(contributions(), contributions(), contributions())
def test_the_join_is_commutative_associative_and_idempotent_with_an_identity(
    a: Contribution, b: Contribution, c: Contribution
) -> None:
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))
    assert join(a, a) == a
    assert join(a, NOTHING) == a


@PROMISED
@given(st.lists(contributions(), max_size=5), st.integers(0, 5))
def test_contributions_joined_in_any_grouping_give_the_same(parts: list[Contribution], cut: int) -> None:
    assert join_all(parts) == reduce(join, parts, NOTHING)
    assert join_all(parts) == join(join_all(parts[:cut]), join_all(parts[cut:]))


# --------------------------------------------------------------------------------------- order and repetition
@EACH
@PROMISED
@given(data=st.data())
def test_conclusions_in_any_order_and_repeated_give_the_same_bytes(policy: Policy, data: st.DataObject) -> None:
    one = data.draw(inputs(as_shipped_and_advised(policy)))
    again = data.draw(st.lists(st.sampled_from(one.conclusions), max_size=3)) if one.conclusions else []
    shuffled = tuple(data.draw(st.permutations([*one.conclusions, *again])))
    pairs = tuple(data.draw(st.permutations(one.required)))
    assert Input(one.policy, pairs, shuffled, one.context).merged().to_json() == one.merged().to_json()


@PROMISED
@given(inputs())
def test_the_order_of_the_policys_lists_decides_nothing(one: Input) -> None:
    turned = msgspec.structs.replace(
        one.policy,
        verdicts=one.policy.verdicts[::-1],
        table=one.policy.table[::-1],
        exclusions=one.policy.exclusions[::-1],
        standing=one.policy.standing[::-1],
        on_missing=one.policy.on_missing[::-1],
    )
    assert Input(turned, one.required, one.conclusions, one.context).merged().to_json() == one.merged().to_json()


@PROMISED
@given(inputs())
def test_every_list_of_the_result_is_sorted_and_every_outcome_is_explained(one: Input) -> None:
    result = one.merged()
    assert [line.line for line in result.lines] == sorted({pair.line for pair in one.required})
    for line in result.lines:
        codes = (line.measures, line.conditions, line.vetoed_by, line.advice, line.queued)
        assert all(list(listed) == sorted(set(listed)) for listed in codes)
        missing = [(pair.agency, pair.check or "") for pair in line.missing]
        assert missing == sorted(missing)
        assert any(step.rule.startswith("outcome.") and step.because.startswith(f"line {line.line}:") for step in result.trace)


# --------------------------------------------------------------------------------------------------- monotone
@EACH
@PROMISED
@given(pick=st.integers(0, 99), data=st.data())
def test_a_conclusion_for_a_new_pair_never_makes_a_line_milder(policy: Policy, pick: int, data: st.DataObject) -> None:
    """Never lowers the verdict, never shrinks measures, conditions or vetoers, never turns a disposition milder."""
    one = data.draw(inputs(as_shipped_and_advised(policy)))
    pair = one.required[pick % len(one.required)]
    # All that the agency says on this check goes, or a conclusion for every line would amend what it said elsewhere.
    others = tuple(c for c in one.conclusions if (c.agency, c.check) != (pair.agency, pair.check))
    before = one.with_conclusions(others).merged()
    for earlier, later in zip(before.lines, one.merged().lines, strict=True):
        # A pair whose silence already counted as its result is not new: its conclusion amends the deemed one.
        if not any(missing.covered_by for missing in earlier.missing):
            assert_not_milder(earlier, later)


def assert_not_milder(earlier: LineOutcome, later: LineOutcome) -> None:
    assert RANK[later.verdict] >= RANK[earlier.verdict]
    assert set(later.measures) >= set(earlier.measures)
    assert set(later.conditions) >= set(earlier.conditions)
    assert set(later.vetoed_by) >= set(earlier.vetoed_by)
    assert set(later.advice) >= set(earlier.advice)
    if earlier.disposition and later.disposition:
        assert STRENGTH[later.disposition] >= STRENGTH[earlier.disposition]


# ------------------------------------------------------------------------------------ no release past silence
def counted_verdict(one: Input, pair: RequiredPair) -> str | None:
    """The verdict that counts for a pair, found the long way round: highest version, no dry run."""
    real = [c for c in one.speaking_for(pair) if not c.dry_run]
    return max(real, key=lambda c: c.version).verdict if real else None


def silent(one: Input, line: int) -> dict[str, str]:
    """agency → why it has not concluded, for the pairs of a line that nobody waived."""
    said = {pair: counted_verdict(one, pair) for pair in one.required if pair.line == line and pair.state != "WAIVED"}
    return {
        pair.agency: verdict or pair.state or "NOT_SUBMITTED"
        for pair, verdict in said.items()
        if verdict is None or verdict in UNDECIDED
    }


def may_release(one: Input, line: LineOutcome) -> bool:
    """Whether silence on this line leaves any way to a release: a test pending for an AEO, or an advisory agency deemed."""
    awaited = silent(one, line.line)
    if one.policy in ADVISED and awaited.get(ADVISORY) == "LAPSED":
        del awaited[ADVISORY]
    pending = set(awaited.values()) <= {"PENDING_TEST"} and one.context.credit == "aeo"
    return not awaited or (pending and line.disposition == "CONDITIONAL_RELEASE" and "NO_SALE_UNTIL_RESULT" in line.conditions)


@EACH
@PROMISED
@given(data=st.data())
def test_no_way_leads_to_a_release_while_a_required_conclusion_is_missing_or_lapsed(policy: Policy, data: st.DataObject) -> None:
    one = data.draw(inputs(as_shipped_and_advised(policy)))
    result = one.merged()
    for line in result.lines:
        released = line.releasable or line.disposition in RELEASING or line.outcome == "AUTOMATIC"
        assert not released or may_release(one, line)
    if result.automatic:
        assert not any(silent(one, line.line) for line in result.lines)
        assert all(pair.state != "WAIVED" for pair in one.required)


@PROMISED
@given(inputs())
def test_silence_alone_never_releases_and_never_without_a_person(one: Input) -> None:
    deemed = tuple(
        msgspec.structs.replace(c, basis="DEEMED") if c.verdict not in UNDECIDED else c for c in one.conclusions if not c.offence
    )
    result = one.with_conclusions(deemed).merged()
    assert not result.automatic
    assert not any(line.releasable for line in result.lines)


@PROMISED
@given(inputs())
def test_the_system_releases_alone_only_when_everybody_concluded_and_passed(one: Input) -> None:
    result = one.merged()
    passed = {"PASS", "PASS_AFTER_INTERVENTION"}
    everybody = all(pair.state != "WAIVED" and counted_verdict(one, pair) in passed for pair in one.required)
    assert everybody or not result.automatic
    assert result.automatic == (result.outcome == "AUTOMATIC")
    if result.automatic:
        assert result.disposition == "RELEASE"
        assert not any(line.measures or line.conditions or line.vetoed_by for line in result.lines)


@PROMISED
@given(inputs())
def test_an_open_line_leaves_the_whole_case_open(one: Input) -> None:
    result = one.merged()
    is_open = any(line.outcome in ("WAIT", "CONFLICT", "LEAD") for line in result.lines)
    assert is_open == (result.disposition is None)
    assert all((line.disposition is None) == (line.outcome in ("WAIT", "CONFLICT", "LEAD")) for line in result.lines)


@PROMISED
@given(inputs())
def test_what_a_dry_run_says_changes_nothing_but_the_trace(one: Input) -> None:
    real = one.with_conclusions(tuple(c for c in one.conclusions if not c.dry_run)).merged()
    assert without_trace(one.merged()) == without_trace(real)


def without_trace(result: MergeOutput) -> MergeOutput:
    return msgspec.structs.replace(result, trace=())


# --------------------------------------------------------------------------------------------------- the veto
@EACH_VETO
@PROMISED
@given(data=st.data())
def test_a_veto_is_lifted_by_nobody_but_the_agency_that_vetoed(policy: Policy, data: st.DataObject) -> None:
    one = data.draw(inputs(as_shipped_and_advised(policy)))
    for line in one.merged().lines:
        for vetoer in line.vetoed_by:
            others = [
                pair for pair in one.required if pair.line == line.line and pair.agency != vetoer and pair.state != "WAIVED"
            ]
            pressed = tuple(concluding(pair, ("PASS", ""), 99) for pair in others)
            still = outcome_of(one.with_conclusions(one.conclusions + pressed).merged(), line.line)
            assert vetoer in still.vetoed_by
            assert not still.releasable


@EACH_VETO
@PROMISED
@given(data=st.data())
def test_the_agency_that_vetoed_lifts_its_own_veto_by_amending(policy: Policy, data: st.DataObject) -> None:
    one = data.draw(inputs((policy,)))
    for line in one.merged().lines:
        for vetoer in line.vetoed_by:
            own = [pair for pair in one.required if pair.line == line.line and pair.agency == vetoer and pair.state != "WAIVED"]
            amended = tuple(concluding(pair, ("PASS", ""), 99) for pair in own)
            later = outcome_of(one.with_conclusions(one.conclusions + amended).merged(), line.line)
            assert set(later.vetoed_by) == set(line.vetoed_by) - {vetoer}


@PROMISED
@given(inputs())
def test_a_vetoed_line_is_never_releasable_and_an_advisory_agency_never_vetoes(one: Input) -> None:
    for line in one.merged().lines:
        assert not (line.vetoed_by and line.releasable)
        assert one.policy in SHIPPED or ADVISORY not in line.vetoed_by
        assert one.policy.veto_at or not line.vetoed_by


def as_shipped_and_advised(policy: Policy) -> tuple[Policy, ...]:
    """The policy as it ships, and twice with an agency that only advises: the shares of :func:`inputs`."""
    advised = ADVISED[SHIPPED.index(policy)]
    return (policy, advised, advised)


def outcome_of(result: MergeOutput, line: int) -> LineOutcome:
    return next(one for one in result.lines if one.line == line)


# ------------------------------------------------------------------------------------------------- generators
@EACH
def test_the_inputs_drawn_reach_every_interesting_case_often_enough(policy: Policy) -> None:
    seen: Counter[str] = Counter()
    drawn = 0
    possible = {kind for kind in KINDS if policy.veto_at or not kind.startswith("veto")}

    @settings(max_examples=1000, database=None, derandomize=True, phases=[Phase.generate])
    @given(inputs(as_shipped_and_advised(policy)))
    def draw(one: Input) -> None:
        nonlocal drawn
        drawn += 1
        result = one.merged()
        seen.update(kind for kind, reached in KINDS.items() if reached(one, result))

    draw()
    rare = {kind: f"{seen[kind] / drawn:.1%}" for kind in possible if seen[kind] < 0.05 * drawn}
    assert not rare, f"of {drawn} inputs drawn: {rare}"
