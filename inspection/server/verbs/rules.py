"""``lianjian rules``: check packs (form and meaning) and run the examples of their rules."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from risk.pack_files import PackProblem

HELP = "Check rule packs, or run the examples of their rules."
EXAMPLE = "lianjian rules check risk/packs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``check`` and ``test``, each with paths."""
    sub = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, help_line in (("check", "form and meaning of every rule"), ("test", "check, then run every rule's examples")):
        action = sub.add_parser(name, help=help_line, description=help_line, epilog=f"example: lianjian rules {name} risk/packs")
        action.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a pack file, or a folder of *.yaml")
        action.add_argument("--json", action="store_true", help="one JSON object with the problems")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when nothing is wrong, 1 when something is, 2 when a path cannot be read."""
    from risk.pack_files import check_pack, pack_paths, run_examples

    problems: list[PackProblem] = []
    packs = rules = examples = 0
    try:
        for path in pack_paths(args.paths):
            pack, found = check_pack(path)
            problems.extend(found)
            packs += 1
            if pack is None:
                continue
            rules += len(pack.rules)
            if args.action == "test":
                examples += sum(len(r.meta.examples.must_hit) + len(r.meta.examples.must_not_hit) for r in pack.rules)
                problems.extend(run_examples(pack, path))
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    _tell(problems, {"packs": packs, "rules": rules, "examples": examples}, as_json=args.json)
    return 1 if problems else 0


def _tell(problems: list[PackProblem], counts: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        import msgspec

        print(json.dumps({**counts, "problems": [msgspec.to_builtins(p) for p in problems]}, ensure_ascii=False))
        return
    for problem in problems:
        print(problem)
    tried = f", {counts['examples']} examples" if counts["examples"] else ""
    print(f"{counts['packs']} packs, {counts['rules']} rules{tried}, {len(problems)} problems", file=sys.stderr)
