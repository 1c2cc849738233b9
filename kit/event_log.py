"""The event log: one append-only table, numbered per stream without gaps, each event chained to its predecessor.

A stream is opaque text here (``case:…``, ``declaration:…``). The number is taken from the stream's own row in the writer's
transaction, so two writers of one stream queue and a rolled-back writer leaves no hole.

Payload: RFC 8785 bytes of ``{"at", "by", "data", "label", "owner", "seq", "stream", "tenant", "type"}``, so that nobody can widen
who sees an event without being seen; its SHA-256 is ``payload_hash``; the event's ``hash`` is SHA-256(prev_hash ‖ payload_hash);
the first event's predecessor is 32 zero bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit import jobs, rows
from kit.canonical import canonical_bytes
from kit.tables import EventRow, EventStream

GENESIS = bytes(32)
REACT = "react"
CHANNEL = "stream"


_WRITE = text(
    "WITH written AS (INSERT INTO event"
    " (stream, seq, tenant, type, at, actor, owner, label, data, payload_hash, prev_hash, hash) VALUES"
    " (:stream, :seq, :tenant, :type, :at, :actor, :owner, :label, CAST(:data AS jsonb), :payload_hash, :prev_hash, :hash)),"
    " moved AS (UPDATE event_stream SET head = :hash WHERE stream = :stream)"
    " SELECT pg_notify(:channel, :payload)"
)
"""Event, head and notification in one statement: every change in the product waits for this one."""

_COLUMNS = (
    "stream text, seq bigint, tenant text, type text, at timestamptz, actor text, owner text, label text, data jsonb,"
    " payload_hash bytea, prev_hash bytea, hash bytea"
)
_WAKE = text("SELECT pg_notify(:channel, payload) FROM unnest(CAST(:payloads AS text[])) AS payload")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is read back. ``by``: a person's id or ``system``; ``tenant``, ``owner`` and ``label`` say who sees it."""

    stream: str
    seq: int
    type: str
    at: datetime
    by: str
    data: dict[str, Any]
    tenant: str
    owner: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Link:
    """The three hashes of one event (32 bytes each)."""

    payload: bytes
    previous: bytes
    own: bytes


def instant_text(at: datetime) -> str:
    """UTC with microseconds and ``Z``: one spelling per instant, whatever zone the database session shows."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link(event: Event, previous: bytes) -> Link:
    """The hashes of ``event`` after a predecessor whose hash is ``previous``."""
    body = {name: getattr(event, name) for name in Event.__struct_fields__}
    payload = hashlib.sha256(canonical_bytes({**body, "at": instant_text(event.at)})).digest()
    return Link(payload, previous, hashlib.sha256(previous + payload).digest())


def first_bad(events: Iterable[tuple[Event, Link]]) -> int | None:
    """The number of the first event that is missing, out of order or altered; None when the chain holds."""
    previous, expected = GENESIS, 1
    for event, stored in events:
        if event.seq != expected or link(event, previous) != stored:
            return expected
        previous, expected = stored.own, expected + 1
    return None


async def append(
    session: AsyncSession,
    stream: str,
    type: str,
    data: dict[str, Any],
    *,
    by: str,
    at: datetime,
    tenant: str,
    owner: str | None = None,
    label: str | None = None,
) -> int:
    """Appends one event in the caller's transaction and returns its number.

    ``data`` holds JSON text, integers, booleans, lists and objects only (no floats: their spelling is not stable).
    Wakes watchers of the stream at commit; enqueues a reaction job when something follows from ``type``.
    """
    take = insert(EventStream).values(stream=stream, tenant=tenant, seq=1, head=GENESIS)
    take = take.on_conflict_do_update(index_elements=["stream"], set_={"seq": EventStream.seq + 1})
    seq, head = (await session.execute(take.returning(EventStream.seq, EventStream.head))).one()
    plain = _plain(data)
    event = Event(stream=stream, seq=seq, type=type, at=at, by=by, data=plain, tenant=tenant, owner=owner, label=label)
    row = _row(event, link(event, head))
    await session.execute(_WRITE, row | {"channel": CHANNEL, "payload": f"{stream} {seq}"})
    if type in session.info.get("reacted", ()):
        await jobs.enqueue(session, REACT, {"stream": stream, "seq": seq})
    return seq


class Beginning(NamedTuple):
    """A stream that nobody can know yet, and its first events: their types and data."""

    stream: str
    tenant: str
    said: Sequence[tuple[str, dict[str, Any]]]


async def begin(session: AsyncSession, streams: Sequence[Beginning], *, by: str, at: datetime, watched: bool = True) -> None:
    """The first events of many streams with one statement a table, as :func:`append` would write them one by one.

    A new stream needs no lock, because its name was made in this transaction (another of the same name is refused by its key).
    ``watched`` false: nobody can be waiting for it, so nobody is woken.
    """
    events, heads = list[dict[str, Any]](), list[tuple[str, str, int, bytes]]()
    for stream, tenant, said in streams:
        head = GENESIS
        for seq, (type_, data) in enumerate(said, start=1):
            event = Event(stream=stream, seq=seq, type=type_, at=at, by=by, data=_plain(data), tenant=tenant)
            hashes = link(event, head)
            events.append(_row(event, hashes))
            head = hashes.own
        heads.append((stream, tenant, len(said), head))
    await rows.insert(session, "event_stream", "stream text, tenant text, seq bigint, head bytea", heads)
    await rows.insert(session, "event", _COLUMNS, [tuple(event.values()) for event in events])
    if watched and events:
        await session.execute(_WAKE, {"channel": CHANNEL, "payloads": [f"{one['stream']} {one['seq']}" for one in events]})
    reacted = session.info.get("reacted", ())
    await jobs.enqueue_all(
        session, REACT, [{"stream": one["stream"], "seq": one["seq"]} for one in events if one["type"] in reacted]
    )


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(data)
    _check_no_float(plain)
    return plain


def _check_no_float(value: Any) -> None:
    """Raises ValueError: a float comes back from the database spelled otherwise, and the hash would no longer hold."""
    if isinstance(value, float):
        raise ValueError(f"an event holds no float ({value}): write amounts as text")  # noqa: TRY004 - the value, not its type
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_no_float(inner)


def _row(event: Event, hashes: Link) -> dict[str, Any]:
    return {
        "stream": event.stream,
        "seq": event.seq,
        "tenant": event.tenant,
        "type": event.type,
        "at": event.at,
        "actor": event.by,
        "owner": event.owner,
        "label": event.label,
        "data": msgspec.json.encode(event.data).decode(),
        "payload_hash": hashes.payload,
        "prev_hash": hashes.previous,
        "hash": hashes.own,
    }


async def read(session: AsyncSession, stream: str, *, after: int = 0, limit: int = 1000) -> list[Event]:
    """Events of ``stream`` with a number above ``after``, as far as the acting role may see them, in order."""
    rows = await session.scalars(
        select(EventRow).where(EventRow.stream == stream, EventRow.seq > after).order_by(EventRow.seq).limit(limit)
    )
    return [_event(row) for row in rows]


async def is_followed(session: AsyncSession, event: Event, types: Collection[str]) -> bool:
    """Whether a later event of the same stream is one of ``types``."""
    later = select(EventRow.seq).where(EventRow.stream == event.stream, EventRow.seq > event.seq, EventRow.type.in_(types))
    return await session.scalar(later.limit(1)) is not None


async def head(session: AsyncSession, stream: str) -> int:
    """The last number of ``stream`` (0: nothing yet, or not yours)."""
    return await session.scalar(select(EventStream.seq).where(EventStream.stream == stream)) or 0


async def verify(session: AsyncSession, stream: str) -> int | None:
    """First bad number of ``stream``, or None when the chain holds up to its head. Needs a role that sees every event of it."""
    rows = list(await session.scalars(select(EventRow).where(EventRow.stream == stream).order_by(EventRow.seq)))
    bad = first_bad((_event(row), Link(row.payload_hash, row.prev_hash, row.hash)) for row in rows)
    if bad is not None:
        return bad
    last = await session.get(EventStream, stream)
    known, expected = (last.seq, last.head) if last else (0, GENESIS)
    if known != len(rows):
        return min(known, len(rows)) + 1
    return None if expected == (rows[-1].hash if rows else GENESIS) else len(rows)


async def one(session: AsyncSession, stream: str, seq: int) -> Event | None:
    """One event, or None when it does not exist or is not yours."""
    row = await session.get(EventRow, (stream, seq))
    return None if row is None else _event(row)


def _event(row: EventRow) -> Event:
    named = {name: getattr(row, name) for name in Event.__struct_fields__ if name != "by"}
    return Event(**named, by=row.actor)
