"""The trace of the merge for people: its rules by their stable ids with a title, its reasons in Chinese and English.

A step of the trace carries an id and the facts; a page that prints it takes title and Chinese sentence from here. Ids ``table.*``
are the rows of the policy's graded table, whose texts stand in the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from inspection.concluding.merge_sentences import SHIPPED, Names, because_zh, line_of

RULE_TITLES: dict[str, tuple[str, str]] = {
    "policy": ("适用处置策略", "Policy applied"),
    "select.counted": ("计入结论", "Conclusion counted"),
    "select.superseded": ("已被更高版本取代", "Replaced by a higher version"),
    "select.dry_run": ("试运行，不计入", "Dry run, never counts"),
    "select.undecided": ("尚无定论，不计入", "Undecided, contributes nothing"),
    "select.deemed_refused": ("不得视为无异议", "May not be deemed"),
    "pair.waived": ("经批准免予参与", "Waived by an approver"),
    "pair.missing": ("结论缺失", "Conclusion missing"),
    "missing.block": ("缺失即阻断", "Silence blocks"),
    "missing.escalate": ("升级督办后仍阻断", "Escalated, blocks until answered"),
    "missing.substitute": ("可由替代结果补足", "A substitute may speak instead"),
    "missing.deemed": ("视为无异议", "Deemed not to object"),
    "missing.deemed_refused": ("不得视为无异议", "May not be deemed"),
    "pending_test.release": ("待检期间附条件放行", "Released under conditions pending the test"),
    "standing.advisory_cap": ("咨询性意见封顶", "Advisory verdict capped"),
    "measure.replaced": ("措施无法执行，改为", "Measure impossible, replaced"),
    "measure.implied": ("结论隐含的措施", "Measure implied by the verdict"),
    "offence": ("涉嫌违法", "Suspected offence"),
    "evidence_without_offence": ("仅有证据标记，未涉嫌违法", "Evidence flagged without an offence"),
    "exclusion.exclusive": ("法定强制措施优先", "The measure made mandatory by law wins"),
    "exclusion.stricter": ("从严处置", "The stricter measure wins"),
    "exclusion.first": ("扣留优先，其余措施排队", "Goes first, the others are queued"),
    "exclusion.ahead": ("先提离、后处置", "Precedes any other measure"),
    "exclusion.open": ("措施互斥，无规则可解", "Measures exclude each other and no rule resolves them"),
    "release_first": ("货物先放、案件后办", "Goods first, case later"),
    "silence": ("仅有视为无异议，不得放行", "Silence alone never releases"),
    "veto": ("一票否决", "Veto"),
    "outcome.wait": ("等待结论", "Waits for conclusions"),
    "outcome.conflict": ("措施冲突，待人工决定", "Conflict, a person decides"),
    "outcome.first": ("优先措施", "The measure that goes first"),
    "outcome.veto": ("按否决部门最严措施处置", "The strongest measure of the vetoers"),
    "outcome.table": ("按分级处置表", "By the graded table"),
    "outcome.lead": ("由牵头部门决定", "The lead decides"),
    "check": ("检查项目", "Check"),
    "outcome.checks": ("各项检查均须放行", "Every check has to release"),
    "case.held": ("有商品项未定，全案不作处置", "A line is open, so is the case"),
    "case.same": ("各商品项处置一致", "All lines alike"),
    "case.split": ("分票处置", "Split consignment"),
    "case.blocked": ("存在全案性障碍，不得分票", "A measure keeps the case together"),
    "case.strongest": ("从最严商品项", "The strictest line"),
    "case.automatic": ("自动放行", "Released by the system"),
    "case.person": ("须经人工批准", "A person decides"),
}


def title_of(rule: str) -> tuple[str, str]:
    """(Chinese, English) title of a rule; the rows of the policy's table share one."""
    if rule.startswith("table."):
        return ("分级处置表", "Graded table")
    return RULE_TITLES[rule]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A step for people. ``title_zh`` and ``zh`` are None where the rule, or its sentence, is of another release."""

    rule: str
    title_zh: str | None
    title_en: str
    zh: str | None
    en: str


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Steps that follow each other, told once for all ``lines`` on which they are the same; none: the whole case."""

    lines: tuple[int, ...]
    steps: tuple[Told, ...]


def told(trace: Iterable[Mapping[str, str]], names: Names = SHIPPED) -> tuple[Stretch, ...]:
    """The trace (``[{"rule", "because"}]``) by the lines it is about, each line at the place of the first that is like it.

    Two hundred lines on which the agencies said the same have the same steps; people read them once.
    """
    by_line: list[tuple[int | None, list[Told]]] = []
    for step in trace:
        line, _ = line_of(step["because"])
        if not by_line or by_line[-1][0] != line:
            by_line.append((line, []))
        by_line[-1][1].append(_told(step["rule"], step["because"], names))
    alike: dict[tuple[bool, tuple[Told, ...]], list[int]] = {}
    for line, steps in by_line:
        lines = alike.setdefault((line is None, tuple(steps)), [])
        if line is not None:
            lines.append(line)
    return tuple(Stretch(lines=tuple(lines), steps=steps) for (_, steps), lines in alike.items())


def _told(rule: str, because: str, names: Names) -> Told:
    try:
        zh, en = title_of(rule)
    except KeyError:
        return Told(rule=rule, title_zh=None, title_en="", zh=None, en=line_of(because)[1])
    return Told(rule=rule, title_zh=zh, title_en=en, zh=because_zh(rule, because, names), en=line_of(because)[1])
