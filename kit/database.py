"""The database floor: one engine, one unit of work per request, the role and settings of who is acting.

A transaction is the only place where anything is read or written, and it always runs under one of the database roles of the
product (never under the login role, which has no rights of its own). Kinds of principal are handed in from above as
:class:`kit.acting.Acting`; this file knows no word of the domain.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from kit.acting import SETTINGS, Acting

_ASSUME = text("SELECT set_config('role', :role, true), " + ", ".join(f"set_config('app.{n}', :{n}, true)" for n in SETTINGS))


class Base(DeclarativeBase):
    """Every table of the product maps onto this metadata."""


async def assume(connection: AsyncSession | AsyncConnection, acting: Acting) -> None:
    """``SET LOCAL ROLE`` and settings, for the rest of the transaction."""
    unknown = set(acting.settings) - set(SETTINGS)
    if unknown:
        raise ValueError(f"unknown settings {sorted(unknown)}")
    values = {name: acting.settings.get(name, "") for name in SETTINGS}
    await connection.execute(_ASSUME, {"role": acting.role, **values})


def sqlalchemy_url(url: str) -> str:
    """``postgresql://…`` as SQLAlchemy's asyncpg dialect spells it."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


class Database:
    """One engine and what every transaction on it is told.

    ``reacted`` are the event types that something follows from: appending one enqueues a job in the same transaction.
    """

    def __init__(self, url: str, *, reacted: frozenset[str] = frozenset(), pool_size: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url), pool_size=pool_size, max_overflow=10, pool_pre_ping=False, pool_recycle=1800
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.reacted = reacted

    @asynccontextmanager
    async def unit_of_work(self, acting: Acting) -> AsyncIterator[AsyncSession]:
        """One transaction as ``acting``: committed when the block ends, rolled back when it raises. Nobody else commits."""
        async with self._sessions() as session, session.begin():
            session.info["reacted"] = self.reacted
            await assume(session, acting)
            yield session

    async def close(self) -> None:
        """Closes every pooled connection."""
        await self.engine.dispose()


async def driver_connection(session: AsyncSession) -> asyncpg.Connection[Any]:
    """The asyncpg connection under ``session``, inside its transaction (for COPY and the job queue)."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    # SQLAlchemy begins lazily; unit_of_work has already run a statement, and this says so.
    assert driver.is_in_transaction()
    return driver


@asynccontextmanager
async def elevated(session: AsyncSession, above: Acting, back_to: Acting) -> AsyncIterator[None]:
    """Part of a transaction that the platform itself does (``above``), then back to who was acting.

    Only for what follows from a person's act by rule and needs more than the person's own rights: the caller says why.
    """
    await session.flush()
    await assume(session, above)
    yield
    await session.flush()
    await assume(session, back_to)
