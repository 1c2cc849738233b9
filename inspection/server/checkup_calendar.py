"""Whether the working calendar is known far enough ahead, and whether its two sources agree about the days that are left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from inspection.server.checkup_services import Finding, ok, warning
from kit.settings import Settings

CHECK = "calendar"


def calendar(settings: Settings) -> Iterable[Finding]:
    """The sources, the calendar that ships, and on a database of one's own every calendar in force there."""
    from agencies.calendar_seed import compared_sources

    now = datetime.now(UTC)
    for one in compared_sources().ahead_of(now.date()):
        zh = f"工作日历的两个来源对 {one.day} 说法不一（{one.first} / {one.second}），请核对国务院通知。"
        yield warning(
            CHECK, zh, f"the two sources of the calendar differ on {one.day} ({one.first} / {one.second}): read the notice."
        )
    if settings.database_url is None:
        yield _shipped(now)
    else:
        yield from asyncio.run(_in_force(settings.database_url, now))


def _shipped(now: datetime) -> Finding:
    from agencies.calendar_seed import seeded_calendar
    from agencies.calendar_watch import WARN_AHEAD

    shipped = seeded_calendar()
    until, ahead = shipped.published_until, (shipped.published_until - shipped.local_day(now)).days
    if ahead < WARN_AHEAD.days:
        zh = f"随附的工作日历只到 {until}：请用 lianjian calendar import 发布下一年，并用 lianjian calendar check 查看各口岸。"
        en = f"the calendar that ships ends on {until}: publish the next year (lianjian calendar import; calendar check)."
        return warning(CHECK, zh, en)
    return ok(CHECK, f"随附的工作日历公布至 {until}。", f"The calendar that ships reaches to {until}.")


async def _in_force(url: str, now: datetime) -> list[Finding]:
    from sqlalchemy.exc import DBAPIError

    from agencies import calendar_watch
    from agencies.powers import PLATFORM
    from inspection.server.calendar_words import reach_pair
    from kit.database import Database, DatabaseUnavailable

    database = Database(url, pool_size=1)
    try:
        async with database.unit_of_work(PLATFORM) as session:
            reaches = await calendar_watch.reaches(session, now)
    except (DBAPIError, DatabaseUnavailable):
        return [_shipped(now)]  # away, or not migrated yet: another check says so
    finally:
        await database.close()
    return [(warning if reach.warnings else ok)(CHECK, *reach_pair(reach)) for reach in reaches] or [_shipped(now)]
