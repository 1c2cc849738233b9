"""Policies as files: the shipped ones by name, and any document as text.

A file may say ``extends: NAME`` and give only the fields that differ from that shipped policy; what comes out is always whole.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from inspection.policy import Policy
from inspection.policy_check import PolicyInvalid, check_policy
from kit.decoding import Problem, problems

FOLDER = Path(__file__).parent / "policies"


def shipped_names() -> tuple[str, ...]:
    """The names of the policies that ship, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


@cache
def shipped(name: str) -> Policy:
    """The shipped policy of that name; raises :class:`PolicyInvalid` naming those there are."""
    if name not in shipped_names():
        known = ", ".join(shipped_names())
        zh, en = (
            f"没有该名称的策略；应为 {known} 之一，或完整的策略文档",
            f"no policy of that name ships; one of {known}, or a whole policy document",
        )
        raise PolicyInvalid([Problem(path="$", code="not_allowed", message_zh=zh, message_en=en)], name)
    return policy_from_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def policy_from_yaml(text: str) -> Policy:
    """The policy written in ``text`` (YAML or JSON), checked; raises :class:`PolicyInvalid` with path, or line and column."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicyInvalid([_not_yaml(error)]) from error
    if not isinstance(document, dict):
        zh, en = "策略应为由字段组成的对象", "a policy is an object of fields"
        raise PolicyInvalid([Problem(path="$", code="type", message_zh=zh, message_en=en)])
    return policy_from_document(document)


def _not_yaml(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    facts: dict[str, str | int] = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
    reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
    at_zh, at_en = (
        (f"第 {facts['line']} 行第 {facts['column']} 列", f"line {facts['line']} column {facts['column']}") if mark else ("", "")
    )
    zh, en = f"{at_zh}不是有效的 YAML：{reason}", f"{at_en} is not YAML: {reason}".strip()
    return Problem(path="$", code="malformed_yaml", message_zh=zh, message_en=en, facts=facts)


def policy_from_document(document: dict[str, Any]) -> Policy:
    """The policy in a decoded document, ``extends`` resolved, checked; raises :class:`PolicyInvalid`."""
    whole = dict(document)
    if (base := whole.pop("extends", None)) is not None:
        whole = msgspec.to_builtins(shipped(str(base))) | whole
    if found := problems(whole, Policy):
        raise PolicyInvalid(found, str(whole.get("name", "")))
    policy = msgspec.convert(whole, Policy)
    check_policy(policy)
    return policy
