"""The live feed: one hub per process turns a notification into frames, read once and encoded once for everybody alike.

Watchers of one case with the same role, agency and port see the same; each such group reads the log under its own role, so
row-level security decides what is withheld. A notification only wakes; what is sent is always read from the log by number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec
import structlog

from agencies.powers import PLATFORM
from inspection.case_views import frames
from kit import event_log
from kit.acting import Acting
from kit.database import Database

QUEUE = 1_000
"""Frames a watcher may lag behind before it is told to come again (close 4008)."""

PIECE = 500
RECONNECT_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Frame:
    """One encoded frame and its number."""

    seq: int
    body: bytes


@dataclass(eq=False)
class Watcher:
    """One socket's mailbox. ``None`` in it ends the socket; ``overrun`` says that it lagged too far behind."""

    box: asyncio.Queue[Frame | None] = field(default_factory=lambda: asyncio.Queue(QUEUE + 1))
    overrun: bool = False
    shut: bool = False

    def give(self, frame: Frame) -> None:
        """Puts a frame into the box, or marks the watcher as too slow."""
        if self.overrun or self.shut:
            return
        if self.box.qsize() >= QUEUE:
            self.overrun = True
            self.box.put_nowait(None)
        else:
            self.box.put_nowait(frame)

    def end(self) -> None:
        """The process is shutting down."""
        if not self.shut and not self.overrun:
            self.shut = True
            self.box.put_nowait(None)


@dataclass(eq=False)
class Group:
    """Watchers of one stream who may see the same. ``seq`` is the last number read for them."""

    stream: str
    acting: Acting
    seq: int
    watchers: set[Watcher] = field(default_factory=set)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


def audience(acting: Acting) -> Acting:
    """Who sees the same: role, agency and port; the person does not matter to what a case shows."""
    return Acting(acting.role, {name: value for name, value in acting.settings.items() if name in {"agency", "port"}})


class Hub:
    """Watches the database's notifications and feeds every group of watchers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._groups: dict[tuple[str, str], Group] = {}
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def start(self) -> None:
        """Begins to listen; comes back by itself when the database does."""
        self._listener = asyncio.create_task(self._listen(), name="live-listener")
        await self._listening.wait()

    async def stop(self) -> None:
        """Ends every socket and stops listening."""
        for group in list(self._groups.values()):
            for watcher in list(group.watchers):
                watcher.end()
        tasks = [group.task for group in self._groups.values() if group.task] + ([self._listener] if self._listener else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def read(self, acting: Acting, stream: str, after: int, limit: int = PIECE) -> list[Frame]:
        """The frames of ``stream`` above ``after`` as ``acting`` sees them."""
        async with self._database.unit_of_work(acting) as session:
            head = await event_log.head(session, stream)
            seen = await event_log.read(session, stream, after=after, limit=limit)
        return [_encode(one) for one in frames(seen, after=after, head=head, limit=limit)]

    async def head(self, acting: Acting, stream: str) -> int:
        """The last number of the stream."""
        async with self._database.unit_of_work(acting) as session:
            return await event_log.head(session, stream)

    async def watch(self, acting: Acting, stream: str) -> tuple[Watcher, Callable[[], None], int]:
        """Joins a group; returns the watcher, how to leave, and the number from which on its box is complete."""
        shared = audience(acting)
        key = (stream, repr((shared.role, sorted(shared.settings.items()))))
        group = self._groups.get(key)
        if group is None:
            group = Group(stream, shared, await self.head(shared, stream))
            # Somebody else may have made the group while the head was read.
            group = self._groups.setdefault(key, group)
        if group.task is None:
            group.task = asyncio.create_task(self._feed(group), name=f"live {stream}")
        watcher = Watcher()
        group.watchers.add(watcher)
        group.wanted.set()

        def leave() -> None:
            group.watchers.discard(watcher)
            if not group.watchers and self._groups.get(key) is group:
                del self._groups[key]
                if group.task:
                    group.task.cancel()

        return watcher, leave, group.seq

    async def _feed(self, group: Group) -> None:
        while True:
            await group.wanted.wait()
            group.wanted.clear()
            try:
                while new := await self.read(group.acting, group.stream, group.seq):
                    group.seq = new[-1].seq
                    for frame in new:
                        for watcher in group.watchers:
                            watcher.give(frame)
            except Exception as fault:  # the database may be restarting: what was missed is read when it is back
                log.warning("live_read_failed", stream=group.stream, fault=type(fault).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)
                group.wanted.set()

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                log.warning("live_listener_lost", fault=type(fault).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._database.url, server_settings={"role": PLATFORM.role})
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(event_log.CHANNEL, self._woken)
            self._listening.set()
            # Whatever was written while nobody listened is found by number.
            for group in self._groups.values():
                group.wanted.set()
            await lost.wait()
        finally:
            await connection.close(timeout=1)

    def _woken(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        stream = str(payload).rsplit(" ", 1)[0]
        for group in self._groups.values():
            if group.stream == stream:
                group.wanted.set()


def _encode(frame: dict[str, Any]) -> Frame:
    return Frame(frame["seq"], msgspec.json.encode(frame))
