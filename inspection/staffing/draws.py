"""Draws 双随机 of a case: the seed is committed to before, the pool is drawn from later, and the record stays for ever.

Whose turn it is: the platform makes the seed and keeps it to itself when an invitation goes out (or a task sheet issues); a
dispatcher draws experts, the lead draws key points. Drawing again until one likes the result is not possible: a second draw
takes the place of people drawn before, names them, says why, and leaves them out.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.double_random import DrawRecord, commitment, draw
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.staffing.draw_tables import DrawRow, DrawSeed
from kit.database import elevated
from kit.errors import NotFound
from kit.ids import uuid7

EXPERTS: Final = "experts"
KEY_POINTS: Final = "key_points"


class DrawView(msgspec.Struct, frozen=True, kw_only=True):
    """A draw as members of the case see it. ``standing``: who is drawn after it; ``record``: what ``lianjian draw`` replays."""

    id: UUID
    purpose: str
    agency: str
    drawn_at: datetime
    by: str
    standing: list[str]
    reason: str | None
    record: dict[str, Any]


async def commit(session: AsyncSession, case: JointCase, purpose: str, agency: str, now: datetime) -> DrawSeed:
    """Makes the seed of the next draw and publishes its commitment; one that waits already is kept. As the platform."""
    waiting = await session.get(DrawSeed, (case.port, case.no, purpose, agency), with_for_update=True)
    if waiting is not None:
        return waiting
    seed = secrets.token_hex(32)
    row = DrawSeed(
        port=case.port,
        case_no=case.no,
        purpose=purpose,
        subject=agency,
        seed=seed,
        commitment=commitment(seed, purpose, _subject(case, agency), now),
        committed_at=now,
    )
    session.add(row)
    await session.flush()
    told = {"purpose": purpose, "agency": agency, "commitment": row.commitment}
    await events.record(session, case, EventType.DRAW_COMMITTED, told, by=None, at=now)
    return row


async def commit_of_stream(session: AsyncSession, stream: str, purpose: str, agency: str | None, now: datetime) -> None:
    """:func:`commit` for the case whose stream this is; ``agency`` None: its lead. Once a draw was held nothing more is due."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is None or case.cancelled:
        return
    agency = agency or case.lead_agency
    if not await of_matter(session, case, purpose, agency):
        await commit(session, case, purpose, agency, now)


async def hold(
    session: AsyncSession,
    principal: Principal,
    case: JointCase,
    *,
    purpose: str,
    agency: str,
    pool: Collection[str],
    exclusions: Mapping[str, Collection[str]],
    count: int,
    kept: Collection[str] = (),
    reason: str | None = None,
    now: datetime,
) -> DrawView:
    """Draws, stores the record, tells it, and commits to the next seed. The case is locked by the caller.

    As the platform: nobody else reads a seed or writes a record, so that no member of the case can bend one.
    """
    async with elevated(session, PLATFORM, principal.acting):
        seed = await commit(session, case, purpose, agency, now)
        record = draw(
            seed=seed.seed,
            purpose=purpose,
            subject=_subject(case, agency),
            pool=pool,
            exclusions=exclusions,
            count=count,
            committed_at=seed.committed_at,
            drawn_at=now,
        )
        row = _row(case, principal, agency, record, kept, reason, now)
        session.add(row)
        await session.delete(seed)
        await session.flush()
        await events.record(session, case, EventType.DRAW_HELD, _told(row, record), by=principal, at=now)
        await commit(session, case, purpose, agency, now)
    return view_of(row)


async def of_matter(session: AsyncSession, case: JointCase, purpose: str, agency: str) -> list[DrawRow]:
    """The draws of one matter of the case, the first first."""
    rows = await session.scalars(
        select(DrawRow)
        .where(DrawRow.port == case.port, DrawRow.case_no == case.no, DrawRow.purpose == purpose, DrawRow.agency == agency)
        .order_by(DrawRow.drawn_at, DrawRow.id)
    )
    return list(rows)


async def of_case(session: AsyncSession, case: JointCase) -> list[DrawView]:
    """Every draw of the case, the first first."""
    rows = await session.scalars(
        select(DrawRow).where(DrawRow.port == case.port, DrawRow.case_no == case.no).order_by(DrawRow.drawn_at, DrawRow.id)
    )
    return [view_of(row) for row in rows]


async def record_of(session: AsyncSession, case: JointCase, draw_id: UUID) -> dict[str, Any]:
    """One draw's record alone, as ``lianjian draw --record`` reads it."""
    row = await session.get(DrawRow, draw_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(draw=str(draw_id))
    return row.document


def view_of(row: DrawRow) -> DrawView:
    """The public fields of a draw."""
    return DrawView(
        id=row.id,
        purpose=row.purpose,
        agency=row.agency,
        drawn_at=row.drawn_at,
        by=str(row.drawn_by),
        standing=row.standing,
        reason=row.reason,
        record=row.document,
    )


def _subject(case: JointCase, agency: str) -> str:
    return f"{events.case_stream(case.no)}/{agency}"


def _row(
    case: JointCase,
    principal: Principal,
    agency: str,
    record: DrawRecord,
    kept: Collection[str],
    reason: str | None,
    now: datetime,
) -> DrawRow:
    return DrawRow(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        purpose=record.purpose,
        subject=record.subject,
        agency=agency,
        commitment=record.commitment,
        drawn_at=now,
        drawn_by=principal.id,
        eligible=len(record.pool) - len(record.exclusions),
        excluded=len(record.exclusions),
        drawn=len(record.drawn),
        standing=[*sorted(kept), *record.drawn],
        reason=reason,
        document=msgspec.to_builtins(record),
    )


def _told(row: DrawRow, record: DrawRecord) -> dict[str, Any]:
    told: dict[str, Any] = {"draw": str(row.id), "purpose": row.purpose, "agency": row.agency, "drawn": list(record.drawn)}
    told |= {"eligible": row.eligible, "excluded": row.excluded, "only_one": record.only_one, "standing": row.standing}
    told |= {"commitment": record.commitment, "digest": record.digest}
    return told | ({"reason": row.reason} if row.reason else {})
