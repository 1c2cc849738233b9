"""Windows for one case: what is free for it and why, and what is true of a window somebody chose."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import work_calendars
from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.deciding.proposal_reasons import why
from inspection.planning import port_board
from inspection.planning.availability import named_experts, on_duty, within, working
from inspection.planning.booking_views import Slot
from inspection.planning.priority import needs_of
from inspection.planning.schedule_board import Board
from inspection.planning.schedule_problem import Assignment, Problem, Reason, Request, Window
from inspection.planning.schedule_tables import Bay, Booking
from inspection.preparing import task_sheets
from kit.errors import Conflict

OFFERED = 6
LOOK_AHEAD = timedelta(days=7)


class NotReadyToSchedule(Conflict):
    """No task sheet has issued, so nobody knows yet who has to come."""

    code = "not_ready_to_schedule"
    title_zh = "任务单尚未签发，暂不能预约"
    title_en = "There is no task sheet yet"
    advice_zh = "任务单签发后即可预约。"
    advice_en = "Schedule as soon as the task sheet has issued."


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of a chosen window: what the bay lacks, who is not on duty (by name), whether it is outside working hours,
    which was the first start free at the time (None: nothing was), and whether the enterprise had asked for this one."""

    lacking: tuple[str, ...]
    off_duty: tuple[str, ...]
    off_hours: bool
    reasons: tuple[Reason, ...]
    earliest: datetime | None
    wished: bool


async def slots(session: AsyncSession, principal: Principal, case_no: str, now: datetime) -> list[Slot]:
    """The best free windows for the case, at most six with different starts, each with its reasons."""
    case = await case_for(session, principal, case_no)
    if await task_sheets.latest(session, case) is None:
        raise NotReadyToSchedule()
    problem = await port_board.problem_for(session, principal, case.port, [case], now, LOOK_AHEAD)
    problem = msgspec.structs.replace(problem, held=tuple(one for one in problem.held if one.case != case.no))
    return offered(problem, problem.requests[0])


def offered(problem: Problem, request: Request) -> list[Slot]:
    """The cheapest starts at which a place and everybody is free, in the order of their cost. Pure."""
    board = Board(problem)
    places = board.places(request)
    found: list[Assignment] = []
    for start in sorted(board.starts(request), key=lambda one: (one.cost, one.at)):
        one = board.fit(request, start, places)
        if one is not None:
            found.append(why(problem, request, (), one))
        if len(found) == OFFERED:
            break
    return [_slot(one) for one in found]


async def facts_about(session: AsyncSession, principal: Principal, case: JointCase, bay: Bay, slot: Slot, now: datetime) -> Facts:
    """What a proposal of this window has to be checked against; who holds what is the constraints' business."""
    window = Window(starts_at=slot.starts_at, ends_at=max(slot.ends_at, slot.starts_at))
    people = await named_experts(session, case)
    present = await on_duty(session, principal, case.port, people, window)
    hours = await work_calendars.calendar_for(session, case.port)
    absent = [one.name for one in people if not within(window, present[one.person].on_duty)]
    lacking = [one for one in needs_of(case.priority_class) if one not in bay.capabilities]
    problem = await port_board.problem_for(session, principal, case.port, [case], now, LOOK_AHEAD)
    problem = msgspec.structs.replace(problem, held=tuple(one for one in problem.held if one.case != case.no))
    return Facts(
        lacking=tuple(lacking),
        off_duty=tuple(sorted(absent)),
        off_hours=not within(window, working(hours, window)),
        reasons=_reasons(problem, slot),
        earliest=_earliest(problem),
        wished=any(wish.starts_at <= slot.starts_at < wish.ends_at for wish in problem.requests[0].preferred),
    )


async def latest(session: AsyncSession, case: JointCase) -> Booking | None:
    """The booking made last, whatever became of it."""
    return await session.scalar(
        select(Booking).where(Booking.port == case.port, Booking.case_no == case.no).order_by(Booking.booked_at.desc()).limit(1)
    )


def _slot(one: Assignment) -> Slot:
    return Slot(
        bay=one.bay,
        place=one.place,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        off_hours=one.off_hours,
        reasons=one.reasons,
    )


def _earliest(problem: Problem) -> datetime | None:
    """The first start at which the goods are there and a place and everybody is free."""
    board, request = Board(problem), problem.requests[0]
    places = board.places(request)
    return next((start.at for start in board.starts(request) if board.fit(request, start, places) is not None), None)


def _reasons(problem: Problem, slot: Slot) -> tuple[Reason, ...]:
    """Why this window, as it would have been offered; nothing to say of one the planner would not have thought of."""
    request = problem.requests[0]
    chosen = [
        one
        for one in offered(problem, request)
        if (one.bay, one.starts_at, one.ends_at) == (slot.bay, slot.starts_at, slot.ends_at)
    ]
    return chosen[0].reasons if chosen else ()
