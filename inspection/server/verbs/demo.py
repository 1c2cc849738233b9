"""``lianjian demo``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

HELP = "play the reference day through the public interfaces on a throw-away platform"
EXAMPLE = "lianjian demo --headless --out papers/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which declarations, and where the papers go."""
    parser.add_argument("--headless", action="store_true", help="print one JSON summary and end (else: serve the day)")
    parser.add_argument("--declarations", type=Path, metavar="FILE", help="JSON or NDJSON: other goods for the day's cases")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write task sheets and reports there (with --headless)")


def run(args: argparse.Namespace) -> int:
    """Plays; exits 0 only when every assertion held."""
    if not args.headless:
        from inspection.server.cli import main

        return main(["serve", "--demo"])
    import msgspec

    from inspection.server import demo
    from kit import logs
    from kit.settings import load

    logs.configure(load(os.environ).log_level if os.environ.get("LIANJIAN_LOG_LEVEL") else "warning")
    summary = demo.headless(args.declarations, args.out)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(summary)).decode() + "\n")
    return 0 if summary["ok"] else 1
