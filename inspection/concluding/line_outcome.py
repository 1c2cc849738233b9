"""The outcome of one line: the six rows of the outcome table, the first that fits, each with its reason.

Source: the domain page, section 3 (Outcome of a line, Excluding measures, default graded table).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from inspection.concluding.merge_documents import Conflict
from inspection.concluding.verdict import UNRANKED, Contribution, Demand
from inspection.policies.policy import ANYTHING, AS_ASKED, Row
from inspection.policies.policy_reading import Reading

WAIT, CONFLICT, PROPOSED, AUTOMATIC, LEAD = "WAIT", "CONFLICT", "PROPOSED", "AUTOMATIC", "LEAD"
HELD = (WAIT, CONFLICT, LEAD)
"""Outcomes that leave a line or a case open, in the order in which the whole takes them over from its parts."""


class Decision(NamedTuple):
    """What was decided on a line, and why. ``conditions`` are those the policy adds to the agencies' own."""

    outcome: str
    disposition: str | None = None
    conditions: frozenset[str] = frozenset()
    conflicts: tuple[Conflict, ...] = ()
    queued: frozenset[str] = frozenset()


class Wants(NamedTuple):
    """What is asked for on a line after the excluding measures: ``measures`` that are left, ``conflicts`` that are open."""

    measures: frozenset[str]
    conflicts: tuple[Conflict, ...]


class LineJudge:
    """Decides one line. ``steps`` collects the reasons (rule, because) in the order they applied, without the line's number."""

    def __init__(self, reading: Reading, gathered: Contribution) -> None:
        self.reading = reading
        self.policy = reading.policy
        self.gathered = gathered
        self.steps: list[tuple[str, str]] = []
        self.demands = gathered.demands | self._for_offence()
        self.measures = frozenset(demand.measure for demand in self.demands)

    def because(self, rule: str, text: str) -> None:
        """Adds a reason."""
        self.steps.append((rule, text))

    def decide(self, uncovered: bool, pending: bool) -> Decision:
        """``uncovered``: something is missing that the policy does not cover; ``pending``: only test results are."""
        self._say_what_applied()
        wants = self._after_exclusions()
        if uncovered or (pending and not self._may_go_before_the_result()):
            self.because("outcome.wait", "something required is missing and the policy does not cover it")
            return Decision(WAIT, conflicts=wants.conflicts)
        first = self.measures & self.reading.first
        if wants.conflicts:
            self.because("outcome.conflict", "; ".join(" and ".join(one.measures) for one in wants.conflicts))
            return Decision(CONFLICT, conflicts=wants.conflicts)
        if first:
            return self._goes_first(first)
        if self.gathered.vetoers:
            return self._vetoed(wants.measures)
        return self._by_table(wants.measures, pending)

    def _for_offence(self) -> frozenset[Demand]:
        """What a suspected offence adds, and detention where the goods are evidence of it."""
        offence, evidence = self.gathered.offence, self.gathered.evidence_needed
        added = self.policy.offence.measures if offence else ()
        held = self.policy.offence.with_evidence if offence and evidence else ()
        by_offence = {Demand(agency=agency, measure=measure) for agency in offence for measure in added}
        return frozenset(by_offence | {Demand(agency=agency, measure=measure) for agency in evidence for measure in held})

    def _say_what_applied(self) -> None:
        gathered = self.gathered
        if gathered.offence:
            self.because("offence", f"suspected by {_listed(gathered.offence)}: adds {_listed(self.policy.offence.measures)}")
        elif gathered.evidence_needed:
            self.because("evidence_without_offence", f"{_listed(gathered.evidence_needed)}: adds nothing without an offence")
        for measure in sorted(self.measures & self.reading.replaced.keys()):
            self.because("measure.replaced", f"{measure} is impossible, {self.reading.replaced[measure]} in its place")
        for measure in sorted(self.measures & self.reading.ahead):
            self.because("exclusion.ahead", f"{measure} precedes any other measure")
        if gathered.vetoers:
            self.because("veto", f"by {_listed(gathered.vetoers)}, at or above {self.policy.veto_at}; only they can lift it")

    def _after_exclusions(self) -> Wants:
        """Applies the excluding measures; while one goes first, the others wait for it and exclude nothing."""
        left = set(self.measures - self.reading.replaced.keys())
        if left & self.reading.first:
            return Wants(frozenset(left), ())
        conflicts = []
        for exclusion in sorted(self.policy.exclusions, key=lambda one: (one.by, one.between)):
            pair = frozenset(exclusion.between)
            if ANYTHING in pair or not pair <= left:
                continue
            if exclusion.by == "STRICTER":
                self._drop(left, pair, self.reading.strongest(pair), "exclusion.stricter", exclusion.text_en)
            elif exclusion.by == "EXCLUSIVE":
                ordered = {demand.measure for demand in self.demands if demand.exclusive and demand.measure in pair}
                if len(ordered) == 1:
                    self._drop(left, pair, ordered.pop(), "exclusion.exclusive", "")
                else:
                    conflicts.append(self._conflict(pair, "SUPERIOR" if ordered else "LEAD"))
        return Wants(frozenset(left), tuple(sorted(conflicts, key=lambda one: one.measures)))

    def _drop(self, left: set[str], pair: frozenset[str], winner: str | None, rule: str, note: str) -> None:
        if winner is None:
            return
        left -= pair - {winner}
        self.because(rule, f"{winner} stands before {_listed(pair - {winner})}" + (f"; {note}" if note else ""))

    def _conflict(self, measures: Iterable[str], decided_by: str) -> Conflict:
        wanted = tuple(sorted(measures))
        asked_by = {demand.agency for demand in self.demands if demand.measure in wanted}
        who = "the lead" if decided_by == "LEAD" else "the superior"
        self.because("exclusion.open", f"{' and '.join(wanted)} exclude each other and no rule resolves them; {who} decides")
        return Conflict(measures=wanted, asked_by=tuple(sorted(asked_by)), decided_by=decided_by)

    def _goes_first(self, first: frozenset[str]) -> Decision:
        disposition = self.reading.strongest(first)
        queued = self.measures - self.reading.replaced.keys() - first - self.reading.ahead
        self.because("outcome.first", f"{disposition} goes first" + (f", queued: {_listed(queued)}" if queued else ""))
        return Decision(PROPOSED, disposition, queued=queued)

    def _vetoed(self, left: frozenset[str]) -> Decision:
        """The strongest of the vetoers' measures that is left, else of anybody's; a release is never one of them."""
        theirs = {demand.measure for demand in self.demands if demand.agency in self.gathered.vetoers}
        disposition = self.reading.strongest(theirs & left) or self.reading.strongest(left)
        if disposition is None or disposition in self.policy.releasing:
            return self._lead("vetoed, and no vetoer says what becomes of the goods")
        self.because("outcome.veto", f"{disposition}, the strongest measure of {_listed(self.gathered.vetoers)}")
        return Decision(PROPOSED, disposition)

    def _by_table(self, left: frozenset[str], pending: bool) -> Decision:
        gathered = self.gathered
        if gathered.rank == UNRANKED:
            return self._lead("nobody has concluded, so nobody has passed the goods")
        if gathered.capped:
            return self._lead(f"{_listed(gathered.capped)} advises more than {self.policy.advisory_cap}")
        if any(hit.row is None for hit in gathered.rows if hit.rank == gathered.rank):
            return self._lead("no row of the table fits")
        disposition, rows = self._strictest_row(left)
        if disposition is None:
            return self._lead("no row of the table says what becomes of the goods")
        for row in rows:
            self.because(f"table.{row.id}", f"{disposition}: {row.text_en}")
        conditions = frozenset(condition for row in rows for condition in row.conditions)
        if pending and self.policy.pending_test:
            disposition = self.reading.strongest((disposition, self.policy.pending_test.disposition)) or disposition
            if disposition in self.policy.releasing:
                conditions |= frozenset(self.policy.pending_test.conditions)
                self.because("pending_test.release", f"{disposition} under {_listed(conditions)} until the result")
        if disposition in self.policy.releasing:
            return self._released(disposition, conditions)
        self.because("outcome.table", disposition)
        return Decision(PROPOSED, disposition, conditions)

    def _strictest_row(self, left: frozenset[str]) -> tuple[str | None, list[Row]]:
        """The strictest disposition of the rows that fit the contributions, and the rows that say so.

        Asking every contribution's row keeps the merge monotone: a release that a row grants one conclusion never outweighs the
        hold that another asks for.
        """
        rows = [self.reading.rows_by_id[hit.row] for hit in self.gathered.rows if hit.row is not None]
        said = {row.id: self.reading.strongest(left) if row.disposition == AS_ASKED else row.disposition for row in rows}
        strictest = self.reading.strongest(code for code in said.values() if code is not None)
        return strictest, sorted((row for row in rows if said[row.id] == strictest), key=lambda row: row.id)

    def _released(self, disposition: str, conditions: frozenset[str]) -> Decision:
        """A release, unless silence alone speaks for it or a measure excludes it."""
        if not self.gathered.spoken:
            self.because("silence", "every result is deemed; silence alone never releases")
            return self._lead("only silence speaks for a release")
        excluding = {one.between[0] for one in self.policy.exclusions if one.by == "RELEASE_FIRST"} & self.measures
        if excluding:
            first = self.policy.release_first
            context = self.reading.context
            if first is None or not context.release_first or context.prohibited or self.gathered.evidence_needed:
                conflict = self._conflict({*excluding, disposition}, "LEAD")
                self.because("outcome.conflict", " and ".join(conflict.measures))
                return Decision(CONFLICT, conflicts=(conflict,))
            disposition = self.reading.strongest((disposition, first.disposition)) or first.disposition
            conditions |= frozenset(first.conditions)
            self.because("release_first", f"{disposition} under {_listed(conditions)} while {_listed(excluding)} goes on")
        outcome = AUTOMATIC if disposition in self.policy.automatic else PROPOSED
        self.because("outcome.table", disposition)
        return Decision(outcome, disposition, conditions)

    def _lead(self, why: str) -> Decision:
        self.because("outcome.lead", why)
        return Decision(LEAD)

    def _may_go_before_the_result(self) -> bool:
        """Nothing but a test result is missing, somebody has spoken, nobody too strictly, and the credit allows it."""
        pending = self.policy.pending_test
        if pending is None or not self.gathered.spoken or self.reading.context.credit not in pending.credit:
            return False
        return self.gathered.rank <= self.reading.verdicts[pending.up_to].rank


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))
