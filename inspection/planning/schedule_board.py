"""The board: which place and which expert is free when, and every way a case could still be served. Pure.

Time is cut into cells of a quarter of an hour; what is taken is a bit mask per place and per person, so that asking whether a
window is free is one AND. Cells are generous to what is taken: a booking that ends at 10:05 takes the cell until 10:15.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inspection.planning.schedule_problem import STEP, Assignment, BayOffer, Held, Problem, Request, Window, cost_of

CELL = timedelta(minutes=15)

Place = tuple[str, int]
"""A bay's code and a numbered place in it."""


@dataclass(frozen=True)
class Start:
    """One way to serve a request, places and people aside: when, in which cells, at what cost."""

    at: datetime
    mask: int
    off_hours: bool
    cost: int


@dataclass
class Board:
    """The horizon of one problem with what is taken so far."""

    problem: Problem
    origin: datetime = field(init=False)
    bays: dict[str, BayOffer] = field(init=False)
    taken: dict[Place, int] = field(init=False)
    busy: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        windows = (*self.problem.working, *self.problem.off_hours)
        self.origin = min((window.starts_at for window in windows), default=self.problem.now)
        self._cells = self._up(max((window.ends_at for window in windows), default=self.origin))
        self.bays = {bay.code: bay for bay in self.problem.bays}
        self.taken = {(bay.code, place): 0 for bay in self.problem.bays for place in range(1, bay.places + 1)}
        self.busy = {expert.id: self._off_duty(expert.on_duty) for expert in self.problem.experts}
        for held in self.problem.held:
            self.take(held)

    def mask(self, starts_at: datetime, ends_at: datetime) -> int:
        """The cells a window touches, as bits; nothing outside the horizon."""
        first = max(0, (starts_at - self.origin) // CELL)
        last = min(self._cells, self._up(ends_at))
        return ((1 << (last - first)) - 1) << first if last > first else 0

    def take(self, held: Held) -> None:
        """A place and people become taken; whoever is not on this board is somebody else's business."""
        cells = self.mask(held.starts_at, held.ends_at)
        place = held.bay, held.place
        if place in self.taken:
            self.taken[place] |= cells
        for person in held.experts:
            if person in self.busy:
                self.busy[person] |= cells

    def starts(self, request: Request) -> Iterator[Start]:
        """Every start within the horizon that somebody at all could keep, in the order of time."""
        working = ((window, False) for window in self.problem.working)
        outside = ((window, True) for window in self.problem.off_hours if request.off_hours)
        for window, off_hours in sorted((*working, *outside), key=lambda pair: pair[0].starts_at):
            yield from self._starts_in(request, window, off_hours=off_hours)

    def places(self, request: Request) -> list[Place]:
        """The places that can do what the goods need, the least equipped first: a crane is kept for those who need it."""
        needed = set(request.capabilities)
        fitting = [bay for bay in self.problem.bays if needed <= set(bay.capabilities)]
        fitting.sort(key=lambda bay: (len(bay.capabilities), bay.code))
        return [(bay.code, place) for bay in fitting for place in range(1, bay.places + 1)]

    def fit(self, request: Request, start: Start, places: list[Place]) -> Assignment | None:
        """The request at ``start``, at the first of ``places`` that is free, with the first free expert of every seat."""
        place = next((one for one in places if not self.taken[one] & start.mask), None)
        experts = self.team(request, start)
        if place is None or experts is None:
            return None
        return self.assignment(request, start, place, experts)

    def team(self, request: Request, start: Start) -> tuple[str, ...] | None:
        """A free expert for every seat, nobody on two of them; None when there is no such team."""
        return _team([self.free_choices(choices.choices, start) for choices in request.seats])

    def free_choices(self, choices: tuple[str, ...], start: Start) -> list[str]:
        """Those of ``choices`` who are on duty and free; somebody the problem does not know is neither."""
        return [person for person in choices if person in self.busy and not self.busy[person] & start.mask]

    def assignment(self, request: Request, start: Start, place: Place, experts: tuple[str, ...]) -> Assignment:
        """The way chosen, as a proposal without reasons."""
        return Assignment(
            case=request.case,
            bay=place[0],
            zone=self.bays[place[0]].zone,
            place=place[1],
            starts_at=start.at,
            ends_at=start.at + timedelta(minutes=request.minutes),
            experts=experts,
            off_hours=start.off_hours,
        )

    def _starts_in(self, request: Request, window: Window, *, off_hours: bool) -> Iterator[Start]:
        length = timedelta(minutes=request.minutes)
        first = max(window.starts_at, request.earliest, self.problem.now)
        at = window.starts_at + -(-(first - window.starts_at) // STEP) * STEP
        while at + length <= window.ends_at:
            yield Start(at, self.mask(at, at + length), off_hours, cost_of(request, at, self.problem.now))
            at += STEP

    def _off_duty(self, on_duty: tuple[Window, ...]) -> int:
        """A person counts as there only in cells that the roster covers from end to end."""
        away = (1 << self._cells) - 1
        for window in on_duty:
            first, last = max(0, -(-(window.starts_at - self.origin) // CELL)), (window.ends_at - self.origin) // CELL
            if last > first:
                away &= ~(((1 << (last - first)) - 1) << first)
        return away

    def _up(self, instant: datetime) -> int:
        return -(-(instant - self.origin) // CELL)


def _team(free: list[list[str]], chosen: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    if len(chosen) == len(free):
        return chosen
    for person in free[len(chosen)]:
        if person not in chosen:
            found = _team(free, (*chosen, person))
            if found is not None:
                return found
    return None
