"""A real uvicorn on a real port in the test's own loop, as the product's server runs it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from litestar import Litestar
from websockets.asyncio.client import ClientConnection, connect

from kit.ids import uuid7


@dataclass
class Server:
    """A server that runs. ``stop`` is what SIGTERM does."""

    port: int
    uvicorn: uvicorn.Server
    running: asyncio.Task[None]

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self.port}"

    def watch(self, no: str, token: str | None, **how: Any) -> connect:
        """A WebSocket on a case's live feed, with a bearer token."""
        headers = how.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return connect(f"ws://127.0.0.1:{self.port}/live/v1/cases/{no}", additional_headers=headers, compression=None, **how)

    async def stop(self) -> None:
        """Drains and ends."""
        self.uvicorn.should_exit = True
        await asyncio.wait_for(self.running, 20)


@asynccontextmanager
async def served(app: Litestar, *, send_buffer: int | None = None) -> AsyncIterator[Server]:
    """``app`` on a free port of the loopback, lifespan included; ``send_buffer`` bytes is what the kernel holds for a client."""
    listening = socket.create_server(("127.0.0.1", 0))
    if send_buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    config = uvicorn.Config(
        app, ws="websockets-sansio", ws_per_message_deflate=False, log_level="warning", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve([listening]), name=f"uvicorn {uuid7()}")  # without its signal handlers
    while not server.started:
        assert not running.done(), running.exception()
        await asyncio.sleep(0.01)
    started = Server(listening.getsockname()[1], server, running)
    try:
        yield started
    finally:
        await started.stop()


__all__ = ["ClientConnection", "Server", "served"]
