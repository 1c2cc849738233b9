"""The rows of a piece of declarations, written with one statement per table whatever the number of rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from asyncpg import Record
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM
from agencies.sign_in import token_hash
from inspection.declaring.declaration_state import State
from inspection.declaring.prepared import Prepared
from inspection.events import EventType, declaration_stream
from inspection.status import StatusFacts, public_status
from inspection.statuses import STAGE_TAKES
from kit import event_log, rows
from kit.database import driver_connection
from kit.ids import uuid7
from kit.rows import json_text

LINE_TEXT = 500
"""Characters of a line's name kept in its search row; the document keeps all of it."""


async def queue_up(session: AsyncSession, senders: Collection[tuple[str, str]]) -> None:
    """One sender of the same port and trader at a time, until the transaction ends; sorted, so that nobody waits in a circle."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(name, 3)) FROM unnest(CAST(:names AS text[])) AS name"),
        {"names": sorted(f"{port} {trader}" for port, trader in senders)},
    )


_ASKED = "unnest($1::text[], $2::text[], $3::text[]) AS asked(port, trader, number)"
_VERSIONS = f"""
SELECT port, trader, number, version, document_hash FROM {_ASKED} JOIN declaration USING (port, trader, number)
"""  # noqa: S608 - the constant above
_STORED = f"""
SELECT d.id, asked.port, asked.trader, asked.number, d.version, d.state, d.received_at, d.flags::text, c.no, k.secret
FROM {_ASKED} JOIN declaration d USING (port, trader, number)
LEFT JOIN joint_case c ON c.port = d.port AND c.declaration_id = d.id
LEFT JOIN progress_key k ON k.declaration_id = d.id
"""  # noqa: S608 - the constant above

Key = tuple[str, str, str]
"""Port, trader and number of a declaration."""


async def versions_of(session: AsyncSession, keys: Collection[Key]) -> list[Record]:
    """Port, trader, number, version and document hash of every version that is here."""
    return await _asked(session, _VERSIONS, keys)


async def stored_of(session: AsyncSession, keys: Collection[Key]) -> list[Record]:
    """Id, port, trader, number, version, state, received at, flags (JSON text), case and progress secret of every version."""
    return await _asked(session, _STORED, keys)


async def _asked(session: AsyncSession, query: str, keys: Collection[Key]) -> list[Record]:
    """One parameter per column of the key: a list of 500 triples as SQL costs more to compile than to answer."""
    connection = await driver_connection(session)
    return await connection.fetch(query, *([key[n] for key in keys] for n in range(3)))


async def insert_declarations(session: AsyncSession, fresh: Sequence[Prepared], now: datetime) -> None:
    """The declarations themselves, under the role that files them: the policy checks whose they are."""
    await rows.insert(
        session,
        "declaration",
        "id uuid, port text, number text, version int, trader text, broker text, state text, history boolean,"
        " declared_at timestamptz, received_at timestamptz, document_hash text, document jsonb, flags jsonb",
        (
            (
                one.id,
                one.declaration.port,
                one.declaration.number,
                one.declaration.version,
                one.declaration.trader.code,
                one.declaration.broker.code if one.declaration.broker else None,
                one.state.value,
                one.history,
                one.declaration.declared_at,
                now,
                one.document_hash,
                json_text(one.declaration),
                json_text(one.flags),
            )
            for one in fresh
        ),
    )


async def insert_what_follows(session: AsyncSession, fresh: Sequence[Prepared], now: datetime) -> None:
    """Lines, screening, first events, progress secrets and first statuses of declarations just inserted. As the platform."""
    await rows.insert(
        session,
        "declaration_line",
        "declaration_id uuid, no int, port text, hs text, name text, line_hash text",
        (
            (one.id, line.no, one.declaration.port, line.hs, line.name[:LINE_TEXT], line_hash)
            for one in fresh
            for line, line_hash in zip(one.declaration.lines, one.line_hashes, strict=True)
        ),
    )
    await rows.insert(
        session,
        "screening_run",
        "id uuid, port text, declaration_id uuid, packs text, seed bigint, lane text, score int, agencies text[],"
        " result jsonb, at timestamptz",
        (
            (
                uuid7(),
                one.declaration.port,
                one.id,
                one.screened.ruleset,
                one.seed,
                one.screened.lane,
                one.screened.score,
                json_text(one.screened.agencies),
                json_text(one.screened),
                now,
            )
            for one in fresh
        ),
    )
    await _begin_streams(session, fresh, now)
    await _insert_first_statuses(session, [one for one in fresh if not one.history], now)


async def _begin_streams(session: AsyncSession, fresh: Sequence[Prepared], now: datetime) -> None:
    """The first events of each; nobody watches a declaration that nobody knew of."""
    begun = []
    for one in fresh:
        received = {"number": one.declaration.number, "version": one.declaration.version, "hash": one.document_hash}
        screened = {
            "lane": one.screened.lane,
            "agencies": list(one.screened.agencies),
            "ruleset": one.screened.ruleset,
        }
        said = ((EventType.DECLARATION_RECEIVED, received), (EventType.DECLARATION_SCREENED, screened))
        begun.append(event_log.Beginning(declaration_stream(one.id), one.declaration.port, said))
    await event_log.begin(session, begun, by=SYSTEM, at=now, watched=False)


async def _insert_first_statuses(session: AsyncSession, fresh: Sequence[Prepared], now: datetime) -> None:
    keys: list[tuple[Any, ...]] = []
    statuses: list[tuple[Any, ...]] = []
    for one in fresh:
        declaration = one.declaration
        secret = one.progress_secret
        assert secret is not None  # whatever is not history has one
        broker = declaration.broker.code if declaration.broker else None
        keys.append((one.id, declaration.port, declaration.trader.code, broker, secret, token_hash(secret)))
        # A case publishes its own first status when it settles; before that the declaration has merely been received.
        state = State.SCREENED if one.state is State.UNDER_JOINT_CASE else one.state
        facts = StatusFacts(declaration=state, expected_by=now + STAGE_TAKES, as_of=now, seq=1)
        status = json_text(public_status(facts))
        statuses.append((one.id, 1, declaration.port, declaration.trader.code, broker, declaration.number, status, now))
    await rows.insert(
        session,
        "progress_key",
        "declaration_id uuid, port text, trader text, broker text, secret text, secret_hash bytea",
        keys,
    )
    await rows.insert(
        session,
        "enterprise_status",
        "declaration_id uuid, seq int, port text, trader text, broker text, number text, status jsonb, as_of timestamptz",
        statuses,
    )
