"""A new version of a declaration: what carries over, what reopens, whom the case keeps, asks again, invites and lets go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from make import REFERENCE
from msgspec.structs import replace

from inspection.carrying_over.carry_over import DeclaredLine, Invited, Plan, Step, compare, plan, renumbered
from inspection.declaring import declaration_hashes
from inspection.inviting.focus_points import lead_points
from inspection.inviting.invitation import Proposal, State
from inspection.reporting.document_parts import FocusPoint
from risk.declaration import Declaration

LEAD = lead_points("customs")
CALLS = {"管路": ("market_regulation", "PRESSURE"), "软件": ("ip", "IP"), "种子": ("customs_quarantine", "SEEDS")}
"""Who is called for which goods; nobody for anything else."""

GOODS = [*CALLS, "纸箱", "管路", "管路 二"]

Goods = dict[int, str]
goods = st.dictionaries(st.integers(1, 6), st.sampled_from(GOODS), min_size=1, max_size=5)
live = st.sampled_from([state for state in State if state not in {State.DRAFT, State.WITHDRAWN}])


def lines(of: Goods) -> list[DeclaredLine]:
    return [DeclaredLine(no, said) for no, said in of.items()]


def called(of: Goods) -> list[Proposal]:
    """What a screening would say: pressure piping for market regulation, software for IP."""
    points: dict[str, list[FocusPoint]] = {}
    for no, said in sorted(of.items()):
        for word, (agency, domain) in CALLS.items():
            if said.startswith(word):
                point = FocusPoint(agency=agency, line=no, focus_zh=f"核对{domain}", rule=domain.lower(), mandatory=True)
                points.setdefault(agency, []).append(point)
    domains = dict(CALLS.values())
    return [
        Proposal(agency=agency, mandatory=True, domains=(domains[agency],), points=tuple(asked))
        for agency, asked in points.items()
    ]


def invited(of: Goods, state: State = State.ACCEPTED, *, left: bool = False) -> list[Invited]:
    return [
        Invited(agency=one.agency, state=state, mandatory=one.mandatory, domains=one.domains, points=one.points, left=left)
        for one in called(of)
    ]


def followed(before: Goods, after: Goods, state: State = State.ACCEPTED, *, opened: bool = False) -> Plan:
    return plan(lines(before), lines(after), invited(before, state), called(after), LEAD, opened=opened)


def steps(of: Plan) -> dict[str, Step]:
    return {one.agency: one.step for one in of.steps}


def required(proposals: Iterable[Proposal], numbers: Iterable[int]) -> Counter[tuple[str, int]]:
    every = list(numbers)
    points = [*LEAD, *(point for one in proposals for point in one.points)]
    return Counter({(point.agency, no) for point in points for no in (every if point.line is None else [point.line])})


# --- examples -------------------------------------------------------------------------------------------------------------


def test_one_of_three_lines_changes_and_the_other_two_carry_over() -> None:
    before, after = {1: "管路", 2: "软件", 3: "纸箱"}, {1: "管路", 2: "软件", 3: "纸板"}
    made = followed(before, after)
    assert made.lines.unchanged == ((1, 1), (2, 2)) and made.lines.changed == (3,)
    assert {pair[:2] for pair in made.carried} == {("customs", 1), ("customs", 2), ("market_regulation", 1), ("ip", 2)}
    assert [pair[:2] for pair in made.reopened] == [("customs", 3)]
    assert steps(made) == {"market_regulation": Step.KEEP, "ip": Step.KEEP}


def test_a_line_put_in_front_moves_the_others_and_changes_nothing_else() -> None:
    made = followed({1: "管路", 2: "软件"}, {1: "纸箱", 2: "管路", 3: "软件"})
    assert made.lines.unchanged == ((1, 2), (2, 3)) and made.lines.added == (1,)
    assert ("market_regulation", 2, 1) in made.carried and ("ip", 3, 2) in made.carried
    assert steps(made) == {"market_regulation": Step.KEEP, "ip": Step.KEEP}
    assert [pair[:2] for pair in made.reopened] == [("customs", 1)]


def test_twins_keep_their_own_numbers() -> None:
    assert compare(lines({1: "管路", 2: "管路"}), lines({2: "管路", 3: "管路"})).unchanged == ((1, 3), (2, 2))


def test_who_is_called_no_longer_is_withdrawn_and_who_is_called_now_is_invited() -> None:
    assert steps(followed({1: "管路"}, {1: "软件"})) == {"market_regulation": Step.WITHDRAW, "ip": Step.INVITE}


def test_an_acceptance_stands_when_only_the_goods_change_and_anybody_else_is_asked_again() -> None:
    before, after = {1: "管路"}, {1: "管路 二"}
    assert steps(followed(before, after)) == {"market_regulation": Step.AMEND}
    for state in (State.PENDING, State.LAPSED, State.WAIVED, State.DECLINED):
        assert steps(followed(before, after, state)) == {"market_regulation": Step.ASK_AGAIN}


def test_an_acceptance_does_not_stand_for_a_domain_its_experts_were_not_named_for() -> None:
    (one,) = called({1: "管路"})
    wider = replace(one, domains=("FOOD", "PRESSURE"))
    made = plan(lines({1: "管路"}), lines({1: "管路"}), invited({1: "管路"}), [wider], LEAD, opened=False)
    assert steps(made) == {"market_regulation": Step.ASK_AGAIN}


def test_something_new_asked_on_an_unchanged_line_reopens_it() -> None:
    before = {1: "管路"}
    (one,) = called(before)
    more = replace(one, points=(*one.points, replace(one.points[0], focus_zh="核对材质单")))
    made = plan(lines(before), lines(before), invited(before), [more], LEAD, opened=False)
    assert [pair[:2] for pair in made.reopened] == [("market_regulation", 1)]


def test_nobody_is_needed_when_nobody_is_called_and_nobody_was_at_the_goods() -> None:
    assert not followed({1: "管路"}, {1: "纸箱"}).needed
    assert followed({1: "管路"}, {1: "纸箱"}, opened=True).needed


def test_once_the_goods_were_opened_no_agency_is_declared_away() -> None:
    """Whoever declares the doubtful line as something else, or not at all, still has to hear what was found."""
    other = followed({1: "管路"}, {1: "纸箱"}, opened=True)
    assert steps(other) == {"market_regulation": Step.AMEND} and ("market_regulation", 1) in {pair[:2] for pair in other.reopened}
    gone = followed({1: "管路", 2: "纸箱"}, {2: "纸箱"}, opened=True)
    assert steps(gone) == {"market_regulation": Step.AMEND}
    assert ("market_regulation", 2) in {pair[:2] for pair in gone.reopened}


def test_a_decline_that_stands_leaves_the_agency_out_as_long_as_nothing_else_is_asked() -> None:
    before = {1: "软件", 2: "纸箱"}
    left = invited(before, State.DECLINED, left=True)
    same = plan(lines(before), lines(before), left, called(before), LEAD, opened=False)
    assert steps(same) == {"ip": Step.KEEP} and not {pair for pair in same.reopened if pair.agency == "ip"}
    more = before | {3: "软件"}
    asked = plan(lines(before), lines(more), left, called(more), LEAD, opened=False)
    assert steps(asked) == {"ip": Step.ASK_AGAIN}
    assert {pair[:2] for pair in asked.reopened if pair.agency == "ip"} == {("ip", 1), ("ip", 3)}


def test_points_that_another_agency_has_claimed_stay_with_it() -> None:
    before, after = {1: "管路", 2: "软件"}, {1: "软件", 2: "管路", 3: "纸箱"}
    (theirs,) = invited({2: "软件"}, State.DECLINED, left=True)
    (mine,) = invited({1: "管路"})
    points = (*mine.points, *(replace(point, agency=mine.agency) for point in theirs.points))
    claiming = replace(mine, points=points, domains=("IP", "PRESSURE"))
    made = plan(lines(before), lines(after), [claiming, theirs], called(after), LEAD, opened=False)
    assert steps(made) == {"market_regulation": Step.KEEP, "ip": Step.KEEP}
    assert ("market_regulation", 1, 2) in made.carried and ("market_regulation", 2, 1) in made.carried
    assert not {pair for pair in (*made.carried, *made.reopened) if pair.agency == "ip"}


def test_a_number_is_no_part_of_the_goods() -> None:
    line = msgspec.convert(REFERENCE, Declaration).lines[0]
    moved = msgspec.structs.replace(line, no=7)
    assert declaration_hashes.goods_hash(line) == declaration_hashes.goods_hash(moved)
    assert declaration_hashes.line_hash(line) != declaration_hashes.line_hash(moved)
    assert declaration_hashes.goods_hash(line) != declaration_hashes.goods_hash(msgspec.structs.replace(line, description="别的"))


# --- whatever is declared ---------------------------------------------------------------------------------------------------


@given(goods, goods)
def test_every_line_stands_in_exactly_one_list(before: Goods, after: Goods) -> None:
    found = compare(lines(before), lines(after))
    old = [*(no for no, _ in found.unchanged), *found.changed, *found.removed]
    new = [*(no for _, no in found.unchanged), *found.changed, *found.added]
    assert sorted(old) == sorted(before) and sorted(new) == sorted(after)
    assert all(before[was] == after[now] for was, now in found.unchanged)
    assert all(before[no] != after[no] for no in found.changed)


@given(goods, goods, live, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_agencies_does_not_matter(
    before: Goods, after: Goods, state: State, opened: bool, random
) -> None:
    asked, calls = invited(before, state), called(after)
    mixed = [random.sample(one, len(one)) for one in (lines(before), lines(after), asked, calls)]
    plain = plan(lines(before), lines(after), asked, calls, LEAD, opened=opened)
    assert plan(mixed[0], mixed[1], mixed[2], mixed[3], LEAD, opened=opened) == plain


@given(goods, live, st.booleans())
def test_the_same_declaration_under_another_version_changes_nothing(of: Goods, state: State, opened: bool) -> None:
    made = followed(of, of, state, opened=opened)
    assert set(steps(made).values()) <= {Step.KEEP}
    assert made.reopened == () and (made.lines.changed, made.lines.added, made.lines.removed) == ((), (), ())
    assert Counter(pair[:2] for pair in made.carried) == required(called(of), of)
    assert all(pair.line == pair.before for pair in made.carried)


@given(goods, goods, live, st.booleans())
def test_every_pair_that_is_required_now_is_carried_or_reopened_and_never_lost(
    before: Goods, after: Goods, state: State, opened: bool
) -> None:
    made = followed(before, after, state, opened=opened)
    proposals = [one.proposal for one in made.steps if one.proposal is not None]
    assert Counter(pair[:2] for pair in (*made.carried, *made.reopened)) == required(proposals, after)
    assert required(called(after), after) <= required(proposals, after)


@given(goods, goods, live, st.booleans())
def test_a_changed_line_never_carries(before: Goods, after: Goods, state: State, opened: bool) -> None:
    for pair in followed(before, after, state, opened=opened).carried:
        assert pair.before is not None and before[pair.before] == after[pair.line]


@given(goods, goods)
def test_who_was_at_the_goods_is_never_withdrawn(before: Goods, after: Goods) -> None:
    made = followed(before, after, opened=True)
    assert Step.WITHDRAW not in steps(made).values()
    asked = {one.agency: one.proposal for one in made.steps}
    for one in invited(before):
        kept = asked[one.agency]
        assert kept is not None
        assert {point.line for point in renumbered(one.points, made.lines)} <= {point.line for point in kept.points}


@given(goods, goods, live)
def test_an_agency_that_answers_nothing_yet_is_never_taken_at_a_word_it_did_not_give(
    before: Goods, after: Goods, state: State
) -> None:
    """What is new is asked of it; only an acceptance, or a shorter list, stands as it is."""
    for one in followed(before, after, state).steps:
        if one.step is Step.AMEND and state is not State.ACCEPTED:
            had = Counter(before[point.line] for sent in invited(before) if sent.agency == one.agency for point in sent.points)
            assert one.proposal is not None
            assert Counter(after[point.line] for point in one.proposal.points if point.line) <= had
