"""The planner for a port's whole day: OR-Tools CP-SAT improves the best of several first fits, neighbourhood by neighbourhood.

Each case picks one of its starts in one group of places; per group and per person at most as many windows as there are places
and people cover a cell. Written over starts instead of intervals, because the bound of that is tight (bench/scheduling.py).
Needs the extra ``optimiser``; work is counted, not timed, and nothing is left to chance, so a replay gives the same plan.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from inspection.planning.first_fit import serve
from inspection.planning.schedule_board import Board, Start
from inspection.planning.schedule_groups import Choice, Group, choices_of, fitting, groups_of, numbered, relieved
from inspection.planning.schedule_problem import LEAST_WEIGHT, Assignment, Problem, Request, cost_of_nothing, turn, urgency

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver, IntVar

Seated = tuple[list[str], "list[IntVar]"]
"""The free choices of a seat at a start and their literals; none where there is no choice."""

ROUNDS = 32
NEIGHBOURS = 50
"""As many cases as one neighbourhood frees; with no more than these the problem is solved whole."""

EFFORT = 0.3
"""CP-SAT's deterministic seconds for one neighbourhood."""

ORDERS = 4
"""First fits to begin with: by turn, by weight an hour, and variations of that."""


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("ortools") is not None


def optimised(problem: Problem, requests: tuple[Request, ...]) -> list[Assignment]:
    """The best plan found within :data:`ROUNDS`; never worse than first fit."""
    task = Task(problem, requests)
    chosen = task.first_choices()
    if len(requests) <= NEIGHBOURS:
        chosen = task.improved(chosen, task.cases, EFFORT * ROUNDS / 2)
    else:
        for number in range(ROUNDS):
            chosen = task.improved(chosen, task.neighbours(chosen, number), EFFORT)
    return numbered(task.board, task.groups, task.requests, relieved(task.groups, task.requests, chosen))


def bound(problem: Problem, requests: tuple[Request, ...], seconds: float) -> int:
    """The least cost CP-SAT can prove that any plan has, after ``seconds`` of wall time: what plans are measured against."""
    task = Task(problem, requests)
    model = task.model(task.cases, {})
    solver = _solver(problem.seed)
    solver.parameters.max_time_in_seconds = seconds
    solver.solve(model.built)
    return math.ceil(solver.best_objective_bound)


@dataclass
class Model:
    """A CP-SAT model of some cases: a literal for each way to serve one, and for each expert of a seat that has a choice."""

    built: CpModel
    ways: list[tuple[str, Choice, IntVar]] = field(default_factory=list)
    """Case, way (its team is still open), literal."""
    seats: dict[tuple[str, datetime], list[Seated]] = field(default_factory=dict)
    """By case and start: the seats in their order."""
    places: defaultdict[int, list[tuple[int, IntVar]]] = field(default_factory=lambda: defaultdict(list))
    persons: defaultdict[str, list[tuple[int, IntVar]]] = field(default_factory=lambda: defaultdict(list))
    cost: list[Any] = field(default_factory=list)


@dataclass
class Task:
    """One call of the planner: the board as it is held, its groups, and every start of every case."""

    problem: Problem
    asked: tuple[Request, ...]
    board: Board = field(init=False)
    groups: tuple[Group, ...] = field(init=False)
    requests: dict[str, Request] = field(init=False)
    starts: dict[str, tuple[Start, ...]] = field(init=False)
    cases: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.board = Board(self.problem)
        self.groups = groups_of(self.board)
        self.requests = {request.case: request for request in self.asked}
        self.starts = {request.case: tuple(self.board.starts(request)) for request in self.asked}
        self.cases = tuple(self.requests)

    def cost(self, chosen: Mapping[str, Choice]) -> int:
        """What these choices cost, with the cases left out."""
        left = [request for case, request in self.requests.items() if case not in chosen]
        return sum(one.start.cost for one in chosen.values()) + sum(cost_of_nothing(one, self.problem) for one in left)

    def first_choices(self) -> dict[str, Choice]:
        """The cheapest of :data:`ORDERS` first fits."""
        plans = [choices_of(self.groups, self.starts, serve(Board(self.problem), order)) for order in self._orders()]
        return min(plans, key=self.cost)

    def neighbours(self, chosen: Mapping[str, Choice], number: int) -> tuple[str, ...]:
        """The cases freed in a round: the next stretch of the plan; every other time those that wait longest, with any others."""
        lots = sorted(self.cases, key=lambda case: self._lot(number, case))
        sweep, by_regret = divmod(number, 2)
        if not by_regret:
            lots.sort(key=lambda case: self._begins(chosen, case))
            first = sweep * NEIGHBOURS // 2 % (len(lots) - NEIGHBOURS // 2)
            return tuple(sorted(lots[first : first + NEIGHBOURS]))
        late = sorted(lots, key=lambda case: -self._regret(chosen, case))[: NEIGHBOURS * 3 // 2]
        worst = set(sorted(late, key=lots.index)[: NEIGHBOURS // 2])
        lots.sort(key=lambda case: case not in worst)
        return tuple(sorted(lots[:NEIGHBOURS]))

    def improved(self, chosen: dict[str, Choice], free: Sequence[str], effort: float) -> dict[str, Choice]:
        """``chosen`` with the cases ``free`` chosen anew, when CP-SAT finds nothing worse within ``effort``."""
        model = self.model(free, chosen)
        for case, way, literal in model.ways:
            now = chosen.get(case)
            model.built.add_hint(literal, now is not None and now.start is way.start and now.group == way.group)
        solver = _solver(self.problem.seed)
        solver.parameters.max_deterministic_time = effort
        solver.solve(model.built)
        if not solver.response_proto.solution:
            return chosen
        found = {case: one for case, one in chosen.items() if case not in set(free)} | _read(model, solver)
        return found if self.cost(found) <= self.cost(chosen) else chosen

    def model(self, free: Sequence[str], chosen: Mapping[str, Choice]) -> Model:
        """The cases ``free`` around everything held and what is chosen for the others.

        A case that has a window is not offered one that costs more on top than the most dissatisfied of them could gain.
        """
        from ortools.sat.python import cp_model

        model = Model(cp_model.CpModel())
        busy = dict(self.board.busy)
        fixed = {case: one for case, one in chosen.items() if case not in set(free)}
        for one in fixed.values():
            for person in one.team:
                busy[person] |= one.start.mask
        gain = max((self._regret(chosen, case) for case in free), default=0)
        for case in free:
            dearest = chosen[case].start.cost + gain if case in chosen else math.inf
            self._add_case(model, self.requests[case], busy, dearest)
        self._add_limits(model, fixed)
        model.built.minimize(sum(model.cost))
        return model

    def _add_case(self, model: Model, request: Request, busy: Mapping[str, int], dearest: float) -> None:
        """Exactly one way, or none at its price; a seat is taken by exactly one of its choices at the start that is chosen."""
        left_out = model.built.new_bool_var("")
        model.cost.append(cost_of_nothing(request, self.problem) * left_out)
        ways = [left_out]
        for start in self.starts[request.case]:
            if start.cost > dearest:
                continue
            seats = [[who for who in seat.choices if not busy.get(who, -1) & start.mask] for seat in request.seats]
            if not all(seats):
                continue
            here = [self._way(model, request.case, start, group) for group in fitting(self.groups, request)]
            here = [literal for literal in here if literal is not None]
            if not here:
                continue
            ways += here
            model.seats[request.case, start.at] = [self._seat(model, start, choices, here) for choices in seats]
        model.built.add_exactly_one(ways)

    def _way(self, model: Model, case: str, start: Start, group: int) -> Any:
        if self.groups[group].held & start.mask:
            return None
        literal = model.built.new_bool_var("")
        model.ways.append((case, Choice(start, group, ()), literal))
        model.cost.append(start.cost * literal)
        model.places[group].append((start.mask, literal))
        return literal

    def _seat(self, model: Model, start: Start, choices: list[str], here: list[IntVar]) -> Seated:
        """Somebody sits here exactly when the start is chosen, whichever the group of places."""
        if len(choices) == 1:
            model.persons[choices[0]] += [(start.mask, literal) for literal in here]
            return choices, []
        literals = [model.built.new_bool_var("") for _ in choices]
        model.built.add(sum(literals) == sum(here))
        for person, literal in zip(choices, literals, strict=True):
            model.persons[person].append((start.mask, literal))
        return choices, literals

    def _add_limits(self, model: Model, fixed: Mapping[str, Choice]) -> None:
        """In every cell where a window begins: no group beyond its places, nobody in two windows."""
        for group, ways in model.places.items():
            held = [one.start.mask for one in fixed.values() if one.group == group]
            for cell, literals in _meeting(ways, held):
                room = len(self.groups[group].places) - sum(1 for mask in held if mask & cell)
                _limit(model.built, literals, room)
        for ways in model.persons.values():
            for _, literals in _meeting(ways, []):
                _limit(model.built, literals, 1)

    def _orders(self) -> list[list[Request]]:
        by_turn = sorted(self.asked, key=lambda one: turn(one, self.problem.now))
        orders = [by_turn]
        for number in range(ORDERS - 1):
            # the first variation is none: cases by what an hour of theirs weighs
            spread = 0.0 if number == 0 else 0.6
            keys = {
                one.case: self._pull(one) * math.exp(spread * (self._lot(-number, one.case) / 2**64 - 0.5)) for one in by_turn
            }
            orders.append(sorted(by_turn, key=lambda one: (-keys[one.case], one.case)))
        return orders

    def _pull(self, request: Request) -> float:
        """What a minute at a place gains when it is this case's: weight over length, the rule of Smith."""
        return (LEAST_WEIGHT + urgency(request, self.problem.now)) / request.minutes

    def _begins(self, chosen: Mapping[str, Choice], case: str) -> datetime:
        return chosen[case].start.at if case in chosen else datetime.max.replace(tzinfo=UTC)

    def _regret(self, chosen: Mapping[str, Choice], case: str) -> float:
        """How much more the case costs than if it were alone."""
        alone = min((start.cost for start in self.starts[case]), default=0)
        return chosen[case].start.cost - alone if case in chosen else math.inf

    def _lot(self, number: int, case: str) -> int:
        """A number that follows from the seed, the round and the case, and looks like chance."""
        text = f"{self.problem.seed}/{number}/{case}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _meeting(ways: list[tuple[int, IntVar]], held: list[int]) -> Iterable[tuple[int, list[IntVar]]]:
    """Per cell in which a window begins, the literals of those that cover it: most windows meet where one of them begins."""
    begins = 0
    for mask in (*(mask for mask, _ in ways), *held):
        begins |= mask & -mask
    found: defaultdict[int, list[IntVar]] = defaultdict(list)
    for mask, literal in ways:
        left = mask & begins
        while left:
            found[left & -left].append(literal)
            left &= left - 1
    return found.items()


def _limit(model: CpModel, literals: list[IntVar], room: int) -> None:
    if len(literals) <= room:
        return
    if room == 1:
        model.add_at_most_one(literals)
    else:
        model.add(sum(literals) <= room)


def _read(model: Model, solver: CpSolver) -> dict[str, Choice]:
    return {
        case: Choice(way.start, way.group, tuple(_sits(solver, *seat) for seat in model.seats[case, way.start.at]))
        for case, way, literal in model.ways
        if solver.boolean_value(literal)
    }


def _sits(solver: CpSolver, choices: list[str], literals: list[IntVar]) -> str:
    return next((who for who, literal in zip(choices, literals, strict=False) if solver.boolean_value(literal)), choices[0])


def _solver(seed: int) -> CpSolver:
    """One worker, which is repeatable; relaxations as tight as they come; no search for symmetries, there are none left."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    return solver
