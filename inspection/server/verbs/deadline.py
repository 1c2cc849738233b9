"""``lianjian deadline``: when a budget of hours or days is used up, and the reckoning that leads there. No database."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import WorkCalendar, read_calendar
from agencies.deadlines import Budget, due, read_instant
from kit.errors import Invalid

HELP = "When a deadline falls due, in clock or working time, and why."
EXAMPLE = "lianjian deadline --start 2026-02-13T16:45:00+08:00 --budget 2wh"
REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument("--start", required=True, metavar="INSTANT", help="RFC 3339 with offset: 2026-02-13T16:45:00+08:00")
    parser.add_argument("--budget", required=True, help="2h clock hours, 2wh working hours, 3wd working days, 30d calendar days")
    parser.add_argument("--calendar", type=Path, metavar="FILE", help="a working calendar as JSON (default: the seeded one)")
    parser.add_argument("--json", action="store_true", help="JSON, which is what it prints anyway")


def run(args: argparse.Namespace) -> int:
    """Prints ``{"due","provisional","steps"}`` on one line; 2 and one line on stderr for what cannot be used."""
    try:
        answer = due(read_instant(args.start), Budget.parse(args.budget), _calendar(args.calendar))
    except OSError as unreadable:
        return _refuse(f"--calendar: {args.calendar}: {unreadable.strerror}")
    except Invalid as refused:
        return _refuse(str(refused), refused.advice_en)
    print(msgspec.json.encode(answer).decode())
    return 0


def _calendar(path: Path | None) -> WorkCalendar:
    return seeded_calendar() if path is None else read_calendar(path.read_bytes())


def _refuse(*parts: str) -> int:
    print("lianjian deadline: " + " — ".join(filter(None, parts)), file=sys.stderr)
    return REFUSED
