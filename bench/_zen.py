"""A rulebook of the bench as a decision table of zen-engine, in the form its index likes best: plain cells in many columns.

A column for each length of HS prefix, one for the heading as a number (ranges), the lists as they are, prices as bounds; words as
a condition over the text, which its index cannot know. All rows that hit are collected. Installed by the group ``bench``
of pyproject.toml.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from _peers import NotInstalled, goods_of

from risk.declaration import Declaration
from risk.rule import Rule, Scope

LENGTHS = (2, 4, 6, 8, 10)
LISTS = ("origin", "dispatch", "port", "transport_mode", "credit", "direction")
COLUMNS = (*(f"hs{digits}" for digits in LENGTHS), "heading", *LISTS, "currency", "price_per_kg", "unit_price")


def zen_microseconds(rules: Sequence[Rule], goods: Sequence[Declaration]) -> float:
    """Processor time a declaration, all its lines in one batch: its quickest way, which alone uses the table's index."""
    evaluate = _table_of(rules)
    asked = [[_request(line) for line in goods_of(declaration)] for declaration in goods]
    for lines in asked[:5]:
        evaluate(lines)
    start = time.process_time()
    for lines in asked:
        evaluate(lines)
    return (time.process_time() - start) / len(goods) * 1e6


def zen_hits(rules: Sequence[Rule], goods: Declaration) -> list[set[str]]:
    """The rules the table names line by line: what it is timed at must be the same question."""
    answers = _table_of(rules)([_request(line) for line in goods_of(goods)])
    return [{row["rule"] for row in answer["data"]["result"]} for answer in answers]


def _table_of(rules: Sequence[Rule]) -> Callable[[list[Any]], Any]:
    try:
        import zen
    except ImportError as error:
        raise NotInstalled("zen-engine") from error
    evaluate: Callable[[list[Any]], Any] = zen.ZenEngine(
        {"loader": {"type": "static", "content": {"rules": _decision(rules)}}}
    ).evaluate_batch
    return evaluate


def _request(line: dict[str, Any]) -> dict[str, Any]:
    codes = {f"hs{digits}": line["hs"][:digits] for digits in LENGTHS}
    return {"key": "rules", "context": {**line, **codes, "heading": int(line["hs"][:6])}}


def _decision(rules: Sequence[Rule]) -> dict[str, Any]:
    inputs = [{"id": f"c-{name}", "name": name, "field": name} for name in COLUMNS]
    inputs += [{"id": f"c-{name}", "name": name} for name in ("words", "papers")]
    table = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "c-rule", "name": "rule", "field": "rule"}],
        "rules": [_row(rule) for rule in rules],
    }
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {"id": "table", "type": "decisionTableNode", "name": "table", "position": {"x": 0, "y": 0}, "content": table},
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }


def _row(rule: Rule) -> dict[str, str]:
    cells = dict.fromkeys((*COLUMNS, "words", "papers"), "") | _of_codes(rule.scope)
    for name in LISTS:
        lists = getattr(rule.scope, name)
        values = lists if isinstance(lists, tuple) else () if lists is None else lists.any
        cells[name] = ", ".join(f'"{value}"' for value in values)
    for bound in rule.scope.thresholds:
        cells |= {"currency": f'"{bound.currency}"', bound.number: f"< {bound.below}"}
    if (words := rule.scope.keywords) is not None:
        wanted = " or ".join(f'contains(text, "{word}")' for word in words.any)
        cells["words"] = " and ".join([f"({wanted})", *(f'not contains(text, "{word}")' for word in words.none)])
    if rule.scope.certificates is not None:
        cells["papers"] = " and ".join(f'contains(certificates, "{kind}")' for kind in rule.scope.certificates.presented)
    return {"_id": rule.meta.id, "c-rule": f'"{rule.meta.id}"'} | {f"c-{name}": cell for name, cell in cells.items()}


def _of_codes(scope: Scope) -> dict[str, str]:
    if scope.hs is None:
        return {}
    cells = {f"hs{len(prefix)}": f'"{prefix}"' for prefix in scope.hs.prefixes}
    cells |= {f"hs{len(out)}": f'not($ == "{out}")' for out in scope.hs.exclusions}
    spans = [f"[{int(span.first[:6])}..{int(span.last[:6])}]" for span in scope.hs.ranges]
    return cells | {"heading": ", ".join(spans)}
