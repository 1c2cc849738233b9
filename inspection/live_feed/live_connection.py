"""One socket of the live feed, whatever stream it shows: hello, what was missed, then everything as it happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketException

from agencies.powers import Principal
from inspection.live_feed.live import PIECE, Hub
from inspection.live_feed.live_watchers import REASONS, End, Hello, Watcher
from kit.acting import Acting
from kit.database import DatabaseUnavailable
from kit.errors import NotFound

HELLO_SECONDS = 10.0
CLOSE_SECONDS = 10.0
"""How long a client that reads nothing may take to make room for the farewell."""

GONE = (WebSocketException, OSError, RuntimeError)
"""How a framework says that nobody is at the other end any more."""


@dataclass(frozen=True)
class Feed:
    """What a socket shows. ``authorise`` returns the epoch of the log or raises NotFound; ``shared``: as whom everybody who
    sees the same reads it together (None: the person's role, agency and port)."""

    stream: str
    authorise: Callable[[], Awaitable[str]]
    shared: Acting | None = None


async def serve(socket: WebSocket[Any, Any, Any], hub: Hub, principal: Principal, feed: Feed) -> None:
    """One watcher from its first word to its farewell."""
    await socket.accept()
    why = await LiveConnection(socket, hub, principal, feed).run()
    if why is not None:
        with contextlib.suppress(TimeoutError, *GONE):
            await asyncio.wait_for(socket.close(code=why, reason=REASONS[why]), CLOSE_SECONDS)


class LiveConnection:
    """One socket: a single writer, a reader, and the hub's word that it is over; whichever comes first ends it."""

    def __init__(self, socket: WebSocket[Any, Any, Any], hub: Hub, principal: Principal, feed: Feed) -> None:
        self._socket = socket
        self._hub = hub
        self._principal = principal
        self._feed = feed
        self._epoch = ""
        self._sent = 0

    async def run(self) -> End | None:
        """Returns why the server closes; None when the client has left by itself."""
        try:
            self._epoch = await self._feed.authorise()
            hello = await asyncio.wait_for(self._hello(), HELLO_SECONDS)
            watcher, leave = await self._hub.watch(self._principal, self._feed.stream, self._feed.shared)
        except Exception as fault:  # whatever it is, it is one socket's end and not the process's
            return _reason(fault)
        try:
            return await self._until_over(watcher, hello)
        finally:
            leave()

    async def _until_over(self, watcher: Watcher, hello: Hello) -> End | None:
        """A handler that awaits only its box never sees the client leave, and one that awaits a send never sees it lag."""
        writer = asyncio.create_task(self._write(watcher, hello))
        reader = asyncio.create_task(self._read(watcher))
        either: set[asyncio.Future[Any]] = {writer, reader, watcher.ended}
        try:
            done, _ = await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writer.cancel()
            reader.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)
        if watcher.ended.done():
            return watcher.ended.result()
        fault = done.pop().exception()
        assert fault is not None  # neither writer nor reader ever returns
        return _reason(fault)

    async def _write(self, watcher: Watcher, hello: Hello) -> None:
        """The only one who sends. Frames come in order; one that was sent already is skipped, a hole is read from the log."""
        await self._catch_up(hello)
        while True:
            one = await watcher.box.get()
            if isinstance(one, Hello):
                await self._catch_up(one)
            elif one.seq == self._sent + 1:
                await self._socket.send_text(one.text)
                self._sent = one.seq
            elif one.seq > self._sent:
                await self._send_from_log()

    async def _read(self, watcher: Watcher) -> None:
        """The client asks again from its own number when it sees a gap."""
        while True:
            watcher.give(await self._hello())

    async def _hello(self) -> Hello:
        return msgspec.json.decode(await self._socket.receive_text(), type=Hello)

    async def _catch_up(self, hello: Hello) -> None:
        """What the client missed, after ``{"type": "events"}``; all of it, after ``resync``, when its log is not this one."""
        head = await self._hub.head(self._principal.acting, self._feed.stream)
        other = hello.epoch not in (None, self._epoch) or hello.after > head
        self._sent = 0 if other else max(hello.after, 0)
        opening: dict[str, Any] = {"type": "resync" if other else "events", "epoch": self._epoch, "head": head}
        opening |= {"after": self._sent, "now": self._hub.now()}
        await self._socket.send_text(msgspec.json.encode(opening).decode())
        await self._send_from_log()

    async def _send_from_log(self) -> None:
        while missed := await self._hub.read(self._principal.acting, self._feed.stream, self._sent, PIECE):
            for frame in missed:
                await self._socket.send_text(frame.text)
                self._sent = frame.seq


def _reason(fault: BaseException) -> End | None:
    """What to say about a fault of one connection. Unknown ones are raised: they are ours."""
    match fault:
        case NotFound():
            return End.NOT_YOURS
        case msgspec.DecodeError():
            return End.BAD_HELLO
        case TimeoutError():
            return End.NO_HELLO
        case DatabaseUnavailable() | OSError():  # the database is away, or the client: only one of the two will hear the answer
            return End.RESTART
        case WebSocketException() | RuntimeError():
            return None
        case _:
            raise fault
