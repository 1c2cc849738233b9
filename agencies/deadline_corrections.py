"""What another calendar does to deadlines that run: which cite an older version, and where each of them would be due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import ledger_entries
from agencies.calendars import WorkCalendar
from agencies.deadline_ledger import calendar_name, project
from agencies.deadlines import Basis
from agencies.running_deadlines import CORRECTION_GRACE, RUNNING, ledger_of
from agencies.tables import DeadlineRow

AT_ONCE = 200


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A running deadline that is due at another time. ``granted``: the new due lay in the past."""

    subject: str
    before: datetime
    after: datetime
    granted: bool
    provisional: bool


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """How many deadlines run by the calendar, how many of them move, how many stay provisional; ``moves`` says which."""

    running: int
    moved: int
    provisional: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Outdated:
    """A running deadline that cites another version than the one in force."""

    id: UUID
    stream: str
    port: str
    agency: str


async def affected(
    session: AsyncSession, port: str, agency: str | None, apart: Collection[str], calendar: WorkCalendar, now: datetime
) -> Affected:
    """What ``calendar`` would do to the running deadlines of the agency, or of the port without the agencies ``apart``."""
    whose = DeadlineRow.agency == agency if agency else DeadlineRow.agency.not_in(apart)
    query = select(DeadlineRow).where(DeadlineRow.port == port, whose, *_follows_a_calendar(now))
    found = [_move(row, calendar, now) for row in await session.scalars(query.order_by(DeadlineRow.due_at, DeadlineRow.id))]
    moves = tuple(one for one in found if one.before != one.after)
    return Affected(running=len(found), moved=len(moves), provisional=sum(one.provisional for one in found), moves=moves)


async def outdated(
    session: AsyncSession, in_force: Mapping[tuple[str, str], str], fallback: str, now: datetime
) -> list[Outdated]:
    """At most :data:`AT_ONCE` running deadlines that cite another calendar than the one in force, by stream. As the platform.

    ``in_force`` names the calendar of each (port, agency) that has its own, ("…", "") is the port's; ``fallback`` is the one of
    everybody else. The groups are few and come from an index alone, so asking often costs little.
    """
    group = (DeadlineRow.port, DeadlineRow.agency, DeadlineRow.calendar)
    cited = (await session.execute(select(*group).where(*_follows_a_calendar(now)).distinct())).all()
    stale = [one for one in cited if one.calendar != in_force_at(in_force, one.port, one.agency, fallback)]
    if not stale:
        return []
    wanted = or_(*(and_(*(column == value for column, value in zip(group, one, strict=True))) for one in stale))
    query = select(DeadlineRow.id, DeadlineRow.stream, DeadlineRow.port, DeadlineRow.agency)
    rows = await session.execute(query.where(wanted, *_follows_a_calendar(now)).order_by(DeadlineRow.stream).limit(AT_ONCE))
    return [Outdated(row.id, row.stream, row.port, row.agency) for row in rows]


async def locked(session: AsyncSession, ids: Collection[UUID]) -> list[DeadlineRow]:
    """Those of the deadlines that nobody else holds, locked, by stream: one order of streams means no circle of waiters."""
    query = select(DeadlineRow).where(DeadlineRow.id.in_(ids)).with_for_update(skip_locked=True)
    return sorted(await session.scalars(query), key=lambda row: (row.stream, row.id))


def in_force_at(in_force: Mapping[tuple[str, str], str], port: str, agency: str, fallback: str) -> str:
    """The name of the calendar a deadline of the agency at the port should cite."""
    return in_force.get((port, agency)) or in_force.get((port, "")) or fallback


def _follows_a_calendar(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Clock hours are the same in every calendar, and what is past its due stays as it is."""
    return (DeadlineRow.state == RUNNING, DeadlineRow.basis != Basis.CLOCK_HOURS.value, DeadlineRow.due_at > now)


def _move(row: DeadlineRow, calendar: WorkCalendar, now: datetime) -> Move:
    ledger, before = ledger_of(row), row.due_at.astimezone(UTC)
    if ledger.calendar == calendar_name(calendar):
        return Move(subject=row.subject, before=before, after=before, granted=False, provisional=row.provisional)
    corrected = ledger_entries.correct(ledger, row.due_at, calendar, now=now, grace=CORRECTION_GRACE)
    after = project(corrected, calendar)
    granted = bool(corrected.corrections) and corrected.corrections[-1].granted is not None
    return Move(
        subject=row.subject, before=before, after=after.due.astimezone(UTC), granted=granted, provisional=after.provisional
    )
