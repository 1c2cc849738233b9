"""``WS /live/v1/cases/{no}``: hello, what was missed, then everything as it happens. Described in docs/live-feed.md.

The client says ``{"after": n}`` (and the ``epoch`` it knows). The server answers ``{"type": "events", "epoch", "head",
"after", "now"}``, then one frame an event: ``{seq, type, at, by, data}``, or ``{seq, "type": "withheld"}``. A client that
sees a gap says ``{"after": n}`` again. Close codes: :class:`~inspection.live_watchers.End`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
from litestar import WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketException
from litestar.params import FromPath

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.events import case_stream
from inspection.live import PIECE, Hub
from inspection.live_schema import asyncapi
from inspection.live_watchers import REASONS, End, Hello, Watcher
from kit.database import Database, DatabaseUnavailable
from kit.errors import NotFound

HELLO_SECONDS = 10.0
CLOSE_SECONDS = 10.0
"""How long a client that reads nothing may take to make room for the farewell."""

GONE = (WebSocketException, OSError, RuntimeError)
"""How a framework says that nobody is at the other end any more."""


@websocket("/live/v1/cases/{no:str}")
async def live_case(
    socket: WebSocket[Any, Any, Any], no: FromPath[str], database: NamedDependency[Database], hub: NamedDependency[Hub]
) -> None:
    """One watcher of one case."""
    await socket.accept()
    why = await LiveConnection(socket, database, hub, socket.state.principal, no).run()
    if why is not None:
        with contextlib.suppress(TimeoutError, *GONE):
            await asyncio.wait_for(socket.close(code=why, reason=REASONS[why]), CLOSE_SECONDS)


class LiveConnection:
    """One socket: a single writer, a reader, and the hub's word that it is over; whichever comes first ends it."""

    def __init__(
        self, socket: WebSocket[Any, Any, Any], database: Database, hub: Hub, principal: Principal, case_no: str
    ) -> None:
        self._socket = socket
        self._database = database
        self._hub = hub
        self._principal = principal
        self._case_no = case_no
        self._stream = case_stream(case_no)
        self._epoch = ""
        self._sent = 0

    async def run(self) -> End | None:
        """Returns why the server closes; None when the client has left by itself."""
        try:
            self._epoch = await self._authorise()
            hello = await asyncio.wait_for(self._hello(), HELLO_SECONDS)
            watcher, leave = await self._hub.watch(self._principal, self._stream)
        except Exception as fault:  # whatever it is, it is one socket's end and not the process's
            return _reason(fault)
        try:
            return await self._until_over(watcher, hello)
        finally:
            leave()

    async def _authorise(self) -> str:
        """The epoch of the case's log: a case that was replaced under the same number has another one."""
        async with self._database.unit_of_work(self._principal.acting) as session:
            case = await case_for(session, self._principal, self._case_no)
            return f"{case.no}.{int(case.opened_at.timestamp())}"

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
        head = await self._hub.head(self._principal.acting, self._stream)
        other = hello.epoch not in (None, self._epoch) or hello.after > head
        self._sent = 0 if other else max(hello.after, 0)
        opening: dict[str, Any] = {"type": "resync" if other else "events", "epoch": self._epoch, "head": head}
        opening |= {"after": self._sent, "now": self._hub.now()}
        await self._socket.send_text(msgspec.json.encode(opening).decode())
        await self._send_from_log()

    async def _send_from_log(self) -> None:
        while missed := await self._hub.read(self._principal.acting, self._stream, self._sent, PIECE):
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


@get("/schema/asyncapi.json", include_in_schema=False, sync_to_thread=False)
def describe() -> dict[str, Any]:
    """The feed as an AsyncAPI 3 document."""
    return asyncapi()


HANDLERS = [live_case, describe]
