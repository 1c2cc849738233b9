"""The windows an enterprise would like: stated for a declaration, replaced as a whole, a wish the planner weighs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import work_calendars
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.planning import availability
from inspection.planning.schedule_problem import Window
from inspection.planning.schedule_tables import PreferredWindows
from inspection.statuses import PORT_ZONE
from kit.database import elevated
from kit.errors import Invalid, NotFound

MOST = 20
AHEAD = timedelta(days=60)


class WishInvalid(Invalid):
    """A window is over, turned round or out of reach; ``details['errors']`` says which."""

    code = "preferred_window_invalid"
    title_zh = "期望时段不符合要求"
    title_en = "A preferred window cannot be like this"
    advice_zh = "请填写 60 天内尚未结束的时段，并写明时区偏移。"
    advice_en = "State windows of the next 60 days that are not over, with their offset."


class WishRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All windows that would suit; an empty list takes the wish back. One outside working hours asks for such an appointment."""

    windows: Annotated[tuple[Window, ...], Meta(max_length=MOST)]


class WishView(msgspec.Struct, frozen=True, kw_only=True):
    """The wish as it stands. ``off_hours``: some of it lies outside working hours, so such windows are looked at too."""

    declaration: str
    windows: tuple[Window, ...]
    off_hours: bool
    stated_at: datetime | None


async def state(session: AsyncSession, principal: Principal, number: str, request: WishRequest, now: datetime) -> WishView:
    """States the wish for the newest version of a declaration of one's own. The same again changes nothing."""
    declared = await _newest(session, principal, number)
    _check(request.windows, now)
    present = await session.get(PreferredWindows, declared.id)
    windows: list[dict[str, Any]] = msgspec.to_builtins([_local(one) for one in request.windows])
    if present is not None and present.windows == windows:
        return _view(declared, present)

    hours = await work_calendars.calendar_for(session, declared.port)
    off_hours = any(not availability.within(one, availability.working(hours, one)) for one in request.windows)
    row = {"windows": windows, "off_hours": off_hours, "stated_at": now}
    known = {"port": declared.port, "number": declared.number, "trader": declared.trader, "broker": declared.broker}

    # By rule: whose declaration it is has been checked; the wish and the case's log are the platform's to write.
    async with elevated(session, PLATFORM, principal.acting):
        await session.execute(
            insert(PreferredWindows)
            .values(declaration_id=declared.id, **known, **row)
            .on_conflict_do_update(index_elements=["declaration_id"], set_=row)
        )
        await _tell_the_case(session, principal, declared, windows, off_hours, now)
    return WishView(declaration=number, windows=request.windows, off_hours=off_hours, stated_at=now)


async def stated(session: AsyncSession, principal: Principal, number: str) -> WishView:
    """The wish for a declaration of one's own."""
    declared = await _newest(session, principal, number)
    return _view(declared, await session.get(PreferredWindows, declared.id))


async def _newest(session: AsyncSession, principal: Principal, number: str) -> DeclarationRow:
    own = or_(DeclarationRow.trader == principal.enterprise, DeclarationRow.broker == principal.enterprise)
    row = await session.scalar(
        select(DeclarationRow).where(DeclarationRow.number == number, own).order_by(DeclarationRow.version.desc()).limit(1)
    )
    if row is None:
        raise NotFound(declaration=number)
    return row


async def _tell_the_case(
    session: AsyncSession, principal: Principal, declared: DeclarationRow, windows: list[Any], off_hours: bool, now: datetime
) -> None:
    case = await session.scalar(
        select(JointCase).where(JointCase.port == declared.port, JointCase.declaration_id == declared.id, ~JointCase.cancelled)
    )
    if case is None:
        return
    data = {"windows": windows, "off_hours": off_hours}
    await events.record(session, case, EventType.PREFERRED_WINDOWS_STATED, data, by=principal, at=now)
    await tell(session, case, case.lead_agency, f"preferred_windows {now.isoformat()}", data, now)


def _check(windows: tuple[Window, ...], now: datetime) -> None:
    errors = []
    for place, one in enumerate(windows):
        path = f"$.windows[{place}]"
        if one.starts_at.tzinfo is None or one.ends_at.tzinfo is None:
            errors.append({"path": path, "message": "an instant needs its offset"})
        elif one.ends_at <= one.starts_at:
            errors.append({"path": f"{path}.ends_at", "message": "the window ends before it starts"})
        elif one.ends_at <= now:
            errors.append({"path": f"{path}.ends_at", "message": "the window is over"})
        elif one.ends_at > now + AHEAD:
            errors.append({"path": f"{path}.ends_at", "message": f"more than {AHEAD.days} days ahead"})
    if errors:
        raise WishInvalid(errors=errors)


def _local(one: Window) -> Window:
    return Window(starts_at=one.starts_at.astimezone(PORT_ZONE), ends_at=one.ends_at.astimezone(PORT_ZONE))


def _view(declared: DeclarationRow, row: PreferredWindows | None) -> WishView:
    return WishView(
        declaration=declared.number,
        windows=msgspec.convert(row.windows, tuple[Window, ...]) if row else (),
        off_hours=bool(row and row.off_hours),
        stated_at=row.stated_at if row else None,
    )
