"""``lianjian serve``."""

from __future__ import annotations

import argparse
import os
import sys

from kit.settings import SettingWrong, load

HELP = "run the platform: the server with a worker, on embedded services unless the settings name others"
EXAMPLE = "lianjian serve --port 8080"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line may set; everything else comes from the environment."""
    parser.add_argument("--data-dir", help="folder of the embedded platform (default ./var)")
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default 8080, 0: any free one)")
    parser.add_argument("--no-worker", action="store_true", help="serve only; another process runs `lianjian worker`")
    parser.add_argument("--demo", action="store_true", help="load the demo day first (embedded platforms on loopback only)")


def run(args: argparse.Namespace) -> int:
    """Serves until a signal."""
    from pathlib import Path

    try:
        settings = load(
            os.environ,
            data_dir=Path(args.data_dir) if args.data_dir else None,
            host=args.host,
            port=args.port,
            clock="adjustable" if args.demo else None,
            webhooks="private" if args.demo else None,  # the day's receiver listens on loopback, as the platform does
        )
    except SettingWrong as wrong:
        print(f"{wrong.title_zh} {wrong.title_en}: {wrong.message}", file=sys.stderr)
        return 2
    from inspection.server import demo, serving

    return serving.serve(settings, with_worker=not args.no_worker, started=demo.load_and_say if args.demo else _say)


async def _say(_platform: object, address: str) -> None:
    print(f"Lianjian 联检  {address}", flush=True)
