"""Screening: the reference case, properties that hold for every declaration, the lane."""

from __future__ import annotations

import pickle
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_cases import declaration, declarations, line, reference, rule, screener, shipped

from risk.declaration import Declaration
from risk.lanes import LanePolicy, adjusted_score, draw, lane_of
from risk.screening import RuleTwice
from risk.screening_result import Hit, ScreeningResult, public_line

UNSELECTED = 12
"""A seed with which the random floor does not draw the reference declaration."""


def hits_of(result: ScreeningResult) -> set[tuple[str, str]]:
    return {(hit.rule, hit.agency) for hit in result.hits}


def test_the_reference_line_calls_market_regulation_for_piping_and_ip_for_software_and_nobody_else() -> None:
    result = shipped().screen(reference())
    assert result.agencies == ("ip", "market_regulation")
    assert hits_of(result) == {("mr.pressure.piping-elements", "market_regulation"), ("ip.software.embedded", "ip")}
    by_domain = {hit.domain: {fact.path for fact in hit.facts} for hit in result.hits}
    assert "line.components[0].hs" in by_domain["PRESSURE"]
    assert "line.components[1].name" in by_domain["SOFTWARE"]


def test_the_exemption_certificate_satisfies_the_ccc_requirement_and_names_itself() -> None:
    states = {r.rule: (r.state, r.certificate) for r in shipped().screen(reference()).requirements}
    assert states["mr.ccc.production-line"] == ("EXEMPT", "EX-2026-17")


def test_without_its_exemption_the_reference_line_lacks_a_ccc_certificate() -> None:
    result = shipped().screen(reference(certificates=[]))
    hit = next(h for h in result.hits if h.rule == "mr.ccc.production-line")
    assert hit.requirements[0].state == "MISSING"
    assert "缺少 CCC" in hit.reason.zh
    assert "missing CCC" in hit.reason.en


def test_an_exemption_that_ended_before_arrival_exempts_from_nothing() -> None:
    expired = [{"type": "CCC_EXEMPTION", "number": "EX-1", "expires": "2026-11-20"}]
    on_time = shipped().screen(declaration(line(certificates=expired), arrival="2026-11-20T23:00:00+08:00"))
    late = shipped().screen(declaration(line(certificates=expired), arrival="2026-11-21T06:00:00+08:00"))
    assert "mr.ccc.production-line" not in {h.rule for h in on_time.hits}
    assert "mr.ccc.production-line" in {h.rule for h in late.hits}


def test_every_hit_carries_its_law_its_points_in_two_languages_and_the_facts_that_decided() -> None:
    for hit in shipped().screen(reference(certificates=[])).hits:
        assert hit.facts
        assert hit.legal_basis
        assert all(point.zh and point.en for point in hit.focus)
        assert all(basis.page or basis.basis_unverified for basis in hit.legal_basis)


def test_rules_in_force_on_the_day_of_declaration_decide_never_those_of_today() -> None:
    battery = line(hs="8507600090", name="锂离子电池组")
    before = declaration(battery, declared_at="2023-07-31T23:59:59+08:00")
    after = declaration(battery, declared_at="2023-07-31T16:00:00Z")
    assert "mr.ccc.lithium-batteries" not in {h.rule for h in shipped().screen(before).hits}
    assert "mr.ccc.lithium-batteries" in {h.rule for h in shipped().screen(after).hits}


def test_the_same_rule_in_the_same_version_twice_is_refused() -> None:
    with pytest.raises(RuleTwice, match=r"t\.rule version 1"):
        screener(rule(), rule())


def test_of_two_versions_in_force_the_higher_one_decides() -> None:
    newer = msgspec.structs.replace(rule(), meta=msgspec.structs.replace(rule().meta, version=2))
    hits = screener(newer, rule()).screen(declaration(line(hs="730729"))).hits
    assert [(hit.rule, hit.version) for hit in hits] == [("t.rule", 2)]


def test_a_rule_about_the_header_hits_the_declaration_once_with_no_line() -> None:
    header = rule(scope={"credit": ["low"]})
    hits = screener(header).screen(declaration(line(1), line(2), credit="low")).hits
    assert [hit.line for hit in hits] == [None]


def test_the_public_line_has_the_documented_fields_and_no_others() -> None:
    document: dict[str, Any] = msgspec.json.decode(public_line(shipped().screen(reference())))
    assert list(document) == ["declaration", "version", "lane", "score", "agencies", "hits"]
    assert list(document["hits"][0]) == ["rule", "version", "agency", "line", "facts", "reason", "legal_basis"]


@given(declarations(), st.integers())
def test_screening_replayed_gives_the_same_bytes(goods: Declaration, seed: int) -> None:
    assert shipped().screen(goods, seed=seed).to_bytes() == shipped().screen(goods, seed=seed).to_bytes()


@given(declarations(), st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing_but_the_hash_of_the_input(goods: Declaration, shuffled: Any) -> None:
    lines = list(goods.lines)
    shuffled.shuffle(lines)
    other = msgspec.structs.replace(goods, lines=tuple(lines))
    assert public_line(shipped().screen(goods)) == public_line(shipped().screen(other))


@given(declarations())
def test_hits_are_sorted_by_rule_then_line_and_agencies_are_exactly_those_hit(goods: Declaration) -> None:
    result = shipped().screen(goods)
    keys = [(hit.rule, hit.line or 0) for hit in result.hits]
    assert keys == sorted(set(keys))
    assert list(result.agencies) == sorted({hit.agency for hit in result.hits})


@given(declarations())
def test_credit_never_removes_a_hit(goods: Declaration) -> None:
    of_credit = {
        credit: shipped().screen(msgspec.structs.replace(goods, trader=msgspec.structs.replace(goods.trader, credit=credit))).hits
        for credit in ("aeo", "ordinary", "low")
    }
    assert of_credit["aeo"] == of_credit["ordinary"] == of_credit["low"]


@given(declarations())
def test_credit_never_softens_a_hard_or_mandatory_hit(goods: Declaration) -> None:
    aeo = msgspec.structs.replace(goods, trader=msgspec.structs.replace(goods.trader, credit="aeo"))
    result = shipped().screen(aeo)
    compelled = [hit for hit in result.hits if hit.hard or hit.mandatory]
    if compelled:
        assert result.lane in {"red", "yellow"}
    if any({"PHYSICAL", "SAMPLE", "MARKING", "IDENTITY"} & set(hit.check_kinds) for hit in compelled):
        assert result.lane == "red"


@given(declarations(), st.integers())
def test_a_green_lane_has_no_hit_and_a_hit_is_never_green(goods: Declaration, seed: int) -> None:
    result = shipped().screen(goods, seed=seed)
    assert (result.lane == "green") == (not result.hits and not result.draw.selected)


def test_an_aeo_with_small_paper_findings_is_released_and_audited() -> None:
    papers = rule(check_kinds=["DOC"], weight=20)
    goods = line(hs="730729")
    lanes = {c: screener(papers).screen(declaration(goods, credit=c), seed=UNSELECTED).lane for c in ("aeo", "ordinary")}
    assert lanes == {"aeo": "blue", "ordinary": "yellow"}


def test_a_rule_weighs_once_however_many_lines_it_hits() -> None:
    result = screener(rule(weight=20)).screen(declaration(*(line(no, hs="730729") for no in range(1, 30))))
    assert (len(result.hits), result.score) == (29, 20)


def test_the_score_stops_at_one_hundred_also_for_low_credit() -> None:
    assert adjusted_score(90, "low", LanePolicy()) == 100


def test_the_random_floor_draws_about_its_rate_and_anybody_with_the_seed_can_replay_it() -> None:
    draws = [draw(7, f"{number:018d}", 1, "ordinary", LanePolicy()) for number in range(10_000)]
    assert 150 <= sum(d.selected for d in draws) <= 250
    assert draws[5] == draw(7, f"{5:018d}", 1, "ordinary", LanePolicy())
    assert draws[5].seed_commitment != "7"


def test_a_drawn_declaration_is_inspected_although_no_rule_hit() -> None:
    policy = LanePolicy(floor_rate={"aeo": 10_000, "ordinary": 10_000, "low": 10_000})
    hits: tuple[Hit, ...] = ()
    assert lane_of(hits, 0, "aeo", draw(1, "5" * 18, 1, "aeo", policy), policy)[0] == "red"


def test_five_hundred_lines_of_ten_thousand_characters_are_screened() -> None:
    words = "不锈钢管件 stainless fitting " * 400
    result = shipped().screen(declaration(*(line(no, hs="7307290000", description=words[:10_000]) for no in range(1, 501))))
    assert {hit.line for hit in result.hits if hit.domain == "PRESSURE"} == set(range(1, 501))


def test_amounts_beyond_reason_are_under_no_bound_instead_of_filling_the_memory() -> None:
    cheap = rule(scope={"thresholds": [{"number": "price_per_kg", "below": "5", "currency": "CNY"}]})
    goods = line(value="1", currency="CNY", net_weight="1e60")
    assert screener(cheap).screen(declaration(goods)).hits == ()


def test_the_generated_declarations_reach_every_interesting_case() -> None:
    seen: Counter[str] = Counter()

    @settings(derandomize=True, max_examples=300)
    @given(declarations())
    def count(goods: Declaration) -> None:
        result = shipped().screen(goods)
        cases: set[str] = {requirement.state for requirement in result.requirements} | {result.lane}
        cases |= {"hard" for hit in result.hits if hit.hard}
        cases |= {"component" for hit in result.hits for fact in hit.facts if "components" in fact.path}
        cases |= {"several agencies" for _ in result.agencies[1:]}
        seen.update([*cases, "all"])

    count()
    for case in ("MISSING", "PRESENTED", "EXEMPT", "hard", "component", "several agencies", "red", "yellow", "green"):
        assert seen[case] >= seen["all"] * 0.05, f"{case}: {seen[case]} of {seen['all']}"


def test_a_screener_that_was_sent_to_another_process_says_the_same() -> None:
    there = pickle.loads(pickle.dumps(shipped()))
    assert public_line(there.screen(reference())) == public_line(shipped().screen(reference()))
    assert there.ruleset == shipped().ruleset
