"""``lianjian rules``: check packs (form and meaning), run the examples of their rules, see how precise the rules have been."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from inspection.server import rules_backtest, rules_sheets

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from risk.pack_files import PackProblem

T = TypeVar("T")
HELP = "Check rule packs, run their examples, try them on the past, edit them as a spreadsheet, see how precise they were."
EXAMPLE = "lianjian rules check risk/packs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``check`` and ``test``, each with paths; ``precision`` of a port; what ``shipped``; back-tests; spreadsheets."""
    sub = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, help_line in (("check", "form and meaning of every rule"), ("test", "check, then run every rule's examples")):
        action = sub.add_parser(name, help=help_line, description=help_line, epilog=f"example: lianjian rules {name} risk/packs")
        action.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a pack file, or a folder of *.yaml")
        action.add_argument(
            "--json", action="store_true", help="one JSON object; each problem with code, file, line, column and both languages"
        )
    help_line = "how often each rule called an agency, and how often people found that false"
    precision = sub.add_parser(
        "precision", help=help_line, description=help_line, epilog="example: lianjian rules precision --port 5316"
    )
    precision.add_argument("--port", required=True, metavar="CODE", help="customs code of the port: 5316")
    precision.add_argument("--json", action="store_true", help="one JSON array, as GET /api/v1/rulebooks/precision answers")
    precision.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the platform (LIANJIAN_DATA_DIR)")
    help_line = "whether the packs that ship are those the platform stored"
    shipped = sub.add_parser("shipped", help=help_line, description=help_line, epilog="example: lianjian rules shipped")
    shipped.add_argument("--json", action="store_true", help="one JSON array: name, version, both digests")
    shipped.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the platform (LIANJIAN_DATA_DIR)")
    rules_backtest.add_actions(sub)
    rules_sheets.add_actions(sub)


def run(args: argparse.Namespace) -> int:
    """Exit 0 when nothing is wrong, 1 when something is, 2 when a path cannot be read or the platform not be opened."""
    if args.action in rules_backtest.ACTIONS:
        return rules_backtest.run(args)
    if args.action in rules_sheets.ACTIONS:
        return rules_sheets.run(args)
    return {"precision": _precision, "shipped": _shipped}.get(args.action, _check)(args)


def _check(args: argparse.Namespace) -> int:
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
    zh, en = (f"，{counts['examples']} 个示例", f", {counts['examples']} examples") if counts["examples"] else ("", "")
    print(
        f"{counts['packs']} 个规则包，{counts['rules']} 条规则{zh}，{len(problems)} 处问题"
        f" · {counts['packs']} packs, {counts['rules']} rules{en}, {len(problems)} problems",
        file=sys.stderr,
    )


def _precision(args: argparse.Namespace) -> int:
    import msgspec

    from inspection.inviting import hit_outcomes

    figures = _asked(args, lambda session: hit_outcomes.precision_at(session, args.port))
    if figures is None:
        return 2
    if args.json:
        sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")
        return 0
    print("规则 rule", "命中 hits", "误报 false", "移交 reassigned", "查准率 precision", sep="\t")
    for one in figures:
        print(f"{one.rule} v{one.version}", one.hits, one.false_positives, one.reassigned, one.precision, sep="\t")
    return 0


def _shipped(args: argparse.Namespace) -> int:
    import msgspec

    from inspection.server.checkup_rulebooks import ALIKE, unlike_pair
    from risk import published_rulebooks

    found = _asked(args, published_rulebooks.unlike_shipped)
    if found is None:
        return 2
    if args.json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        print("\n".join(" · ".join(pair) for pair in [unlike_pair(one) for one in found] or [ALIKE]))
    return 1 if found else 0


def _asked(args: argparse.Namespace, question: Callable[[AsyncSession], Awaitable[T]]) -> T | None:
    """What the platform answers; None, and why on the error stream, where it cannot be opened."""
    from inspection.server.as_platform import as_platform
    from inspection.server.embedded_place import PostgresCannotRun
    from kit import logs, settings

    try:
        found = settings.load(os.environ, data_dir=args.data_dir)
        logs.configure("warning")
        return as_platform(found, lambda session, _now: question(session))
    except (settings.SettingWrong, PostgresCannotRun, OSError) as fault:
        print(fault, file=sys.stderr)
        return None
