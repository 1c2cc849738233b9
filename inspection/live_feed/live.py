"""The live feed: one hub per process turns a notification into frames, read once and encoded once for everybody alike.

Watchers of one case with the same role, agency and port see the same; each such group reads the log under its own role, so
row-level security decides what is withheld. A notification only wakes; what is sent is always read from the log by number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import structlog

from agencies import sign_in
from agencies.powers import PLATFORM, Principal
from inspection.case_views import frames
from inspection.live_feed.live_listener import Listener
from inspection.live_feed.live_watchers import End, Frame, Group, Watcher, audience, group_key
from kit import event_log
from kit.acting import Acting
from kit.clock import Clock
from kit.database import Database

LAG = 1_000
"""Frames a watcher may lag behind before it is told to come again (close 4008)."""

RECHECK_SECONDS = 15.0
"""How often it is asked whether the people who watch are still signed in."""

PIECE = 500
RETRY_SECONDS = 0.5

log = structlog.get_logger()


class Hub:
    """Hears of news in the database and feeds every group of watchers. One per process."""

    def __init__(self, database: Database, clock: Clock, *, lag: int = LAG, recheck_seconds: float = RECHECK_SECONDS) -> None:
        self._database = database
        self._clock = clock
        self._lag = lag
        self._recheck_seconds = recheck_seconds
        self._groups: dict[tuple[str, str, str], Group] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begins to listen; returns when nothing that is written from now on can be missed."""
        listener = Listener(self._database.url, PLATFORM.role, event_log.CHANNEL, self._woken, self._wake_all)
        self._tasks = [
            asyncio.create_task(listener.run(), name="live listener"),
            asyncio.create_task(self._recheck(), name="live sessions"),
        ]
        await listener.listening.wait()

    def now(self) -> datetime:
        """The platform's present, which clients set their countdowns by."""
        return self._clock.now()

    @property
    def watching(self) -> int:
        """How many sockets are fed."""
        return len(self._watchers())

    async def stop(self) -> None:
        """Ends every socket (1012) and stops listening."""
        tasks = self._tasks + [group.task for group in self._groups.values() if group.task]
        for watcher in self._watchers():
            watcher.end(End.RESTART)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def read(self, acting: Acting, stream: str, after: int, limit: int = PIECE) -> list[Frame]:
        """The frames of ``stream`` above ``after`` as ``acting`` sees them, at most ``limit``."""
        async with self._database.unit_of_work(acting) as session:
            head = await event_log.head(session, stream)
            seen = await event_log.read(session, stream, after=after, limit=limit)
        return [_encode(one) for one in frames(seen, after=after, head=head, limit=limit)]

    async def head(self, acting: Acting, stream: str) -> int:
        """The last number of the stream."""
        async with self._database.unit_of_work(acting) as session:
            return await event_log.head(session, stream)

    async def watch(self, principal: Principal, stream: str, shared: Acting | None = None) -> tuple[Watcher, Callable[[], None]]:
        """Joins the group of ``principal``'s audience, or of who is ``shared``: from now on every new frame comes into the
        watcher's box. Call what comes second to leave."""
        shared = shared or audience(principal.acting)
        key = group_key(stream, shared)
        group = self._groups.get(key)
        if group is None:
            made = Group(stream, shared, await self.head(shared, stream))
            group = self._groups.setdefault(key, made)  # somebody else may have made it while the head was read
        if group.task is None:
            group.task = asyncio.create_task(self._feed(group), name=f"live {stream}")
        watcher = Watcher(principal.session_id, self._lag)
        group.watchers.add(watcher)
        group.wanted.set()
        return watcher, lambda: self._leave(group, watcher)

    def _leave(self, group: Group, watcher: Watcher) -> None:
        group.watchers.discard(watcher)
        if not group.watchers and self._groups.get(group.key) is group:
            del self._groups[group.key]
            if group.task:
                group.task.cancel()

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
                await asyncio.sleep(RETRY_SECONDS)
                group.wanted.set()

    async def _recheck(self) -> None:
        """Whoever signed out, was signed out or has expired sees nothing more, even on a socket opened before."""
        while True:
            await asyncio.sleep(self._recheck_seconds)
            try:
                await self._end_signed_out()
            except Exception as fault:  # the database may be restarting: asked again in a moment
                log.warning("live_recheck_failed", fault=type(fault).__name__)

    async def _end_signed_out(self) -> None:
        watching = self._watchers()
        ids = {one.session_id for one in watching if one.session_id is not None}
        if not ids:
            return
        async with self._database.unit_of_work(PLATFORM) as session:
            await self._clock.refresh(session)
            live = await sign_in.still_open(session, ids, self._clock.now())
        for watcher in watching:
            if watcher.session_id not in live:
                watcher.end(End.SIGNED_OUT)

    def _watchers(self) -> list[Watcher]:
        return [watcher for group in self._groups.values() for watcher in group.watchers]

    def _woken(self, payload: str) -> None:
        stream = payload.rsplit(" ", 1)[0]
        for group in self._groups.values():
            if group.stream == stream:
                group.wanted.set()

    def _wake_all(self) -> None:
        for group in self._groups.values():
            group.wanted.set()


def _encode(frame: dict[str, Any]) -> Frame:
    return Frame(frame["seq"], msgspec.json.encode(frame).decode())
