"""Places that nothing tells apart, taken together: the optimiser counts how many are in use and numbers them at the end. Pure.

Two places belong to one group when their bays can do the same and the same is held at both. Windows within a group that never
exceed its number of places can always be given numbers, first come first numbered: intervals colour greedily.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from inspection.planning.schedule_board import Board, Place, Start
from inspection.planning.schedule_problem import Assignment, Request


@dataclass(frozen=True)
class Choice:
    """One way to serve a request: when, in which group of places, with which experts in the order of its seats."""

    start: Start
    group: int
    team: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Interchangeable places, and the cells in which none of them is to be had."""

    places: tuple[Place, ...]
    held: int
    capabilities: frozenset[str]


def groups_of(board: Board) -> tuple[Group, ...]:
    """The groups of a board, the least equipped first."""
    found: dict[tuple[frozenset[str], int], list[Place]] = {}
    for place in sorted(board.taken):
        key = frozenset(board.bays[place[0]].capabilities), board.taken[place]
        found.setdefault(key, []).append(place)
    groups = [Group(tuple(places), held, able) for (able, held), places in found.items()]
    return tuple(sorted(groups, key=lambda group: (len(group.capabilities), group.places)))


def fitting(groups: tuple[Group, ...], request: Request) -> tuple[int, ...]:
    """The groups that can do what the goods need, the least equipped first."""
    needed = frozenset(request.capabilities)
    return tuple(number for number, group in enumerate(groups) if needed <= group.capabilities)


def choices_of(
    groups: tuple[Group, ...], starts: Mapping[str, tuple[Start, ...]], assigned: Iterable[Assignment]
) -> dict[str, Choice]:
    """Assignments as choices, by case."""
    group_of = {place: number for number, group in enumerate(groups) for place in group.places}
    return {
        one.case: Choice(next(s for s in starts[one.case] if s.at == one.starts_at), group_of[one.bay, one.place], one.experts)
        for one in assigned
    }


def relieved(groups: tuple[Group, ...], requests: Mapping[str, Request], chosen: Mapping[str, Choice]) -> dict[str, Choice]:
    """The same windows, each in the least equipped group that has room: a crane stays free for those who need it."""
    settled = dict(chosen)
    for case, choice in sorted(chosen.items(), key=lambda item: (item[1].start.at, item[0])):
        others = [one for name, one in settled.items() if name != case]
        for group in fitting(groups, requests[case]):
            if group == choice.group or _has_room(
                groups[group], choice.start.mask, [o.start.mask for o in others if o.group == group]
            ):
                settled[case] = replace(choice, group=group)
                break
    return settled


def _has_room(group: Group, mask: int, others: list[int]) -> bool:
    """Whether one more window fits: not held, and in every cell fewer windows than places."""
    if group.held & mask:
        return False
    meeting = [other for other in others if other & mask]
    firsts = {mask & -mask} | {other & -other for other in meeting}
    return all(sum(1 for other in meeting if other & cell) < len(group.places) for cell in firsts if cell & mask)


def numbered(
    board: Board, groups: tuple[Group, ...], requests: Mapping[str, Request], chosen: Mapping[str, Choice]
) -> list[Assignment]:
    """Choices as assignments: every window gets the lowest number that is free in its group."""
    taken = {place: 0 for group in groups for place in group.places}
    found = []
    for case, choice in sorted(chosen.items(), key=lambda item: (item[1].start.at, item[0])):
        place = next(place for place in groups[choice.group].places if not taken[place] & choice.start.mask)
        taken[place] |= choice.start.mask
        found.append(board.assignment(requests[case], choice.start, place, choice.team))
    return found
