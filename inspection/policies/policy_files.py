"""Policies as files: the shipped ones by name, and any document as text, each problem with its line and column.

A file may say ``extends: NAME`` and give only the fields that differ from that policy; what comes out is always whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from inspection.policies.policy import Policy
from inspection.policies.policy_check import PolicyInvalid, policy_problems
from inspection.policies.policy_problems import told, unknown
from kit.canonical import canonical_hash
from kit.decoding import Problem, problems
from risk.marked_yaml import Marked, NotReadable, Place, read
from risk.problem_kinds import Kind
from risk.problem_words import worded

FOLDER = Path(__file__).parent
Base = Callable[[str], Mapping[str, Any] | None]
"""The whole document of a policy that another one extends, by name; None where there is none."""


def shipped_names() -> tuple[str, ...]:
    """The names of the policies that ship, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def shipped_text(name: str) -> str:
    """The file of a shipped policy as it is written; raises :class:`PolicyInvalid` naming those there are."""
    if name not in shipped_names():
        known = ", ".join(shipped_names())
        zh = f"没有该名称的策略；应为 {known} 之一，或完整的策略文档"
        en = f"no policy of that name ships; one of {known}, or a whole policy document"
        raise PolicyInvalid([Problem(path="$", code="not_allowed", message_zh=zh, message_en=en)], name)
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def shipped(name: str) -> Policy:
    """The shipped policy of that name; raises :class:`PolicyInvalid` naming those there are."""
    return policy_from_yaml(shipped_text(name))


def shipped_document(name: str) -> Mapping[str, Any] | None:
    """A shipped policy as a whole document, to be extended; None where none of that name ships."""
    return msgspec.to_builtins(shipped(name)) if name in shipped_names() else None


def ships(name: str, version: int) -> bool:
    """Whether this very version comes with the product."""
    return name in shipped_names() and shipped(name).version == version


def texts_of(policy: Policy) -> dict[str, str]:
    """The Chinese of rows and exclusions by their English, punctuated as Chinese is."""
    texts = [(row.text_en, row.text_zh) for row in policy.table] + [(one.text_en, one.text_zh) for one in policy.exclusions]
    return {en: zh.replace(", ", "，") for en, zh in texts if en}


def document_hash(policy: Policy) -> str:
    """SHA-256 (hex) of the canonical bytes of the whole document: what a report names, whatever file it was written in."""
    return canonical_hash(msgspec.to_builtins(policy))


def policy_from_yaml(text: str, base: Base = shipped_document) -> Policy:
    """The policy written in ``text`` (YAML or JSON), checked; raises :class:`PolicyInvalid`, every problem with its place."""
    policy, found = policy_in(text, base)
    if policy is None:
        raise PolicyInvalid(found)
    if found:
        raise PolicyInvalid(found, policy.name)
    return policy


def policy_from_document(document: Mapping[str, Any], base: Base = shipped_document) -> Policy:
    """The policy in a decoded document, ``extends`` resolved, checked; raises :class:`PolicyInvalid`."""
    policy, found = _resolved(document, base)
    if policy is None or found:
        raise PolicyInvalid(found, str(document.get("name", "")))
    return policy


def policy_in(text: str, base: Base = shipped_document) -> tuple[Policy | None, list[Problem]]:
    """What ``text`` says (None: it is no policy), and all that is wrong with it, in the order it is written.

    ``facts`` of a problem are its ``line`` and ``column``.
    """
    try:
        marked = read(text)
        document = yaml.safe_load(text)
    except NotReadable as refused:
        return None, [_at(refused.place, told("$", "malformed_yaml", *_unreadable(refused)))]
    except (yaml.YAMLError, ValueError, RecursionError) as refused:
        why = str(refused).partition("\n")[0]
        return None, [_at(Place(1, 1), told("$", "malformed_yaml", f"不是有效的 YAML：{why}", f"not YAML: {why}"))]
    if not isinstance(document, dict):
        zh, en = "策略应为由字段组成的对象；以 `name:` 开头", "a policy is an object of fields; begin with `name:`"
        return None, [_at(marked.place("$"), told("$", "type", zh, en))]
    policy, found = _resolved(document, base)
    placed = [_at(_place(marked, problem, document), problem) for problem in found]
    return policy, sorted(placed, key=lambda one: (one.facts["line"], one.facts["column"]))


def _unreadable(refused: NotReadable) -> tuple[str, str]:
    """What is wrong and what to write instead, in Chinese and in English; a policy begins otherwise than a rule pack."""
    said = worded(refused.fault)
    empty = refused.fault.kind is Kind.EMPTY_FILE
    zh, en = ("请以 `name:` 开头", "begin with `name:`") if empty else (said["advice_zh"], said["advice_en"])
    return f"{said['message_zh']}；{zh}", f"{said['message_en']}; {en}"


def _resolved(document: Mapping[str, Any], base: Base) -> tuple[Policy | None, list[Problem]]:
    whole, extended = dict(document), None
    if (name := whole.pop("extends", None)) is not None:
        if (extended := base(str(name))) is None:
            return None, [unknown("$.extends", str(name), shipped_names())]
        if extended.get("name") == whole.get("name") and extended.get("version") == whole.get("version"):
            zh, en = f"{name} 的同一版本不能以自身为基础，形成循环", f"{name} extends this very version of itself: a cycle"
            return None, [told("$.extends", "cycle", f"{zh}；请提高版本号或改名", f"{en}; take the next version or another name")]
        whole = dict(extended) | whole
    if found := problems(whole, Policy):
        return None, [*found, *_besides(whole, found, extended)]
    policy = msgspec.convert(whole, Policy)
    return policy, policy_problems(policy)


def _besides(whole: Mapping[str, Any], found: list[Problem], extended: Mapping[str, Any] | None) -> list[Problem]:
    """What is wrong in the other fields, read with those that are malformed as the extended policy has them."""
    if extended is None:
        return []
    malformed = {_field(problem.path) for problem in found}
    sound = {name: value for name, value in whole.items() if name not in malformed}
    sound |= {name: extended[name] for name in malformed if name in extended}
    return [one for one in policy_problems(msgspec.convert(sound, Policy)) if _field(one.path) not in malformed]


def _field(path: str) -> str:
    """The field of the document that a path leads into."""
    return path.removeprefix("$.").partition(".")[0].partition("[")[0]


def _place(marked: Marked, problem: Problem, document: Mapping[str, Any]) -> Place:
    """Where a problem stands in the file; what was taken over from the policy it extends stands at ``extends``."""
    if problem.path != "$" and _field(problem.path) not in document and "extends" in document:
        return marked.key_place("$", "extends")
    owner, _, key = problem.path.rpartition(".")
    if f"{owner}~{key}" in marked.places and (problem.code == "unknown_field" or problem.path not in marked.places):
        return marked.places[f"{owner}~{key}"]
    return marked.place(problem.path)


def _at(place: Place, problem: Problem) -> Problem:
    return msgspec.structs.replace(problem, facts={**problem.facts, "line": place.line, "column": place.column})
