"""``WS /live/v1/cases/{no}``: hello, what was missed, then everything as it happens.

The client says ``{"after": n}`` (and the ``epoch`` it knows). The server answers ``{"type": "events", "epoch", "head"}``, then
one frame an event: ``{seq, type, at, by, data}``, or ``{seq, "type": "withheld"}``. A client that sees a gap sends
``{"after": n}`` again. Close codes: 4008 too slow, 1012 the server restarts (come again), 4401 the session ended, 4404 not yours.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.events import case_stream
from inspection.live import PIECE, Hub, Watcher
from kit.database import Database
from kit.errors import NotFound

TOO_SLOW, RESTART, NOT_YOURS = 4008, 1012, 4404
HELLO_SECONDS = 10


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """The last number the client has, and the log it has it from."""

    after: int = 0
    epoch: str | None = None


@websocket("/live/v1/cases/{no:str}")
async def live_case(
    socket: WebSocket[Any, Any, Any], no: FromPath[str], database: NamedDependency[Database], hub: NamedDependency[Hub]
) -> None:
    """One watcher of one case."""
    principal = socket.state.principal
    await socket.accept()
    try:
        async with database.unit_of_work(principal.acting) as session:
            case = await case_for(session, principal, no)
            epoch = f"{case.port}-{case.no}-{int(case.opened_at.timestamp())}"
    except NotFound:
        await socket.close(code=NOT_YOURS, reason="not found")
        return
    with contextlib.suppress(WebSocketDisconnect):
        hello = await asyncio.wait_for(_hello(socket), HELLO_SECONDS)
        await _Feed(socket, hub, principal, case_stream(no), epoch).run(hello)


async def _hello(socket: WebSocket[Any, Any, Any]) -> Hello:
    return msgspec.json.decode(await socket.receive_text(), type=Hello)


class _Feed:
    """One connection: what it has been sent, and the two things it waits for (the client, the hub)."""

    def __init__(self, socket: WebSocket[Any, Any, Any], hub: Hub, principal: Principal, stream: str, epoch: str) -> None:
        self._socket = socket
        self._hub = hub
        self._acting = principal.acting
        self._stream = stream
        self._epoch = epoch
        self._sent = 0

    async def run(self, hello: Hello) -> None:
        """Until the client leaves, lags too far behind, or the process ends."""
        watcher, leave, _ = await self._hub.watch(self._acting, self._stream)
        try:
            await self._catch_up(hello)
            await self._both(watcher)
        finally:
            leave()

    async def _catch_up(self, hello: Hello) -> None:
        """What the client missed, after ``{"type": "events"}``; all of it, after ``resync``, when its log is another."""
        other = hello.epoch not in (None, self._epoch)
        self._sent = 0 if other else max(hello.after, 0)
        head = await self._hub.head(self._acting, self._stream)
        opening = {"type": "resync" if other else "events", "epoch": self._epoch, "head": head, "after": self._sent}
        await self._socket.send_text(msgspec.json.encode(opening).decode())
        await self._send_from_log()

    async def _send_from_log(self) -> None:
        while missed := await self._hub.read(self._acting, self._stream, self._sent, PIECE):
            for frame in missed:
                await self._socket.send_text(frame.body.decode())
                self._sent = frame.seq

    async def _both(self, watcher: Watcher) -> None:
        """A handler that awaits only its box never sees the client leave: race the two."""
        outgoing = asyncio.create_task(self._outgoing(watcher))
        incoming = asyncio.create_task(self._incoming())
        done, pending = await asyncio.wait({outgoing, incoming}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            with contextlib.suppress(WebSocketDisconnect):
                task.result()

    async def _outgoing(self, watcher: Watcher) -> None:
        while (frame := await watcher.box.get()) is not None:
            if frame.seq <= self._sent:
                continue
            if frame.seq == self._sent + 1:
                await self._socket.send_text(frame.body.decode())
                self._sent = frame.seq
            else:
                await self._send_from_log()
        if watcher.shut:
            await self._socket.close(code=RESTART, reason="restarting: reconnect in a second")
        else:
            await self._socket.close(code=TOO_SLOW, reason="too slow: reconnect with your last number")

    async def _incoming(self) -> None:
        """The client asks again from its own number when it sees a gap."""
        while True:
            await self._catch_up(await _hello(self._socket))


HANDLERS = [live_case]
