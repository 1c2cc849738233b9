"""What ``lianjian calendar`` says to a person, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from agencies.calendar_publication import CalendarDiff
from agencies.calendar_sources import Comparison, Difference
from agencies.calendar_watch import Reach, Warned
from agencies.calendars import ONE_DAY, DayKind, WorkCalendar
from agencies.deadline_corrections import Move
from agencies.deadline_ledger import calendar_name
from agencies.work_calendars import Publication
from kit.errors import LianjianError

KINDS = {
    DayKind.WEEKDAY: ("工作日", "worked"),
    DayKind.MAKEUP: ("调休上班", "make-up workday"),
    DayKind.WEEKEND: ("周末", "weekend"),
    DayKind.HOLIDAY: ("放假", "holiday"),
}
FIELDS = {"tz": ("时区", "time zone"), "hours": ("工作时间", "hours"), "published_until": ("公布至", "published until")}
MOST_MOVES = 50


def calendar_words(calendar: WorkCalendar, now: datetime) -> str:
    """A calendar in force: how far it reaches, its hours, the last year it knows."""
    year, ahead = calendar.published_until.year, (calendar.published_until - calendar.local_day(now)).days
    hours = ", ".join(f"{opens}–{closes}" for opens, closes in calendar.hours)
    rests = "、".join(_ranges([day for day in calendar.holidays if day.year == year]))
    works = "、".join(day.isoformat() for day in calendar.makeup_workdays if day.year == year)
    return "\n".join(
        [
            f"{calendar_name(calendar)}  {hours}  {calendar.tz}",
            f"公布至 {calendar.published_until}（还有 {ahead} 天） · published until then, {ahead} days ahead",
            f"{year} 年放假 · holidays: {rests or '—'}",
            f"{year} 年调休上班 · make-up workdays: {works or '—'}",
            f"来源 · source: {calendar.source}",
        ]
    )


def publication_words(made: Publication, *, asked: bool) -> str:
    """What a publication changes or would change: fields, days, deadlines."""
    numbers = made.deadlines
    head = _head(made, asked=asked)
    zh = f"运行中的时限 {numbers.running} 项，其中变动 {numbers.moved} 项，仍为暂定 {numbers.provisional} 项"
    en = f"{numbers.running} running deadlines, {numbers.moved} move, {numbers.provisional} stay provisional"
    moves = [_move_words(one) for one in numbers.moves[:MOST_MOVES]]
    more = [f"  … 另有 {numbers.moved - MOST_MOVES} 项 · more"] if numbers.moved > MOST_MOVES else []
    return "\n".join([head, *_changes(made.changes), f"{zh} · {en}", *moves, *more])


def _head(made: Publication, *, asked: bool) -> str:
    name = made.calendar.calendar
    if made.published:
        return f"已发布 {name} · {name} is published"
    if asked:
        return f"未作更改；发布后将为 {name} · nothing is changed; published it would be {name}"
    return f"与现行 {name} 相同，未作更改 · the same as {name}, nothing is changed"


def _changes(changes: CalendarDiff) -> Iterator[str]:
    for one in changes.fields:
        zh, en = FIELDS[one.field]
        yield f"  {zh} {en}: {one.before} → {one.after}"
    for day in changes.days:
        (was_zh, was_en), (is_zh, is_en) = KINDS[day.before], KINDS[day.after]
        yield f"  {day.day}: {was_zh} → {is_zh} · {was_en} → {is_en}"
    if not changes.fields and not changes.days:
        yield "  各日照旧 · every day as before"


def _move_words(one: Move) -> str:
    granted = "（原应已过，给予宽限 · grace granted）" if one.granted else ""
    provisional = "（暂定 · provisional）" if one.provisional else ""
    return f"  {one.subject}: {one.before:%Y-%m-%d %H:%M}Z → {one.after:%Y-%m-%d %H:%M}Z{granted}{provisional}"


def comparison_words(sources: Comparison, today: date) -> list[str]:
    """Where the two sources differ; those still ahead first."""
    ahead = sources.ahead_of(today)
    zh = f"两个来源不一致 {len(sources.differences)} 天，其中今后 {len(ahead)} 天"
    en = f"the two sources differ on {len(sources.differences)} days, {len(ahead)} of them ahead"
    until = f"  {sources.first}: {sources.first_until}\n  {sources.second}: {sources.second_until}"
    return [f"{zh} · {en}", until, *(_difference(one) for one in (*ahead, *sources.differences) if one in ahead or not ahead)]


def _difference(one: Difference) -> str:
    (first_zh, first_en), (second_zh, second_en) = KINDS[one.first], KINDS[one.second]
    return f"  {one.day}: {first_zh} / {second_zh} · {first_en} / {second_en}"


def reach_words(reach: Reach) -> str:
    """How far a calendar in force reaches, on one line."""
    return f"{'!' if reach.warnings else '✓'} {' · '.join(reach_pair(reach))}"


def reach_pair(reach: Reach) -> tuple[str, str]:
    """The same in Chinese and in English."""
    whose = " ".join(filter(None, (reach.port, reach.agency)))
    zh = f"{whose} 日历 {reach.calendar} 公布至 {reach.published_until}，还有 {reach.days_ahead} 天"
    en = f"{whose}: calendar {reach.calendar} is published until {reach.published_until}, {reach.days_ahead} days ahead"
    if reach.provisional:
        zh, en = f"{zh}；暂定时限 {reach.provisional} 项", f"{en}; provisional deadlines: {reach.provisional}"
    if Warned.UNPUBLISHED in reach.warnings:
        zh, en = f"{zh}；请发布下一年", f"{en}; publish the next year"
    return f"{zh}。", f"{en}."


def refusal(refused: LianjianError) -> str:
    """A refusal with every place it names."""
    listed = [
        f"  {one['path']}: {one.get('message_zh', '')} {one.get('message_en', one.get('message', ''))}".replace(":  ", ": ")
        for one in refused.details.get("errors", ())
    ]
    facts = [f"  {name}: {value}" for name, value in refused.details.items() if name != "errors"]
    said = [refused.message] if refused.message else []
    advice = [f"{refused.advice_zh} · {refused.advice_en}"] if refused.advice_zh else []
    return "\n".join([f"{refused.title_zh} · {refused.title_en}", *said, *listed, *facts, *advice])


def _ranges(days: list[date]) -> Iterator[str]:
    """Days as first/last, where they adjoin."""
    if not days:
        return
    first = days[0]
    for day, following in pairwise([*days, date.max]):
        if following != day + ONE_DAY:
            yield str(first) if first == day else f"{first}/{day}"
            first = following
