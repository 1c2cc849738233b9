"""``lianjian rules backtest``, ``history`` and ``export``: a book over the past, and where the past comes from."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspection.server.backtest_words import told

if TYPE_CHECKING:
    from risk.history_files import HistoryWriter
    from risk.past import PastDeclaration

MISSING = "回测需要附加组件：make setup-backtest · back-tests need an extra: make setup-backtest"
UNREADABLE, INTERRUPTED = 2, 130
NAMED = 5
"""Refused rows named one by one."""

ACTIONS = ("backtest", "history", "export")


def add_actions(sub: Any) -> None:
    """The three actions of ``lianjian rules``."""
    help_line = "what the rules of a pack would have hit in the past, beside another pack"
    example = "example: lianjian rules backtest --pack draft.yaml --against risk/packs history"
    backtest = sub.add_parser("backtest", help=help_line, description=help_line, epilog=example)
    backtest.add_argument(
        "history", nargs="+", type=Path, metavar="HISTORY", help="a folder of history, or files as for `history`"
    )
    backtest.add_argument(
        "--pack", action="append", required=True, type=Path, metavar="NEW", help="pack file or folder; again for more"
    )
    backtest.add_argument("--against", action="append", type=Path, metavar="OLD", help="the book to compare with")
    backtest.add_argument("--dated", action="store_true", help="rules by their days in force, not as if they had always been")
    backtest.add_argument("--processes", type=int, metavar="N", help="how many work at a time (default: every core)")
    _mapping(backtest)
    backtest.add_argument("--json", action="store_true", help="the whole report as one JSON object")
    help_line = "make a folder of history from files of declarations"
    history = sub.add_parser(
        "history", help=help_line, description=help_line, epilog="example: lianjian rules history *.ndjson --into past"
    )
    history.add_argument("files", nargs="+", type=Path, metavar="FILE", help="declarations as JSON lines or a mapped CSV")
    history.add_argument("--into", required=True, type=Path, metavar="DIR", help="the folder to make")
    history.add_argument("--replace", action="store_true", help="replace history that is there")
    _mapping(history)
    help_line = "make a folder of history from what the platform holds: declarations, hits and outcomes"
    export = sub.add_parser("export", help=help_line, description=help_line, epilog="example: lianjian rules export past")
    export.add_argument("into", type=Path, metavar="DIR", help="the folder to make")
    export.add_argument("--replace", action="store_true", help="replace history that is there")
    export.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the platform (LIANJIAN_DATA_DIR)")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when done, 1 when rows or packs were refused, 2 when something cannot be opened, 130 when stopped."""
    from kit.errors import LianjianError

    try:
        import numpy as np
        import pyarrow as pa
    except ImportError:
        print(MISSING, file=sys.stderr)
        return UNREADABLE
    del np, pa
    try:
        return {"backtest": _backtest, "history": _history, "export": _export}[args.action](args)
    except LianjianError as refused:
        advice = f"{refused.advice_zh} {refused.advice_en}"
        print(f"{refused.title_zh} · {refused.title_en}: {refused}", advice, sep="\n", file=sys.stderr)
        return UNREADABLE
    except OSError as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE
    except KeyboardInterrupt:
        print("已停止；再次运行即从中断处继续 · stopped; run it again and it goes on from here", file=sys.stderr)
        return INTERRUPTED


def _backtest(args: argparse.Namespace) -> int:
    import msgspec

    from risk.backtests import backtest
    from risk.pack_files import load_packs

    packs, against = load_packs(args.pack), None if args.against is None else load_packs(args.against)
    with ExitStack() as stack:
        folder = _folder(args, stack)
        with _bar("回测 back-test") as tell:
            report = backtest(folder, packs, against, dated=args.dated, processes=args.processes, progress=tell)
    if args.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        print("\n".join(told(report)))
    return 0


def _folder(args: argparse.Namespace, stack: ExitStack) -> Path:
    """A folder as it is; files become one for the time of the back-test."""
    if len(args.history) == 1 and args.history[0].is_dir():
        folder: Path = args.history[0]
        return folder
    made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lianjian-history-"))) / "history"
    _gather(args.history, args.mapping, made, replace=False)
    return made


def _history(args: argparse.Namespace) -> int:
    refused = _gather(args.files, args.mapping, args.into, replace=args.replace)
    return 1 if refused else 0


def _gather(files: list[Path], mapping_name: str | None, into: Path, *, replace: bool) -> int:
    """Reads the files into a folder; returns how many rows were refused, the first of which are named."""
    from inspection.declaring.column_mapping import load_mapping
    from inspection.declaring.history_reading import read_history
    from inspection.declaring.import_rows import RowError
    from risk.history_files import HistoryWriter

    mapping = load_mapping(mapping_name) if mapping_name else None
    refused = 0
    with HistoryWriter(into, replace=replace) as writer, _bar("读取 read") as tell:
        for number, file in enumerate(files):
            tell(number, len(files))
            for past in read_history(file, mapping):
                if not isinstance(past, RowError):
                    writer.add(past)
                    continue
                refused += 1
                if refused <= NAMED:
                    print(f"{file}: line {past.line_number}: {past.message_zh} · {past.message_en}", file=sys.stderr)
        tell(len(files), len(files))
    print(f"{writer.count} 份报关单，拒绝 {refused} · {writer.count} declarations, {refused} refused", file=sys.stderr)
    return refused


def _export(args: argparse.Namespace) -> int:
    from inspection.server.embedded_place import PostgresCannotRun
    from kit import logs, settings
    from risk.history_files import HistoryWriter

    try:
        found = settings.load(os.environ, data_dir=args.data_dir)
        logs.configure("warning")
        with HistoryWriter(args.into, replace=args.replace) as writer:
            _exported(found, writer)
    except (settings.SettingWrong, PostgresCannotRun) as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE
    print(f"{writer.count} 份报关单 · {writer.count} declarations", file=sys.stderr)
    return 0


def _exported(found: Any, writer: HistoryWriter) -> None:
    from inspection.declaring.history_export import past_declarations
    from inspection.server.as_platform import as_platform

    async def work(session: Any, _now: Any) -> None:
        past: PastDeclaration
        async for past in past_declarations(session):
            writer.add(past)
            await asyncio.sleep(0)

    as_platform(found, work)


def _mapping(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mapping", metavar="NAME|FILE", help="column mapping of CSV files: a shipped one (kcs, plain) or a file"
    )


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress: AbstractContextManager[Progress] = Progress(*columns, console=Console(stderr=True), transient=True)
    with progress as shown:
        bar = shown.add_task(title, total=None)
        yield lambda done, everything: shown.update(bar, completed=done, total=everything)
