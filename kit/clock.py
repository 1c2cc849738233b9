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
    """The machine's time plus the offset stored in ``clock_offset``."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """UTC now plus the offset last read."""
        return datetime.now(UTC) + self.offset

    async def refresh(self, session: AsyncSession) -> None:
        """Reads the offset."""
        microseconds = await session.scalar(select(ClockOffset.microseconds))
        self.offset = timedelta(microseconds=microseconds or 0)

    async def move_to(self, session: AsyncSession, instant: datetime) -> None:
        """Makes ``instant`` the present, for every process of the platform."""
        self.offset = instant - datetime.now(UTC)
        row = await session.get(ClockOffset, True)
        microseconds = int(self.offset / timedelta(microseconds=1))
        if row is None:
            session.add(ClockOffset(only=True, microseconds=microseconds))
        else:
            row.microseconds = microseconds
        await session.flush()
