"""One clock. Operations take ``now`` as an argument; only edges and the worker's tick read it here.

The adjustable clock (tests and the demo, refused elsewhere by the settings) adds an offset that lives in a row, so that every
process of one platform has the same time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.tables import ClockOffset


@runtime_checkable  # handlers take it as a dependency, which is checked
class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime:
        """The present instant, timezone-aware, UTC."""
        ...

    async def refresh(self, session: AsyncSession) -> None:
        """Reads what other processes may have changed."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """UTC now."""
        return datetime.now(UTC)

    async def refresh(self, session: AsyncSession) -> None:
        """Nothing to read."""


class AdjustableClock:
    """The machine's time plus the offset stored in ``clock_offset``.

    Each move has a number: a reader that was overtaken by a move must not bring the old time back.
    """

    def __init__(self) -> None:
        self.offset = timedelta()
        self._move = 0

    def now(self) -> datetime:
        """UTC now plus the offset last read."""
        return datetime.now(UTC) + self.offset

    async def refresh(self, session: AsyncSession) -> None:
        """Reads the offset, unless what this clock knows is newer."""
        row = (await session.execute(select(ClockOffset.microseconds, ClockOffset.move))).one_or_none()
        if row is not None:
            self._apply(timedelta(microseconds=row.microseconds), row.move)

    async def move_to(self, session: AsyncSession, instant: datetime) -> None:
        """Makes ``instant`` the present, for every process of the platform."""
        offset = instant - datetime.now(UTC)
        row = await session.get(ClockOffset, True, with_for_update=True)
        if row is None:
            row = ClockOffset(only=True, microseconds=0, move=0)
            session.add(row)
        row.microseconds = int(offset / timedelta(microseconds=1))
        row.move += 1
        await session.flush()
        self._apply(offset, row.move)

    def _apply(self, offset: timedelta, move: int) -> None:
        if move >= self._move:
            self.offset, self._move = offset, move
