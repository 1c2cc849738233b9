"""The reasons of the merge in Chinese. Pure.

A step of the trace is a rule and an English sentence, and stays so: both are part of the merge's output, and reports keep them as
they were issued. Here stands, rule by rule, how such a sentence is built and how the same is said in Chinese; a test draws merges
and finds none without a Chinese sentence.

In a form, ``{kind}`` is a part that varies and ``[…]`` one that may be absent; what is absent in English is absent in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from inspection.reporting.printed_words import AGENCIES, CAUSES, WORDS, word

_FORMS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "policy": (("{policy} version {number}", "{policy}（第 {number} 版）"),),
    # which conclusions count
    "select.counted": (
        (
            "{pair} v{number} {code}[ with {codes}][ on {code2}][ because of {cause}][ (made mandatory by law)]",
            "{pair}第 {number} 版：{code}[，要求{codes}][，依据{code2}][，原因：{cause}][（法定强制）]",
        ),
    ),
    "select.superseded": (("{pair} v{number} is replaced by v{number2}", "{pair}第 {number} 版已被第 {number2} 版取代"),),
    "select.dry_run": (("{pair} v{number} is recorded and never counts", "{pair}第 {number} 版为试运行，只作记录"),),
    "select.undecided": (("{pair} v{number} is {code} and contributes nothing", "{pair}第 {number} 版为“{code}”，尚无定论"),),
    "select.deemed_refused": (
        ("{pair} v{number} is deemed, which these goods do not allow", "{pair}第 {number} 版系视为无异议，此类货物不适用"),
    ),
    "standing.advisory_cap": (
        (
            "{pair} is advisory: {code} counts as {code2}, the lead decides",
            "{pair}为咨询性意见：“{code}”按“{code2}”计，由牵头部门决定",
        ),
    ),
    # what is missing
    "pair.waived": (("{pair} was waived; the system does not release alone", "{pair}经批准免于参与；系统不得自行放行"),),
    "pair.missing": (("{pair} {code}", "{pair}：{code}"),),
    "missing.block": (("{pair} blocks until it concludes", "{pair}作出结论前不得放行"),),
    "missing.escalate": (("{pair} is escalated and blocks until it concludes", "{pair}升级督办，作出结论前不得放行"),),
    "missing.substitute": (
        (
            "{pair} may be replaced by an accredited third party or a recognised result",
            "{pair}的结论可由有资质的第三方或互认结果替代",
        ),
    ),
    "missing.deemed": (
        (
            "{pair} is deemed not to object: {text}; a person must decide",
            "{pair}视为无异议（{text}）；须经人工决定",
        ),
    ),
    "missing.deemed_refused": (
        (
            "{pair} cannot be deemed: dangerous or prohibited goods, food or drugs",
            "{pair}不得视为无异议：涉危险品、禁止进出境物品、食品或药品",
        ),
    ),
    # measures and vetoes
    "offence": (("suspected by {agencies}: adds [{codes}]", "{agencies}认为涉嫌违法[，增加措施：{codes}]"),),
    "evidence_without_offence": (
        ("{agencies}: adds nothing without an offence", "{agencies}要求保全证据，但未涉嫌违法，不增加措施"),
    ),
    "measure.replaced": (("{code} is impossible, {code2} in its place", "{code}无法执行，改为{code2}"),),
    "exclusion.ahead": (("{code} precedes any other measure", "{code}，先于其他措施"),),
    "exclusion.stricter": (("{code} stands before {codes}[; {text}]", "取{code}，不再{codes}[；{text}]"),),
    "exclusion.exclusive": (("{code} stands before {codes}[; {text}]", "法定强制措施为{code}，不再{codes}[；{text}]"),),
    "exclusion.open": (
        (
            "{all} exclude each other and no rule resolves them; the lead decides",
            "{all}互斥，无规则可解；由牵头部门决定",
        ),
        (
            "{all} exclude each other and no rule resolves them; the superior decides",
            "{all}互斥，无规则可解；由上级决定",
        ),
    ),
    "veto": (("by {agencies}, at or above {code}; only they can lift it", "{agencies}否决（“{code}”及以上）；仅否决部门可解除"),),
    # the outcome of a line
    "outcome.wait": (("something required is missing and the policy does not cover it", "必需的结论缺失，策略未作变通"),),
    "outcome.conflict": (("{conflicts}", "措施冲突：{conflicts}，待人工决定"),),
    "outcome.first": (("{code} goes first[, queued: {codes}]", "{code}优先[，顺延：{codes}]"),),
    "outcome.veto": (("{code}, the strongest measure of {agencies}", "{code}，系{agencies}所提最严措施"),),
    "outcome.table": (("{code}", "该项处置为{code}"),),
    "outcome.lead": (
        ("vetoed, and no vetoer says what becomes of the goods", "已被否决，否决部门未提出处置措施；由牵头部门决定"),
        ("nobody has concluded, so nobody has passed the goods", "无部门作出结论，即无部门认定合格；由牵头部门决定"),
        ("{agencies} advises more than {code}", "{agencies}的咨询性意见严于“{code}”；由牵头部门决定"),
        ("no row of the table fits", "分级处置表无适用条目；由牵头部门决定"),
        ("no row of the table says what becomes of the goods", "分级处置表适用条目未定处置；由牵头部门决定"),
        ("only silence speaks for a release", "仅有视为无异议，不足以放行；由牵头部门决定"),
    ),
    "check": (("no check", "未分检查项目"), ("{check}", "{check}")),
    "outcome.checks": (("{code}", "各项检查中最严者：{code}"),),
    "pending_test.release": (("{code} under {codes} until the result", "检测结果作出前{code}，条件：{codes}"),),
    "release_first": (("{code} under {codes} while {codes2} goes on", "{code}，条件：{codes}；{codes2}继续办理"),),
    "silence": (("every result is deemed; silence alone never releases", "全部结果均系视为无异议；仅凭沉默不得放行"),),
    # the whole case
    "case.held": (("{code}", "有商品项“{code}”，全案暂不处置"),),
    "case.same": (("every line {code}", "各商品项处置均为{code}"),),
    "case.split": (("goods are separable; releasable: {numbers}", "货物可分票，可放行：第 {numbers} 项"),),
    "case.blocked": (("{codes} keeps the case together: {code}", "因{codes}全案不得分票，处置为{code}"),),
    "case.strongest": (("{code} is the strictest line", "全案从最严商品项：{code}"),),
    "case.automatic": (("complete and passing", "各部门结论齐备且全部合格"),),
    "case.person": (
        ("something was deemed[; something was waived]", "有部门系视为无异议[、有部门经批准免于参与]，须经人工批准"),
        ("something was waived", "有部门经批准免于参与，须经人工批准"),
        ("{code} needs a person", "{code}须经人工批准"),
    ),
}
_TABLE = (("{code}: {text}", "{code}：{text}"),)
"""Rules ``table.*``, the rows of a policy's graded table."""

_NAME, _CODE = r"[a-z][a-z0-9_]*", r"[A-Z][A-Z0-9_]*"
_ALL = rf"{_CODE}(?: and {_CODE})+"
_KINDS = {
    "agencies": rf"{_NAME}(?:, {_NAME})*",
    "all": _ALL,
    "cause": _NAME,
    "check": _NAME,
    "code": _CODE,
    "codes": rf"{_CODE}(?:, {_CODE})*",
    "conflicts": rf"{_ALL}(?:; {_ALL})*",
    "number": r"\d+",
    "numbers": r"\d+(?:, \d+)*",
    "pair": rf"{_NAME}(?:/{_NAME})?",
    "policy": _NAME,
    "text": ".+",
}
_LINE = re.compile(r"line (\d+): ")
_TOKEN = re.compile(r"\[(?P<optional>[^\]]*)\]|\{(?P<part>\w+)\}|(?P<literal>[^\[{]+)")


class Names(NamedTuple):
    """What a sentence takes from its case: ``agencies`` by code, and Chinese ``texts`` of the policy by their English ones."""

    agencies: Mapping[str, str]
    texts: Mapping[str, str]


SHIPPED = Names({code: zh for code, (zh, _) in AGENCIES.items()}, {})


def line_of(because: str) -> tuple[int | None, str]:
    """The line a reason is about (None: the whole case) and the rest of the sentence."""
    found = _LINE.match(because)
    return (int(found[1]), because[found.end() :]) if found else (None, because)


def because_zh(rule: str, because: str, names: Names = SHIPPED) -> str | None:
    """The Chinese of a step's sentence, without its line; None for a rule or a sentence that another release made."""
    _, said = line_of(because)
    for english, chinese in _FORMS.get(rule, ()) or (_TABLE if rule.startswith("table.") else ()):
        if found := _pattern(english).fullmatch(said):
            return _filled(chinese, found.groupdict(), names)
    return None


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """A form as a pattern: a group per part, and per optional stretch a group ``_0``, ``_1`` …"""
    optional = 0
    pattern = ""
    for token in _TOKEN.finditer(form):
        if (inner := token["optional"]) is not None:
            pattern += f"(?P<_{optional}>{_pattern(inner).pattern})?"
            optional += 1
        elif part := token["part"]:
            pattern += f"(?P<{part}>{_KINDS[part.rstrip('0123456789')]})"
        else:
            pattern += re.escape(token["literal"])
    return re.compile(pattern)


def _filled(form: str, parts: Mapping[str, str | None], names: Names) -> str:
    said, optional = "", 0
    for token in _TOKEN.finditer(form):
        if (inner := token["optional"]) is not None:
            said += _filled(inner, parts, names) if parts[f"_{optional}"] is not None else ""
            optional += 1
        elif part := token["part"]:
            said += _SPOKEN[part.rstrip("0123456789")](str(parts[part]), names)
        else:
            said += token["literal"]
    return said


def _agency(code: str, names: Names) -> str:
    return names.agencies.get(code) or SHIPPED.agencies.get(code, code)


def _pair(pair: str, names: Names) -> str:
    agency, _, check = pair.partition("/")
    return _agency(agency, names) + (f"（{check}）" if check else "")


def _joined(words: Iterable[str], by: str = "、") -> str:
    return by.join(words)


_SPOKEN: Mapping[str, Callable[[str, Names], str]] = {
    "agencies": lambda said, names: _joined(_agency(code, names) for code in said.split(", ")),
    "all": lambda said, names: _joined(map(word, said.split(" and ")), "与"),
    "cause": lambda said, names: CAUSES.get(said, said),
    "check": lambda said, names: said,
    "code": lambda said, names: word(said),
    "codes": lambda said, names: _joined(map(word, said.split(", "))),
    "conflicts": lambda said, names: _joined((_joined(map(word, one.split(" and ")), "与") for one in said.split("; ")), "；"),
    "number": lambda said, names: said,
    "numbers": lambda said, names: said.replace(", ", "、"),
    "pair": _pair,
    "policy": lambda said, names: WORDS.get(said, (said,))[0],
    "text": lambda said, names: names.texts.get(said, said),
}
