"""``lianjian policies``: check policy files, show one as a whole, tell two apart. No database is needed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspection.policies.policy import Policy
    from kit.decoding import Problem

HELP = "Check merge policies, show one as a whole, or tell two apart."
EXAMPLE = "lianjian policies check inspection/policies"

POLICY = "a shipped policy's name, or a file"
REFUSED, UNREADABLE = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``check PATH…``, ``show POLICY``, ``diff OLD NEW``."""
    sub = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, help_line, example in (
        ("check", "every problem of every file, with line, column and what to write instead", "check graded-v2.yaml"),
        ("show", "the whole document, what it extends written out, and its hash", "show veto"),
        ("diff", "what the second says otherwise than the first", "diff graded graded-v2.yaml"),
    ):
        action = sub.add_parser(name, help=help_line, description=help_line, epilog=f"example: lianjian policies {example}")
        if name == "check":
            action.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a policy file, or a folder of *.yaml")
        else:
            action.add_argument("policies", nargs=2 if name == "diff" else 1, metavar="POLICY", help=POLICY)
        action.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when nothing is wrong, 1 when a policy is, 2 when a path cannot be read."""
    from inspection.policies.policy_check import PolicyInvalid

    try:
        if args.action == "check":
            return _check(args.paths, as_json=args.json)
        policies = [_policy(name) for name in args.policies]
    except (OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    except PolicyInvalid as refused:
        for problem in refused.problems:
            print(problem.message_en if problem.path == "$" else f"{problem.path}: {problem.message_en}", file=sys.stderr)
        return REFUSED
    return _show(policies[0], as_json=args.json) if args.action == "show" else _diff(policies, as_json=args.json)


def told(file: str, problem: Problem) -> str:
    """``file:line:column: path: message``, in English as every line of a tool."""
    line, column = problem.facts.get("line", 1), problem.facts.get("column", 1)
    where = "" if problem.path == "$" else f"{problem.path}: "
    return f"{file}:{line}:{column}: {where}{problem.message_en}"


def _check(paths: Sequence[Path], *, as_json: bool) -> int:
    import msgspec

    from inspection.policies.policy_files import policy_in
    from risk.pack_files import pack_paths

    found: list[tuple[str, Problem]] = []
    files = pack_paths(paths)
    for file in files:
        found += [(str(file), problem) for problem in policy_in(file.read_text(encoding="utf-8"))[1]]
    if as_json:
        problems = [{"file": name} | msgspec.to_builtins(problem) for name, problem in found]
        print(msgspec.json.encode({"policies": len(files), "problems": problems}).decode())
    else:
        for name, problem in found:
            print(told(name, problem))
        print(f"{len(files)} policies, {len(found)} problems", file=sys.stderr)
    return REFUSED if found else 0


def _policy(name: str) -> Policy:
    from inspection.policies.policy_files import policy_from_yaml, shipped, shipped_names

    return shipped(name) if name in shipped_names() else policy_from_yaml(Path(name).read_text(encoding="utf-8"))


def _show(policy: Policy, *, as_json: bool) -> int:
    import msgspec
    import yaml

    from inspection.policies.policy_files import document_hash

    document = msgspec.to_builtins(policy)
    if as_json:
        print(msgspec.json.encode({"sha256": document_hash(policy), "document": document}).decode())
    else:
        print(f"# {policy.name} version {policy.version}, sha256 {document_hash(policy)}")
        print(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120), end="")
    return 0


def _diff(policies: Sequence[Policy], *, as_json: bool) -> int:
    import msgspec

    from inspection.policies.policy_changes import changes

    found = changes(*policies)
    if as_json:
        print(msgspec.json.encode({"changes": found}).decode())
    else:
        for change in found:
            print(change)
        print(f"{len(found)} changes", file=sys.stderr)
    return 0
