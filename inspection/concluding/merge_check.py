"""What the merge refuses to read, each refusal with its JSON path and what would be right.

The policy itself is taken as checked (``inspection/policies/policy_check.py``).
Source: the domain page, section 3 (Select, Verdicts, Measures a verdict allows).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from inspection.concluding.merge_documents import Conclusion, Context, MergeInputInvalid, RequiredPair
from inspection.concluding.merge_selection import Pair, Required
from inspection.policies.policy import Policy, Verdict
from kit.decoding import Problem


def check(policy: Policy, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion], context: Context) -> None:
    """Raises :class:`MergeInputInvalid` naming every problem; returns nothing where :func:`inspection.merging.merge` is total."""
    del context  # its type says all there is to say
    checked(policy, required, conclusions)


def checked(policy: Policy, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion]) -> Required:
    """The required pairs, ready to be looked up, once everything has been checked."""
    found = [*_required(required)]
    pairs = Required(required)
    found = found or [*_conclusions(policy, pairs, conclusions)]
    if found:
        raise MergeInputInvalid(found)
    return pairs


def _required(required: Sequence[RequiredPair]) -> Iterator[Problem]:
    if not required:
        en = "at least one pair of agency and line must be required; nothing required releases nothing"
        yield told("$.required", "missing", "至少应有一项须作结论的部门与商品项", en)
    states: dict[Pair, str | None] = {}
    for index, one in enumerate(required):
        pair = Pair(one.line, one.agency, one.check or "")
        if states.setdefault(pair, one.state) != one.state:
            first = as_json(states[pair])
            zh = f"{pair}（第 {one.line} 项）状态前后不一；应只列一次，或为 {first}"
            en = f"{pair} on line {one.line} stands here with another state; give it once, or {first}"
            yield told(f"$.required[{index}].state", "differs", zh, en)


def _conclusions(policy: Policy, required: Required, conclusions: Sequence[Conclusion]) -> Iterator[Problem]:
    verdicts = {verdict.code: verdict for verdict in policy.verdicts}
    measures, conditions = policy.measures, frozenset(policy.conditions)
    seen: dict[tuple[Pair, int, bool], Conclusion] = {}
    sound: set[tuple[str, tuple[str, ...], tuple[str, ...]]] = set()
    for index, conclusion in enumerate(conclusions):
        pairs = required.addressed(conclusion)
        said = (conclusion.verdict, conclusion.measures, conclusion.conditions)
        at = f"$.conclusions[{index}]"
        if not pairs:
            yield _nobody_required(at, required, conclusion)
        if said not in sound:
            wrong = [*_codes(at, conclusion, measures, conditions), *_verdict(at, conclusion, policy, verdicts)]
            yield from wrong
            if not wrong:
                sound.add(said)  # a thousand conclusions say a handful of things: each is looked at once
        for pair in pairs:
            first = seen.setdefault((pair, conclusion.version, conclusion.dry_run), conclusion)
            if first is not conclusion and _content(first) != _content(conclusion):
                yield _differs(f"{at}.version", pair, conclusion.version)
                break


def _verdict(at: str, conclusion: Conclusion, policy: Policy, verdicts: Mapping[str, Verdict]) -> Iterator[Problem]:
    """The verdict is one of the policy's, and what stands beside it is allowed."""
    if conclusion.verdict in verdicts:
        yield from _allowed(at, conclusion, verdicts[conclusion.verdict], policy.measures, frozenset(policy.conditions))
    elif conclusion.verdict not in policy.undecided:
        known = ", ".join([*verdicts, *policy.undecided])
        zh = f"{conclusion.verdict} 不是策略 {policy.name} 的结论；应为 {known} 之一"
        en = f"{as_json(conclusion.verdict)} is no verdict of policy {policy.name}; one of {known}"
        yield told(f"{at}.verdict", "not_allowed", zh, en)


def _differs(path: str, pair: Pair, version: int) -> Problem:
    zh = f"{pair}（第 {pair.line} 项）第 {version} 版已有不同内容；修改应使用更高版本号"
    en = f"{pair} on line {pair.line} already has other content as version {version}; an amendment takes a higher version"
    return told(path, "differs", zh, en)


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
        en = f"{agency} was waived here; take the waiver back before its conclusion can count"
        return told(f"{at}.agency", "waived", f"{agency} 已获准免予参与；应先撤回豁免", en)
    if not of_agency:
        known = _listed(pair.agency for pair in required.open)
        zh, en = f"{agency} 无须作结论；应为 {known} 之一", f"{agency} is not required; one of {known}"
        return told(f"{at}.agency", "not_required", zh, en)
    on_line = [pair for pair in of_agency if line in (None, pair.line)]
    if not on_line:
        lines = _listed(str(no) for no in sorted({pair.line for pair in of_agency}))
        zh = f"{agency} 无须就第 {line} 项作结论；应为 null 或 {lines} 之一"
        return told(f"{at}.line", "not_required", zh, f"{agency} is not required on line {line}; null or one of {lines}")
    checks = _listed(sorted({pair.check or "no check" for pair in on_line}))
    zh = f"此处不要求 {agency} 作 {as_json(check)}；应为 {checks} 之一"
    return told(f"{at}.check", "not_required", zh, f"{as_json(check)} is not required of {agency} here; one of {checks}")


def _listed(names: Iterator[str] | list[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "none"


def _codes(at: str, conclusion: Conclusion, measures: frozenset[str], conditions: frozenset[str]) -> Iterator[Problem]:
    for kind, given, known in (("measures", conclusion.measures, measures), ("conditions", conclusion.conditions, conditions)):
        for position, code in enumerate(given):
            if code not in known:
                right = _listed(sorted(known))
                zh, en = f"没有 {code}；应为 {right} 之一", f"{as_json(code)} is not known; one of {right}"
                yield told(f"{at}.{kind}[{position}]", "not_allowed", zh, en)


def _allowed(
    at: str, conclusion: Conclusion, verdict: Verdict, measures: frozenset[str], conditions: frozenset[str]
) -> Iterator[Problem]:
    """Which measures and conditions may and must stand beside a verdict."""
    for position, code in enumerate(conclusion.measures):
        if code in measures and code not in verdict.measures:
            right = _listed(sorted(verdict.measures))
            zh, en = (
                f"{verdict.code} 不得附 {code}；可附：{right}",
                f"{code} does not go with {verdict.code}, which takes {right}",
            )
            yield told(f"{at}.measures[{position}]", "not_allowed", zh, en)
    if conclusion.conditions and not verdict.conditions:
        en = f"{verdict.code} takes no condition; with one it is another verdict"
        yield told(f"{at}.conditions[0]", "not_allowed", f"{verdict.code} 不得附条件", en)
    given = {*conclusion.measures, *conclusion.conditions}
    if verdict.needs and given.isdisjoint(verdict.needs):
        kind = "conditions" if conditions.intersection(verdict.needs) else "measures"
        right = ", ".join(verdict.needs)
        yield told(
            f"{at}.{kind}", "missing", f"{verdict.code} 至少须有 {right} 之一", f"{verdict.code} needs at least one of {right}"
        )


def told(path: str, code: str, zh: str, en: str) -> Problem:
    """A problem in both languages."""
    return Problem(path=path, code=code, message_zh=zh, message_en=en)


def as_json(value: object) -> str:
    """A value as it stands in JSON."""
    return msgspec.json.encode(value).decode()
