"""``lianjian worker``."""

from __future__ import annotations

import argparse
import os
import sys

from kit.settings import SettingWrong, load

HELP = "run a worker alone: reactions, deadlines; several may run at once"
EXAMPLE = "DATABASE_URL=postgresql://… lianjian worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything comes from the environment."""
    parser.add_argument("--data-dir", help="folder of the embedded platform (default ./var)")


def run(args: argparse.Namespace) -> int:
    """Works until a signal."""
    from pathlib import Path

    try:
        settings = load(os.environ, data_dir=Path(args.data_dir) if args.data_dir else None)
    except SettingWrong as wrong:
        print(f"{wrong.title_zh} {wrong.title_en}: {wrong.message}", file=sys.stderr)
        return 2
    import uvloop

    from inspection.server import boot, serving
    from kit import logs

    logs.configure(settings.log_level)
    with boot.services(settings) as found:
        uvloop.run(serving.work(settings, found))
    return 0
