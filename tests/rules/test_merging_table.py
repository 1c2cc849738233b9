"""The golden table of the merge, row by row: what a lawyer can check is what the code does."""

from __future__ import annotations

from collections import Counter
from typing import Any

import merge_table
import pytest

from inspection.concluding.merge_trace import title_of
from inspection.merging import MergeInputInvalid

ROWS = merge_table.rows()
MERGED = [row for row in ROWS if "refused" not in row]
CITABLE = {
    *("Select", "Verdicts", "Measures", "Join", "Standing", "Policies", "Pending test", "Strength", "Case", "Missing"),
    *(f"Outcome {n}" for n in range(1, 7)),
    *(f"Table {n}" for n in range(1, 7)),
    *(f"Excluding {n}" for n in range(1, 6)),
}


def named(row: dict[str, Any]) -> str:
    return str(row["name"])


@pytest.mark.parametrize("row", MERGED, ids=named)
def test_the_row_holds(row: dict[str, Any]) -> None:
    result = merge_table.merged(row)
    for line in result.lines:
        expected = row.get(f"line {line.line}", {})
        got = merge_table.shown(line)
        assert {field: got[field] for field in expected} == expected
    case = row.get("case", {})
    assert {field: getattr(result, field) for field in case} == case


@pytest.mark.parametrize("row", [row for row in ROWS if "refused" in row], ids=named)
def test_the_input_is_refused_at_the_path_of_the_row(row: dict[str, Any]) -> None:
    with pytest.raises(MergeInputInvalid) as refusal:
        merge_table.merged(row)
    assert refusal.value.path == row["refused"]


def test_every_row_cites_the_domain_page_and_decides_something() -> None:
    assert {row["row"] for row in ROWS} <= CITABLE
    assert max(Counter(map(named, ROWS)).values()) == 1
    assert all("refused" in row or "line 1" in row or "case" in row for row in ROWS)


def test_the_table_has_sixty_rows_and_four_for_every_outcome() -> None:
    outcomes = Counter(line.outcome for row in MERGED for line in merge_table.merged(row).lines)
    assert len(ROWS) >= 60
    assert set(outcomes) == {"WAIT", "CONFLICT", "PROPOSED", "AUTOMATIC", "LEAD"}
    assert min(outcomes.values()) >= 4
    assert {row["row"] for row in ROWS} >= CITABLE - {"Join"}, "the join's laws are properties, every other row has a case"


def test_every_reason_in_a_trace_has_a_title_in_chinese_and_english() -> None:
    rules = {step.rule for row in MERGED for step in merge_table.merged(row).trace}
    assert all(all(title_of(rule)) for rule in rules)
    assert len(rules) > 30
