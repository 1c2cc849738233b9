"""What the merge refuses to read, each refusal with its JSON path and what would be right.

The policy itself is taken as checked (``inspection/policy_check.py``). Source: the domain page, section 3 (Select, Verdicts,
Measures a verdict allows).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspection.merge_documents import Conclusion, Context, MergeInputInvalid, RequiredPair, as_json
from inspection.merge_selection import Pair, Required
from inspection.policy import Policy, Verdict

Problem = tuple[str, str]


def check(policy: Policy, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion], context: Context) -> None:
    """Raises :class:`MergeInputInvalid` naming every problem; returns nothing where :func:`inspection.merging.merge` is total."""
    del context  # its type says all there is to say
    checked(policy, required, conclusions)


def checked(policy: Policy, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion]) -> Required:
    """The required pairs, ready to be looked up, once everything has been checked."""
    problems = [*_required(required)]
    pairs = Required(required)
    problems = problems or [*_conclusions(policy, pairs, conclusions)]
    if problems:
        raise MergeInputInvalid(problems)
    return pairs


def _required(required: Sequence[RequiredPair]) -> Iterator[Problem]:
    if not required:
        yield "$.required", "at least one pair of agency and line must be required; nothing required would release everything"
    states: dict[Pair, str | None] = {}
    for index, one in enumerate(required):
        pair = Pair(one.line, one.agency, one.check or "")
        if states.setdefault(pair, one.state) != one.state:
            first = as_json(states[pair])
            yield (
                f"$.required[{index}].state",
                f"{pair} on line {one.line} stands here with another state; give it once, or {first}",
            )


def _conclusions(policy: Policy, required: Required, conclusions: Sequence[Conclusion]) -> Iterator[Problem]:
    verdicts = {verdict.code: verdict for verdict in policy.verdicts}
    measures, conditions = policy.measures, frozenset(policy.conditions)
    seen: dict[tuple[Pair, int, bool], object] = {}
    for index, conclusion in enumerate(conclusions):
        at = f"$.conclusions[{index}]"
        pairs = required.addressed(conclusion)
        if not pairs:
            yield _nobody_required(at, required, conclusion)
        yield from _codes(at, conclusion, measures, conditions)
        if conclusion.verdict in verdicts:
            yield from _allowed(at, conclusion, verdicts[conclusion.verdict], measures, conditions)
        elif conclusion.verdict not in policy.undecided:
            known = ", ".join([*verdicts, *policy.undecided])
            yield f"{at}.verdict", f"{as_json(conclusion.verdict)} is no verdict of policy {policy.name}; one of {known}"
        content = _content(conclusion)
        for pair in pairs:
            if seen.setdefault((pair, conclusion.version, conclusion.dry_run), content) != content:
                said = f"{pair} on line {pair.line} already has other content as version {conclusion.version}"
                yield f"{at}.version", f"{said}; an amendment takes a higher version"
                break


def _content(conclusion: Conclusion) -> object:
    """What must be the same under the same version; the order and repetition of codes is not."""
    c = conclusion
    flags = (c.exclusive, c.offence, c.evidence_needed)
    return c.verdict, frozenset(c.measures), frozenset(c.conditions), c.basis, c.cause, flags


def _nobody_required(at: str, required: Required, conclusion: Conclusion) -> Problem:
    """Which of agency, line and check is the one that does not fit, and what would."""
    agency, line, check = conclusion.agency, conclusion.line, conclusion.check
    of_agency = [pair for pair in required.open if pair.agency == agency]
    waived = any(pair.agency == agency and line in (None, pair.line) for pair in required.waived)
    if waived and not any(line in (None, pair.line) for pair in of_agency):
        return f"{at}.agency", f"{agency} was waived here; take the waiver back before its conclusion can count"
    if not of_agency:
        return f"{at}.agency", f"{agency} is not required; one of {_listed(pair.agency for pair in required.open)}"
    on_line = [pair for pair in of_agency if line in (None, pair.line)]
    if not on_line:
        lines = _listed(str(no) for no in sorted({pair.line for pair in of_agency}))
        return f"{at}.line", f"{agency} is not required on line {line}; null or one of {lines}"
    checks = _listed(sorted({pair.check or "no check" for pair in on_line}))
    return f"{at}.check", f"{as_json(check)} is not required of {agency} here; {checks}"


def _listed(names: Iterator[str] | list[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "none"


def _codes(at: str, conclusion: Conclusion, measures: frozenset[str], conditions: frozenset[str]) -> Iterator[Problem]:
    for kind, given, known in (("measures", conclusion.measures, measures), ("conditions", conclusion.conditions, conditions)):
        for position, code in enumerate(given):
            if code not in known:
                yield f"{at}.{kind}[{position}]", f"{as_json(code)} is not known; one of {_listed(sorted(known))}"


def _allowed(
    at: str, conclusion: Conclusion, verdict: Verdict, measures: frozenset[str], conditions: frozenset[str]
) -> Iterator[Problem]:
    """Which measures and conditions may and must stand beside a verdict."""
    for position, code in enumerate(conclusion.measures):
        if code in measures and code not in verdict.measures:
            right = f"one of {_listed(sorted(verdict.measures))}" if verdict.measures else "no measure"
            yield f"{at}.measures[{position}]", f"{code} does not go with {verdict.code}, which takes {right}"
    if conclusion.conditions and not verdict.conditions:
        yield f"{at}.conditions[0]", f"{verdict.code} takes no condition; with one it is another verdict"
    given = {*conclusion.measures, *conclusion.conditions}
    if verdict.needs and given.isdisjoint(verdict.needs):
        kind = "conditions" if conditions.intersection(verdict.needs) else "measures"
        yield f"{at}.{kind}", f"{verdict.code} needs at least one of {', '.join(verdict.needs)}"
