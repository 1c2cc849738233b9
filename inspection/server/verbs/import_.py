"""``lianjian import``: declarations out of a file into the platform; good rows go through beside bad ones."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspection.declaring.declaration_files import Reading
    from inspection.declaring.import_rows import Row, RowError
    from inspection.server.boot import Services
    from inspection.server.file_import import FileImport
    from kit.errors import LianjianError
    from kit.settings import Settings

HELP = "import declarations from NDJSON, JSON or CSV; the same file again changes nothing"
EXAMPLE = "lianjian import declarations.csv --mapping kcs"

REFUSED, UNREADABLE = 1, 2
LINES_NAMED = 5
CHUNK = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """File, mapping, encoding, and whether it is the past."""
    parser.add_argument("file", type=Path, metavar="FILE", help="declarations: .ndjson, .json, .csv, .tsv (docs/import.md)")
    parser.add_argument("--mapping", metavar="NAME|FILE", help="column mapping of a CSV: a shipped one (kcs, plain) or a file")
    parser.add_argument(
        "--history", action="store_true", help="past declarations: stored and screened, no case, deadline or notice (kcs sets it)"
    )
    parser.add_argument("--encoding", default="utf-8", metavar="E", help="utf-8 (default) or gb18030")
    parser.add_argument("--json", action="store_true", help='last line: {"rows","accepted","already","refused","flagged"}')
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the platform (LIANJIAN_DATA_DIR, default ./var)")


def run(args: argparse.Namespace) -> int:
    """0 when nothing was refused, 1 when some rows were (the others are stored), 2 when file or platform cannot be opened."""
    import asyncio

    from inspection.declaring.column_mapping import load_mapping
    from inspection.declaring.declaration_files import Reading
    from inspection.server import boot
    from kit import logs, settings
    from kit.errors import LianjianError

    try:
        found = settings.load(os.environ, data_dir=args.data_dir)
        logs.configure("warning")
        reading = Reading(mapping=load_mapping(args.mapping) if args.mapping else None, encoding=args.encoding)
        lines = _count_lines(args.file)
        with boot.services(found) as services:
            done = asyncio.run(_import(found, services, args, reading, lines))
    except LianjianError as refused:
        print(_told(refused), file=sys.stderr)
        return UNREADABLE
    except OSError as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE
    _show(done, as_json=args.json)
    return REFUSED if done.summary.refused else 0


async def _import(found: Settings, services: Services, args: argparse.Namespace, reading: Reading, lines: int) -> FileImport:
    import msgspec

    from inspection.declaring.declaration_files import read_path
    from inspection.server import boot
    from inspection.server.file_import import FileImport

    history = args.history or (reading.mapping is not None and reading.mapping.history)
    async with boot.open_platform(found, services) as platform:
        if not history:  # which has no bound on its dates: it was declared long before it came here
            reading = msgspec.structs.replace(reading, received_at=platform.clock.now())
        with _progress(lines) as (passed, tell):
            one = FileImport(platform, history=history, refused=partial(_name, tell), passed=passed)
            await one.run(read_path(args.file, reading))
        return one


@contextmanager
def _progress(lines: int) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """A bar on a terminal, nothing elsewhere: who advances it to a line of the file, and who prints a line above it."""
    if not sys.stderr.isatty():
        yield lambda _: None, lambda text: print(text, file=sys.stderr)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("导入 import"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("import", total=lines)
        yield (
            lambda line: progress.update(bar, completed=line),
            lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True),
        )


def _name(tell: Callable[[str], None], row: Row | RowError, why: LianjianError | None) -> None:
    for line in refusals(row, why):
        tell(line)


def refusals(row: Row | RowError, why: LianjianError | None) -> list[str]:
    """``line N: field: message`` for each reason why a row was refused: Chinese first, then English."""
    from inspection.declaring.import_rows import RowError

    if isinstance(row, RowError):
        # A row of a group names its own line; one that a broken neighbour drags along is named where it begins.
        where = [max(row.line_number, int(problem.facts.get("line", 0))) for problem in row.problems]
        return [
            f"line {line}: {problem.path}: {problem.message_zh} · {problem.message_en}"
            for line, problem in zip(where, row.problems, strict=True)
        ]
    assert why is not None
    named = why.details.get("errors") or [{"path": "$.number", "message_zh": why.title_zh, "message_en": why.title_en}]
    return [f"line {row.line_number}: {one['path']}: {one['message_zh']} · {one['message_en']}" for one in named]


def _count_lines(file: Path) -> int:
    """For the bar only: a text over several lines makes it end early."""
    with file.open("rb") as opened:
        return sum(chunk.count(b"\n") for chunk in iter(partial(opened.read, CHUNK), b"")) + 1


def _told(refused: LianjianError) -> str:
    """A refusal of the whole file, of the mapping or of the set-up, in both languages."""
    problems = [one for one in refused.details.get("errors") or [refused.details] if "message_zh" in one]
    listed = [f"{one.get('path', '')}: {one['message_zh']} · {one['message_en']}".lstrip(": ") for one in problems]
    return "\n".join([f"{refused.title_zh} · {refused.title_en}", *(listed or [str(refused)]), refused.advice_zh]).strip()


def _show(done: FileImport, *, as_json: bool) -> None:
    """What became of the file; with ``--json`` the words go to standard error and the counts stand alone on the last line."""
    import msgspec

    summary = done.summary
    out = sys.stderr if as_json else sys.stdout
    print(
        f"共 {summary.rows} 份报关单：新增 {summary.accepted}，已存在 {summary.already}，"
        f"拒绝 {summary.refused}，提示 {summary.flagged}。",
        f"{summary.rows} declarations: {summary.accepted} accepted, {summary.already} already here,"
        f" {summary.refused} refused, {summary.flagged} flagged.",
        sep="\n",
        file=out,
    )
    for line in _codes(done):
        print(line, file=out)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(summary) + b"\n")


def _codes(done: FileImport) -> Iterator[str]:
    """The HS codes that the nomenclature no longer has or never had, with how many lines carry each and the first of them."""
    from inspection.declaring.nomenclature import nomenclature

    for code, lines in sorted(done.hs_codes.items()):
        edition = nomenclature().retired_in(code)
        what = f"已在 {edition} 中停用 · retired by {edition}" if edition else "不在目录中 · not in the nomenclature"
        more = "…" if len(lines) > LINES_NAMED else ""
        yield f"HS {code} {what}: {len(lines)} × (line {', '.join(map(str, lines[:LINES_NAMED]))}{more})"
