"""The database floor: one engine, one unit of work per request, the role and settings of who is acting.

A transaction is the only place where anything is read or written, and it always runs under one of the database roles of the
product (never under the login role, which has no rights of its own). Kinds of principal are handed in from above as
:class:`kit.acting.Acting`; this file knows no word of the domain.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from kit.acting import SETTINGS, Acting
from kit.errors import LianjianError

COME_AGAIN_SECONDS = 1
_AWAY = ("08", "57P", "53300")
"""How SQLSTATE begins when the database is away: connection exceptions, stopping, crashing or starting, no connection left."""

_ASSUME = text("SELECT set_config('role', :role, true), " + ", ".join(f"set_config('app.{n}', :{n}, true)" for n in SETTINGS))


class Base(DeclarativeBase):
    """Every table of the product maps onto this metadata."""


class DatabaseUnavailable(LianjianError):
    """The database is away or restarting. Whether a commit under way was kept is not known: send the same again, same ids."""

    code = "database_unavailable"
    title_zh = "数据库暂不可用"
    title_en = "The database is unavailable for a moment"
    advice_zh = "请稍候以相同内容和编号重新发送；已保存的内容不会重复。"
    advice_en = "Send the same again in a moment, with the same ids: what was kept is not doubled."

    def __init__(self) -> None:
        super().__init__(retry_after=COME_AGAIN_SECONDS)


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
        """One transaction as ``acting``: committed when the block ends, rolled back when it raises. Nobody else commits.

        Raises :class:`DatabaseUnavailable` when the connection cannot be made or is lost on the way.
        """
        with _telling_loss():
            async with self._sessions() as session, session.begin():
                session.info["reacted"] = self.reacted
                with _telling_loss(OSError):  # a connection that cannot be made; later ones are the caller's own
                    await assume(session, acting)
                yield session

    async def close(self) -> None:
        """Closes every pooled connection."""
        await self.engine.dispose()


@contextmanager
def _telling_loss(*more: type[Exception]) -> Iterator[None]:
    """Turns what the drivers raise when the connection is gone (and ``more``) into :class:`DatabaseUnavailable`."""
    away: tuple[type[Exception], ...] = (PoolExhausted, *more)
    try:
        yield
    except away as fault:
        raise DatabaseUnavailable() from fault
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        if _is_loss(fault):
            raise DatabaseUnavailable() from fault
        raise


def _is_loss(fault: Exception) -> bool:
    if isinstance(fault, DBAPIError):
        if fault.connection_invalidated:
            return True
        fault = getattr(fault.orig, "__cause__", None) or fault
    if isinstance(fault, asyncpg.InterfaceError):
        return "closed" in str(fault)  # a connection that ended while it lay in the pool
    return str(getattr(fault, "sqlstate", None)).startswith(_AWAY)


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
