"""How late the open deadlines of some streams are: the colour of the highest rung reached, for lists that show what is late.

Read from what a deadline's row keeps, so that it costs one query for a whole page and says the same to everybody who may see
the row; a rung counts from its instant on, whether or not the tick has claimed it yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.ladder import Level, Rung
from agencies.running_deadlines import REACHED, RUNNING, ledger_of, rungs_of
from agencies.tables import DeadlineRow

WORST_FIRST = (Level.RED, Level.ORANGE, Level.YELLOW)


class OpenDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline nobody has met yet. ``reached``: the lapse has acted. ``provisional``: beyond what the calendar has published;
    ``paused`` why its clock stands, if it does: then ``due`` is the latest possible."""

    subject: str
    due: datetime
    rungs: tuple[Rung, ...]
    reached: bool
    provisional: bool
    paused: str | None


async def of_streams(session: AsyncSession, streams: Collection[str]) -> dict[str, list[OpenDeadline]]:
    """The open deadlines of each stream that has any, the earliest first, as far as the acting role may see them."""
    query = select(DeadlineRow).where(
        DeadlineRow.stream.in_(streams), DeadlineRow.closed_at.is_(None), DeadlineRow.state.in_((RUNNING, REACHED))
    )
    found: defaultdict[str, list[OpenDeadline]] = defaultdict(list)
    for row in await session.scalars(query.order_by(DeadlineRow.due_at)):
        ledger = ledger_of(row)
        paused = ledger.pauses[-1].reason if row.state == RUNNING and ledger.paused else None
        found[row.stream].append(
            OpenDeadline(
                subject=row.subject,
                due=row.due_at,
                rungs=rungs_of(row),
                reached=row.state == REACHED,
                provisional=row.provisional,
                paused=paused,
            )
        )
    return dict(found)


async def late_streams(session: AsyncSession, port: str) -> list[str]:
    """Streams of the port with an open deadline of which a rung has been claimed: what somebody should look at first."""
    query = select(DeadlineRow.stream).where(
        DeadlineRow.port == port,
        DeadlineRow.closed_at.is_(None),
        DeadlineRow.state.in_((RUNNING, REACHED)),
        DeadlineRow.last_rung > 0,
    )
    return list(await session.scalars(query.distinct()))


def level_at(rungs: Collection[Rung], now: datetime) -> Level | None:
    """The colour of the last rung reached; None before the first. Pure."""
    reached = [rung for rung in rungs if rung.at <= now]
    return max(reached, key=lambda rung: rung.number).level if reached else None


def worst(deadlines: Collection[OpenDeadline], now: datetime) -> Level | None:
    """The most urgent colour among them; None while none is half gone. Pure."""
    levels = {Level.RED if one.reached else level_at(one.rungs, now) for one in deadlines}
    return next((level for level in WORST_FIRST if level in levels), None)
