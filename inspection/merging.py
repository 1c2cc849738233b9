"""The merge: from the conclusions of all agencies to one result with its reasons.

:func:`merge` is pure, total over checked input and deterministic: neither order nor repetition of the conclusions changes a byte.
It knows no verdict, measure or agency by name; the policy does. Source: the domain page, section 3 (Merge semantics).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from inspection.concluding.line_outcome import AUTOMATIC, HELD, PROPOSED, LineJudge
from inspection.concluding.merge_check import check, checked
from inspection.concluding.merge_documents import (
    Conclusion,
    Context,
    LineOutcome,
    MergeInput,
    MergeInputInvalid,
    MergeOutput,
    MissingPair,
    RequiredPair,
    TraceStep,
)
from inspection.concluding.merge_selection import Pair, Required, Selection, select
from inspection.concluding.verdict import DEEMED, NOT_SUBMITTED, Contribution, join_all
from inspection.inviting.line_checks import checks_together
from inspection.policies.policy import Policy
from inspection.policies.policy_reading import Judged, Reading

__all__ = [
    "Conclusion",
    "Context",
    "LineOutcome",
    "MergeInput",
    "MergeInputInvalid",
    "MergeOutput",
    "MissingPair",
    "RequiredPair",
    "TraceStep",
    "check",
    "merge",
]

SPLIT = "SPLIT"


def merge(policy: Policy, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion], context: Context) -> MergeOutput:
    """Merges ``conclusions`` on the ``required`` pairs under ``policy``.

    ``policy`` has passed :func:`inspection.policies.policy_check.check_policy`; the rest is checked here and refused with
    :class:`MergeInputInvalid`. Codes in the result are the policy's; every list is sorted; ``trace`` gives the reasons.
    """
    wanted = checked(policy, required, conclusions)
    reading = Reading(policy, context)
    selection = select(wanted, conclusions)
    by_line: dict[int, list[Pair]] = {line: [] for line in wanted.lines}
    for pair in wanted.pairs:
        by_line[pair.line].append(pair)
    merged = [_line(reading, wanted, selection, line, by_line[line]) for line in wanted.lines]
    head = TraceStep(rule="policy", because=f"{policy.name} version {policy.version}")
    steps = [head, *(step for one in merged for step in one.steps)]
    return _case(reading, merged, bool(wanted.waived), steps)


class _Merged(NamedTuple):
    """One line's outcome, whether anything on it rests on silence, and the reasons."""

    outcome: LineOutcome
    deemed: bool
    steps: list[TraceStep]


class _Gathered(NamedTuple):
    """What was there for a line: contributions, what is missing with its cover, the reasons."""

    parts: list[Contribution]
    missing: list[MissingPair]
    steps: list[TraceStep]


def _line(reading: Reading, required: Required, selection: Selection, line: int, pairs: list[Pair]) -> _Merged:
    """One line as a whole, or check by check where the policy never merges them with each other."""
    if reading.policy.merged_by == "LINE":
        return _joined(reading, required, selection, line, pairs)
    by_check: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_check.setdefault(pair.check, []).append(pair)
    steps: list[TraceStep] = []
    merged: dict[str, _Merged] = {}
    for check_name in sorted(by_check):
        merged[check_name] = _joined(reading, required, selection, line, by_check[check_name])
        steps.append(TraceStep(rule="check", because=f"line {line}: {check_name or 'no check'}"))
        steps += merged[check_name].steps
    outcome = checks_together(reading, line, {name: one.outcome for name, one in merged.items()})
    steps.append(TraceStep(rule="outcome.checks", because=f"line {line}: {outcome.disposition or outcome.outcome}"))
    return _Merged(outcome, any(one.deemed for one in merged.values()), steps)


def _joined(reading: Reading, required: Required, selection: Selection, line: int, pairs: list[Pair]) -> _Merged:
    """What all these pairs together lead to."""
    gathered = _gather(reading, required, selection, pairs)
    open_causes = {one.cause for one in gathered.missing if one.covered_by is None}
    pending_cause = reading.policy.pending_test.cause if reading.policy.pending_test else None
    uncovered, pending = bool(open_causes - {pending_cause}), bool(open_causes)
    # A long consignment has few kinds of lines: what the same contributions lead to is found once.
    alike = (*map(id, gathered.parts), uncovered, pending)
    judged = reading.judged.get(alike)
    if judged is None:
        judged = reading.judged[alike] = _judged(reading, gathered.parts, uncovered=uncovered, pending=pending)
    missing = tuple(gathered.missing)
    outcome = msgspec.structs.replace(judged.outcome, line=line, missing=missing)
    steps = gathered.steps
    steps += [TraceStep(rule=rule, because=f"line {line}: {because}") for rule, because in judged.steps]
    return _Merged(outcome, judged.deemed or any(one.covered_by == DEEMED for one in missing), steps)


def _judged(reading: Reading, parts: list[Contribution], *, uncovered: bool, pending: bool) -> Judged:
    """What the contributions to a line lead to, told of a line without number and without what is missing."""
    contribution = join_all(parts)
    judge = LineJudge(reading, contribution)
    decided = judge.decide(uncovered=uncovered, pending=pending)
    releasable = decided.outcome == AUTOMATIC or (decided.outcome == PROPOSED and decided.disposition in reading.policy.releasing)
    outcome = LineOutcome(
        line=0,
        verdict=reading.code_of_rank.get(contribution.rank),
        outcome=decided.outcome,
        disposition=decided.disposition,
        releasable=releasable,
        measures=tuple(sorted(judge.measures)),
        conditions=tuple(sorted(contribution.conditions | decided.conditions)),
        missing=(),
        vetoed_by=tuple(sorted(contribution.vetoers)),
        conflicts=decided.conflicts,
        advice=tuple(sorted(contribution.advice)),
        queued=tuple(sorted(decided.queued)),
    )
    return Judged(outcome, contribution.deemed, judge.steps)


def _gather(reading: Reading, required: Required, selection: Selection, pairs: list[Pair]) -> _Gathered:
    """The contributions of one line, and beside them what is missing: that is no join."""
    parts: list[Contribution] = []
    missing: list[MissingPair] = []
    steps: list[TraceStep] = []
    deemable = reading.may_be_deemed(pair.agency for pair in pairs)

    def because(rule: str, pair: Pair, text: str) -> None:
        steps.append(TraceStep(rule=rule, because=f"line {pair.line}: {pair} {text}"))

    for pair in pairs:
        if pair in selection.dry_runs or pair in selection.superseded:
            for rule, text in _passed_over(selection, pair):
                because(rule, pair, text)
        if required.states[pair] == "WAIVED":
            because("pair.waived", pair, "was waived; the system does not release alone")
            continue
        conclusion = selection.counted.get(pair)
        if conclusion is None:
            missing.append(_missing(reading, pair, required.states[pair] or NOT_SUBMITTED, deemable, steps))
        elif conclusion.verdict in reading.policy.undecided:
            because("select.undecided", pair, f"v{conclusion.version} is {conclusion.verdict} and contributes nothing")
            missing.append(MissingPair(agency=pair.agency, check=pair.check or None, cause=conclusion.verdict))
        elif conclusion.basis == DEEMED and not deemable:
            because("select.deemed_refused", pair, f"v{conclusion.version} is deemed, which these goods do not allow")
            missing.append(MissingPair(agency=pair.agency, check=pair.check or None, cause="LAPSED"))
        else:
            part = reading.contribution(conclusion)
            parts.append(part)
            because("select.counted", pair, _said(conclusion))
            if part.capped:
                cap = reading.policy.advisory_cap
                because("standing.advisory_cap", pair, f"is advisory: {conclusion.verdict} counts as {cap}, the lead decides")
    return _Gathered(parts, missing, steps)


def _passed_over(selection: Selection, pair: Pair) -> Iterator[tuple[str, str]]:
    """What was said on a pair and does not count: (rule, because)."""
    for version in sorted(selection.dry_runs.get(pair, ())):
        yield "select.dry_run", f"v{version} is recorded and never counts"
    for version in sorted(selection.superseded.get(pair, ())):
        yield "select.superseded", f"v{version} is replaced by v{selection.counted[pair].version}"


def _said(conclusion: Conclusion) -> str:
    """A conclusion in one phrase: version, verdict, what it asks for, on what basis and for which cause."""
    said = f"v{conclusion.version} {conclusion.verdict}"
    if conclusion.measures or conclusion.conditions:
        said += f" with {', '.join(sorted({*conclusion.measures, *conclusion.conditions}))}"
    if conclusion.basis:
        said += f" on {conclusion.basis}"
    if conclusion.cause:
        said += f" because of {conclusion.cause}"
    return said + " (made mandatory by law)" if conclusion.exclusive else said


def _missing(reading: Reading, pair: Pair, cause: str, deemable: bool, steps: list[TraceStep]) -> MissingPair:
    """A pair without conclusion; only a lapse has consequences, before that its time is still running."""
    check_name = pair.check or None
    steps.append(TraceStep(rule="pair.missing", because=f"line {pair.line}: {pair} {cause}"))
    if cause != "LAPSED":
        return MissingPair(agency=pair.agency, check=check_name, cause=cause)
    follows = reading.on_lapse(pair.agency, check_name)
    covered = follows.action == DEEMED and deemable
    rule, text = {
        "BLOCK": ("missing.block", "blocks until it concludes"),
        "ESCALATE": ("missing.escalate", "is escalated and blocks until it concludes"),
        "SUBSTITUTE": ("missing.substitute", "may be replaced by an accredited third party or a recognised result"),
        "DEEMED": ("missing.deemed", f"is deemed not to object: {follows.clause}; a person must decide"),
    }[follows.action]
    if follows.action == DEEMED and not deemable:
        rule, text = "missing.deemed_refused", "cannot be deemed: dangerous or prohibited goods, food or drugs"
    steps.append(TraceStep(rule=rule, because=f"line {pair.line}: {pair} {text}"))
    return MissingPair(agency=pair.agency, check=check_name, cause=cause, covered_by=DEEMED if covered else None)


def _case(reading: Reading, merged: list[_Merged], waived: bool, steps: list[TraceStep]) -> MergeOutput:
    lines = [one.outcome for one in merged]
    deemed = any(one.deemed for one in merged)
    held = next((outcome for outcome in HELD if any(line.outcome == outcome for line in lines)), None)
    rule, because, disposition = ("case.held", str(held), None) if held else _whole(reading, lines)
    steps.append(TraceStep(rule=rule, because=because))
    automatic = all(line.outcome == AUTOMATIC for line in lines) and not deemed and not waived
    if not held:
        persons = [why for why, so in (("something was deemed", deemed), ("something was waived", waived)) if so]
        text = "complete and passing" if automatic else "; ".join(persons) or f"{disposition} needs a person"
        steps.append(TraceStep(rule="case.automatic" if automatic else "case.person", because=text))
    return MergeOutput(
        outcome=held or (AUTOMATIC if automatic else PROPOSED),
        disposition=disposition,
        automatic=automatic,
        separable=reading.context.separable,
        lines=tuple(lines),
        trace=tuple(steps),
    )


def _whole(reading: Reading, lines: list[LineOutcome]) -> tuple[str, str, str | None]:
    """(rule, because, disposition) of a case whose lines are all decided."""
    dispositions = {line.disposition for line in lines if line.disposition}
    strongest = reading.strongest(dispositions)
    if len(dispositions) == 1:
        return "case.same", f"every line {strongest}", strongest
    splits = reading.context.separable and any(line.releasable for line in lines) and not all(line.releasable for line in lines)
    if not splits:
        return "case.strongest", f"{strongest} is the strictest line", strongest
    blockers = _split_blockers(reading, lines)
    if blockers:
        return "case.blocked", f"{', '.join(blockers)} keeps the case together: {strongest}", strongest
    free = ", ".join(str(line.line) for line in lines if line.releasable)
    return "case.split", f"goods are separable; releasable: {free}", SPLIT


def _split_blockers(reading: Reading, lines: Iterable[LineOutcome]) -> list[str]:
    """Measures on any line that keep the whole case together; with goods-first a case filing does not."""
    blockers = frozenset(reading.policy.split_blockers)
    if reading.context.release_first and not reading.context.prohibited:
        blockers -= {one.between[0] for one in reading.policy.exclusions if one.by == "RELEASE_FIRST"}
    return sorted({measure for line in lines for measure in line.measures} & blockers)
