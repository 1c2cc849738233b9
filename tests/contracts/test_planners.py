"""Both planners keep one contract: no clash, nothing confirmed moved, nobody starves, reasons, the same plan again."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduling_days import at, everything_taken, meet, problem, problems, request, window

from inspection.planning import optimiser
from inspection.planning.first_fit import first_fit
from inspection.planning.schedule_problem import (
    AGED_AFTER,
    Assignment,
    BayOffer,
    Expert,
    Held,
    Plan,
    Problem,
    Seat,
    cost_of_nothing,
    turn,
)
from inspection.planning.scheduling import Planner, propose

PLANNERS: dict[str, Planner] = {"first_fit": first_fit, "cp_sat": optimiser.optimised}
both = pytest.mark.parametrize("planner", PLANNERS)
CRANE, PLAIN = BayOffer(code="A3", capabilities=("crane",)), BayOffer(code="A1")
MEI = Expert(id="mei", agency="market_regulation", on_duty=(window(0, 3), window(4.5, 8.5)))
QIU = Expert(id="qiu", agency="ip", on_duty=(window(1, 3), window(4.5, 12)))


def planned(day: Problem, planner: str) -> Plan:
    return propose(day, PLANNERS[planner], planner)


def only(plan: Plan) -> Assignment:
    (one,) = plan.assignments
    return one


def codes(one: Assignment) -> set[str]:
    return {reason.code for reason in one.reasons}


# --- what always holds ----------------------------------------------------------------------------------------------------


@both
@given(day=problems())
def test_no_place_and_no_expert_is_taken_twice_and_what_is_held_stays(planner: str, day: Problem) -> None:
    taken = everything_taken(day, planned(day, planner))
    for one, other in combinations(taken, 2):
        if meet(one, other):
            assert (one.bay, one.place) != (other.bay, other.place)
            assert not set(one.experts) & set(other.experts)
    assert [one for one in taken if isinstance(one, Held)] == list(day.held)


@both
@given(day=problems())
def test_every_window_fits_the_goods_the_people_and_the_hours(planner: str, day: Problem) -> None:
    bays, experts = {bay.code: bay for bay in day.bays}, {expert.id: expert for expert in day.experts}
    asked = {one.case: one for one in day.requests}
    for one in planned(day, planner).assignments:
        wanted = asked[one.case]
        assert set(wanted.capabilities) <= set(bays[one.bay].capabilities) and 1 <= one.place <= bays[one.bay].places
        assert len(one.experts) == len(wanted.seats)
        assert all(person in seat.choices for person, seat in zip(one.experts, wanted.seats, strict=True))
        stretches = day.off_hours if one.off_hours else day.working
        for windows in (stretches, *(experts[person].on_duty for person in one.experts)):
            assert any(w.starts_at <= one.starts_at and one.ends_at <= w.ends_at for w in windows)
        assert one.starts_at >= max(wanted.earliest, day.now)
        assert (one.ends_at - one.starts_at).total_seconds() == wanted.minutes * 60


@both
@given(day=problems())
def test_every_case_gets_a_window_or_a_reason_and_every_window_says_why(planner: str, day: Problem) -> None:
    plan = planned(day, planner)
    assert sorted([*(a.case for a in plan.assignments), *(u.case for u in plan.unplaced)]) == sorted(r.case for r in day.requests)
    assert all(one.reasons for one in (*plan.assignments, *plan.unplaced))
    assert all(reason.zh and reason.en for one in (*plan.assignments, *plan.unplaced) for reason in one.reasons)


@both
@given(day=problems())
def test_the_same_problem_gives_the_same_plan(planner: str, day: Problem) -> None:
    assert planned(day, planner) == planned(day, planner)


@given(day=problems())
def test_the_order_of_the_requests_does_not_matter(day: Problem) -> None:
    turned = Problem(**{name: getattr(day, name) for name in day.__struct_fields__} | {"requests": day.requests[::-1]})
    assert planned(day, "first_fit") == planned(turned, "first_fit")


@given(day=problems())
def test_the_optimiser_is_never_worse_than_first_fit_while_nobody_has_aged(day: Problem) -> None:
    young = tuple(one for one in day.requests if day.now - one.ready_at < AGED_AFTER)
    day = Problem(**{name: getattr(day, name) for name in day.__struct_fields__} | {"requests": young})
    assert planned(day, "cp_sat").cost <= planned(day, "first_fit").cost


@given(day=problems())
def test_going_without_a_window_costs_more_than_any_window(day: Problem) -> None:
    asked = {one.case: one for one in day.requests}
    board_costs = [(asked[one.case], one) for one in planned(day, "first_fit").assignments]
    for wanted, one in board_costs:
        alone = Problem(**{name: getattr(day, name) for name in day.__struct_fields__} | {"requests": (wanted,)})
        assert planned(alone, "first_fit").cost < cost_of_nothing(wanted, day)
        assert one.case == wanted.case


# --- priority and age -----------------------------------------------------------------------------------------------------


@both
@given(waited=st.integers(72, 500), rivals=st.integers(1, 12))
def test_an_aged_ordinary_case_goes_first_however_many_urgent_ones_have_come(planner: str, waited: int, rivals: int) -> None:
    old = request(1, ready_at=at(-waited))
    urgent = [request(no, priority="HAZARD", minutes=30, ready_at=at(-1)) for no in range(2, 2 + rivals)]
    plan = planned(problem(*urgent, old), planner)
    first = min(plan.assignments, key=lambda one: one.starts_at)
    assert first.case == old.case and "AGED" in codes(first)


@both
def test_of_two_equal_cases_the_one_that_came_first_goes_first_then_the_lower_number(planner: str) -> None:
    late, early = request(1, ready_at=at(-1)), request(2, ready_at=at(-1.5))
    plan = planned(problem(late, early), planner)
    assert min(plan.assignments, key=lambda one: one.starts_at).case == early.case
    twins = [request(no, ready_at=at(-1)) for no in (3, 4)]
    assert [one.case for one in sorted([twins[1], twins[0]], key=lambda r: turn(r, at(0)))] == [twins[0].case, twins[1].case]


@both
def test_large_complete_equipment_goes_before_ordinary_goods(planner: str) -> None:
    plan = planned(problem(request(1), request(2, priority="LARGE_COMPLETE_EQUIPMENT")), planner)
    first = min(plan.assignments, key=lambda one: one.starts_at)
    assert first.case.endswith("0002") and "PRIORITY_CLASS" in codes(first)


# --- reasons --------------------------------------------------------------------------------------------------------------


@both
def test_a_proposal_says_that_its_window_is_the_earliest_common_one_and_its_bay_the_only_one_with_a_crane(planner: str) -> None:
    seats = (Seat(agency="market_regulation", choices=("mei",)), Seat(agency="ip", choices=("qiu",)))
    wanted = request(1, capabilities=("crane",), seats=seats)
    one = only(planned(problem(wanted, bays=(PLAIN, CRANE), experts=(MEI, QIU)), planner))
    assert (one.bay, one.starts_at) == ("A3", at(1))
    said = " ".join(reason.en for reason in one.reasons)
    assert "earliest common window" in said and "bay A3 is the only one with a crane" in said
    assert any("唯一具备吊机" in reason.zh for reason in one.reasons)


@both
def test_a_crane_is_kept_for_goods_that_need_it(planner: str) -> None:
    assert only(planned(problem(request(1), bays=(CRANE, PLAIN)), planner)).bay == "A1"


@both
def test_the_enterprises_window_is_taken_when_it_costs_less_than_half_a_day(planner: str) -> None:
    wish = only(planned(problem(request(1, minutes=90, preferred=(window(1, 3),))), planner))
    assert wish.starts_at == at(1) and "PREFERRED_WINDOW" in codes(wish)
    far = only(planned(problem(request(1, preferred=(window(28.5, 32.5),))), planner))
    assert far.starts_at == at(0) and "PREFERENCE_NOT_MET" in codes(far)


@both
def test_off_hours_are_offered_when_the_roster_has_the_people_and_only_then(planner: str) -> None:
    wanted = request(1, earliest=at(9), off_hours=True, seats=(Seat(agency="ip", choices=("qiu",)),))
    evening = problem(wanted, experts=(QIU,), off_hours=(window(9, 12),))
    assert "OFF_HOURS" in codes(only(planned(evening, planner)))
    day_shift = problem(request(1, earliest=at(9), off_hours=True, seats=(Seat(agency="market_regulation", choices=("mei",)),)),
                        experts=(MEI,), off_hours=(window(9, 12),))  # fmt: skip
    (left,) = planned(day_shift, planner).unplaced
    assert left.reasons[0].code == "EXPERT_NOT_ON_DUTY"


@both
def test_a_case_without_a_window_says_what_is_missing(planner: str) -> None:
    crane = planned(problem(request(1, capabilities=("crane",))), planner).unplaced[0]
    assert crane.reasons[0].code == "NO_CAPABLE_BAY" and "吊机" in crane.reasons[0].zh
    long = planned(problem(request(1, minutes=600)), planner).unplaced[0]
    assert long.reasons[0].code == "TOO_LONG"
    full = [request(no, minutes=180) for no in range(1, 7)]
    assert {one.reasons[0].code for one in planned(problem(*full), planner).unplaced} == {"NO_ROOM"}


# --- planning again -------------------------------------------------------------------------------------------------------


@both
def test_planning_again_moves_a_confirmed_booking_only_when_asked(planner: str) -> None:
    ordinary, urgent = request(1), request(2, priority="HAZARD")
    held = Held(case=ordinary.case, bay="A1", place=1, starts_at=at(0), ends_at=at(1))
    day = problem(ordinary, urgent, held=(held,))
    kept = only(planned(day, planner))
    assert kept.case == urgent.case and kept.starts_at == at(1)
    moved = planned(problem(ordinary, urgent, held=(held,), movable=(ordinary.case,)), planner)
    assert {one.case: one.starts_at for one in moved.assignments} == {urgent.case: at(0), ordinary.case: at(1)}


def test_more_cases_than_one_neighbourhood_are_planned_in_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimiser, "NEIGHBOURS", 6)
    monkeypatch.setattr(optimiser, "ROUNDS", 6)
    lengths = (30, 60, 90, 45)
    day = problem(*(request(no, minutes=lengths[no % 4], ready_at=at(-(no % 5))) for no in range(1, 15)))
    plan = planned(day, "cp_sat")
    assert plan == planned(day, "cp_sat") and plan.cost <= planned(day, "first_fit").cost
    assert optimiser.bound(day, day.requests, 2.0) <= plan.cost
