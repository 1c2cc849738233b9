"""``lianjian doctor``: what is wrong with this set-up, in plain words."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspection.server.checkup_services import Finding

HELP = "say in plain words what is wrong with this set-up; exit 0 only if nothing is"
EXAMPLE = "lianjian doctor --data-dir /srv/lianjian"

_MARKS = {"ok": "✓", "warning": "!", "wrong": "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Looks at the same settings as ``serve``."""
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the embedded platform (LIANJIAN_DATA_DIR)")
    parser.add_argument("--json", action="store_true", help='one line: {"ok", "checks": [{"check", "status", "zh", "en"}]}')


def run(args: argparse.Namespace) -> int:
    """Prints each finding as it is made. 1 when one of them is wrong; warnings alone are 0."""
    import msgspec

    from inspection.server.checkup import findings, read_settings

    settings, made = read_settings(os.environ, args.data_dir)
    if not args.json:
        for finding in made:
            _show(finding)
    for finding in findings(settings):
        made.append(finding)
        if not args.json:
            _show(finding)
    wrong = sum(finding.status == "wrong" for finding in made)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode({"ok": not wrong, "checks": made}) + b"\n")
    else:
        print(_summary(wrong))
    return 1 if wrong else 0


def _show(finding: Finding) -> None:
    print(f"{_MARKS[finding.status]} {finding.zh}\n  {finding.en}", flush=True)


def _summary(wrong: int) -> str:
    if wrong:
        return f"\n有 {wrong} 处问题，解决后再启动。\nThings to put right before the start: {wrong}."
    return "\n一切就绪。\nAll is well."
