"""``lianjian rules to-xlsx`` and ``from-xlsx``: a pack as a spreadsheet, and back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risk.pack_files import PackProblem
    from risk.rule import Pack
    from risk.sheet_rows import SheetProblem

ACTIONS = ("to-xlsx", "from-xlsx")
UNREADABLE = 2


def add_actions(sub: Any) -> None:
    """The two actions of ``lianjian rules``: what is given, what is wanted."""
    for name, help_line, given, wanted in (
        ("to-xlsx", "a pack as a spreadsheet, one row a rule", "yaml", "xlsx"),
        ("from-xlsx", "the spreadsheet back as a pack, checked whole", "xlsx", "yaml"),
    ):
        example = f"example: lianjian rules {name} port.{given} port.{wanted}"
        action = sub.add_parser(name, help=help_line, description=help_line, epilog=example)
        action.add_argument("given", type=Path, metavar=f"IN.{given}")
        action.add_argument("wanted", type=Path, metavar=f"OUT.{wanted}", help="written only when nothing is wrong")
        action.add_argument("--json", action="store_true", help="one JSON object with the problems")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when it is written, 1 when something in it is wrong, 2 when it cannot be read or written."""
    from risk.sheet_writing import CellTooLong

    act = _to_xlsx if args.action == "to-xlsx" else _from_xlsx
    try:
        pack, problems = act(args.given, args.wanted)
    except (OSError, CellTooLong) as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE
    _tell(0 if pack is None else len(pack.rules), problems, as_json=args.json)
    return 1 if problems else 0


def _to_xlsx(given: Path, wanted: Path) -> tuple[Pack | None, Sequence[PackProblem]]:
    from risk.pack_files import check_pack
    from risk.sheet_writing import workbook_of

    pack, problems = check_pack(given)
    if pack is not None:
        workbook_of(pack).save(wanted)
    return pack, problems


def _from_xlsx(given: Path, wanted: Path) -> tuple[Pack | None, Sequence[SheetProblem]]:
    from risk.pack_writing import written
    from risk.sheet_reading import pack_of

    pack, problems = pack_of(given, str(given))
    if pack is not None:
        wanted.write_text(written(pack), encoding="utf-8")
    return pack, problems


def _tell(rules: int, problems: Sequence[PackProblem | SheetProblem], *, as_json: bool) -> None:
    if as_json:
        import msgspec

        print(json.dumps({"rules": rules, "problems": [msgspec.to_builtins(p) for p in problems]}, ensure_ascii=False))
        return
    for problem in problems:
        print(problem)
    print(f"{rules} 条规则，{len(problems)} 处问题 · {rules} rules, {len(problems)} problems", file=sys.stderr)
