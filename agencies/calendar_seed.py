"""The calendar a platform starts with: Chinese public holidays and make-up workdays, from the chinesecalendar package.

The package carries what the State Council has announced, year by year (2026: 国办发明电〔2025〕7号,
https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm). It raises for a year not yet announced; ours turns provisional.
The package holidays is the second source it is held against; ``calendar_sources.py`` says where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.metadata import version

from agencies.calendar_sources import Comparison, compare
from agencies.calendars import WorkCalendar

CN_GENERAL = "cn-general"
CN_SECOND = "cn-second"
NOTICE = "国务院办公厅节假日安排通知 (2026: https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm)"
FIRST_YEAR = 2004
YEARS_AHEAD = 4
"""How far past the seed the second source is asked: it may know a year before the first does."""


def calendar_from(
    holidays: Iterable[date], makeup_workdays: Iterable[date], source: str, *, name: str = CN_GENERAL
) -> WorkCalendar:
    """The general calendar, published to the end of the last year in which a holiday is listed; that year is its version.

    So a deadline that cites it is seen to be outdated when an upgrade brings the next year.
    """
    listed = tuple(sorted(holidays))
    last = listed[-1].year
    return WorkCalendar(
        id=name,
        version=last,
        holidays=listed,
        makeup_workdays=tuple(sorted(makeup_workdays)),
        source=source,
        published_until=date(last, 12, 31),
    )


@cache
def seeded_calendar() -> WorkCalendar:
    """The calendar of the installed chinesecalendar: 2004 to the last announced year, hours 09:00–12:00 and 13:30–17:30."""
    from chinese_calendar import constants  # type: ignore[import-untyped]  # the package carries no types

    return calendar_from(constants.holidays, constants.workdays, f"chinesecalendar {version('chinesecalendar')}; {NOTICE}")


@cache
def second_calendar() -> WorkCalendar:
    """The same from the package holidays. A year counts as announced when a make-up workday of it is listed.

    For later years that package lists the festivals alone: the days a notice would shift are missing, and nothing says so.
    """
    from holidays import country_holidays

    days = country_holidays("CN", years=range(FIRST_YEAR, seeded_calendar().version + YEARS_AHEAD))
    makeup = {day for day in days.weekend_workdays if day.year >= FIRST_YEAR}
    last = max(makeup).year
    listed = {day for day in days if FIRST_YEAR <= day.year <= last}
    return calendar_from(listed, makeup, f"holidays {version('holidays')}", name=CN_SECOND)


@cache
def compared_sources() -> Comparison:
    """Both sources, day by day since 2004."""
    return compare(seeded_calendar(), second_calendar(), date(FIRST_YEAR, 1, 1))
