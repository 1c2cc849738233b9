"""A policy read for one merge: ranks, standing, rows and strengths looked up for goods and enterprise as they are.

Nothing here decides; it answers what the policy says in this context. Source: the domain page, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from inspection.concluding.merge_documents import Conclusion, Context, LineOutcome
from inspection.concluding.verdict import DEEMED, Contribution, Demand, RowHit
from inspection.policies.policy import ANYTHING, Missing, Policy, Risk, Row, Standing, Verdict


class Judged(NamedTuple):
    """What the same contributions lead to on any line: its outcome, whether it rests on silence, the reasons (rule, because)."""

    outcome: LineOutcome
    deemed: bool
    steps: list[tuple[str, str]]


class Reading:
    """``policy`` in ``context``. Made once per merge; every lookup is a dictionary's."""

    def __init__(self, policy: Policy, context: Context) -> None:
        self.policy = policy
        self.context = context
        self.verdicts = {verdict.code: verdict for verdict in policy.verdicts}
        self.code_of_rank = {verdict.rank: verdict.code for verdict in policy.verdicts}
        self.cap = self.verdicts[policy.advisory_cap]
        self.veto_rank = self.verdicts[policy.veto_at].rank if policy.veto_at else None
        self.strength = {code: place for place, code in enumerate(policy.strength)}
        self.rows_by_id = {row.id: row for row in policy.table}
        self.first = self._named("FIRST")
        self.ahead = self._named("AHEAD")
        impossible = not context.returnable or context.prohibited
        self.replaced = {one.measure: one.becomes for one in policy.replacements if impossible}
        self.risk = Risk(lane=context.lane, credit=context.credit, hazard=context.hazard, prohibited=context.prohibited)
        self._standing = {(one.agency, one.check): one.standing for one in policy.standing}
        self._rows: dict[tuple[str, str | None, frozenset[str]], Row | None] = {}
        self._causes = frozenset(cause for row in policy.table for cause in row.causes)
        self.judged: dict[tuple[object, ...], Judged] = {}
        self._contributions: dict[tuple[object, ...], Contribution] = {}

    def _named(self, resolution: str) -> frozenset[str]:
        return frozenset(one.between[0] for one in self.policy.exclusions if one.by == resolution and ANYTHING in one.between)

    def standing(self, agency: str, check: str | None) -> Standing:
        """BINDING, PRESUMPTIVE or ADVISORY; a row for the check stands before one for the agency."""
        fallback = self._standing.get((agency, None), self.policy.default_standing)
        return self._standing.get((agency, check), fallback)

    def strongest(self, codes: Iterable[str]) -> str | None:
        """The strictest of ``codes`` that disposes of goods; None if none does."""
        known = [code for code in codes if code in self.strength]
        return max(known, key=self.strength.__getitem__, default=None)

    def row_for(self, verdict: str, cause: str | None, asked: frozenset[str]) -> Row | None:
        """The most specific row that fits; a checked policy has no two alike, the stricter and then the id decide else."""
        key = (verdict, cause, asked)
        if key not in self._rows:
            fitting = [row for row in self.policy.table if self._fits(row, verdict, cause, asked)]
            self._rows[key] = max(fitting, key=self._precedence, default=None)
        return self._rows[key]

    def _precedence(self, row: Row) -> tuple[int, int, str]:
        return row.specificity, self.strength.get(row.disposition, len(self.strength)), row.id

    def _fits(self, row: Row, verdict: str, cause: str | None, asked: frozenset[str]) -> bool:
        place = "PORT" if self.context.rectifiable_at_port else "ELSEWHERE"
        return (
            (not row.verdicts or verdict in row.verdicts)
            and (not row.causes or cause in row.causes)
            and (not row.asks or not asked.isdisjoint(row.asks))
            and (not row.credit or self.context.credit in row.credit)
            and row.hazard in (None, self.context.hazard)
            and row.place in (None, place)
        )

    def contribution(self, conclusion: Conclusion) -> Contribution:
        """What a decided conclusion adds to its line; what makes no difference to the policy is read once.

        Of the basis only silence makes one, of the cause only those that a row names.
        """
        c = conclusion
        deemed, cause = c.basis == DEEMED, c.cause if c.cause in self._causes else None
        key = (c.agency, c.check, c.verdict, c.measures, c.conditions, deemed, cause, c.exclusive, c.offence, c.evidence_needed)
        found = self._contributions.get(key)
        if found is None:
            found = self._contributions[key] = self._contribution(conclusion)
        return found

    def _contribution(self, conclusion: Conclusion) -> Contribution:
        verdict = self.verdicts[conclusion.verdict]
        agency = frozenset((conclusion.agency,))
        advisory = self.standing(conclusion.agency, conclusion.check) == "ADVISORY"
        capped = advisory and verdict.rank > self.cap.rank
        asked = self._asked(conclusion, verdict)
        row = self.row_for(verdict.code, conclusion.cause, asked)
        demanded = frozenset[str]() if capped else asked | frozenset(row.measures if row else ())
        return Contribution(
            rank=self.cap.rank if capped else verdict.rank,
            demands=frozenset(
                Demand(agency=conclusion.agency, measure=measure, exclusive=conclusion.exclusive) for measure in demanded
            ),
            conditions=frozenset(conclusion.conditions),
            vetoers=agency if not advisory and self.veto_rank is not None and verdict.rank >= self.veto_rank else frozenset(),
            advice=frozenset(conclusion.measures) if capped else frozenset(),
            capped=agency if capped else frozenset(),
            rows=frozenset() if capped else frozenset((RowHit(rank=verdict.rank, row=row.id if row else None),)),
            offence=agency if conclusion.offence else frozenset(),
            evidence_needed=agency if conclusion.evidence_needed else frozenset(),
            deemed=conclusion.basis == DEEMED,
            spoken=conclusion.basis != DEEMED,
        )

    def _asked(self, conclusion: Conclusion, verdict: Verdict) -> frozenset[str]:
        """The measures asked for, the one the verdict implies, and those that stand in for impossible ones."""
        asked = frozenset(conclusion.measures)
        if verdict.implies and asked.isdisjoint(self.strength):
            asked |= {verdict.implies}
        return asked | {self.replaced[measure] for measure in asked if measure in self.replaced}

    def may_be_deemed(self, agencies_on_line: Iterable[str]) -> bool:
        """Whether silence may stand for anything on a line that these agencies are called for."""
        return self.policy.may_be_deemed(msgspec.structs.replace(self.risk, beside=frozenset(agencies_on_line)))

    def on_lapse(self, agency: str, check: str | None) -> Missing:
        """What follows from a lapse: the most specific row of the policy, else its default."""
        return self.policy.on_lapse(agency, self.risk, check)
