"""``lianjian calendar``: which working calendar is in force and how far it reaches; publishing a year, or a correction."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from agencies.calendar_watch import Reach
    from agencies.calendars import WorkCalendar
    from agencies.work_calendars import CalendarView, Publication
    from kit.settings import Settings

HELP = "show the working calendar in force, check how far it reaches, publish a year's holidays or a correction"
EXAMPLE = "lianjian calendar import 2027.json --port 5316"

REFUSED, CANNOT_RUN = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """show, check, import."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one line of JSON")
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the platform (LIANJIAN_DATA_DIR, default ./var)")
    whose = argparse.ArgumentParser(add_help=False)
    whose.add_argument("--port", metavar="CODE", help="customs code of the port: 5316")
    whose.add_argument("--agency", metavar="CODE", help="the agency's own calendar at the port (default: the port's)")
    verbs = parser.add_subparsers(dest="calendar_verb", required=True, metavar="show|check|import")
    show = verbs.add_parser(
        "show", parents=[common, whose], help="the calendar in force; with --json as a document that can be imported"
    )
    show.add_argument("--version", type=int, metavar="N", help="an earlier version of its own")
    show.add_argument("--shipped", action="store_true", help="the one that ships, without asking a platform")
    check = verbs.add_parser(
        "check", parents=[common, whose], help="without FILE: the two sources against each other, and how far calendars reach"
    )
    check.add_argument("file", nargs="?", type=Path, metavar="FILE", help="what importing it would change; nothing is changed")
    check.add_argument("--sources", action="store_true", help="only the two sources, without asking a platform")
    load = verbs.add_parser("import", parents=[common, whose], help="publish the next version; deadlines that run follow it")
    load.add_argument("file", type=Path, metavar="FILE", help="a year, or a whole calendar, as JSON (docs/operations.md)")
    load.add_argument("--shorten", action="store_true", help="it may end before the present version does")


def run(args: argparse.Namespace) -> int:
    """0 when done and nothing is to be warned of, 1 when refused or warned, 2 when file or platform cannot be opened."""
    from inspection.server.embedded_place import PostgresCannotRun
    from kit import logs, settings
    from kit.errors import LianjianError

    try:
        found = settings.load(os.environ, data_dir=args.data_dir)
        logs.configure("warning")
        return {"show": _show, "check": _check, "import": _import}[args.calendar_verb](found, args)
    except (settings.SettingWrong, PostgresCannotRun, OSError) as fault:
        print(fault, file=sys.stderr)
        return CANNOT_RUN
    except LianjianError as refused:
        from inspection.server.calendar_words import refusal

        print(refusal(refused), file=sys.stderr)
        return REFUSED


def _show(found: Settings, args: argparse.Namespace) -> int:
    from agencies.calendar_seed import seeded_calendar
    from inspection.server.calendar_words import calendar_words

    calendar = seeded_calendar() if args.shipped else _document(_view(found, args))
    if args.json:
        _json(calendar)
    else:
        print(calendar_words(calendar, datetime.now(UTC)))
    return 0


def _view(found: Settings, args: argparse.Namespace) -> CalendarView:
    from agencies import work_calendars
    from inspection.server.as_platform import as_platform

    port = _port(args)

    async def work(session: AsyncSession, now: datetime) -> CalendarView:
        return await work_calendars.view(session, None, port, args.agency, now, args.version)

    return as_platform(found, work)


def _document(view: CalendarView) -> WorkCalendar:
    from agencies.calendars import WorkCalendar

    return WorkCalendar(**{name: getattr(view, name) for name in WorkCalendar.__struct_fields__})


def _check(found: Settings, args: argparse.Namespace) -> int:
    if args.file is not None:
        return _publish(found, args, only_ask=True)
    from agencies.calendar_seed import compared_sources
    from inspection.server.calendar_words import comparison_words, reach_words

    sources, today = compared_sources(), datetime.now(UTC).date()
    reaches = [] if args.sources else _reaches(found)
    if args.json:
        _json({"sources": sources, "calendars": reaches})
    else:
        print("\n".join([*comparison_words(sources, today), *map(reach_words, reaches)]))
    return REFUSED if sources.ahead_of(today) or any(one.warnings for one in reaches) else 0


def _reaches(found: Settings) -> list[Reach]:
    from agencies import calendar_watch
    from inspection.server.as_platform import as_platform

    return as_platform(found, calendar_watch.reaches)


def _import(found: Settings, args: argparse.Namespace) -> int:
    return _publish(found, args, only_ask=False)


def _publish(found: Settings, args: argparse.Namespace, *, only_ask: bool) -> int:
    import msgspec

    from agencies import work_calendars
    from agencies.calendar_publication import read_draft
    from inspection.server.as_platform import as_platform
    from inspection.server.calendar_words import publication_words

    port, draft = _port(args), read_draft(args.file.read_bytes())
    if getattr(args, "shorten", False):
        draft = msgspec.structs.replace(draft, shorten=True)

    async def work(session: AsyncSession, now: datetime) -> Publication:
        return await work_calendars.publish(session, None, port, args.agency, draft, now, only_ask=only_ask)

    made = as_platform(found, work)
    if args.json:
        _json(made)
    else:
        print(publication_words(made, asked=only_ask))
    return 0


def _port(args: argparse.Namespace) -> str:
    from kit.errors import Invalid

    if not args.port:
        raise Invalid("--port: which port, for example 5316")
    return str(args.port)


def _json(body: Any) -> None:
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(body) + b"\n")
    sys.stdout.flush()
