"""What a policy says of silence and of departures: whose standing, what follows from a lapse, who may depart. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from inspection.policies.policy import Missing, Policy
from inspection.policies.policy_problems import listed, once, told
from kit.decoding import Problem


def lapse_problems(policy: Policy) -> Iterator[Problem]:
    """Standing and ``on_missing``: nothing twice, no two rows that fit equally, DEEMED only where the law allows it."""
    yield from once("$.standing", "standing of", [(one.agency, one.check) for one in policy.standing])
    for at, one in enumerate(policy.on_missing):
        yield from _deemed(policy, f"$.on_missing[{at}]", one)
    for (first, left), (second, right) in combinations(enumerate(policy.on_missing), 2):
        if _equal(left, right):
            zh = f"{right.agency} 的此行与 $.on_missing[{first}] 同等适用；应在其一增列 lanes 或 credit"
            en = f"fits {right.agency} as well as $.on_missing[{first}] does; name lanes or credit in one so that they differ"
            yield told(f"$.on_missing[{second}]", "ambiguous", zh, en)


def _equal(left: Missing, right: Missing) -> bool:
    """Whether some risk is met by both rows, and neither names more than the other."""
    if left.agency != right.agency or _named(left) != _named(right):
        return False
    lanes = not left.lanes or not right.lanes or {*left.lanes} & {*right.lanes}
    credit = not left.credit or not right.credit or {*left.credit} & {*right.credit}
    return bool(lanes and credit)


def _named(row: Missing) -> int:
    return bool(row.lanes) + bool(row.credit)


def _deemed(policy: Policy, here: str, one: Missing) -> Iterator[Problem]:
    if one.action != "DEEMED":
        return
    if not one.clause:
        zh, en = "视为无异议须注明授权条款（clause）", "DEEMED needs the clause of the mandate that allows it; write `clause:`"
        yield told(f"{here}.clause", "missing", zh, en)
    low = {*policy.low_lanes}
    if policy.standing_of(one.agency) != "ADVISORY" and not (one.lanes and {*one.lanes} <= low):
        words = listed(low) if low else "none are low"
        zh = f"{one.agency} 并非咨询性部门，仅限低风险通道；lanes 应为 {words}"
        en = f"{one.agency} is not advisory: DEEMED in low lanes only; lanes of {words}"
        yield told(f"{here}.lanes", "not_allowed", zh, en)


def adoption_problems(policy: Policy) -> Iterator[Problem]:
    """Who may depart from what: each standing once, every standing in use, a dissent with its time limit."""
    yield from once("$.adoption", "standing", [one.standing for one in policy.adoption], ".standing")
    stated = {one.standing for one in policy.adoption}
    used = {policy.default_standing, *(one.standing for one in policy.standing)}
    for standing in sorted(used - stated) if policy.adoption else ():
        zh = f"未写明如何偏离 {standing} 结论；请补充一行"
        en = f"nothing says how a conclusion that is {standing} may be departed from: a gap; add a row for it"
        yield told("$.adoption", "gap", zh, en)
    for at, one in enumerate(policy.adoption):
        here = f"$.adoption[{at}]"
        if one.window is not None and one.window not in policy.windows:
            limits = listed(policy.windows)
            zh, en = (
                f"没有时限 {one.window}；应为 {limits} 之一",
                f"{one.window} is no time limit of this policy; one of {limits}",
            )
            yield told(f"{here}.window", "not_allowed", zh, en)
        if one.milder is not None and "DISSENT" in one.milder and one.window is None:
            limits = listed(policy.windows)
            zh, en = f"不同意见须有时限；window 应为 {limits} 之一", f"a dissent needs a time limit; window: one of {limits}"
            yield told(f"{here}.window", "missing", zh, en)
