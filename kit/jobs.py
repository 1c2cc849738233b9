"""Jobs through PgQueuer, enqueued in the transaction of the change that wants them (schema ``jobs``).

At least once: a handler may run twice and must not mind. Payloads are ids, never content, because the queue has no
row-level security (it has to be readable by every role that enqueues).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from pgqueuer.adapters.persistence import qb
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings
from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncSession

from kit.database import driver_connection

SCHEMA = "jobs"


def queries_on(driver: AsyncpgDriver) -> Queries:
    """PgQueuer's queries spelled for our schema."""
    environment, queue, scheduler = _spelled()
    return Queries(driver, qbe=environment, qbq=queue, qbs=scheduler)


@cache
def _spelled() -> tuple[qb.QueryBuilderEnvironment, qb.QueryQueueBuilder, qb.QuerySchedulerBuilder]:
    # Once: settings look through the environment and for a .env file, which every appended event would pay for.
    settings = DBSettings(db_schema=SCHEMA)
    return qb.QueryBuilderEnvironment(settings), qb.QueryQueueBuilder(settings), qb.QuerySchedulerBuilder(settings)


async def enqueue_all(session: AsyncSession, entrypoint: str, payloads: Sequence[dict[str, Any]]) -> None:
    """:func:`enqueue` for each payload, in one statement."""
    if payloads:
        queries = queries_on(AsyncpgDriver(await driver_connection(session)))
        named = [entrypoint] * len(payloads)
        await queries.enqueue(named, [msgspec.json.encode(payload) for payload in payloads], [0] * len(payloads))


async def enqueue(session: AsyncSession, entrypoint: str, payload: dict[str, Any]) -> None:
    """Adds a job that becomes visible when the caller's transaction commits."""
    queries = queries_on(AsyncpgDriver(await driver_connection(session)))
    await queries.enqueue(entrypoint, msgspec.json.encode(payload))
