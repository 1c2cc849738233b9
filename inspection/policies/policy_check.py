"""Whether a policy document makes sense as a whole: every word known, every rank once, no cycle, no gap, every row reachable.

Checked when a policy is published or read from a file, so that the merge need not. All problems are told at once, each with its
JSON path; ``inspection/policies/policy_files.py`` adds the line and column of a file.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from inspection.policies.policy import ANYTHING, AS_ASKED, WINDOWS, Exclusion, Policy, Row
from inspection.policies.policy_lapse_check import adoption_problems, lapse_problems
from inspection.policies.policy_problems import apart, known, known_one, listed, once, told
from inspection.policies.policy_table_check import table_problems
from kit.decoding import Problem
from kit.errors import Invalid


class PolicyInvalid(Invalid):
    """The policy contradicts itself or speaks of what it does not define; ``details['errors']`` lists path and message."""

    code = "policy_invalid"
    title_zh = "处置策略有误"
    title_en = "The policy is not valid"
    advice_zh = "请按所列路径更正策略文档后重新发布。"
    advice_en = "Correct the policy document at the paths listed and publish it again."

    def __init__(self, problems: list[Problem], name: str = "") -> None:
        first = problems[0]
        super().__init__(f"{first.path}: {first.message_en}", errors=msgspec.to_builtins(problems), policy=name)
        self.problems = problems


def check_policy(policy: Policy) -> None:
    """Raises :class:`PolicyInvalid` with every problem found."""
    if found := policy_problems(policy):
        raise PolicyInvalid(found, policy.name)


def policy_problems(policy: Policy) -> list[Problem]:
    """Every problem of the document, none if it may be published."""
    words = [*_verdicts(policy), *_dispositions(policy), *_lists(policy)]
    rules = [*_rules(policy), *_windows(policy), *lapse_problems(policy), *adoption_problems(policy)]
    # Which rows can be reached is only a question once their words are known.
    return words + rules or [*table_problems(policy)]


def _verdicts(policy: Policy) -> Iterator[Problem]:
    codes = [verdict.code for verdict in policy.verdicts]
    yield from once("$.verdicts", "verdict", codes, ".code")
    yield from once("$.verdicts", "rank", [verdict.rank for verdict in policy.verdicts], ".rank")
    yield from apart("$.undecided", policy.undecided, codes, "同时又是结论", "is a verdict too")
    yield from known("$.to_lead", policy.to_lead, codes)
    yield from known_one("$.advisory_cap", policy.advisory_cap, codes)
    yield from known_one("$.veto_at", policy.veto_at, codes)
    lowest = min(policy.verdicts, key=lambda verdict: verdict.rank)
    if policy.veto_at == lowest.code:
        zh, en = (
            f"{lowest.code} 级别最低，任何结论都将构成否决",
            f"{lowest.code} has the lowest rank: every conclusion would veto",
        )
        yield told("$.veto_at", "not_allowed", f"{zh}；请改用更高级别的结论", f"{en}; take a stricter verdict, or null")
    for at, verdict in enumerate(policy.verdicts):
        here = f"$.verdicts[{at}]"
        yield from once(f"{here}.measures", "measure", verdict.measures)
        yield from known(f"{here}.measures", verdict.measures, policy.measures)
        usable = {*verdict.measures, *(policy.conditions if verdict.conditions else ())}
        yield from known(f"{here}.needs", verdict.needs, usable)
        yield from known_one(f"{here}.implies", verdict.implies, {*verdict.measures} & {*policy.strength})


def _dispositions(policy: Policy) -> Iterator[Problem]:
    """Dispositions from mild to strict: those that let the goods go stand before all others."""
    yield from once("$.strength", "disposition", policy.strength)
    yield from known("$.releasing", policy.releasing, policy.strength)
    yield from known("$.automatic", policy.automatic, policy.releasing)
    yield from known("$.appealable", policy.appealable, {*policy.strength} - {*policy.releasing})
    yield from apart("$.side_measures", policy.side_measures, policy.strength, "同时又是处置", "disposes of goods too")
    held: str | None = None
    for at, code in enumerate(policy.strength):
        if code not in policy.releasing:
            held = held or code
        elif held is not None:
            zh = f"{code} 为放行类处置，却排在 {held} 之后；strength 由宽至严，放行类应在前"
            en = f"{code} lets the goods go but stands after {held}; strength goes from mild to strict: put it before"
            yield told(f"$.strength[{at}]", "order", zh, en)


def _lists(policy: Policy) -> Iterator[Problem]:
    """Lists that are sets to the merge: nothing twice."""
    for name in ("undecided", "to_lead", "conditions", "releasing", "automatic", "side_measures", "appealable", "split_blockers"):
        yield from once(f"$.{name}", "code", getattr(policy, name))
    yield from once("$.table", "row", [row.id for row in policy.table], ".id")


def _rules(policy: Policy) -> Iterator[Problem]:
    measures, conditions = policy.measures, policy.conditions
    for at, row in enumerate(policy.table):
        yield from _row(policy, f"$.table[{at}]", row)
    yield from _overdue(policy)
    yield from _replacements(policy)
    yield from _exclusions(policy)
    yield from known("$.offence.measures", policy.offence.measures, measures)
    yield from known("$.offence.with_evidence", policy.offence.with_evidence, measures)
    yield from known("$.split_blockers", policy.split_blockers, measures)
    if policy.release_first:
        yield from known_one("$.release_first.disposition", policy.release_first.disposition, policy.releasing)
        yield from known("$.release_first.conditions", policy.release_first.conditions, conditions)
    if policy.pending_test:
        yield from known_one("$.pending_test.cause", policy.pending_test.cause, policy.undecided)
        yield from known_one("$.pending_test.up_to", policy.pending_test.up_to, [one.code for one in policy.verdicts])
        yield from known_one("$.pending_test.disposition", policy.pending_test.disposition, policy.releasing)
        yield from known("$.pending_test.conditions", policy.pending_test.conditions, conditions)
        if policy.pending_test.disposition in policy.automatic:
            zh = "结果作出前的放行须经人工批准，不得为自动放行"
            en = "a release before the result needs a person; not one of `automatic`"
            yield told("$.pending_test.disposition", "not_allowed", zh, en)


def _row(policy: Policy, at: str, row: Row) -> Iterator[Problem]:
    yield from known(f"{at}.verdicts", row.verdicts, [verdict.code for verdict in policy.verdicts])
    yield from known(f"{at}.asks", row.asks, policy.measures)
    yield from known_one(f"{at}.disposition", row.disposition, [*policy.strength, AS_ASKED])
    yield from known(f"{at}.measures", row.measures, policy.measures)
    yield from known(f"{at}.conditions", row.conditions, policy.conditions)
    yield from known_one(f"{at}.window", row.window, policy.windows)
    yield from known_one(f"{at}.overdue", row.overdue, policy.strength)


def _overdue(policy: Policy) -> Iterator[Problem]:
    """What an overdue disposition becomes is stricter than it, so that a chain of them ends; a way back is told as a cycle."""
    strength = {code: place for place, code in enumerate(policy.strength)}
    for at, row in enumerate(policy.table):
        if row.overdue in strength and row.disposition in strength and strength[row.overdue] <= strength[row.disposition]:
            zh = f"{row.disposition} 逾期后应更严，而 {row.overdue} 不比它严，将循环往复；应为更严的处置"
            en = f"overdue, {row.disposition} would go back to {row.overdue}: a cycle; name a stricter disposition"
            yield told(f"$.table[{at}].overdue", "cycle", zh, en)


def _replacements(policy: Policy) -> Iterator[Problem]:
    """A measure is replaced once, by one that is not replaced itself."""
    becomes = {one.measure: one.becomes for one in policy.replacements}
    yield from once("$.replacements", "measure", [one.measure for one in policy.replacements], ".measure")
    for at, one in enumerate(policy.replacements):
        here = f"$.replacements[{at}]"
        yield from known_one(f"{here}.measure", one.measure, policy.measures)
        yield from known_one(f"{here}.becomes", one.becomes, policy.measures)
        way = [one.measure]
        while (after := becomes.get(way[-1])) is not None and after not in way:
            way.append(after)
        if after is not None:
            way.append(after)
            zh, en = f"替换循环：{' → '.join(way)}", f"a cycle: {' → '.join(way)}"
            yield told(f"{here}.becomes", "cycle", f"{zh}；请改为本身不被替换的措施", f"{en}; end it with a measure that stays")
        elif len(way) > 2:
            zh, en = f"{one.becomes} 本身也被替换；替换不得成链", f"{one.becomes} is replaced itself, a chain"
            yield told(f"{here}.becomes", "chain", f"{zh}；应为 {way[-1]}", f"{en}; write {way[-1]}")


def _exclusions(policy: Policy) -> Iterator[Problem]:
    yield from once("$.exclusions", "pair", [tuple(sorted(one.between)) for one in policy.exclusions], ".between")
    for at, one in enumerate(policy.exclusions):
        yield from _exclusion(policy, f"$.exclusions[{at}].between", one)
    for kind in ("FIRST", "AHEAD"):
        leaders = [(at, one.between[0]) for at, one in enumerate(policy.exclusions) if one.by == kind]
        for at, code in leaders[1:]:
            ahead = leaders[0][1]
            zh = f"{ahead} 与 {code} 互相优先，形成循环；只能有一项为 {kind}"
            en = f"{ahead} and {code} each go before the other: a cycle; only one may be {kind}"
            yield told(f"$.exclusions[{at}].by", "cycle", zh, en)


def _exclusion(policy: Policy, path: str, one: Exclusion) -> Iterator[Problem]:
    """Which halves a resolution takes: something and whatever else, a measure and a release, or two that dispose of goods."""
    left, right = one.between
    disposing = {*policy.strength} & policy.measures
    yield from known_one(f"{path}[0]", left, policy.measures if one.by in ("AHEAD", "RELEASE_FIRST") else disposing)
    if one.by in ("FIRST", "AHEAD"):
        yield from known_one(f"{path}[1]", right, [ANYTHING])
        return
    yield from known_one(f"{path}[1]", right, policy.releasing if one.by == "RELEASE_FIRST" else disposing)
    if left == right:
        zh, en = f"{left} 不能与自身互斥", f"{left} cannot exclude itself"
        yield told(f"{path}[1]", "repeated", f"{zh}；请写另一项措施", f"{en}; name another measure")


def _windows(policy: Policy) -> Iterator[Problem]:
    """Time limits somebody asks for, and the one that is counted by the clock."""
    used = {row.window for row in policy.table} | {one.window for one in policy.adoption}
    for name in policy.windows:
        yield from known_one(f"$.windows.{name}", name, {*WINDOWS, *filter(None, used)})
    late = policy.windows.get("late_sync")
    if late is not None and not late.removesuffix("h").isdigit():
        zh, en = f"补传时限按小时连续计算，{late} 不适用", f"late_sync runs by the clock, {late} does not"
        yield told("$.windows.late_sync", "not_allowed", f"{zh}；例如 24h", f"{en}; write hours, e.g. 24h")


__all__ = ["PolicyInvalid", "check_policy", "listed", "policy_problems"]
