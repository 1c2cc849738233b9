"""The deadlines of a case as its members see them; the lead pauses, resumes and extends them for a recorded reason."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadline_ledger, ladder, running_deadlines, work_calendars
from agencies.calendars import WorkCalendar
from agencies.deadline_ledger import Correction, Ledger, Pause
from agencies.powers import Principal
from agencies.running_deadlines import Deadline
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation
from inspection.timekeeping.time_limits import DETENTION
from kit.errors import NotAllowed


class ApproverExtends(NotAllowed):
    """A detention is extended by an approver, through its follow-up; ``details``: deadline."""

    code = "approver_extends"
    title_zh = "扣留期限的延长须经审批"
    title_en = "An approver extends a detention"
    advice_zh = "请由审批人在后续任务中办理延长。"
    advice_en = "An approver extends it at its follow-up."


Why = Annotated[str, Meta(min_length=1, max_length=500)]
PAUSED = "PAUSED"


class PauseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the reasons the deadline allows, and what happened in words."""

    reason: str
    why: Why


class ExtendRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``amount`` more units of what the deadline is counted in."""

    amount: Annotated[int, Meta(ge=1)]
    reason: Why


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A length of time, always told both ways: by the clock and in working time. Whole seconds."""

    clock_seconds: int
    working_seconds: int


class RungView(msgspec.Struct, frozen=True, kw_only=True):
    """A rung of the ladder: when it is reached, and whether it has been said. ``number``: 50, 80, 100, then 101 …"""

    number: int
    level: str
    at: datetime
    claimed: bool


class PauseView(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which the clock stood; ``by`` is a person's id."""

    since: datetime
    until: datetime | None
    reason: str
    by: str


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    """What was given on top, in units of the basis; ``by`` is a person's id."""

    at: datetime
    amount: int
    reason: str
    by: str


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What the terms still let the lead do: reasons for a pause, seconds of pause left, units of extension left."""

    pause_reasons: tuple[str, ...]
    pause_seconds_left: int
    extension_left: int


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline read at one moment.

    ``state`` is RUNNING, PAUSED, REACHED (the lapse has acted), MET or WITHDRAWN. ``consumed_seconds`` and ``remaining_seconds``
    are counted as the basis counts (calendar days: by the clock) and add up to what was given. ``due`` while paused is the
    latest possible.
    """

    id: UUID
    subject: str
    type: str
    state: str
    basis: str
    budget: str
    started_at: datetime
    running_since: datetime | None
    due: datetime
    provisional: bool
    calendar: str
    legal_basis: str
    consumed_seconds: int
    remaining_seconds: int
    elapsed: Span
    ended_at: datetime | None
    rungs: list[RungView]
    pauses: list[PauseView]
    extensions: list[ExtensionView]
    corrections: list[Correction]
    allowed: Allowed


async def of_case(session: AsyncSession, principal: Principal, no: str, now: datetime) -> list[DeadlineView]:
    """Every deadline of the case in the order they began. Raises NotFound."""
    case = await case_for(session, principal, no)
    rows = await running_deadlines.of_stream(session, events.case_stream(case.no))
    return [view_of(row, await calendar_of(session, row), now) for row in rows]


async def pause(
    session: AsyncSession, principal: Principal, no: str, deadline_id: UUID, request: PauseRequest, now: datetime
) -> DeadlineView:
    """The lead stops the clock. Raises PauseNotAllowed, DeadlineNotRunning, TooLate, NotFound."""
    row, calendar = await _of_case(session, principal, no, deadline_id)
    given = {"reason": request.reason, "why": request.why}
    await running_deadlines.pause(session, principal, row, **given, calendar=calendar, now=now)
    return await _moved(session, row, calendar, now)


async def resume(session: AsyncSession, principal: Principal, no: str, deadline_id: UUID, now: datetime) -> DeadlineView:
    """The lead lets the clock run again. Raises DeadlineNotRunning, NotFound."""
    row, calendar = await _of_case(session, principal, no, deadline_id)
    await running_deadlines.resume(session, principal, row, calendar=calendar, now=now)
    return await _moved(session, row, calendar, now)


async def extend(
    session: AsyncSession, principal: Principal, no: str, deadline_id: UUID, request: ExtendRequest, now: datetime
) -> DeadlineView:
    """The lead gives more time, within the terms. Raises ExtensionNotAllowed, DeadlineNotRunning, TooLate, NotFound."""
    row, calendar = await _of_case(session, principal, no, deadline_id)
    if running_deadlines.ledger_of(row).terms.type == DETENTION.type:
        raise ApproverExtends(deadline=str(row.id))
    reason = request.reason
    await running_deadlines.extend(session, principal, row, request.amount, reason=reason, calendar=calendar, now=now)
    return await _moved(session, row, calendar, now)


async def follow_due(session: AsyncSession, subject: str) -> None:
    """What repeats the due of a deadline says the present one. Doing it again changes nothing."""
    if (deadline := await running_deadlines.newest_of(session, subject)) is not None:
        moved = update(Invitation).where(Invitation.deadline_id == deadline.id).values(due_at=deadline.due_at)
        await session.execute(moved.execution_options(synchronize_session=False))


async def calendar_of(session: AsyncSession, row: Deadline) -> WorkCalendar:
    """The version of a calendar that the deadline cites; a newer one reaches it by being recomputed."""
    return await work_calendars.cited(session, row.port, row.agency, row.calendar)


def view_of(row: Deadline, calendar: WorkCalendar, now: datetime) -> DeadlineView:
    """The deadline as it stands at ``now``."""
    ledger = running_deadlines.ledger_of(row)
    until = row.closed_at or now
    spent = deadline_ledger.spent(ledger, calendar, until)
    took = ladder.elapsed(ledger.start, max(until, ledger.start), calendar)
    paused = row.state == running_deadlines.RUNNING and ledger.paused
    return DeadlineView(
        id=row.id,
        subject=row.subject,
        type=ledger.terms.type,
        state=PAUSED if paused else row.state,
        basis=row.basis,
        budget=row.budget,
        started_at=row.started_at,
        running_since=_running_since(row, ledger, calendar),
        due=row.due_at.astimezone(calendar.zone),
        provisional=row.provisional,
        calendar=row.calendar,
        legal_basis=ledger.terms.legal_basis,
        consumed_seconds=int(spent.consumed.total_seconds()),
        remaining_seconds=int(spent.given.total_seconds()) - int(spent.consumed.total_seconds()),
        elapsed=Span(clock_seconds=int(took.clock.total_seconds()), working_seconds=int(took.working.total_seconds())),
        ended_at=ledger.ended_at,
        rungs=[
            RungView(number=rung.number, level=rung.level.value, at=rung.at, claimed=rung.number <= row.last_rung)
            for rung in running_deadlines.rungs_of(row)
        ],
        pauses=[_pause(one) for one in ledger.pauses],
        extensions=[ExtensionView(at=one.at, amount=one.amount, reason=one.reason, by=one.by) for one in ledger.extensions],
        corrections=list(ledger.corrections),
        allowed=_allowed(ledger),
    )


def _running_since(row: Deadline, ledger: Ledger, calendar: WorkCalendar) -> datetime | None:
    return deadline_ledger.project(ledger, calendar).running_since if row.state == running_deadlines.RUNNING else None


def _pause(one: Pause) -> PauseView:
    return PauseView(since=one.since, until=one.until, reason=one.reason, by=one.by)


def _allowed(ledger: Ledger) -> Allowed:
    terms, left = ledger.terms, deadline_ledger.left_of(ledger)
    return Allowed(
        pause_reasons=terms.pause_reasons,
        pause_seconds_left=int(left.pause.total_seconds()),
        extension_left=left.extension,
    )


async def _of_case(session: AsyncSession, principal: Principal, no: str, deadline_id: UUID) -> tuple[Deadline, WorkCalendar]:
    """The deadline, locked, when it belongs to the case; else NotFound: every id in a request is checked."""
    case = await case_for(session, principal, no)
    row = await running_deadlines.locked(session, deadline_id, events.case_stream(case.no))
    return row, await calendar_of(session, row)


async def _moved(session: AsyncSession, row: Deadline, calendar: WorkCalendar, now: datetime) -> DeadlineView:
    await follow_due(session, row.subject)
    return view_of(row, calendar, now)
