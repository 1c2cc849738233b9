"""What a later version of a report says about its predecessor: why it was made, and what changed, in words. Pure.

Chinese first, English second; codes of verdicts and dispositions stay codes, the printed report translates its tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inspection.report_document import LineConclusion

NONE = "—"
_COMPARED = (("verdict", "结论", "verdict"), ("outcome", "结果", "outcome"), ("disposition", "处置", "disposition"))


def reason(before: Sequence[LineConclusion], after: Sequence[LineConclusion], names: Mapping[str, str]) -> str:
    """Which agencies amended their conclusion or gave one that was missing. ``names`` in Chinese by code."""
    was, is_ = _versions(before), _versions(after)
    parts = []
    for agency in sorted(is_):
        if was.get(agency) == is_[agency]:
            continue
        zh = names.get(agency, agency)
        if agency in was:
            parts.append(f"{zh}修改结论为第 {is_[agency]} 版 / {agency} amended its conclusion to v{is_[agency]}")
        else:
            parts.append(f"{zh}补充提交结论 / {agency} gave the conclusion that was missing")
    return "；".join(parts) or "参与部门情况变化 / what became of an invitation changed"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Line by line and for the whole case, what the merge found before and finds now. Both are merge outputs as JSON."""
    return tuple(_changes(before, after))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    was = {line["line"]: line for line in before["lines"]}
    for line in after["lines"]:
        old = was.get(line["line"], {})
        for field, zh, en in _COMPARED:
            if old.get(field) != line[field]:
                told = f"{old.get(field) or NONE} → {line[field] or NONE}"
                yield f"第 {line['line']} 项{zh} {told} / line {line['line']}, {en}: {told}"
    if before["disposition"] != after["disposition"]:
        told = f"{before['disposition'] or NONE} → {after['disposition'] or NONE}"
        yield f"全案处置 {told} / the case: {told}"


def _versions(conclusions: Sequence[LineConclusion]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in conclusions:
        found[one.agency] = max(found.get(one.agency, 0), one.version)
    return found
