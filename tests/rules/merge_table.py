"""Reads merge_cases.yaml: the short notation of a row, as the merge's input and as what the row expects of the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from inspection.merging import Conclusion, Context, LineOutcome, MergeOutput, RequiredPair, merge
from inspection.policies.policy import Policy
from inspection.policies.policy_files import policy_from_document, shipped

TABLE = Path(__file__).with_name("merge_cases.yaml")
CONDITIONS = frozenset(shipped("graded").conditions)


def rows() -> list[dict[str, Any]]:
    """Every row of the table."""
    table: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return table


def policy_of(row: dict[str, Any]) -> Policy:
    """The policy of a row, with its changes."""
    name = row.get("policy", "graded")
    return policy_from_document({"extends": name, **row["with"]}) if "with" in row else shipped(name)


def required_of(row: dict[str, Any]) -> list[RequiredPair]:
    """``customs``, ``customs@2``, ``ip LAPSED`` or the pair's fields."""
    return [msgspec.convert(one if isinstance(one, dict) else _pair(one), RequiredPair) for one in row["required"]]


def _pair(text: str) -> dict[str, Any]:
    where, _, state = text.partition(" ")
    agency, _, line = where.partition("@")
    return {"agency": agency, "line": int(line or 1), "state": state or None}


def conclusions_of(row: dict[str, Any]) -> list[Conclusion]:
    """``[agency@line, verdict, measures and conditions …, {other fields}]``."""
    return [_conclusion(*one) for one in row["conclusions"]]


def _conclusion(who: str, verdict: str, *rest: Any) -> Conclusion:
    agency, _, line = who.partition("@")
    codes = [one for one in rest if isinstance(one, str)]
    fields: dict[str, Any] = {
        "agency": agency,
        "line": None if line == "all" else int(line or 1),
        "verdict": verdict,
        "basis": "TESTED",
        "measures": [code for code in codes if code not in CONDITIONS],
        "conditions": [code for code in codes if code in CONDITIONS],
    }
    others = next((one for one in rest if isinstance(one, dict)), {})
    return msgspec.convert(fields | others, Conclusion)


def merged(row: dict[str, Any]) -> MergeOutput:
    """The result of a row."""
    context = msgspec.convert(row.get("context", {}), Context)
    return merge(policy_of(row), required_of(row), conclusions_of(row), context)


def shown(line: LineOutcome) -> dict[str, Any]:
    """A line's outcome in the notation of the table."""
    fields: dict[str, Any] = msgspec.to_builtins(line)
    pairs = [(f"{one.agency}/{one.check}" if one.check else one.agency, one) for one in line.missing]
    fields["missing"] = [" ".join(filter(None, (name, one.cause, one.covered_by))) for name, one in pairs]
    fields["conflicts"] = [" ".join((*one.measures, one.decided_by)) for one in line.conflicts]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
