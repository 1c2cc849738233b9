"""Days at a port drawn at random: bays, experts, cases, what is held. What the properties of scheduling are tried on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from inspection.planning.schedule_problem import POINTS, Assignment, BayOffer, Expert, Held, Plan, Problem, Request, Seat, Window

OPENS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday 09:00 at the port."""

HOUR = timedelta(hours=1)
CAPABILITIES = ("crane", "cold", "roofed")
AGENCIES = ("market_regulation", "ip", "environment")


def at(hours: float) -> datetime:
    """Hours after Monday's opening."""
    return OPENS + hours * HOUR


def window(first: float, last: float) -> Window:
    """A window in hours after Monday's opening."""
    return Window(starts_at=at(first), ends_at=at(last))


MONDAY = (window(0, 3), window(4.5, 8.5))
TUESDAY = (window(24, 27), window(28.5, 32.5))


def request(no: int, **changes: Any) -> Request:
    """A case of an hour that became ready at Monday's opening."""
    usual: dict[str, Any] = {"priority": "NORMAL", "ready_at": OPENS, "earliest": OPENS, "minutes": 60}
    return Request(case=f"JC-5316-20261123-{no:04}", **(usual | changes))


def problem(*requests: Request, **changes: Any) -> Problem:
    """Monday and Tuesday at a port with one bay of one place and nobody needed."""
    usual: dict[str, Any] = {"now": OPENS, "bays": (BayOffer(code="A1"),), "experts": (), "working": (*MONDAY, *TUESDAY)}
    return Problem(requests=requests, **(usual | changes))


@st.composite
def problems(draw: DrawFn, most: int = 9) -> Problem:
    """A day and a half at a small port, crowded enough that cases compete; something is held already, some of it confirmed."""
    bays = tuple(
        BayOffer(code=f"A{n}", places=draw(st.integers(1, 2)), capabilities=tuple(draw(st.sets(st.sampled_from(CAPABILITIES)))))
        for n in range(1, draw(st.integers(2, 4)))
    )
    experts = tuple(
        Expert(id=f"{agency}-{n}", agency=agency, on_duty=draw(st.sampled_from([MONDAY, (*MONDAY, *TUESDAY), (window(-2, 34),)])))
        for agency in AGENCIES
        for n in range(2)
    )
    working = draw(st.sampled_from([MONDAY, (*MONDAY, *TUESDAY)]))
    requests = tuple(draw(requests_for(no)) for no in range(1, draw(st.integers(2, most))))
    return Problem(
        now=OPENS,
        bays=bays,
        experts=experts,
        requests=requests,
        working=working,
        off_hours=draw(st.sampled_from([(), (window(9, 12),)])),
        held=draw(held_somewhere(bays, experts)),
        seed=draw(st.integers(0, 3)),
    )


@st.composite
def requests_for(draw: DrawFn, no: int) -> Request:
    """One case: its class, its age, what it needs, who has to come, what its enterprise would like."""
    agencies = draw(st.sets(st.sampled_from(AGENCIES), max_size=2))
    ready = OPENS - draw(st.integers(0, 90)) * HOUR
    return request(
        no,
        priority=draw(st.sampled_from(list(POINTS))),
        ready_at=ready,
        earliest=at(draw(st.sampled_from([0, 0, 0.5, 5]))),
        minutes=draw(st.sampled_from([20, 45, 60, 90, 180])),
        capabilities=tuple(draw(st.sets(st.sampled_from(CAPABILITIES), max_size=1))),
        seats=tuple(Seat(agency=agency, choices=tuple(draw(choices_of(agency)))) for agency in sorted(agencies)),
        due_by=draw(st.sampled_from([None, at(4), at(30)])),
        preferred=draw(st.sampled_from([(), (window(4.5, 8.5),)])),
        off_hours=draw(st.booleans()),
    )


def choices_of(agency: str) -> st.SearchStrategy[list[str]]:
    """One or both experts of an agency, in some order."""
    return st.lists(st.sampled_from([f"{agency}-0", f"{agency}-1"]), min_size=1, max_size=2, unique=True)


@st.composite
def held_somewhere(draw: DrawFn, bays: tuple[BayOffer, ...], experts: tuple[Expert, ...]) -> tuple[Held, ...]:
    """Bookings that do not clash with each other: each place and each person has its own hour of Monday."""
    held: list[Held] = []
    for number, bay in enumerate(bays):
        if draw(st.booleans()):
            first, length = draw(st.sampled_from([0.0, 1.25, 5.0])), draw(st.sampled_from([1.0, 1.1]))
            who = (experts[number].id,) if draw(st.booleans()) else ()
            window_ = window(first, first + length)
            held.append(
                Held(
                    case=f"JC-5316-20261120-{number + 1:04}", bay=bay.code, place=1,
                    starts_at=window_.starts_at, ends_at=window_.ends_at, experts=who,
                )
            )  # fmt: skip
    return tuple(held)


def everything_taken(day: Problem, plan: Plan) -> list[Assignment | Held]:
    """What is held when the plan is carried out."""
    kept = [one for one in day.held if one.case not in day.movable]
    return [*kept, *plan.assignments]


def meet(one: Assignment | Held, other: Assignment | Held) -> bool:
    """Whether two windows share an instant."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at
