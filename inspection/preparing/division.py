"""The agreed division of work 分工: who looks at which focus point on which line, in which order, who leads a joint step. Pure.

It says who does the looking. Who concludes stays as it is: the agency a focus point belongs to (专业归口). Every point has, on
every line it is about, exactly one responsible agency that takes part; whoever is given another agency's point has to have
agreed to just that. Source: joint-inspection guide A.二.2 (the experts deliberate beforehand and divide the work).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from inspection.reporting.document_parts import FocusPoint
from kit.errors import Conflict, Invalid

Pair = tuple[int, int]
"""A focus point by its number on the sheet (from 1), and a line of the declaration."""


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A focus point by its number on the task sheet; ``line`` None: on every line the point is about."""

    point: Annotated[int, Meta(ge=1)]
    line: Annotated[int, Meta(ge=1)] | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One agency looks at some points; with others beside it the step is a joint one that ``agency`` leads.

    Steps of a lower ``order`` come first, those of the same one run side by side.
    """

    order: Annotated[int, Meta(ge=1, le=100)]
    agency: Annotated[str, Meta(min_length=1, max_length=100)]
    looks: Annotated[tuple[Look, ...], Meta(min_length=1, max_length=1_000)]
    jointly_with: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    note: Annotated[str, Meta(max_length=500)] = ""


class Division(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole division of the work on one version of the task sheet."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=200)]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An agency agrees, or objects with a reason."""

    agency: str
    agrees: bool
    reason: str = ""


class DivisionInvalid(Invalid):
    """Points are left over or given twice, or somebody takes no part; ``details['errors']`` names all of it."""

    code = "division_invalid"
    title_zh = "分工方案不完整或有重复"
    title_en = "The division leaves points over, gives some twice, or names somebody who takes no part"
    advice_zh = "每个查验要点在每一商品项上须有且仅有一个参与部门负责。"
    advice_en = "Every focus point needs exactly one agency that takes part, on each of its lines."


class DivisionNotAgreed(Conflict):
    """Not every agency has agreed; ``details``: awaited, objections (agency, reason)."""

    code = "division_not_agreed"
    title_zh = "分工方案尚未取得各参与部门一致同意"
    title_en = "Not every agency has agreed to the division"
    advice_zh = "请待所列部门表示同意，或提出新的分工方案。"
    advice_en = "Wait for the agencies listed, or propose another division."


def pairs_of(points: Sequence[FocusPoint], lines: Collection[int]) -> list[Pair]:
    """Everything that somebody has to look at: each point on each line it is about."""
    return [
        (number, line)
        for number, point in enumerate(points, start=1)
        for line in (sorted(lines) if point.line is None else [point.line])
    ]


def responsible(division: Division, points: Sequence[FocusPoint], lines: Collection[int]) -> dict[Pair, str]:
    """Who looks at what, of a division that :func:`check` let pass."""
    every = pairs_of(points, lines)
    return {pair: step.agency for step in division.steps for look in step.looks for pair in every if _meant(look, pair)}


def check(division: Division, points: Sequence[FocusPoint], lines: Collection[int], taking_part: Collection[str]) -> None:
    """Raises :class:`DivisionInvalid` unless every pair has exactly one responsible agency and all named take part."""
    every = pairs_of(points, lines)
    given: Counter[Pair] = Counter()
    errors = []
    for at, step in enumerate(division.steps):
        for path, agency in ((f"$.steps[{at}].agency", step.agency), *_beside(at, step)):
            if agency not in taking_part:
                errors.append(_error(path, f"{agency} takes no part in this inspection"))
        if step.agency in step.jointly_with or len(set(step.jointly_with)) < len(step.jointly_with):
            errors.append(_error(f"$.steps[{at}].jointly_with", "an agency stands there twice"))
        for place, look in enumerate(step.looks):
            meant = [pair for pair in every if _meant(look, pair)]
            if not meant:
                where = f"line {look.line} of point {look.point}" if look.line else f"point {look.point}"
                errors.append(_error(f"$.steps[{at}].looks[{place}]", f"the task sheet has no {where}"))
            given.update(meant)
    errors += [
        _error("$.steps", f"point {no} on line {line}: {_times(given[no, line])}") for no, line in every if given[no, line] != 1
    ]
    if errors:
        raise DivisionInvalid(errors=errors)


def strangers(division: Division, points: Sequence[FocusPoint]) -> dict[str, tuple[int, ...]]:
    """The agencies that are given points of other agencies, with the numbers of those points."""
    found: dict[str, set[int]] = {}
    for step in division.steps:
        foreign = {look.point for look in step.looks if points[look.point - 1].agency != step.agency}
        if foreign:
            found.setdefault(step.agency, set()).update(foreign)
    return {agency: tuple(sorted(numbers)) for agency, numbers in sorted(found.items())}


def awaited(accepted: Iterable[str], answers: Iterable[Answer]) -> tuple[str, ...]:
    """The agencies that have not agreed, sorted; whoever objects is still awaited."""
    agreed = {answer.agency for answer in answers if answer.agrees}
    return tuple(sorted(set(accepted) - agreed))


def check_agreed(
    division: Division, points: Sequence[FocusPoint], accepted: Iterable[str], lead: str, answers: Collection[Answer]
) -> None:
    """Raises :class:`DivisionNotAgreed` unless every accepted agency has agreed, and whoever gets a foreign point too.

    The lead agrees by adopting.
    """
    asked = (set(accepted) | set(strangers(division, points))) - {lead}
    missing = awaited(asked, answers)
    if missing:
        objections = [{"agency": one.agency, "reason": one.reason} for one in answers if not one.agrees and one.agency in missing]
        raise DivisionNotAgreed(awaited=list(missing), objections=sorted(objections, key=lambda one: one["agency"]))


def points_given(division: Division, points: Sequence[FocusPoint], agency: str, line: int) -> list[FocusPoint]:
    """The points that ``agency`` looks at on ``line``, alone or beside others."""
    numbers = {
        look.point
        for step in division.steps
        if agency == step.agency or agency in step.jointly_with
        for look in step.looks
        if look.line in (None, line) and points[look.point - 1].line in (None, line)
    }
    return [points[number - 1] for number in sorted(numbers)]


def own_points(points: Sequence[FocusPoint], taking_part: Collection[str], lead: str) -> Division:
    """The plainest division: everybody at its own points, side by side; the lead also at those of agencies that are not there."""
    looks: dict[str, list[Look]] = {}
    for number, point in enumerate(points, start=1):
        looks.setdefault(point.agency if point.agency in taking_part else lead, []).append(Look(point=number))
    steps = [Step(order=1, agency=agency, looks=tuple(given)) for agency, given in looks.items()]
    return Division(steps=tuple(sorted(steps, key=lambda step: (step.agency != lead, step.agency))))


def in_order(division: Division) -> Division:
    """The same with its steps in their order; those side by side keep theirs."""
    return Division(steps=tuple(sorted(division.steps, key=lambda step: step.order)))


def _meant(look: Look, pair: Pair) -> bool:
    return look.point == pair[0] and look.line in (None, pair[1])


def _beside(at: int, step: Step) -> list[tuple[str, str]]:
    return [(f"$.steps[{at}].jointly_with[{place}]", agency) for place, agency in enumerate(step.jointly_with)]


def _times(times: int) -> str:
    return "nobody is responsible" if times == 0 else f"{times} times, should be once"


def _error(path: str, message: str) -> dict[str, str]:
    return {"path": path, "message": message}
