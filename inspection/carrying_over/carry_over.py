"""What carries over when a case follows its declaration to a new version 改单, and what reopens. Pure.

Lines are compared by what they say, not by their numbers: a line that only moved is unchanged. What was concluded on an unchanged
line stays, unless the agency is asked something new about it; whatever else the new version requires reopens. Nothing required is
in neither list. Agencies stay, are asked again, are invited or withdrawn by what the new version asks of them; but once the goods
were opened nobody who came to look at them can be declared away. Source: the domain page, section 2 (Declaration).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from inspection.inviting.focus_points import printing_order
from inspection.inviting.invitation import Proposal, State
from inspection.reporting.document_parts import FocusPoint


class DeclaredLine(NamedTuple):
    """A line by its number and by the hash of its goods (:func:`~inspection.declaring.declaration_hashes.goods_hash`)."""

    no: int
    goods: str


class LineChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions next to each other. ``unchanged``: (number before, number after); ``changed``: the same number, other goods.

    ``added`` are numbers of the new version, ``removed`` of the old one. Every line stands in exactly one list.
    """

    unchanged: tuple[tuple[int, int], ...]
    changed: tuple[int, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's latest invitation as it stands. ``left``: a decline that stands, so the agency is not in the case."""

    agency: str
    state: State
    mandatory: bool
    domains: tuple[str, ...]
    points: tuple[FocusPoint, ...]
    left: bool = False


class Step(StrEnum):
    """What becomes of an agency.

    KEEP: the same is asked, the answer stands. AMEND: the answer stands, the points are those of the new version, to be
    acknowledged on the amended sheet. ASK_AGAIN: another round. INVITE: called for the first time. WITHDRAW: not needed any more.
    """

    KEEP = "keep"
    AMEND = "amend"
    ASK_AGAIN = "ask_again"
    INVITE = "invite"
    WITHDRAW = "withdraw"


_ANSWER_STANDS = frozenset({Step.KEEP, Step.AMEND})


class AgencyStep(msgspec.Struct, frozen=True, kw_only=True):
    """One agency's step, with everything the new version asks of it; nothing when it is withdrawn."""

    agency: str
    step: Step
    proposal: Proposal | None = None


class Pair(NamedTuple):
    """An agency's word on a line of the new version. ``before``: the number of the line it carries over from."""

    agency: str
    line: int
    before: int | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What following the new version means. ``needed``: whether any agency is still called, or the goods were opened already."""

    lines: LineChanges
    steps: tuple[AgencyStep, ...]
    carried: tuple[Pair, ...]
    reopened: tuple[Pair, ...]
    needed: bool


Asked = tuple[str, str | None, str, tuple[str, ...]]
"""What a point asks, wherever: rule, component, words, kinds of check."""


def compare(before: Iterable[DeclaredLine], after: Iterable[DeclaredLine]) -> LineChanges:
    """Lines of equal goods belong together, those that kept their number first; the rest is compared number by number."""
    old, new = dict(before), dict(after)
    unchanged = {no: no for no in old.keys() & new.keys() if old[no] == new[no]}
    moved: dict[str, list[int]] = {}
    for no in sorted(old.keys() - unchanged.keys()):
        moved.setdefault(old[no], []).append(no)
    for no in sorted(new.keys() - set(unchanged.values())):
        if moved.get(new[no]):
            unchanged[moved[new[no]].pop(0)] = no
    left, come = old.keys() - unchanged.keys(), new.keys() - set(unchanged.values())
    return LineChanges(
        unchanged=tuple(sorted(unchanged.items())),
        changed=tuple(sorted(left & come)),
        added=tuple(sorted(come - left)),
        removed=tuple(sorted(left - come)),
    )


def plan(
    before: Collection[DeclaredLine],
    after: Collection[DeclaredLine],
    invited: Iterable[Invited],
    called: Iterable[Proposal],
    lead: Iterable[FocusPoint],
    *,
    opened: bool,
) -> Plan:
    """The plan. ``called``: whom the screening of the new version calls; ``lead``: what the lead does, whatever the version.

    ``opened``: somebody was at the goods. Then an agency at work keeps its points on the lines they were about; the points on a
    line that is declared no longer are about every line, for the goods may be behind any of them.
    """
    lines = compare(before, after)
    standing = {one.agency: one for one in invited if one.state is not State.WITHDRAWN}
    proposals = {one.agency: one for one in called}
    for agency, claimed in _claimed(standing.values(), proposals).items():
        proposals[agency] = claimed
    if opened:
        for one in standing.values():
            if not one.left:
                proposals[one.agency] = _kept_at_work(one, proposals.get(one.agency), lines)
    steps = tuple(
        _step(agency, standing.get(agency), proposals.get(agency), dict(before), dict(after))
        for agency in sorted(standing.keys() | proposals.keys())
    )
    out = {one.agency for one in steps if one.step in _ANSWER_STANDS and standing[one.agency].left}
    own = tuple(lead)
    asked_before = [*own, *(point for one in standing.values() if not one.left for point in one.points)]
    asks_now = [*own, *(point for one in proposals.values() if one.agency not in out for point in one.points)]
    carried, reopened = _pairs(lines, asked_before, asks_now, old={one.no for one in before}, new={one.no for one in after})
    return Plan(
        lines=lines,
        steps=steps,
        carried=carried,
        reopened=reopened,
        needed=bool(proposals) or opened,
    )


def renumbered(points: Iterable[FocusPoint], lines: LineChanges) -> tuple[FocusPoint, ...]:
    """Points on the old lines as points on the new ones; those on a removed line are about every line."""
    now: dict[int, int | None] = dict(lines.unchanged) | {no: no for no in lines.changed} | dict.fromkeys(lines.removed)
    moved = {point if point.line is None else replace(point, line=now[point.line]) for point in points}
    return tuple(sorted(moved, key=printing_order))


def asked(point: FocusPoint) -> Asked:
    """What a point asks. Its reason, its legal bases and the version of its rule may change without asking something else."""
    return point.rule, point.component, point.focus_zh, tuple(sorted(point.check_kinds))


def _claimed(standing: Collection[Invited], proposals: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """What agencies are asked that took over points of one that declined them: the claim holds for the new version as well."""
    found: dict[str, Proposal] = {}
    for mine in standing:
        own = {(asked(point), point.line) for point in mine.points}
        for theirs in standing:
            if mine.left or not theirs.left or theirs.agency not in proposals:
                continue
            taken = {asked(point) for point in theirs.points if (asked(point), point.line) in own}
            points = [replace(one, agency=mine.agency) for one in proposals[theirs.agency].points if asked(one) in taken]
            if points:
                called = found.get(mine.agency) or proposals.get(mine.agency) or _nothing_of(mine)
                found[mine.agency] = replace(
                    called,
                    mandatory=called.mandatory or proposals[theirs.agency].mandatory,
                    domains=tuple(sorted({*called.domains, *proposals[theirs.agency].domains})),
                    points=tuple(sorted({*called.points, *points}, key=printing_order)),
                )
    return found


def _nothing_of(one: Invited) -> Proposal:
    return Proposal(agency=one.agency, mandatory=False, domains=(), points=())


def _kept_at_work(one: Invited, called: Proposal | None, lines: LineChanges) -> Proposal:
    own = renumbered(one.points, lines)
    if called is None:
        return Proposal(agency=one.agency, mandatory=one.mandatory, domains=one.domains, points=own)
    said = {(asked(point), point.line) for point in called.points}
    points = (*called.points, *(point for point in own if (asked(point), point.line) not in said))
    return Proposal(
        agency=one.agency,
        mandatory=one.mandatory or called.mandatory,
        domains=tuple(sorted({*one.domains, *called.domains})),
        points=tuple(sorted(points, key=printing_order)),
    )


def _step(
    agency: str, standing: Invited | None, proposal: Proposal | None, before: Mapping[int, str], after: Mapping[int, str]
) -> AgencyStep:
    if proposal is None:
        return AgencyStep(agency=agency, step=Step.WITHDRAW)
    if standing is None:
        return AgencyStep(agency=agency, step=Step.INVITE, proposal=proposal)
    had, has = _matter(standing.points, before), _matter(proposal.points, after)
    no_new_domain = set(proposal.domains) <= set(standing.domains)
    as_binding = standing.mandatory or not proposal.mandatory
    if had == has and set(proposal.domains) == set(standing.domains) and proposal.mandatory == standing.mandatory:
        step = Step.KEEP
    elif no_new_domain and (standing.state is State.ACCEPTED or (as_binding and has <= had)):
        step = Step.AMEND
    else:
        step = Step.ASK_AGAIN
    return AgencyStep(agency=agency, step=step, proposal=proposal)


def _matter(points: Iterable[FocusPoint], goods: Mapping[int, str]) -> Counter[tuple[Asked, str]]:
    """What is asked, each time with the goods it is asked about; a line's number is not part of it."""
    return Counter(
        (asked(point), about)
        for point in set(points)
        for about in (goods.values() if point.line is None else [goods.get(point.line, "")])
    )


def _pairs(
    lines: LineChanges, before: list[FocusPoint], after: list[FocusPoint], *, old: set[int], new: set[int]
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Every pair that is required now, once: carried when its line is unchanged and nothing new is asked on it, else reopened."""
    was, had, has = {no: line for line, no in lines.unchanged}, _by_pair(before, old), _by_pair(after, new)
    carried, reopened = [], []
    for (agency, line), asks in sorted(has.items()):
        earlier = was.get(line)
        if earlier is not None and asks <= had.get((agency, earlier), frozenset()):
            carried.append(Pair(agency, line, earlier))
        else:
            reopened.append(Pair(agency, line))
    return tuple(carried), tuple(reopened)


def _by_pair(points: Iterable[FocusPoint], lines: set[int]) -> dict[tuple[str, int], frozenset[Asked]]:
    found: dict[tuple[str, int], set[Asked]] = {}
    for point in points:
        for no in lines if point.line is None else {point.line} & lines:
            found.setdefault((point.agency, no), set()).add(asked(point))
    return {pair: frozenset(asks) for pair, asks in found.items()}
