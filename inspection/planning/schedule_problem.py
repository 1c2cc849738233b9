"""What a plan of a port's days follows from and what it says: bays, experts, requests, windows, and what a window costs. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

Priority = Literal["HAZARD", "PERISHABLE", "LARGE_COMPLETE_EQUIPMENT", "HIGH_TECH_MATERIAL", "AGRI_FOOD", "AEO", "NORMAL"]

POINTS: Final[dict[str, int]] = {
    "HAZARD": 60,
    "PERISHABLE": 50,
    "LARGE_COMPLETE_EQUIPMENT": 40,
    "HIGH_TECH_MATERIAL": 30,
    "AGRI_FOOD": 20,
    "AEO": 10,
    "NORMAL": 0,
}
"""What a class is worth at arrival; every hour of waiting adds one more, so a class is worth that many hours of waiting."""

AGED_AFTER: Final = timedelta(hours=72)
LEAST_WEIGHT: Final = 10
MISSED_TARGET: Final = 2
"""A minute beyond the target counts this many times on top."""

UNWANTED_MINUTES: Final = 240
"""A window the enterprise did not ask for, when it asked for others, is as bad as waiting this much longer."""

STEP: Final = timedelta(minutes=30)
"""Windows begin at whole steps from the opening of a stretch of time."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """From ``starts_at`` to just before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime


class BayOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A bay 台位 with places numbered from 1 and what it can do (``crane``, ``cold`` …)."""

    code: str
    zone: str = ""
    places: Annotated[int, Meta(ge=1)] = 1
    capabilities: tuple[str, ...] = ()


class Expert(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be sent, and when the roster has that person."""

    id: str
    agency: str
    on_duty: tuple[Window, ...]


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """One expert an agency has to send: any one of ``choices`` (ids)."""

    agency: str
    choices: tuple[str, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A case that needs a window.

    ``ready_at``: when it could first be scheduled; waiting and elapsed time count from here. ``due_by``: the target of total
    elapsed time. ``preferred``: the enterprise's windows; a wish, not a bound. ``off_hours``: it asked to come outside working
    hours, or its goods cannot wait for the morning; nobody else is sent there at night.
    """

    case: str
    priority: Priority
    ready_at: datetime
    earliest: datetime
    minutes: Annotated[int, Meta(ge=1)]
    capabilities: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    due_by: datetime | None = None
    preferred: tuple[Window, ...] = ()
    off_hours: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A place and people that are taken: a confirmed booking, or a hold that has not expired."""

    case: str
    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime
    experts: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a plan follows from. ``working``: the port's working stretches within the horizon; ``off_hours``: the others
    that may be used, when the roster has the people. ``movable``: cases whose booking may be moved this time."""

    now: datetime
    bays: tuple[BayOffer, ...]
    experts: tuple[Expert, ...]
    requests: tuple[Request, ...]
    working: tuple[Window, ...]
    off_hours: tuple[Window, ...] = ()
    held: tuple[Held, ...] = ()
    movable: tuple[str, ...] = ()
    seed: int = 0


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One reason, in both languages. A client may rely on the codes."""

    code: str
    zh: str
    en: str


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed window. ``experts`` are ids in the order of the request's seats."""

    case: str
    bay: str
    zone: str
    place: int
    starts_at: datetime
    ends_at: datetime
    experts: tuple[str, ...]
    off_hours: bool
    reasons: tuple[Reason, ...] = ()


class Unplaced(msgspec.Struct, frozen=True, kw_only=True):
    """A case for which nothing was found, and why."""

    case: str
    reasons: tuple[Reason, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal, by case number. ``cost`` in weighted minutes, :func:`cost_of` summed; only for comparing plans."""

    planner: str
    assignments: tuple[Assignment, ...]
    unplaced: tuple[Unplaced, ...]
    cost: int


def waited(request: Request, now: datetime) -> timedelta:
    """How long the case has waited for a window."""
    return max(timedelta(0), now - request.ready_at)


def is_aged(request: Request, now: datetime) -> bool:
    """Whether it goes before everything that has not waited that long."""
    return waited(request, now) >= AGED_AFTER


def urgency(request: Request, now: datetime) -> int:
    """Points of the class and one for every full hour waited."""
    return POINTS[request.priority] + int(waited(request, now).total_seconds() // 3600)


def turn(request: Request, now: datetime) -> tuple[bool, int, datetime, str]:
    """Sorts requests into the order they are served: aged, then urgent, then by arrival, then by case number."""
    return (not is_aged(request, now), -urgency(request, now), request.ready_at, request.case)


def cost_of(request: Request, starts_at: datetime, now: datetime) -> int:
    """Weighted minutes of total elapsed time if ``request`` began at ``starts_at``, with what a missed wish or target adds."""
    ends_at = starts_at + timedelta(minutes=request.minutes)
    minutes = whole_minutes(ends_at - request.ready_at)
    if request.due_by is not None:
        minutes += MISSED_TARGET * max(0, whole_minutes(ends_at - request.due_by))
    if request.preferred and not is_wanted(request, starts_at):
        minutes += UNWANTED_MINUTES
    return (LEAST_WEIGHT + urgency(request, now)) * minutes


def cost_of_nothing(request: Request, problem: Problem) -> int:
    """What leaving the case without a window costs: more than any window of the horizon."""
    last = max((window.ends_at for window in (*problem.working, *problem.off_hours)), default=problem.now)
    return cost_of(request, last + timedelta(minutes=UNWANTED_MINUTES, days=1), problem.now)


def is_wanted(request: Request, starts_at: datetime) -> bool:
    """Whether the whole inspection lies in one of the enterprise's windows."""
    ends_at = starts_at + timedelta(minutes=request.minutes)
    return any(window.starts_at <= starts_at and ends_at <= window.ends_at for window in request.preferred)


def whole_minutes(span: timedelta) -> int:
    """Full minutes of ``span``."""
    return int(span.total_seconds() // 60)


def held_by(one: Assignment) -> Held:
    """What an assignment takes from those planned after it."""
    return Held(case=one.case, bay=one.bay, place=one.place, starts_at=one.starts_at, ends_at=one.ends_at, experts=one.experts)


def assigned_cost(problem: Problem, request: Request, one: Assignment) -> int:
    """:func:`cost_of` for an assignment."""
    return cost_of(request, one.starts_at, problem.now)
