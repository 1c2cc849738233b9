"""The tick over deadlines: one indexed query finds what time has reached, a unique row per rung makes each act once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import ladder, ledger_entries
from agencies.deadline_ledger import pause_used_up_at
from agencies.ladder import Rung
from agencies.running_deadlines import REACHED, ledger_of, rungs_of
from agencies.tables import DeadlineRow, DeadlineRung

AT_ONCE = 50
"""Rows of one transaction: so long the streams of their cases are held, and so much is done again when a worker dies."""


ATTENDED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Claimed:
    """A rung this call has claimed, of a deadline whose row it holds locked."""

    deadline: DeadlineRow
    rung: Rung


@dataclass(frozen=True)
class Looked:
    """What one look did: how many rows it took up, which rungs it claimed, whose pause had used up its cap.

    Both lists are by stream, then in the order of time: writers that lock streams in one order never wait in a circle.
    """

    rows: int
    claimed: tuple[Claimed, ...]
    resumed: tuple[DeadlineRow, ...]


async def claim(session: AsyncSession, now: datetime) -> Looked:
    """Claims every rung that has been reached, of at most ``AT_ONCE`` deadlines. As the platform.

    After a downtime each rung is claimed once, in order. Rows another worker holds are skipped: it will claim them. The primary
    key (deadline, rung) is the claim; a rung that is there already says nothing again, whoever wrote it.
    """
    due = select(DeadlineRow).where(DeadlineRow.next_rung_at <= now).order_by(DeadlineRow.next_rung_at).limit(AT_ONCE)
    rows = sorted(await session.scalars(due.with_for_update(skip_locked=True)), key=lambda row: (row.stream, row.id))
    resumed = tuple(row for row in rows if _end_used_up_pause(row, now))
    reached = [Claimed(row, rung) for row in rows for rung in _advance(row, now)]
    new = await _insert(session, reached, now)
    claimed = [one for one in reached if (one.deadline.id, one.rung.number) in new]
    claimed.sort(key=lambda one: (one.deadline.stream, one.rung.acts_at, one.rung.number))
    return Looked(len(rows), tuple(claimed), resumed)


async def unattended(session: AsyncSession, now: datetime) -> bool:
    """Whether a rung has waited longer than a tick may take: then no worker runs. As the platform."""
    oldest = await session.scalar(select(func.min(DeadlineRow.next_rung_at)))
    return oldest is not None and oldest < now - ATTENDED_WITHIN


def _end_used_up_pause(row: DeadlineRow, now: datetime) -> bool:
    """Nothing stands still for ever. The due and the rungs were reckoned with the whole cap already: they stay."""
    ledger = ledger_of(row)
    ends = pause_used_up_at(ledger)
    if ends is None or ends > now:
        return False
    row.ledger = msgspec.to_builtins(ledger_entries.resume(ledger, ends))
    return True


def _advance(row: DeadlineRow, now: datetime) -> list[Rung]:
    """The rungs reached by ``now``; the row then waits for the one after them. The lapse ends the ledger."""
    ledger, steps = ledger_of(row), rungs_of(row)
    reached = [rung for rung in steps if rung.number > row.last_rung and rung.acts_at <= now]
    if reached:
        row.last_rung = reached[-1].number
    if any(rung.number == ladder.LAPSE for rung in reached):
        ledger = ledger_entries.end(ledger, now)
        row.state, row.ledger = REACHED, msgspec.to_builtins(ledger)
    row.next_rung_at = ladder.next_look(ledger, steps, row.last_rung)
    return reached


async def _insert(session: AsyncSession, reached: list[Claimed], now: datetime) -> set[tuple[UUID, int]]:
    """The claims that nobody had made."""
    if not reached:
        return set()
    values: list[dict[str, Any]] = [
        {"deadline_id": one.deadline.id, "rung": one.rung.number, "port": one.deadline.port, "claimed_at": now} for one in reached
    ]
    wanted = insert(DeadlineRung).values(values).on_conflict_do_nothing()
    made = await session.execute(wanted.returning(DeadlineRung.deadline_id, DeadlineRung.rung))
    return {(row.deadline_id, row.rung) for row in made}
