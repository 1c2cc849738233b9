"""Planning a port's next three days: 200 cases, 12 bays, 60 experts.

The plan's cost (weighted minutes of total elapsed time) is measured against the least cost that CP-SAT can prove any plan to
have, and against first fit, the planner without the extra, in the same run. The bound is computed afterwards, with a minute of
its own: it is the yardstick, not part of the work.

usage: .venv/bin/python bench/scheduling.py [--json] [--seeds 1,2,3] [--bound-seconds 60]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

from _figures import Figure, arguments, show

from inspection.planning import optimiser
from inspection.planning.first_fit import first_fit
from inspection.planning.schedule_problem import POINTS, BayOffer, Expert, Plan, Problem, Request, Seat, Window, turn
from inspection.planning.scheduling import propose

CASES, BAYS, EXPERTS_PER_AGENCY, DAYS = 200, 12, 12, 3
AGENCIES = ("market_regulation", "ip", "environment", "agriculture", "drug")
SHARES = {"HAZARD": 3, "PERISHABLE": 8, "LARGE_COMPLETE_EQUIPMENT": 8, "HIGH_TECH_MATERIAL": 8, "AGRI_FOOD": 13, "AEO": 20}
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SHIFTS = ((0, 180), (270, 510))
"""09:00–12:00 and 13:30–17:30, in minutes after the opening."""

GAP_PERCENT, SECONDS = 2.0, 10.0


@dataclass(frozen=True)
class Run:
    """One seed: gaps in percent of the plan's cost, seconds of wall and processor time, clashes."""

    gap: float
    first_fit_gap: float
    seconds: float
    processor_seconds: float
    clashes: int
    unplaced: int
    first_fit_unplaced: int


def day(seed: int) -> Problem:
    """A crowded port: about four fifths of all places' hours are asked for; two in five cases become ready on the way."""
    chance = random.Random(seed)
    working = tuple(
        Window(starts_at=MONDAY + timedelta(days=n, minutes=opens), ends_at=MONDAY + timedelta(days=n, minutes=closes))
        for n in range(DAYS)
        for opens, closes in SHIFTS
    )
    people = {agency: tuple(f"{agency}-{n}" for n in range(EXPERTS_PER_AGENCY)) for agency in AGENCIES}
    return Problem(
        now=MONDAY,
        bays=tuple(BayOffer(code=f"B{n:02}", capabilities=capabilities(n)) for n in range(1, BAYS + 1)),
        experts=tuple(Expert(id=one, agency=agency, on_duty=working) for agency, ids in people.items() for one in ids),
        requests=tuple(request(n, people, chance) for n in range(1, CASES + 1)),
        working=working,
        seed=seed,
    )


def capabilities(bay: int) -> tuple[str, ...]:
    """Three bays have a crane, two are cold, every other one has a roof."""
    return tuple(["crane"] * (bay <= 3) + ["cold"] * (3 < bay <= 5) + ["roofed"] * (bay % 2))


def request(number: int, people: dict[str, tuple[str, ...]], chance: random.Random) -> Request:
    """A case of 30 to 90 minutes for one to three agencies, each sending a named expert or one of two."""
    on_the_way = chance.random() < 0.4
    ready = MONDAY + timedelta(minutes=chance.randrange(0, 30 * 60) if on_the_way else -chance.randrange(0, 20 * 60))
    needed: tuple[tuple[str, ...], ...] = (("crane",), ("cold",), ("roofed",), ())
    agencies = chance.sample(AGENCIES, chance.choice([1, 2, 2, 3]))
    normal = 100 - sum(SHARES.values())
    return Request(
        case=f"JC-5316-20261123-{number:04}",
        priority=chance.choices(list(POINTS), [*SHARES.values(), normal])[0],  # type: ignore[arg-type]
        ready_at=ready,
        earliest=max(MONDAY, ready + timedelta(minutes=30)),
        minutes=chance.choice((30, 45, 60, 60, 75, 90)),
        capabilities=chance.choices(needed, [12, 10, 28, 50])[0],
        seats=tuple(Seat(agency=one, choices=tuple(chance.sample(people[one], chance.choice([1, 1, 2])))) for one in agencies),
        due_by=ready + timedelta(hours=24),
    )


def measured(seed: int, bound_seconds: float) -> Run:
    """Both planners on one problem, then the bound."""
    problem = day(seed)
    by_first_fit = propose(problem, first_fit, "first_fit")
    began, processor = time.perf_counter(), time.process_time()
    plan = propose(problem, optimiser.optimised, "cp_sat")
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    in_turn = tuple(sorted(problem.requests, key=lambda one: turn(one, problem.now)))
    least = optimiser.bound(problem, in_turn, bound_seconds)
    return Run(
        gap=percent(plan, least),
        first_fit_gap=percent(by_first_fit, least),
        seconds=seconds,
        processor_seconds=processor,
        clashes=clashes(plan) + clashes(by_first_fit),
        unplaced=len(plan.unplaced),
        first_fit_unplaced=len(by_first_fit.unplaced),
    )


def percent(plan: Plan, least: int) -> float:
    """How far a plan's cost lies above the bound, in percent of the plan's cost as CP-SAT counts gaps."""
    return 100 * (plan.cost - least) / plan.cost


def clashes(plan: Plan) -> int:
    """Pairs of windows that share an instant and a place or an expert."""
    return sum(
        one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
        and ((one.bay, one.place) == (other.bay, other.place) or bool(set(one.experts) & set(other.experts)))
        for one, other in combinations(plan.assignments, 2)
    )


def figures(runs: list[Run]) -> list[Figure]:
    """The figures of the quality page; medians over the seeds, clashes and cases left out summed."""
    bound = "CP-SAT's bound"
    return [
        Figure(figure="scheduling gap", value=middle(runs, "gap"), unit="%", against=bound, reach=GAP_PERCENT),
        Figure(figure="scheduling time", value=middle(runs, "seconds"), unit="s", against="the wall clock", reach=SECONDS),
        Figure(figure="scheduling processor time", value=middle(runs, "processor_seconds"), unit="s", against="one core"),
        Figure(figure="scheduling double bookings", value=total(runs, "clashes"), unit="", against="all pairs", reach=0),
        Figure(figure="scheduling left out", value=total(runs, "unplaced"), unit="cases", against="the same of first fit below"),
        Figure(figure="first fit gap", value=middle(runs, "first_fit_gap"), unit="%", against=bound),
        Figure(figure="first fit left out", value=total(runs, "first_fit_unplaced"), unit="cases"),
    ]


def middle(runs: list[Run], name: str) -> float:
    """The median over the seeds."""
    return statistics.median(getattr(run, name) for run in runs)


def total(runs: list[Run], name: str) -> int:
    """The sum over the seeds."""
    return sum(getattr(run, name) for run in runs)


def main() -> int:
    """Prints the figures; exit 0 whatever they are, so that all of them are seen."""
    parser = arguments("Planning a port's next three days: 200 cases, 12 bays, 60 experts, against CP-SAT's bound and first fit.")
    parser.add_argument("--seeds", default="1,2,3", help="comma separated")
    parser.add_argument("--bound-seconds", type=float, default=60.0)
    args = parser.parse_args()
    show(figures([measured(int(seed), args.bound_seconds) for seed in args.seeds.split(",")]), as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
