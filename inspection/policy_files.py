"""Policies as files: the shipped ones by name, and any document as text.

A file may say ``extends: NAME`` and give only the fields that differ from that shipped policy; what comes out is always whole.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from inspection.decoding import located
from inspection.policy import Policy
from inspection.policy_check import PolicyInvalid, check_policy

FOLDER = Path(__file__).parent / "policies"


def shipped_names() -> tuple[str, ...]:
    """The names of the policies that ship, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


@cache
def shipped(name: str) -> Policy:
    """The shipped policy of that name; raises :class:`PolicyInvalid` naming those there are."""
    if name not in shipped_names():
        known = ", ".join(shipped_names())
        raise PolicyInvalid([("$", f"no shipped policy of that name; one of {known}, or a whole policy document")])
    return policy_from_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def policy_from_yaml(text: str) -> Policy:
    """The policy written in ``text`` (YAML or JSON), checked; raises :class:`PolicyInvalid` with path, or line and column."""
    try:
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1} column {mark.column + 1}" if mark else "$"
        raise PolicyInvalid([(place, f"not YAML: {error.problem}")]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicyInvalid([("$", f"not YAML: {error}".splitlines()[0])]) from error
    if not isinstance(document, dict):
        raise PolicyInvalid([("$", "a policy is an object of fields")])
    return policy_from_document(document)


def policy_from_document(document: dict[str, Any]) -> Policy:
    """The policy in a decoded document, ``extends`` resolved, checked; raises :class:`PolicyInvalid`."""
    base = document.get("extends")
    whole = dict(document)
    if base is not None:
        whole = msgspec.to_builtins(shipped(str(base))) | {
            field: value for field, value in document.items() if field != "extends"
        }
    try:
        policy = msgspec.convert(whole, Policy)
    except msgspec.ValidationError as error:
        raise PolicyInvalid([located(str(error), Policy)], str(whole.get("name", ""))) from error
    check_policy(policy)
    return policy
