"""Screenings done once more with the rules in the shadow: after the fact, in pieces, by whoever of the workers comes first.

Nothing follows from it: no case, no notice, no state. History that was imported is left to back-tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import driver_connection
from risk import rulebook_shadowing
from risk.declaration import Declaration
from risk.rulebook_shadowing import InShadow, Seen
from risk.screening_result import ScreeningResult
from risk.shadow import Shadow

PIECE = 200

# Those not compared yet, the oldest first. Rows are stamped on receipt and committed a little later, so what counts as new is
# what has no comparison, not what is younger than the last.
_WAITING = """
SELECT r.id, r.port, r.at, r.result::text, d.document::text
FROM screening_run r JOIN declaration d ON d.id = r.declaration_id
WHERE r.at >= $1 AND NOT d.history
  AND NOT EXISTS (SELECT FROM shadow_result s WHERE s.sha256 = $2 AND s.screening_id = r.id)
ORDER BY r.at LIMIT $3
"""


async def compare_some(session: AsyncSession, now: datetime) -> int:
    """One piece for every version in the shadow; returns how many screenings were compared. As the platform."""
    return sum([await _compare(session, running, now) for running in await rulebook_shadowing.running(session)])


async def _compare(session: AsyncSession, running: InShadow, now: datetime) -> int:
    """Nothing where another worker is at it."""
    mine = select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"shadow {running.member.sha256}", 5)))
    if not await session.scalar(mine):
        return 0
    connection = await driver_connection(session)
    waiting = await connection.fetch(_WAITING, running.since, running.member.sha256, PIECE)
    if not waiting:
        return 0
    shadow = await rulebook_shadowing.ready(session, running)
    seen = await asyncio.to_thread(_compared, shadow, [tuple(row) for row in waiting])
    await rulebook_shadowing.keep(session, running, seen, now)
    return len(seen)


def _compared(shadow: Shadow, waiting: Sequence[tuple[UUID, str, datetime, str, str]]) -> list[Seen]:
    return [
        Seen(
            screening=id_,
            port=port,
            at=at,
            compared=shadow.compared(
                msgspec.json.decode(document, type=Declaration), msgspec.json.decode(result, type=ScreeningResult)
            ),
        )
        for id_, port, at, result, document in waiting
    ]
