"""A calendar's next version: made from a document and the version in force, checked, and what it changes. Pure.

A document either gives the whole calendar, or names ``years`` and gives these alone: what a notice of the State Council says of a
year is a dozen lines, and everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from agencies.calendars import ONE_DAY, CalendarNotUsable, ClockTime, DayKind, WorkCalendar
from agencies.deadline_ledger import calendar_name
from kit.decoding import decode
from kit.errors import Invalid

LONGEST_RANGE: Final = 366
FRIDAY: Final = 4
Year = Annotated[int, Meta(ge=1970, le=2199)]
Days = Annotated[
    str,
    Meta(pattern=r"^\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?$", description="one day, or first/last: 2027-02-05/2027-02-11"),
]
Hours = Annotated[tuple[tuple[ClockTime, ClockTime], ...], Meta(max_length=24)]


class CalendarShrinks(Invalid):
    """The new version would know less of the future than the present one, and does not say that it means to."""

    code = "calendar_shrinks"
    title_zh = "新版日历的公布截止日早于现行版本"
    title_en = "The new version ends before the present one"
    advice_zh = '如确需缩短，请在文件中写明 "shorten": true。'
    advice_en = 'If that is meant, say "shorten": true in the document.'


class CalendarDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is to be published. ``source`` is the notice it follows; absent ``hours`` and ``tz`` stay as they are.

    With ``years`` only these years are given and replaced. ``id`` and ``version``, as ``calendar show`` prints them, say which
    version the document was made from; they are checked and may be left out.
    """

    source: Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]
    years: Annotated[tuple[Year, ...], Meta(max_length=50)] = ()
    holidays: Annotated[tuple[Days, ...], Meta(max_length=5_000)] = ()
    makeup_workdays: Annotated[tuple[date, ...], Meta(max_length=2_000)] = ()
    published_until: date | None = None
    hours: Hours | None = None
    tz: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    id: str | None = None
    version: int | None = None
    shorten: bool = False


class DayChange(msgspec.Struct, frozen=True, kw_only=True):
    """A day that is worked and was not, or the other way round."""

    day: date
    before: DayKind
    after: DayKind


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A field that says something else."""

    field: str
    before: str
    after: str


class CalendarDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What the next version changes. ``days`` in order; nothing in it means that it is worked as before."""

    before: str
    after: str
    fields: tuple[Changed, ...]
    days: tuple[DayChange, ...]


def read_draft(raw: bytes) -> CalendarDraft:
    """A document's bytes. Raises MalformedJson with line and column, or CalendarNotUsable naming every bad field."""
    return decode(raw, CalendarDraft, CalendarNotUsable)


def next_version(present: WorkCalendar, own: int, name: str, draft: CalendarDraft) -> WorkCalendar:
    """Version ``own + 1`` of the calendar ``name``, after ``present``, which may be the port's or the seeded one.

    Raises :class:`CalendarShrinks`, or :class:`~agencies.calendars.CalendarNotUsable` that names every field that cannot be.
    """
    problems = [*_wrong_days(draft), *_wrong_years(present, draft)]
    if problems:
        raise CalendarNotUsable(errors=problems)
    made = WorkCalendar(
        id=name,
        version=own + 1,
        tz=draft.tz or present.tz,
        hours=draft.hours or present.hours,
        holidays=_replaced(present.holidays, _spread(draft.holidays), draft.years),
        makeup_workdays=_replaced(present.makeup_workdays, draft.makeup_workdays, draft.years),
        source=draft.source.strip(),
        published_until=_horizon(present, draft),
    )
    if problems := list(_contradictions(present, made)):
        raise CalendarNotUsable(errors=problems)
    if made.published_until < present.published_until and not draft.shorten:
        raise CalendarShrinks(present=present.published_until.isoformat(), asked=made.published_until.isoformat())
    return made


def check_made_from(present: WorkCalendar, name: str, draft: CalendarDraft) -> None:
    """Raises CalendarNotUsable when the document says that it was made from another calendar, or another version of it."""
    if problems := list(_wrong_version(present, name, draft)):
        raise CalendarNotUsable(errors=problems)


def diff(before: WorkCalendar, after: WorkCalendar) -> CalendarDiff:
    """Fields and days in which two versions differ. A festival on a weekend changes nothing and is not listed."""
    listed = {*before.holidays, *before.makeup_workdays, *after.holidays, *after.makeup_workdays}
    days = (DayChange(day=day, before=before.kind_of(day), after=after.kind_of(day)) for day in sorted(listed))
    said = ((field, _said(before, field), _said(after, field)) for field in ("tz", "hours", "published_until"))
    return CalendarDiff(
        before=calendar_name(before),
        after=calendar_name(after),
        fields=tuple(Changed(field=field, before=was, after=now) for field, was, now in said if was != now),
        days=tuple(one for one in days if before.works_on(one.day) != after.works_on(one.day)),
    )


def same_content(one: WorkCalendar, other: WorkCalendar) -> bool:
    """Whether two versions say the same, whatever their number."""
    return msgspec.structs.replace(one, version=other.version) == other


def _said(calendar: WorkCalendar, field: str) -> str:
    value = getattr(calendar, field)
    return ", ".join(f"{opens}–{closes}" for opens, closes in value) if field == "hours" else str(value)


def _horizon(present: WorkCalendar, draft: CalendarDraft) -> date:
    if draft.published_until is not None:
        return draft.published_until
    return max(present.published_until, *(date(year, 12, 31) for year in draft.years))


def _replaced(present: tuple[date, ...], given: Iterable[date], years: tuple[int, ...]) -> tuple[date, ...]:
    kept = (day for day in present if years and day.year not in years)
    return tuple(sorted({*kept, *given}))


def _spread(listed: Iterable[str]) -> Iterator[date]:
    for entry in listed:
        first, _, last = entry.partition("/")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            yield day
            day += ONE_DAY


def _wrong_version(present: WorkCalendar, name: str, draft: CalendarDraft) -> Iterator[dict[str, Any]]:
    if draft.id is not None and draft.id not in {name, present.id}:
        yield _problem("$.id", f"文件属于日历 {draft.id}，不是 {name}", f"the document is of {draft.id}, not of {name}")
    elif draft.version is not None and draft.version != present.version:
        zh, en = f"现行版本为 {present.version}", f"the version in force is {present.version}"
        yield _problem("$.version", f"文件基于第 {draft.version} 版，{zh}", f"made from version {draft.version}; {en}")


def _wrong_days(draft: CalendarDraft) -> Iterator[dict[str, Any]]:
    for n, entry in enumerate(draft.holidays):
        first, _, last = entry.partition("/")
        try:
            length = (date.fromisoformat(last or first) - date.fromisoformat(first)).days
        except ValueError:
            yield _problem(f"$.holidays[{n}]", f"{entry} 不是有效日期", f"{entry} is no date")
            continue
        if not 0 <= length < LONGEST_RANGE:
            yield _problem(
                f"$.holidays[{n}]", f"{entry} 起止颠倒或过长", f"{entry} ends before it begins, or is longer than a year"
            )


def _wrong_years(present: WorkCalendar, draft: CalendarDraft) -> Iterator[dict[str, Any]]:
    if not draft.years:
        if draft.published_until is None:
            yield _problem("$.published_until", "整份日历须写明公布截止日", "a whole calendar says how far it is published")
        return
    known = present.published_until.year
    for year in range(known + 1, max(draft.years) + 1):
        if year not in draft.years:
            yield _problem("$.years", f"{year} 年尚未公布，不能跳过", f"{year} has not been published: no year may be left out")
    first_days = [entry.partition("/")[0] for entry in draft.holidays]
    last_days = [entry.partition("/")[2] or entry for entry in draft.holidays]
    for n, (first, last) in enumerate(zip(first_days, last_days, strict=True)):
        if not {int(first[:4]), int(last[:4])} <= set(draft.years):
            yield _problem(
                f"$.holidays[{n}]", f"{draft.holidays[n]} 不在所列年份内", f"{draft.holidays[n]} is in none of the years"
            )
    for n, day in enumerate(draft.makeup_workdays):
        if day.year not in draft.years:
            yield _problem(f"$.makeup_workdays[{n}]", f"{day} 不在所列年份内", f"{day} is in none of the years")


def _contradictions(present: WorkCalendar, made: WorkCalendar) -> Iterator[dict[str, Any]]:
    """What would be passed over without a word, or looks like a year that nobody has filled in."""
    for name in ("holidays", "makeup_workdays"):
        for day in getattr(made, name):
            if day > made.published_until:
                until = made.published_until
                yield _problem(
                    f"$.{name}", f"{day} 晚于公布截止日 {until}，不会生效", f"{day} lies beyond {until} and would not count"
                )
    for day in made.makeup_workdays:
        if day.weekday() <= FRIDAY:
            yield _problem("$.makeup_workdays", f"{day} 本为工作日，不是调休上班日", f"{day} is no weekend: it is worked anyway")
    for year in range(present.published_until.year + 1, made.published_until.year + 1):
        if not any(day.year == year for day in made.holidays):
            zh, en = f"{year} 年未列任何节假日，不能视为已公布", f"no holiday of {year} is listed: it is not published"
            yield _problem("$.published_until", zh, en)


def _problem(path: str, zh: str, en: str) -> dict[str, Any]:
    return {"path": path, "code": "calendar", "message_zh": zh, "message_en": en}
