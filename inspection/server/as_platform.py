"""One transaction of the platform itself, for a verb that whoever holds the data directory may run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM
from inspection.server import boot
from kit.settings import Settings

T = TypeVar("T")


def as_platform(settings: Settings, work: Callable[[AsyncSession, datetime], Awaitable[T]]) -> T:
    """What ``work`` returns, committed. Starts the embedded services unless they run; ``datetime`` is the platform's time."""

    async def once(services: boot.Services) -> T:
        async with boot.open_database(settings, services) as (database, clock), database.unit_of_work(PLATFORM) as session:
            return await work(session, clock.now())

    with boot.services(settings) as services:
        return asyncio.run(once(services))
