"""Scheduling: a window, a numbered place and the right people for each case, with the reasons. Pure.

The database's exclusion constraints are the truth; this only proposes. Objective: the earliest common window within the target
of total elapsed time, weighed by priority class and age. Cases that have waited ``AGED_AFTER`` are planned before all others
whatever their class, so nobody starves; equal ones go by arrival, then by case number. What is held already stays where it is
unless its case is named in ``movable``. The same problem gives the same plan, byte for byte. Source: domain page, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from inspection.deciding.proposal_reasons import why, why_not
from inspection.planning.schedule_problem import (
    Assignment,
    Plan,
    Problem,
    Request,
    Unplaced,
    assigned_cost,
    cost_of_nothing,
    held_by,
    is_aged,
    turn,
)

Planner = Callable[[Problem, tuple[Request, ...]], Sequence[Assignment]]
"""Assigns windows to ``requests`` around everything the problem holds; a case without an assignment stays unplaced."""


def propose(problem: Problem, planner: Planner, name: str) -> Plan:
    """The proposal for every request whose case holds nothing, or is movable; with reasons.

    Two rounds: those who have waited longest get their windows first and keep them in the second. ``planner`` is
    :func:`inspection.planning.first_fit.first_fit` or :func:`inspection.planning.optimiser.optimised`;
    ``name`` says which in the plan.
    """
    problem = _settled(problem)
    around = problem
    assignments: list[Assignment] = []
    for aged in (True, False):
        round_ = tuple(
            sorted((r for r in problem.requests if is_aged(r, problem.now) is aged), key=lambda r: turn(r, problem.now))
        )
        if round_:
            found = planner(around, round_)
            assignments += found
            around = msgspec.structs.replace(around, held=(*around.held, *(held_by(one) for one in found)))
    placed = {one.case: one for one in assignments}
    left = [request for request in problem.requests if request.case not in placed]
    by_case = {request.case: request for request in problem.requests}
    return Plan(
        planner=name,
        assignments=tuple(why(problem, by_case[case], assignments, placed[case]) for case in sorted(placed)),
        unplaced=tuple(Unplaced(case=r.case, reasons=why_not(problem, r)) for r in sorted(left, key=lambda r: r.case)),
        cost=sum(assigned_cost(problem, by_case[case], placed[case]) for case in placed)
        + sum(cost_of_nothing(request, problem) for request in left),
    )


def _settled(problem: Problem) -> Problem:
    """Holds of movable cases are given back; every other case that holds something keeps it and asks for nothing."""
    held = tuple(one for one in problem.held if one.case not in problem.movable)
    keeping = {one.case for one in held}
    asking = tuple(request for request in problem.requests if request.case not in keeping)
    return msgspec.structs.replace(problem, held=held, requests=asking)
