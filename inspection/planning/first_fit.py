"""First fit: the planner that needs nothing installed. Cases by their turn, each at the cheapest way still free. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from inspection.planning.schedule_board import Board
from inspection.planning.schedule_problem import Assignment, Problem, Request, held_by


def first_fit(problem: Problem, requests: tuple[Request, ...]) -> list[Assignment]:
    """Serves ``requests`` in the order they come in; nobody is moved once placed."""
    return serve(Board(problem), requests)


def serve(board: Board, requests: Iterable[Request]) -> list[Assignment]:
    """Each request at its best start where a fitting place and every expert are free; takes them on ``board``."""
    found = []
    for request in requests:
        one = best_fit(board, request)
        if one is not None:
            board.take(held_by(one))
            found.append(one)
    return found


def best_fit(board: Board, request: Request) -> Assignment | None:
    """The cheapest way still free for one request, the earliest of equal ones."""
    places = board.places(request)
    for start in sorted(board.starts(request), key=lambda one: (one.cost, one.at)):
        one = board.fit(request, start, places)
        if one is not None:
            return one
    return None
