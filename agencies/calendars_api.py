"""Working calendars: in force, of old, and the administrator's next version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import work_calendars
from agencies.act import Act
from agencies.calendar_publication import CalendarDraft
from agencies.powers import Principal
from agencies.work_calendars import CalendarView, Publication
from kit.preconditions import etag, expected_version

CALENDARS = "/api/v1/calendars"
PORT = CALENDARS + "/{port:str}"
UNIT = PORT + "/{agency:str}"
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]


@get(CALENDARS)
async def list_calendars(act: NamedDependency[Act], port: FromQuery[str | None] = None) -> list[CalendarView]:
    """The port's calendar and those of agencies that have their own there."""
    return await work_calendars.listed(act.session, act.principal, port, act.now)


@get(PORT)
async def port_calendar(
    port: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None
) -> Response[CalendarView]:
    """The port's calendar in force, or one of its versions; ``own`` false: the one that ships."""
    return _tagged(await work_calendars.view(act.session, act.principal, port, None, act.now, version))


@get(UNIT)
async def unit_calendar(
    port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None
) -> Response[CalendarView]:
    """The calendar an agency works by at the port, or a version of its own; ``own`` false: it follows the port's."""
    return _tagged(await work_calendars.view(act.session, act.principal, port, agency, act.now, version))


@put(PORT)
async def publish_for_port(
    port: FromPath[str],
    data: JSONBody[CalendarDraft],
    act: NamedDependency[Act],
    if_match: IfMatch = None,
    dry_run: FromQuery[bool] = False,
) -> Response[Publication]:
    """The port's next version, made from the one in ``If-Match`` ("v0": none of its own yet)."""
    return await _published(act.session, act.principal, port, None, data, act.now, if_match=if_match, dry_run=dry_run)


@put(UNIT)
async def publish_for_unit(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[CalendarDraft],
    act: NamedDependency[Act],
    if_match: IfMatch = None,
    dry_run: FromQuery[bool] = False,
) -> Response[Publication]:
    """The same for an agency's own calendar at the port."""
    return await _published(act.session, act.principal, port, agency, data, act.now, if_match=if_match, dry_run=dry_run)


async def _published(
    session: AsyncSession,
    principal: Principal,
    port: str,
    agency: str | None,
    draft: CalendarDraft,
    now: datetime,
    *,
    if_match: str | None,
    dry_run: bool,
) -> Response[Publication]:
    """``dry_run``: only what would change; the answer is the same otherwise, and nothing has to be matched."""
    expected = None if dry_run else expected_version(if_match)
    made = await work_calendars.publish(session, principal, port, agency, draft, now, expected=expected, only_ask=dry_run)
    return Response(made, headers={"ETag": etag(made.calendar.version)})


def _tagged(view: CalendarView) -> Response[CalendarView]:
    return Response(view, headers={"ETag": etag(view.version if view.own else 0)})


HANDLERS = [list_calendars, port_calendar, unit_calendar, publish_for_port, publish_for_unit]
