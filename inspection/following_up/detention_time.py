"""The statutory clock of a detention 扣留: it stands while the goods are tested, and an approver gives it more days."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, work_calendars
from agencies.powers import PLATFORM, Principal
from agencies.running_deadlines import Deadline
from inspection import events
from inspection.events import EventType
from inspection.following_up import follow_up, follow_up_rows
from inspection.following_up.follow_up import Kind
from inspection.following_up.follow_up_entries import Text
from inspection.following_up.follow_up_tables import FollowUp
from inspection.following_up.follow_up_views import FollowUpView, view
from inspection.notifying.inbox import tell
from inspection.timekeeping.time_limits import LABORATORY
from kit.database import elevated


class TestingRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``running`` true: the goods are at the laboratory and the statutory clock stands; false: they are back."""

    running: bool
    why: Text


class ExtensionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``days`` more of detention, approved."""

    days: Annotated[int, Meta(ge=1, le=366)]
    reason: Text


async def exclude_testing(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: TestingRequest, now: datetime
) -> FollowUpView:
    """The detaining agency says that the goods are being tested: the statutory clock stands meanwhile, and the owner is told."""
    case, row = await follow_up_rows.locked_in_case(session, principal, no, follow_up_id)
    follow_up.check_own(row.agency, principal.agency)
    clock = await _detention_clock(session, row)
    paused = running_deadlines.ledger_of(clock).paused
    if paused is request.running:
        return await view(session, row)

    async with elevated(session, PLATFORM, principal.acting):
        calendar = await work_calendars.cited(session, clock.port, clock.agency, clock.calendar)
        if request.running:
            await running_deadlines.pause(
                session, principal, clock, reason=LABORATORY, why=request.why, calendar=calendar, now=now
            )
        else:
            await running_deadlines.resume(session, principal, clock, calendar=calendar, now=now)
        told = follow_up_rows.told_of(row) | {"running": request.running, "why": request.why, "due": clock.due_at.isoformat()}
        await events.record(session, case, EventType.TESTING_EXCLUDED, told, by=principal, at=now)
        return await view(session, row)


async def extend(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: ExtensionRequest, now: datetime
) -> FollowUpView:
    """An approver gives the detention more days, within what the law allows. Raises what the ledger raises."""
    case, row = await follow_up_rows.locked_in_case(session, principal, no, follow_up_id)
    clock = await _detention_clock(session, row)
    async with elevated(session, PLATFORM, principal.acting):
        calendar = await work_calendars.cited(session, clock.port, clock.agency, clock.calendar)
        await running_deadlines.extend(session, principal, clock, request.days, reason=request.reason, calendar=calendar, now=now)
        await tell(session, case, row.agency, f"detention_extended {now.isoformat()}", {"days": request.days}, now)
        return await view(session, row)


async def _detention_clock(session: AsyncSession, row: FollowUp) -> Deadline:
    """The running statutory clock of a detention, locked; anything else has none that stops for a test."""
    if row.kind != Kind.DETAIN or row.deadline_id is None or row.state not in follow_up.OPEN:
        raise follow_up.NotThisWay(
            kind=row.kind, action="testing", instead=[way.value for way in follow_up.ways_of(Kind(row.kind))]
        )
    return await running_deadlines.locked(session, row.deadline_id, events.case_stream(row.case_no))
