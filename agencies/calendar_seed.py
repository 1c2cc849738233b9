"""The calendar a platform starts with: Chinese public holidays and make-up workdays, from the chinesecalendar package.

The package carries what the State Council has announced, year by year (2026: 国办发明电〔2025〕7号,
https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm). It raises for a year not yet announced; ours turns provisional.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.metadata import version

from agencies.calendars import WorkCalendar

CN_GENERAL = "cn-general"
NOTICE = "国务院办公厅节假日安排通知 (2026: https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm)"


def calendar_from(holidays: Iterable[date], makeup_workdays: Iterable[date], source: str) -> WorkCalendar:
    """Version 1 of the general calendar, published to the end of the last year in which a holiday is listed."""
    listed = tuple(sorted(holidays))
    return WorkCalendar(
        id=CN_GENERAL,
        holidays=listed,
        makeup_workdays=tuple(sorted(makeup_workdays)),
        source=source,
        published_until=date(listed[-1].year, 12, 31),
    )


@cache
def seeded_calendar() -> WorkCalendar:
    """The calendar of the installed chinesecalendar: 2004 to the last announced year, hours 09:00–12:00 and 13:30–17:30."""
    from chinese_calendar import constants  # type: ignore[import-untyped]  # the package carries no types

    return calendar_from(constants.holidays, constants.workdays, f"chinesecalendar {version('chinesecalendar')}; {NOTICE}")
