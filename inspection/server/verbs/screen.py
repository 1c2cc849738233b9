"""``lianjian screen``: declarations in, one JSON a line; one screening result a line out. No database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from risk.declaration import Declaration
    from risk.screening import Screener

HELP = "Screen declarations against rule packs, without a database."
EXAMPLE = "lianjian screen --seed 7 declarations.ndjson"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Packs, seed, language of the reasons, input."""
    parser.add_argument(
        "--pack", action="append", metavar="P", type=Path, help="a pack file or a folder of packs (default: the shipped ones)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the random floor (default 0)")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="language of the reasons (default zh)")
    parser.add_argument("--full", action="store_true", help="the whole result, with requirements, draw and trace")
    parser.add_argument(
        "--json", action="store_true", help="accepted for likeness with other verbs; the output is always JSON lines"
    )
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE|-", help="declarations, one JSON object a line (default: standard input)"
    )


def run(args: argparse.Namespace) -> int:
    """Exit 0 when every line was screened, 1 when some were not, 2 when packs or file cannot be read."""
    from risk.pack_files import SHIPPED, PackRefused, load_packs
    from risk.screening import RuleTwice, Screener

    try:
        screener = Screener(load_packs(args.pack or [SHIPPED]))
    except (OSError, PackRefused, RuleTwice) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        with nullcontext(sys.stdin.buffer) if args.file == "-" else Path(args.file).open("rb") as lines:
            return 1 if screen_lines(screener, lines, sys.stdout.buffer, args) else 0
    except OSError as error:
        print(error, file=sys.stderr)
        return 2


def screen_lines(screener: Screener, lines: Iterable[bytes], out: BinaryIO, args: argparse.Namespace) -> int:
    """Screens line by line, writes results to ``out`` and refusals to standard error; the number refused."""
    import msgspec

    from risk.declaration import Declaration
    from risk.screening_result import public_line

    decoder = msgspec.json.Decoder(Declaration)
    refused = 0
    for number, line in enumerate(lines, start=1):
        document = line.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if not document:
            continue
        try:
            declaration = decoder.decode(document)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            refused += 1
            print(f"line {number}: {error}", file=sys.stderr)
            continue
        if (twice := _line_number_twice(declaration)) is not None:
            refused += 1
            print(f"line {number}: line number {twice} stands twice - at `$.lines`", file=sys.stderr)
            continue
        result = screener.screen(declaration, seed=args.seed)
        out.write((result.to_bytes() if args.full else public_line(result, args.language)) + b"\n")
    out.flush()
    return refused


def _line_number_twice(declaration: Declaration) -> int | None:
    """A line number given twice: hits on it could not be told apart."""
    seen: set[int] = set()
    for line in declaration.lines:
        if line.no in seen:
            return line.no
        seen.add(line.no)
    return None
