"""Whether a policy document makes sense as a whole: every word known, every rank once, every row reachable.

Checked when a policy is published or read from a file, so that the merge need not. Each error names its JSON path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from typing import get_args

import msgspec

from inspection.policy import ANYTHING, AS_ASKED, Credit, Policy, Row
from kit.decoding import Problem
from kit.errors import Invalid

OTHER_CAUSE = "other"


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
    found = [*_vocabulary(policy), *_rules(policy), *_lapses(policy), *_adoption(policy)]
    # Which rows can be reached is only a question once their words are known.
    found = found or [*_table(policy)]
    if found:
        raise PolicyInvalid(found, policy.name)


def _vocabulary(policy: Policy) -> Iterator[Problem]:
    verdicts = [verdict.code for verdict in policy.verdicts]
    yield from _once("$.verdicts", "code", verdicts)
    yield from _once("$.verdicts", "rank", [verdict.rank for verdict in policy.verdicts])
    yield from _once("$.strength", "disposition", policy.strength)
    yield from _once("$.table", "id", [row.id for row in policy.table])
    yield from _apart("$.undecided", policy.undecided, verdicts, "同时又是结论", "is a verdict too")
    yield from _apart("$.side_measures", policy.side_measures, policy.strength, "同时又是处置", "disposes of goods too")
    yield from _known("$.releasing", policy.releasing, policy.strength)
    yield from _known("$.automatic", policy.automatic, policy.releasing)
    yield from _known("$.advisory_cap", [policy.advisory_cap], verdicts)
    yield from _known("$.veto_at", [policy.veto_at] if policy.veto_at else [], verdicts)
    for at, verdict in enumerate(policy.verdicts):
        yield from _known(f"$.verdicts[{at}].measures", verdict.measures, policy.measures)
        usable = {*verdict.measures, *(policy.conditions if verdict.conditions else ())}
        yield from _known(f"$.verdicts[{at}].needs", verdict.needs, usable)
        disposing = set(verdict.measures) & set(policy.strength)
        yield from _known(f"$.verdicts[{at}].implies", [verdict.implies] if verdict.implies else [], disposing)


def _rules(policy: Policy) -> Iterator[Problem]:
    measures, conditions = policy.measures, policy.conditions
    for at, row in enumerate(policy.table):
        yield from _row(policy, f"$.table[{at}]", row)
    replaced = {one.measure for one in policy.replacements}
    yield from _once("$.replacements", "measure", [one.measure for one in policy.replacements])
    for at, one in enumerate(policy.replacements):
        yield from _known(f"$.replacements[{at}]", [one.measure, one.becomes], measures)
        if one.becomes in replaced:
            zh, en = (
                f"{one.becomes} 本身也被替换；替换不得成链",
                f"{one.becomes} is replaced itself; a replacement must end the chain",
            )
            yield _told(f"$.replacements[{at}].becomes", "chain", zh, en)
    yield from _exclusions(policy)
    yield from _known("$.offence.measures", policy.offence.measures, measures)
    yield from _known("$.offence.with_evidence", policy.offence.with_evidence, measures)
    yield from _known("$.split_blockers", policy.split_blockers, measures)
    if policy.release_first:
        yield from _known("$.release_first.disposition", [policy.release_first.disposition], policy.releasing)
        yield from _known("$.release_first.conditions", policy.release_first.conditions, conditions)
    if policy.pending_test:
        yield from _known("$.pending_test.cause", [policy.pending_test.cause], policy.undecided)
        yield from _known("$.pending_test.up_to", [policy.pending_test.up_to], [one.code for one in policy.verdicts])
        yield from _known("$.pending_test.disposition", [policy.pending_test.disposition], policy.releasing)
        yield from _known("$.pending_test.conditions", policy.pending_test.conditions, conditions)
        if policy.pending_test.disposition in policy.automatic:
            zh, en = (
                "结果作出前的放行须经人工批准，不得为自动放行",
                "a release before the result needs a person; not one of `automatic`",
            )
            yield _told("$.pending_test.disposition", "not_allowed", zh, en)


def _row(policy: Policy, at: str, row: Row) -> Iterator[Problem]:
    yield from _known(f"{at}.verdicts", row.verdicts, [verdict.code for verdict in policy.verdicts])
    yield from _known(f"{at}.asks", row.asks, policy.measures)
    yield from _known(f"{at}.disposition", [row.disposition], [*policy.strength, AS_ASKED])
    yield from _known(f"{at}.measures", row.measures, policy.measures)
    yield from _known(f"{at}.conditions", row.conditions, policy.conditions)
    yield from _known(f"{at}.window", [row.window] if row.window else [], policy.windows)
    yield from _known(f"{at}.overdue", [row.overdue] if row.overdue else [], policy.strength)


def _exclusions(policy: Policy) -> Iterator[Problem]:
    yield from _once("$.exclusions", "pair", [tuple(sorted(one.between)) for one in policy.exclusions])
    for at, one in enumerate(policy.exclusions):
        path, (left, right) = f"$.exclusions[{at}].between", one.between
        yield from _known(path, [left], policy.measures)
        if one.by in ("FIRST", "AHEAD"):
            yield from _known(path, [right], [ANYTHING])
            if one.by == "FIRST":
                yield from _known(path, [left], policy.strength)
        else:
            right_side = policy.releasing if one.by == "RELEASE_FIRST" else frozenset(policy.strength) & policy.measures
            yield from _known(path, [right], right_side)
            if one.by != "RELEASE_FIRST":
                yield from _known(path, [left], policy.strength)


def _lapses(policy: Policy) -> Iterator[Problem]:
    yield from _once("$.standing", "agency and check", [(one.agency, one.check) for one in policy.standing])
    yield from _once("$.on_missing", "agency and risk", [(one.agency, one.lanes, one.credit) for one in policy.on_missing])
    advisory = {one.agency for one in policy.standing if one.standing == "ADVISORY"}
    if policy.default_standing == "ADVISORY":
        advisory |= {one.agency for one in policy.on_missing} - {one.agency for one in policy.standing}
    for at, one in enumerate(policy.on_missing):
        if one.action != "DEEMED":
            continue
        if not one.clause:
            zh, en = "视为无异议须注明授权条款", "DEEMED needs the clause of the mandate that allows it"
            yield _told(f"$.on_missing[{at}].clause", "missing", zh, en)
        if one.agency not in advisory and not (one.lanes and set(one.lanes) <= set(policy.low_lanes)):
            low = ", ".join(policy.low_lanes) or "none are low"
            zh, en = (
                f"{one.agency} 并非咨询性部门，仅限低风险通道（{low}）",
                f"{one.agency} is not advisory: DEEMED in low lanes only ({low})",
            )
            yield _told(f"$.on_missing[{at}].lanes", "not_allowed", zh, en)


def _adoption(policy: Policy) -> Iterator[Problem]:
    yield from _once("$.adoption", "standing", [one.standing for one in policy.adoption])
    for at, one in enumerate(policy.adoption):
        yield from _known(f"$.adoption[{at}].window", [one.window] if one.window else [], policy.windows)
        if one.milder is not None and "DISSENT" in one.milder and one.window is None:
            limits = _listed(policy.windows)
            zh, en = f"不同意见须有时限；应为 {limits} 之一", f"a dissent needs a time limit; one of {limits}"
            yield _told(f"$.adoption[{at}].window", "missing", zh, en)


def _table(policy: Policy) -> Iterator[Problem]:
    """Two rows that fit the same conclusion equally well, and rows that another one always hides: every combination is tried."""
    winners: set[str] = set()
    rivals: dict[tuple[str, str], None] = {}
    for fitting in _combinations(policy):
        best = max((row.specificity for row in fitting), default=0)
        top = [row.id for row in fitting if row.specificity == best]
        winners.update(top)
        rivals.update(dict.fromkeys(pairwise(top)))
    places = {row.id: at for at, row in enumerate(policy.table)}
    for first, second in rivals:
        zh = f"{second} 与 {first} 同等适用于同一结论；应在其一增列条件"
        en = f"{second} and {first} fit the same conclusion equally; name one more column in one"
        yield _told(f"$.table[{places[second]}]", "ambiguous", zh, en)
    for row in policy.table:
        if row.id not in winners:
            zh = f"{row.id} 永远不会适用：总有更具体的行适用，或无一适用"
            en = f"{row.id} can never be reached: a more specific row always fits, or nothing does"
            yield _told(f"$.table[{places[row.id]}]", "unreachable", zh, en)


def _combinations(policy: Policy) -> Iterator[list[Row]]:
    """The rows that fit, for every combination of what rows can tell apart."""
    causes = {cause for row in policy.table for cause in row.causes} | {OTHER_CAUSE}
    told_apart = {measure for row in policy.table for measure in row.asks}
    for verdict in policy.verdicts:
        askable = told_apart & ({*verdict.measures})
        asked_sets = {frozenset[str](), frozenset(askable), *(frozenset({measure}) for measure in askable)}
        rows = [row for row in policy.table if not row.verdicts or verdict.code in row.verdicts]
        for cause, asked, credit, hazard, place in product(
            causes, asked_sets, get_args(Credit), (False, True), ("PORT", "ELSEWHERE")
        ):
            yield [
                row
                for row in rows
                if (not row.causes or cause in row.causes)
                and (not row.asks or not asked.isdisjoint(row.asks))
                and (not row.credit or credit in row.credit)
                and row.hazard in (None, hazard)
                and row.place in (None, place)
            ]


def _once(path: str, what: str, values: Iterable[object]) -> Iterator[Problem]:
    for value, times in Counter(values).items():
        if times > 1:
            zh, en = f"{what} {value} 出现 {times} 次，只应出现一次", f"{what} {value} stands here {times} times; give it once"
            yield _told(path, "repeated", zh, en)


def _apart(path: str, values: Iterable[str], others: Iterable[str], zh: str, en: str) -> Iterator[Problem]:
    for value in sorted({*values} & {*others}):
        yield _told(path, "repeated", f"{value} {zh}", f"{value} {en}")


def _known(path: str, values: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    words = {*known}
    for value in values:
        if value not in words:
            listed = _listed(words)
            yield _told(
                path, "not_allowed", f"此处没有 {value}；应为 {listed} 之一", f"{value} is not known here; one of {listed}"
            )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"


def _told(path: str, code: str, zh: str, en: str) -> Problem:
    return Problem(path=path, code=code, message_zh=zh, message_en=en)
