"""``lianjian screen``: declarations in, one JSON a line; one screening result a line out. No database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from kit.errors import Invalid
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
    from inspection.declaring import validation
    from inspection.declaring.nomenclature import nomenclature
    from kit.errors import Invalid
    from risk.screening_result import public_line

    codes = nomenclature()
    refused = 0
    for number, line in enumerate(lines, start=1):
        document = line.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if not document:
            continue
        try:
            declaration = validation.decode(document)
            validation.accept(declaration, codes)
        except Invalid as error:
            refused += 1
            print(f"line {number}: {_told(error)}", file=sys.stderr)
            continue
        result = screener.screen(declaration, seed=args.seed)
        out.write((result.to_bytes() if args.full else public_line(result, args.language)) + b"\n")
    out.flush()
    return refused


def _told(error: Invalid) -> str:
    """Every bad field with its path on one line; JSON that does not decode with its own line and column."""
    problems = error.details.get("errors", ())
    return "; ".join(f"{p['path']}: {p['message_en']}" for p in problems) or str(error)
