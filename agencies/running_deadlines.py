"""Deadlines as rows: started, moved, paused, extended, recomputed, met. The ledger is stored; the rest follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadline_ledger, ladder, ledger_entries
from agencies.calendars import WorkCalendar
from agencies.deadline_ledger import Ledger, Terms
from agencies.ladder import Rung
from agencies.powers import SYSTEM, Principal
from agencies.tables import DeadlineRow
from kit import event_log
from kit.errors import NotFound
from kit.ids import uuid7
from kit.rows import insert_mapped

RUNNING, REACHED, MET, WITHDRAWN = "RUNNING", "REACHED", "MET", "WITHDRAWN"
"""``REACHED``: nobody came before the lapse; its red warnings end when somebody comes after all, or when they are used up."""

CORRECTION_GRACE = timedelta(hours=4)
"""What a deadline has left at least when a corrected calendar puts its due into the past."""


class DeadlineEvent(StrEnum):
    """What happens to a deadline on its way, written to its stream."""

    PAUSED = "DeadlinePaused"
    RESUMED = "DeadlineResumed"
    EXTENDED = "DeadlineExtended"
    RECOMPUTED = "DeadlineRecomputed"


Deadline = DeadlineRow
"""A deadline as others read it; it is changed by the operations here alone."""


class Begins(TypedDict):
    """What a deadline begins with. Reaching a rung of its ladder is written to ``stream``; ``agency`` says whose ``calendar`` it
    is (absent: the port's), and by it a next version of that calendar finds the deadline."""

    port: str
    stream: str
    subject: str
    terms: Terms
    starts: datetime
    calendar: WorkCalendar
    agency: NotRequired[str]


def begun(**given: Unpack[Begins]) -> DeadlineRow:
    """A running deadline that is not stored yet."""
    calendar, ledger = given["calendar"], deadline_ledger.open_ledger(given["terms"], given["starts"], given["calendar"])
    known = {"port": given["port"], "agency": given.get("agency", ""), "stream": given["stream"], "subject": given["subject"]}
    row = DeadlineRow(id=uuid7(), **known, basis=ledger.terms.budget.basis.value, state=RUNNING, last_rung=0)
    _keep(row, ledger, calendar)
    return row


async def start(session: AsyncSession, **given: Unpack[Begins]) -> DeadlineRow:
    """Stores one that has :func:`begun`."""
    session.add(row := begun(**given))
    await session.flush()
    return row


async def start_all(session: AsyncSession, deadlines: Sequence[DeadlineRow]) -> None:
    """Stores those that have :func:`begun`, with one statement."""
    await insert_mapped(session, deadlines)


async def start_earlier(
    session: AsyncSession, deadline_id: UUID | None, starts: datetime, calendar: WorkCalendar
) -> datetime | None:
    """Moves the start of a running deadline to ``starts`` when that is earlier; returns the due then, None if nothing moved."""
    row = await _locked(session, deadline_id)
    if row is None or row.state != RUNNING or starts >= row.started_at:
        return None
    _keep(row, ledger_entries.begin_earlier(ledger_of(row), starts), calendar)
    return row.due_at


async def meet(session: AsyncSession, deadline_id: UUID | None, now: datetime) -> None:
    """What was awaited came; a deadline already reached stays reached, and is silent from now on."""
    await _close(session, deadline_id, MET, now)


async def withdraw(session: AsyncSession, deadline_id: UUID | None, now: datetime) -> None:
    """Nothing is awaited any more; a deadline already reached stays reached, and is silent from now on."""
    await _close(session, deadline_id, WITHDRAWN, now)


async def locked(session: AsyncSession, deadline_id: UUID, stream: str) -> DeadlineRow:
    """The deadline of the stream, locked. Raises NotFound, also for one of another stream."""
    row = await _locked(session, deadline_id)
    if row is None or row.stream != stream:
        raise NotFound(deadline=str(deadline_id))
    return row


async def pause(
    session: AsyncSession,
    principal: Principal,
    row: DeadlineRow,
    *,
    reason: str,
    why: str,
    calendar: WorkCalendar,
    now: datetime,
) -> None:
    """The clock of a locked deadline stands from ``now``, for a reason that its terms allow; the same again changes nothing.

    Raises what :func:`ledger_entries.pause` raises.
    """
    ledger = ledger_of(row)
    if ledger.paused and (ledger.pauses[-1].reason, ledger.pauses[-1].by) == (reason, str(principal.id)):
        return

    paused = ledger_entries.pause(ledger, reason=reason, by=str(principal.id), at=now, calendar=calendar)

    _keep(row, paused, calendar)

    await _record(session, row, DeadlineEvent.PAUSED, {"reason": reason, "why": why}, by=principal, at=now)


async def resume(session: AsyncSession, principal: Principal, row: DeadlineRow, *, calendar: WorkCalendar, now: datetime) -> None:
    """The clock of a locked deadline runs again. Raises :class:`~agencies.ledger_entries.DeadlineNotRunning` when it does."""
    resumed = ledger_entries.resume(ledger_of(row), now)

    _keep(row, resumed, calendar)

    await _record(session, row, DeadlineEvent.RESUMED, {"reason": resumed.pauses[-1].reason}, by=principal, at=now)


async def record_used_up_pause(session: AsyncSession, row: DeadlineRow, now: datetime) -> None:
    """Says that a pause ended by itself: its cap was used up. As the platform."""
    told = {"reason": ledger_of(row).pauses[-1].reason, "used_up": True}
    await _record(session, row, DeadlineEvent.RESUMED, told, by=None, at=now)


async def extend(
    session: AsyncSession,
    principal: Principal,
    row: DeadlineRow,
    amount: int,
    *,
    reason: str,
    calendar: WorkCalendar,
    now: datetime,
) -> None:
    """``amount`` more units of the basis for a locked deadline. Raises what :func:`ledger_entries.extend` raises."""
    longer = ledger_entries.extend(ledger_of(row), amount, reason=reason, by=str(principal.id), at=now, calendar=calendar)

    _keep(row, longer, calendar)

    told = {"amount": amount, "budget": row.budget, "reason": reason}
    await _record(session, row, DeadlineEvent.EXTENDED, told, by=principal, at=now)


async def recompute(
    session: AsyncSession,
    row: DeadlineRow,
    calendar: WorkCalendar,
    now: datetime,
    *,
    by: Principal | None = None,
    grace: timedelta = CORRECTION_GRACE,
) -> bool:
    """Reckons a running deadline again under a corrected or newly published calendar; True when an entry was made.

    A due that now lies in the past grants the later of the old due and ``now + grace``. The event logs both. What has ended or
    is past its due stays as it is, and so does what cites this version already. As the platform, or as customs of the port.
    """
    await session.refresh(row, with_for_update=True)
    ledger = ledger_of(row)
    if row.state != RUNNING or ledger.calendar == deadline_ledger.calendar_name(calendar):
        return False

    corrected = ledger_entries.correct(ledger, row.due_at, calendar, now=now, grace=grace)
    if corrected is ledger:
        return False

    _keep(row, corrected, calendar)

    entry = corrected.corrections[-1]
    told = {
        "calendar": entry.calendar,
        "old_due": entry.old_due.isoformat(),
        "computed_due": entry.computed_due.isoformat(),
        "granted": entry.granted is not None,
    }
    await _record(session, row, DeadlineEvent.RECOMPUTED, told, by=by, at=now)
    return True


class Reckoned(msgspec.Struct, frozen=True, kw_only=True):
    """How a due came about: in what it is counted, by which calendar (``id/vN``), and whether that reaches so far."""

    basis: str
    calendar: str
    provisional: bool


async def reckoned(session: AsyncSession, stream: str) -> dict[UUID, Reckoned]:
    """How the due of each deadline of the stream came about."""
    columns = (DeadlineRow.id, DeadlineRow.basis, DeadlineRow.calendar, DeadlineRow.provisional)
    rows = await session.execute(select(*columns).where(DeadlineRow.stream == stream))
    return {id_: Reckoned(basis=basis, calendar=cited, provisional=provisional) for id_, basis, cited, provisional in rows}


async def open_of(session: AsyncSession, subject: str) -> Deadline | None:
    """The deadline of ``subject`` that has not ended."""
    return await session.scalar(select(DeadlineRow).where(DeadlineRow.subject == subject, DeadlineRow.closed_at.is_(None)))


async def open_subjects(session: AsyncSession, stream: str) -> frozenset[str]:
    """What the deadlines of the stream that have not ended are about."""
    running = select(DeadlineRow.subject).where(DeadlineRow.stream == stream, DeadlineRow.closed_at.is_(None))
    return frozenset(await session.scalars(running))


async def newest_of(session: AsyncSession, subject: str) -> Deadline | None:
    """The last deadline that was started for ``subject``, ended or not."""
    begun = select(DeadlineRow).where(DeadlineRow.subject == subject)
    return await session.scalar(begun.order_by(DeadlineRow.id.desc()).limit(1))


async def of_stream(session: AsyncSession, stream: str) -> list[DeadlineRow]:
    """The deadlines of a stream, as far as the acting role may see them, in the order they began to run."""
    query = select(DeadlineRow).where(DeadlineRow.stream == stream).order_by(DeadlineRow.started_at, DeadlineRow.id)
    return list(await session.scalars(query))


async def reminded_until(session: AsyncSession, stream: str, now: datetime) -> datetime | None:
    """When the last reminder is due of those who let a deadline of the stream lapse and have not come; None when all are past."""
    lapsed = select(DeadlineRow).where(
        DeadlineRow.stream == stream, DeadlineRow.state == REACHED, DeadlineRow.closed_at.is_(None)
    )
    reminders = (rung.at for row in await session.scalars(lapsed) for rung in rungs_of(row))
    return max((at for at in reminders if at > now), default=None)


def ledger_of(row: DeadlineRow) -> Ledger:
    """The ledger a row keeps."""
    return msgspec.convert(row.ledger, Ledger)


def rungs_of(row: DeadlineRow) -> tuple[Rung, ...]:
    """The ladder a row keeps, in the order in which its rungs are reached."""
    return msgspec.convert(row.rungs, tuple[Rung, ...])


def _keep(row: DeadlineRow, ledger: Ledger, calendar: WorkCalendar) -> None:
    """Stores the ledger and everything that follows from it."""
    projected, steps = deadline_ledger.project(ledger, calendar), ladder.ladder(ledger, calendar)
    row.ledger, row.rungs = msgspec.to_builtins(ledger), msgspec.to_builtins(steps)
    row.budget, row.calendar, row.started_at = str(ledger.budget), ledger.calendar, ledger.start
    row.due_at, row.provisional = projected.due.astimezone(UTC), projected.provisional
    row.next_rung_at = ladder.next_look(ledger, steps, row.last_rung)


async def _close(session: AsyncSession, deadline_id: UUID | None, state: str, now: datetime) -> None:
    row = await _locked(session, deadline_id)
    if row is None or row.closed_at is not None:
        return
    if row.state == RUNNING:
        row.state, row.ledger = state, msgspec.to_builtins(ledger_entries.end(ledger_of(row), now))
    row.closed_at, row.next_rung_at = now, None


async def _locked(session: AsyncSession, deadline_id: UUID | None) -> DeadlineRow | None:
    return await session.get(DeadlineRow, deadline_id, with_for_update=True) if deadline_id is not None else None


async def _record(
    session: AsyncSession,
    row: DeadlineRow,
    type: DeadlineEvent,
    data: Mapping[str, Any],
    *,
    by: Principal | None,
    at: datetime,
) -> None:
    told = {"deadline": str(row.id), "subject": row.subject, "due": row.due_at.isoformat(), "provisional": row.provisional}
    await event_log.append(
        session,
        row.stream,
        type,
        {**told, **data},
        by=str(by.id) if by else SYSTEM,
        at=at,
        tenant=row.port,
        owner=by.agency if by else None,
    )
