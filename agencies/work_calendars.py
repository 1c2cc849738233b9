"""Working calendars in force: a unit's own, else its port's, else the one that ships; published in versions, never edited."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache, partial

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadline_corrections, units
from agencies.calendar_publication import CalendarDiff, CalendarDraft, check_made_from, diff, next_version, same_content
from agencies.calendar_seed import seeded_calendar
from agencies.calendar_tables import WorkCalendarRow
from agencies.calendars import WorkCalendar
from agencies.deadline_corrections import Affected
from agencies.deadline_ledger import calendar_name
from agencies.powers import PLATFORM, SYSTEM, Principal
from agencies.units import UnitEvent
from kit import event_log
from kit.database import elevated
from kit.errors import NotFound, StaleVersion

PORT_CODE = re.compile(r"[0-9]{4}")
_KEPT = "work_calendars"
"""Where a unit of work keeps the calendars of the ports it asked for."""


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a calendar. ``own`` false: the unit has none and follows this one; ``calendar`` is how deadlines cite it.

    ``days_ahead`` counts from today to ``published_until``, ``loaded_by`` is a person's id or ``system``; both null where there
    is nothing to count or nobody loaded it.
    """

    port: str
    agency: str | None
    calendar: str
    own: bool
    id: str
    version: int
    tz: str
    hours: tuple[tuple[str, str], ...]
    holidays: tuple[date, ...]
    makeup_workdays: tuple[date, ...]
    source: str
    published_until: date
    days_ahead: int
    loaded_by: str | None
    loaded_at: datetime | None


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication changes, or would. ``published`` false: it was only asked, or said what is in force already."""

    published: bool
    calendar: CalendarView
    changes: CalendarDiff
    deadlines: Affected


async def calendar_for(session: AsyncSession, port: str, agency: str | None = None) -> WorkCalendar:
    """The calendar the agency's unit works by: at most one query per port and unit of work, whatever there is to find."""
    return _chosen(await _of_port(session, port), agency)


async def calendars_of(session: AsyncSession, port: str) -> Callable[[str], WorkCalendar]:
    """:func:`calendar_for` any agency of the port, from what is in force now."""
    return partial(_chosen, await _of_port(session, port))


async def cited(session: AsyncSession, port: str, agency: str, name: str) -> WorkCalendar:
    """The version a deadline cites as ``id/vN``; where that is nowhere any more (a package was upgraded) the one in force."""
    present = await calendar_for(session, port, agency or None)
    if name in {calendar_name(present), calendar_name(seeded_calendar())}:
        return present if name == calendar_name(present) else seeded_calendar()
    id_, _, version = name.rpartition("/v")
    query = select(cast(WorkCalendarRow.document, Text)).where(
        WorkCalendarRow.port == port, WorkCalendarRow.agency.in_([agency, ""]), WorkCalendarRow.version == int(version)
    )
    found = (read_stored(document) for document in await session.scalars(query))
    return next((one for one in found if one.id == id_), present)


async def publish(
    session: AsyncSession,
    principal: Principal | None,
    port: str,
    agency: str | None,
    draft: CalendarDraft,
    now: datetime,
    *,
    expected: int | None = None,
    only_ask: bool = False,
) -> Publication:
    """The next version of the port's calendar, or of the agency's there; deadlines that run follow within seconds.

    ``expected`` is the own version it was made from (0: none yet). ``principal`` None is the platform's own command line. What is
    in force already is answered again and published once. Raises CalendarNotUsable, CalendarShrinks, StaleVersion, NotFound.
    """
    await _check_unit(session, port, agency)
    present, own = await calendar_for(session, port, agency), await _own_version(session, port, agency)

    made = next_version(present, own, calendar_id(port, agency), draft)
    again = own > 0 and same_content(made, present)
    if not again:
        check_made_from(present, calendar_id(port, agency), draft)
    if not again and expected is not None and expected != own:
        raise StaleVersion(version=own)
    made = present if again else made
    asked = Publication(
        published=False,
        calendar=_view(port, agency, made, now),
        changes=diff(present, made),
        deadlines=await _affected(session, principal, port, agency, made, now),
    )
    if again or only_ask:
        return asked

    by = str(principal.id) if principal else SYSTEM
    await _write(session, port, agency, made, by, now)

    told = {"calendar": calendar_name(made), "before": calendar_name(present), "source": made.source}
    told |= {"published_until": made.published_until.isoformat()}
    changed = [one.day.isoformat() for one in asked.changes.days]
    await record(session, principal, port, agency, UnitEvent.CALENDAR_PUBLISHED, {**told, "days": changed}, now)
    loaded = _view(port, agency, made, now, loaded_by=by, loaded_at=now)
    return msgspec.structs.replace(asked, published=True, calendar=loaded)


async def view(
    session: AsyncSession, principal: Principal | None, port: str, agency: str | None, now: datetime, version: int | None = None
) -> CalendarView:
    """The calendar in force, or one of the unit's own versions. Raises NotFound, also for a foreign port."""
    if principal is not None:
        units.own_port(principal, port)
    await _check_unit(session, port, agency)
    query = select(WorkCalendarRow).where(WorkCalendarRow.port == port, WorkCalendarRow.agency == (agency or ""))
    query = query if version is None else query.where(WorkCalendarRow.version == version)
    row = await session.scalar(query.order_by(WorkCalendarRow.version.desc()).limit(1))
    if row is None and version is not None:
        raise NotFound(port=port, agency=agency, version=version)
    if row is None:
        return _view(port, agency, await calendar_for(session, port, agency), now, own=False)
    return _view(port, agency, _convert(row), now, loaded_by=row.loaded_by, loaded_at=row.loaded_at)


async def listed(session: AsyncSession, principal: Principal, port: str | None, now: datetime) -> list[CalendarView]:
    """The calendars in force at a port: the port's own or the one that ships, then those of agencies that have their own."""
    where = units.own_port(principal, port)
    agencies = sorted(set(await _of_port(session, where)) | {""})
    return [await view(session, principal, where, agency or None, now) for agency in agencies]


def calendar_id(port: str, agency: str | None) -> str:
    """What the calendar of a unit is called; its versions are ``id/v1``, ``id/v2`` …"""
    return f"{port}-{agency}" if agency else port


def stream_of(port: str, agency: str | None) -> str:
    """Where it is written that a calendar was published, or should be."""
    return units.stream_of(port, agency) if agency else f"agency:{port}"


async def record(
    session: AsyncSession,
    principal: Principal | None,
    port: str,
    agency: str | None,
    type: UnitEvent,
    data: Mapping[str, object],
    now: datetime,
) -> None:
    """Writes one event of a calendar, in the same transaction. As the platform: the administrator has no log of his own."""
    by = str(principal.id) if principal else SYSTEM
    async with elevated(session, PLATFORM, principal.acting if principal else PLATFORM):
        stream = stream_of(port, agency)
        await event_log.append(session, stream, type, {"port": port, "agency": agency, **data}, by=by, at=now, tenant=port)


async def _of_port(session: AsyncSession, port: str) -> dict[str, WorkCalendar]:
    kept: dict[str, dict[str, WorkCalendar]] = session.info.setdefault(_KEPT, {})
    if port not in kept:
        newest = (
            select(WorkCalendarRow.agency, cast(WorkCalendarRow.document, Text).label("document"))
            .where(WorkCalendarRow.port == port)
            .ext(distinct_on(WorkCalendarRow.agency))
            .order_by(WorkCalendarRow.agency, WorkCalendarRow.version.desc())
        )
        kept[port] = {row.agency: read_stored(row.document) for row in await session.execute(newest)}
    return kept[port]


def _chosen(known: dict[str, WorkCalendar], agency: str | None) -> WorkCalendar:
    return known.get(agency or "") or known.get("") or seeded_calendar()


@lru_cache(maxsize=64)
def read_stored(document: str) -> WorkCalendar:
    """A version never changes, so its text is read once in a process."""
    return msgspec.json.decode(document, type=WorkCalendar)


def _convert(row: WorkCalendarRow) -> WorkCalendar:
    return msgspec.convert(row.document, WorkCalendar)


async def _own_version(session: AsyncSession, port: str, agency: str | None) -> int:
    own = (await _of_port(session, port)).get(agency or "")
    return own.version if own else 0


async def _check_unit(session: AsyncSession, port: str, agency: str | None) -> None:
    if not PORT_CODE.fullmatch(port):
        raise NotFound(port=port)
    if agency is not None:
        await units.check_agency(session, agency)


async def _affected(
    session: AsyncSession, principal: Principal | None, port: str, agency: str | None, calendar: WorkCalendar, now: datetime
) -> Affected:
    """As the platform: an administrator has no case content, and is told numbers only."""
    apart = set() if agency else set(await _of_port(session, port)) - {""}
    async with elevated(session, PLATFORM, principal.acting if principal else PLATFORM):
        found = await deadline_corrections.affected(session, port, agency, apart, calendar, now)
    return found if principal is None else msgspec.structs.replace(found, moves=())


async def _write(session: AsyncSession, port: str, agency: str | None, made: WorkCalendar, by: str, now: datetime) -> None:
    row = insert(WorkCalendarRow).values(
        port=port,
        agency=agency or "",
        version=made.version,
        document=msgspec.to_builtins(made),
        source=made.source,
        published_until=made.published_until,
        loaded_by=by,
        loaded_at=now,
    )
    # The primary key lets one of two who publish the same next version win; the other has to read it first.
    if (await session.execute(row.on_conflict_do_nothing().returning(WorkCalendarRow.version))).first() is None:
        raise StaleVersion(version=made.version)
    session.info.get(_KEPT, {}).pop(port, None)


def _view(
    port: str,
    agency: str | None,
    calendar: WorkCalendar,
    now: datetime,
    *,
    own: bool = True,
    loaded_by: str | None = None,
    loaded_at: datetime | None = None,
) -> CalendarView:
    return CalendarView(
        port=port,
        agency=agency,
        calendar=calendar_name(calendar),
        own=own,
        **{name: getattr(calendar, name) for name in WorkCalendar.__struct_fields__},
        days_ahead=(calendar.published_until - calendar.local_day(now)).days,
        loaded_by=loaded_by,
        loaded_at=loaded_at,
    )
