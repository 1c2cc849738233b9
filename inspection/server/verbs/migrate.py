"""``lianjian migrate``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from kit.settings import SettingWrong, load

HELP = "bring the database to this release's schema, once; safe to repeat"
EXAMPLE = "LIANJIAN_OWNER_DATABASE_URL=postgresql://… DATABASE_URL=postgresql://… lianjian migrate"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from the environment."""
    parser.add_argument("--data-dir", help="folder of the embedded platform (default ./var)")


def run(args: argparse.Namespace) -> int:
    """Migrates and says what is in force."""
    from pathlib import Path

    try:
        settings = load(os.environ, data_dir=Path(args.data_dir) if args.data_dir else None)
    except SettingWrong as wrong:
        print(f"{wrong.title_zh} {wrong.title_en}: {wrong.message}", file=sys.stderr)
        return 2
    from inspection.server import boot
    from inspection.server.migrate import wanted_version

    with boot.services(settings) as found:
        if found.owner_url is None:
            print("LIANJIAN_OWNER_DATABASE_URL: needed to migrate, it owns the tables", file=sys.stderr)
            return 2
        asyncio.run(boot.prepare_schema(found))
    print(f"schema {wanted_version()}")
    return 0
