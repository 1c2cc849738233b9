"""What the agencies' conclusions add up to on one line, and the join that adds them.

The join is commutative, associative and idempotent with the identity :data:`NOTHING`: the order in which conclusions arrive,
their repetition and the way they were grouped can never matter. Ranks come from the policy; this file knows no verdict by name.
Source: the domain page, section 3 (Verdicts, Join of contributions of a line).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Basis = Literal[
    "TESTED", "DOCUMENT", "RECOGNISED", "DEROGATION", "CARRIED_OVER", "CONFIRMED_BY_RIGHTS_HOLDER", "SUBSTITUTED", "DEEMED"
]
"""What a conclusion rests on. Never a verdict."""

PairState = Literal["LAPSED", "WITHDRAWN", "WAIVED"]
"""What became of a required pair that has no conclusion."""

DEEMED: Basis = "DEEMED"
NOT_SUBMITTED = "NOT_SUBMITTED"
UNRANKED = -1
"""The rank of a line on which nobody has concluded: below every verdict, so that silence is never a pass."""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """One agency asks for one measure; ``exclusive``: its law makes that measure mandatory."""

    agency: str
    measure: str
    exclusive: bool = False


class RowHit(msgspec.Struct, frozen=True, kw_only=True):
    """The row of the graded table that fits one contribution; ``row`` None: no row fits."""

    rank: int
    row: str | None


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one conclusion adds to its line, or what several have added up to.

    ``demands`` are measures with who asks; ``vetoers``, ``offence`` and ``evidence_needed`` the agencies that say so; ``advice``
    the measures of advisory agencies above their cap and ``capped`` those agencies; ``rows`` the rows of the graded table that
    fit; ``deemed``: something rests on silence; ``spoken``: something does not.
    """

    rank: int = UNRANKED
    demands: frozenset[Demand] = frozenset()
    conditions: frozenset[str] = frozenset()
    vetoers: frozenset[str] = frozenset()
    advice: frozenset[str] = frozenset()
    capped: frozenset[str] = frozenset()
    rows: frozenset[RowHit] = frozenset()
    offence: frozenset[str] = frozenset()
    evidence_needed: frozenset[str] = frozenset()
    deemed: bool = False
    spoken: bool = False

    @property
    def measures(self) -> frozenset[str]:
        """The measures asked for, without who asks."""
        return frozenset(demand.measure for demand in self.demands)


NOTHING = Contribution()


def join(left: Contribution, right: Contribution) -> Contribution:
    """The least contribution that holds both: the higher rank, the union of everything else."""
    return join_all((left, right))


def join_all(contributions: Iterable[Contribution]) -> Contribution:
    """:func:`join` over any number at once: sets that grow in place instead of a chain of copies."""
    rank, deemed, spoken = UNRANKED, False, False
    demands, rows = set[Demand](), set[RowHit]()
    conditions, vetoers, advice, capped = set[str](), set[str](), set[str](), set[str]()
    offence, evidence_needed = set[str](), set[str]()
    for part in contributions:
        rank = max(rank, part.rank)
        demands |= part.demands
        conditions |= part.conditions
        vetoers |= part.vetoers
        advice |= part.advice
        capped |= part.capped
        rows |= part.rows
        offence |= part.offence
        evidence_needed |= part.evidence_needed
        deemed |= part.deemed
        spoken |= part.spoken
    return Contribution(
        rank=rank,
        demands=frozenset(demands),
        conditions=frozenset(conditions),
        vetoers=frozenset(vetoers),
        advice=frozenset(advice),
        capped=frozenset(capped),
        rows=frozenset(rows),
        offence=frozenset(offence),
        evidence_needed=frozenset(evidence_needed),
        deemed=deemed,
        spoken=spoken,
    )
