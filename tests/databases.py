"""Databases of the flow tests: copied from each other in milliseconds, and dropped as soon as nobody is connected."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from inspection.server.embedded import EmbeddedPostgres

CLOSING_SECONDS = 1.0
"""How long a connection that was closed may take to be gone."""


class StillConnected(Exception):
    """Somebody else's connection is open: the database can be neither copied nor replaced."""


class Databases:
    """Makes, copies and drops databases of one PostgreSQL, over one connection that belongs to none of them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None

    async def copy(self, source: str, name: str) -> None:
        """``name`` becomes what ``source`` is. As files: throw-away clusters do not fsync, and less goes through the log."""
        await self._left_alone(source)
        await (await self._connected()).execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy')

    async def replace(self, name: str, source: str) -> None:
        """``name`` becomes what ``source`` is, instead of what it was. Raises :class:`StillConnected`."""
        await self._left_alone(name)
        await (await self._connected()).execute(f'DROP DATABASE "{name}"')
        await self.copy(source, name)

    async def drop(self, name: str) -> None:
        """Drops it when its connections are gone, else with them: PostgreSQL by itself looks again only after 100 ms."""
        with contextlib.suppress(StillConnected):
            await self._left_alone(name)
        await (await self._connected()).execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def written(self) -> str:
        """Another text when anything was written in this cluster meanwhile."""
        return str(await (await self._connected()).fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))

    async def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> asyncpg.Connection:
        """Connected again after a test that ended PostgreSQL."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url)
        return self._connection

    async def _left_alone(self, name: str) -> None:
        until = asyncio.get_running_loop().time() + CLOSING_SECONDS
        connection = await self._connected()
        # PostgreSQL sends its own processes (autovacuum) away by itself.
        connected = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend')"
        while await connection.fetchval(connected, name):
            if asyncio.get_running_loop().time() > until:
                raise StillConnected(name)
            await asyncio.sleep(0.001)


@asynccontextmanager
async def databases_of(postgres: EmbeddedPostgres) -> AsyncIterator[Databases]:
    """The databases of ``postgres``, for as long as the block runs."""
    databases = Databases(postgres.owner_url("postgres"))
    try:
        yield databases
    finally:
        await databases.close()
