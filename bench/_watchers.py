"""A process of clients: so many WebSockets at once, and when each of them got its frame. Run by ``inboxes.py``."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import uvloop
from websockets.asyncio.client import ClientConnection, connect

AT_ONCE = 25
PATIENCE = 120.0

Address = tuple[str, str | None]
"""URL and bearer token."""


class Watchers:
    """The other process, as the bench speaks to it. Instants are of ``time.monotonic``, which all processes share."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_run, args=(there,), daemon=True)
        self._process.start()
        there.close()

    async def connect(self, name: str, addresses: Sequence[Address]) -> None:
        """Opens a socket to each address and says hello; returns when every one has been answered."""
        await self._ask("connect", name, list(addresses))

    async def next_frames(self, name: str) -> asyncio.Future[tuple[list[float], str]]:
        """Begins to wait for one more frame on each socket of ``name``: the instants they came, and the last of them."""
        await self._ask("expect", name)
        return asyncio.ensure_future(asyncio.to_thread(self._here.recv))

    async def close(self, name: str) -> None:
        """Closes the sockets of ``name``."""
        await self._ask("close", name)

    def end(self) -> None:
        """Ends the process."""
        self._here.close()
        self._process.join(5)
        self._process.kill()

    async def _ask(self, *command: Any) -> None:
        self._here.send(command)
        answer = await asyncio.to_thread(self._here.recv)
        assert answer == "done", answer


class _Sockets:
    """What the process holds."""

    def __init__(self) -> None:
        self._of: dict[str, list[ClientConnection]] = {}

    async def connect(self, name: str, addresses: Sequence[Address]) -> None:
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(url: str, token: str | None) -> ClientConnection:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with turn:
                socket = await connect(url, additional_headers=headers, compression=None, open_timeout=PATIENCE)
                await socket.send('{"after": 0}')
                await asyncio.wait_for(_caught_up(socket), PATIENCE)
                return socket

        self._of[name] = list(await asyncio.gather(*(one(*address) for address in addresses)))

    async def next_frames(self, name: str) -> tuple[list[float], str]:
        async def one(socket: ClientConnection) -> tuple[float, str]:
            text = await socket.recv()
            return time.monotonic(), str(text)

        async with asyncio.timeout(PATIENCE):
            found = await asyncio.gather(*(one(socket) for socket in self._of[name]))
        return [at for at, _ in found], found[-1][1]

    async def close(self, name: str) -> None:
        await asyncio.gather(*(socket.close() for socket in self._of.pop(name)))


async def _caught_up(socket: ClientConnection) -> None:
    """Reads what was there before: the answer to the hello names the last number."""
    head, seq = msgspec.json.decode(await socket.recv())["head"], 0
    while seq < head:
        seq = msgspec.json.decode(await socket.recv())["seq"]


def _run(pipe: Connection) -> None:
    uvloop.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    sockets = _Sockets()
    while True:
        try:
            command, name, *rest = await asyncio.to_thread(pipe.recv)
        except EOFError:
            return
        if command == "expect":
            pending = asyncio.ensure_future(sockets.next_frames(name))
            await asyncio.sleep(0)
            pipe.send("done")
            pipe.send(await pending)
            continue
        await (sockets.connect(name, *rest) if command == "connect" else sockets.close(name))
        pipe.send("done")
