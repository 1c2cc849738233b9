"""What a later version of a report says about its predecessor: why it was made, and what changed, in words. Pure.

Chinese first, English second. A code of a policy that does not ship stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from inspection.reporting.document_parts import Agency
from inspection.reporting.printed_words import GOODS_FACTS, word
from inspection.reporting.report_document import ConclusionChange, LineConclusion

NONE = "—"
_COMPARED = (("verdict", "结论", "verdict"), ("disposition", "处置", "disposition"))


class Recorded(NamedTuple):
    """A fact of the goods recorded since the version before, and how one knows."""

    fact: str
    value: bool
    reason: str


def reason(
    before: Sequence[LineConclusion],
    after: Sequence[LineConclusion],
    agencies: Iterable[Agency],
    voided: str = "",
    recorded: Sequence[Recorded] = (),
) -> str:
    """Which agencies amended their conclusion or gave one that was missing, which facts of the goods were ``recorded``,
    and why the version before is void, if it is.

    The enterprise reads it too; how one knows of the goods stands in :func:`facts`, which its edition leaves out.
    """
    names = {agency.code: (agency.zh, agency.en or agency.code) for agency in agencies}
    was, is_ = _versions(before), _versions(after)
    parts = [f"前一版作废：{voided} / the version before is void: {voided}"] if voided else []
    for agency in sorted(is_):
        if was.get(agency) == is_[agency]:
            continue
        zh, en = names.get(agency, (agency, agency))
        if agency in was:
            parts.append(f"{zh}修改结论为第 {is_[agency]} 版 / {en} amended its conclusion to v{is_[agency]}")
        else:
            parts.append(f"{zh}补充提交结论 / {en} gave the conclusion that was missing")
    if recorded:
        told = [GOODS_FACTS[code] for code in dict.fromkeys(one.fact for one in recorded)]
        zh, en = "、".join(zh for zh, _ in told), ", ".join(en for _, en in told)
        parts.append(f"货物情况有新记录：{zh} / recorded of the goods: {en}")
    return "；".join(parts) or "参与部门或货物情况变化 / what became of an invitation, or is known of the goods, changed"


def facts(recorded: Iterable[Recorded]) -> tuple[str, ...]:
    """What was recorded of the goods, in the order it was, each with its reason and source."""
    return tuple(
        f"货物情况 {zh}：{'是' if one.value else '否'}（{one.reason}） / {en}: {'yes' if one.value else 'no'}"
        for one in recorded
        for zh, en in (GOODS_FACTS[one.fact],)
    )


def conclusions(before: Sequence[LineConclusion], after: Sequence[LineConclusion]) -> tuple[ConclusionChange, ...]:
    """Agency by agency and line by line, what is concluded otherwise now. Saying the same again in a new version is no change."""
    was, is_ = ({(one.agency, one.line or 0, one.check or ""): one for one in said} for said in (before, after))
    found = (_word(was.get(key), is_.get(key)) for key in sorted(was.keys() | is_.keys()))
    return tuple(one for one in found if one is not None)


def _word(old: LineConclusion | None, new: LineConclusion | None) -> ConclusionChange | None:
    said = new or old
    assert said is not None  # the key is from one of the two
    had, has = ({*one.measures, *one.conditions} if one else set() for one in (old, new))
    told = ConclusionChange(
        agency=said.agency,
        line=said.line,
        check=said.check,
        before=old.verdict if old else "",
        after=new.verdict if new else "",
        added=tuple(sorted(has - had)),
        dropped=tuple(sorted(had - has)),
        basis=said.basis,
        cause=said.cause,
        reason=said.reason,
    )
    same = old is not None and new is not None and (old.basis, old.cause, old.reason) == (new.basis, new.cause, new.reason)
    return None if same and told.before == told.after and not (told.added or told.dropped) else told


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Line by line and for the whole case, what the merge found before and finds now. Both are merge outputs as JSON."""
    return tuple(_changes(before, after))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    was = {line["line"]: line for line in before["lines"]}
    for line in after["lines"]:
        old = was.get(line["line"], {})
        for field, zh, en in _COMPARED:
            if old.get(field) != line[field]:
                yield f"第 {line['line']} 项{zh}：" + _moved(old.get(field), line[field], f"line {line['line']}, {en}")
    if before["disposition"] != after["disposition"]:
        yield "全案处置：" + _moved(before["disposition"], after["disposition"], "the case")


def _moved(was: str | None, is_: str | None, what: str) -> str:
    old, new = was or NONE, is_ or NONE
    return f"{word(old)} → {word(new)} / {what}: {old} → {new}"


def _versions(conclusions: Sequence[LineConclusion]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in conclusions:
        found[one.agency] = max(found.get(one.agency, 0), one.version)
    return found
