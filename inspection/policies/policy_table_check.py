"""The graded table of a policy as a whole: no two rows that fit equally well, none that is never reached, no gap. Pure.

Every combination of what rows can tell apart is tried, so that nobody finds out in a merge.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from typing import NamedTuple, get_args

from inspection.policies.policy import Credit, Policy, Row
from inspection.policies.policy_problems import told
from kit.decoding import Problem

OTHER_CAUSE = "other"


class _Situation(NamedTuple):
    """One combination: a verdict by its place in the policy, and what a row may ask of it."""

    verdict: int
    cause: str
    asked: frozenset[str]
    credit: str
    hazard: bool
    place: str

    def __str__(self) -> str:
        parts = [f"credit {self.credit}", f"hazard {str(self.hazard).lower()}", f"place {self.place}", f"cause {self.cause}"]
        return ", ".join(parts) + (f", asking for {', '.join(sorted(self.asked))}" if self.asked else "")


def table_problems(policy: Policy) -> Iterator[Problem]:
    """What is wrong with the table; its words have been checked."""
    winners: set[str] = set()
    rivals: dict[tuple[str, str], None] = {}
    gaps: dict[int, _Situation] = {}
    for situation, fitting in _situations(policy):
        best = max((row.specificity for row in fitting), default=0)
        top = [row.id for row in fitting if row.specificity == best]
        winners.update(top)
        rivals.update(dict.fromkeys(pairwise(top)))
        if not top:
            gaps.setdefault(situation.verdict, situation)
    yield from _rivals(policy, list(rivals))
    yield from _never_reached(policy, winners)
    yield from _gaps(policy, gaps)


def _rivals(policy: Policy, rivals: list[tuple[str, str]]) -> Iterator[Problem]:
    places = {row.id: at for at, row in enumerate(policy.table)}
    for first, second in rivals:
        zh = f"{second} 与 {first} 同等适用于同一结论；应在其一增列条件"
        en = f"{second} and {first} fit the same conclusion equally; name one more column in one"
        yield told(f"$.table[{places[second]}]", "ambiguous", zh, en)


def _never_reached(policy: Policy, winners: set[str]) -> Iterator[Problem]:
    for at, row in enumerate(policy.table):
        if row.id not in winners:
            zh = f"{row.id} 永远不会适用：总有更具体的行适用，或无一适用；请删除，或放宽其条件"
            en = f"{row.id} can never be reached: a more specific row always fits, or nothing does; drop it or change its columns"
            yield told(f"$.table[{at}]", "unreachable", zh, en)


def _gaps(policy: Policy, gaps: dict[int, _Situation]) -> Iterator[Problem]:
    """A verdict for which no row fits in some situation, unless the policy says that the lead decides then."""
    for place, situation in gaps.items():
        code = policy.verdicts[place].code
        if code not in policy.to_lead:
            zh = f"{code} 在此情形下无行适用（{situation}）；请补充一行，或将 {code} 列入 to_lead"
            en = f"no row fits {code} with {situation}; add a row, or name {code} in to_lead"
            yield told(f"$.verdicts[{place}]", "gap", zh, en)
    open_ones = {policy.verdicts[place].code for place in gaps}
    for at, code in enumerate(policy.to_lead):
        if code not in open_ones:
            zh = f"{code} 在任何情形下都有行适用，无须由牵头部门决定；请从 to_lead 中删除"
            en = f"a row fits {code} in every situation, so nothing is left to the lead; take it out of to_lead"
            yield told(f"$.to_lead[{at}]", "unreachable", zh, en)


def _situations(policy: Policy) -> Iterator[tuple[_Situation, list[Row]]]:
    """Every situation with the rows that fit it."""
    causes = sorted({cause for row in policy.table for cause in row.causes} | {OTHER_CAUSE})
    told_apart = {measure for row in policy.table for measure in row.asks}
    for place, verdict in enumerate(policy.verdicts):
        askable = told_apart & {*verdict.measures}
        asked_sets = [frozenset[str](), *(frozenset({measure}) for measure in sorted(askable))]
        asked_sets += [frozenset(askable)] if len(askable) > 1 else []
        rows = [row for row in policy.table if not row.verdicts or verdict.code in row.verdicts]
        for cause, asked, credit, hazard, where in product(
            causes, asked_sets, get_args(Credit), (False, True), ("PORT", "ELSEWHERE")
        ):
            yield (
                _Situation(place, cause, asked, credit, hazard, where),
                [
                    row
                    for row in rows
                    if (not row.causes or cause in row.causes)
                    and (not row.asks or not asked.isdisjoint(row.asks))
                    and (not row.credit or credit in row.credit)
                    and row.hazard in (None, hazard)
                    and row.place in (None, where)
                ],
            )
