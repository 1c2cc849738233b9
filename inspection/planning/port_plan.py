"""A plan for everything at a port that waits for a window: proposals with reasons, which the lead may take one by one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import case
from inspection.case_tables import JointCase
from inspection.planning import optimiser
from inspection.planning.case_windows import LOOK_AHEAD
from inspection.planning.first_fit import first_fit
from inspection.planning.port_board import problem_for
from inspection.planning.schedule_problem import Plan, Problem
from inspection.planning.schedule_tables import Booking
from inspection.planning.scheduling import propose
from kit.errors import Invalid, NotFound

MOVABLE = ("PROPOSED", "CONFIRMED", "CHANGED")


class NotMovable(Invalid):
    """A case named as movable holds no window that could be moved; ``details['errors']`` says which."""

    code = "not_movable"
    title_zh = "所列案件没有可移动的预约"
    title_en = "A case named holds no window that could be moved"


async def problem(session: AsyncSession, principal: Principal, port: str, movable: Collection[str], now: datetime) -> Problem:
    """Everything that waits for a window at the port, as far ahead as windows are offered.

    What is booked stays, but for the cases in ``movable``.
    """
    if port != principal.port:
        raise NotFound(port=port)
    await _check_movable(session, port, movable)
    waiting = await session.scalars(
        select(JointCase)
        .where(JointCase.port == port, (JointCase.state == case.State.PREPARING.value) | JointCase.no.in_(movable))
        .order_by(JointCase.no)
    )
    return await problem_for(session, principal, port, list(waiting), now, LOOK_AHEAD, tuple(sorted(movable)))


def solved(asked: Problem) -> Plan:
    """The proposal: by CP-SAT where the extra is installed, by first fit elsewhere; the plan says which. Takes seconds. Pure."""
    if optimiser.available():
        return propose(asked, optimiser.optimised, "cp_sat")
    return propose(asked, first_fit, "first_fit")


async def _check_movable(session: AsyncSession, port: str, movable: Collection[str]) -> None:
    held = set(
        await session.scalars(
            select(Booking.case_no).where(Booking.port == port, Booking.case_no.in_(movable), Booking.state.in_(MOVABLE))
        )
    )
    errors = [{"path": "movable", "message": f"{no}: no window that could be moved"} for no in sorted(set(movable) - held)]
    if errors:
        raise NotMovable(errors=errors)
