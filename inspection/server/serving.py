"""Serving: the embedded services, the server and (unless told otherwise) a worker in one process, until SIGTERM or SIGINT.

SIGTERM drains: requests in flight are answered, sockets close with 1012, jobs in hand finish, PostgreSQL stops last.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
import uvloop

from inspection.server.app import create_app
from inspection.server.boot import Services, open_platform, services
from inspection.server.platform import Platform
from inspection.server.worker import Worker
from kit import logs
from kit.settings import Settings

DRAIN_SECONDS = 10

Started = Callable[[Platform, str], Awaitable[None]]
"""Called once the server listens, with its address."""


class _Server(uvicorn.Server):
    """uvicorn's server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT begin the drain. uvicorn would raise them again at its end, before the rest has been shut down."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.handle_exit, sign, None)
        yield
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then says so."""
        await super().startup(sockets)
        self.ready.set()


def serve(settings: Settings, *, with_worker: bool = True, started: Started | None = None) -> int:
    """Runs until a signal ends it. From the main thread: PostgreSQL must die with it."""
    logs.configure(settings.log_level)
    with services(settings) as found:
        return uvloop.run(_serve(settings, found, with_worker=with_worker, started=started))


async def _serve(settings: Settings, found: Services, *, with_worker: bool, started: Started | None) -> int:
    async with running(settings, found, with_worker=with_worker) as (platform, address, serving):
        if started is not None:
            await started(platform, address)
        await serving
    return 0


@asynccontextmanager
async def running(
    settings: Settings, found: Services, *, with_worker: bool = True
) -> AsyncIterator[tuple[Platform, str, asyncio.Task[None]]]:
    """A listening server for as long as the block runs: its platform, its address, and the task that ends when it stops."""
    with _bound(settings.host, settings.port) as listening:
        async with open_platform(settings, found) as platform:
            server = _Server(
                uvicorn.Config(
                    create_app(platform),
                    ws="websockets-sansio",
                    ws_per_message_deflate=False,
                    http="httptools",
                    loop="none",
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=DRAIN_SECONDS,
                )
            )
            worker = Worker(platform)
            following = asyncio.create_task(platform.following.run(), name="rulebooks")
            working = asyncio.create_task(worker.run(), name="worker") if with_worker else None
            serving = asyncio.create_task(server.serve(sockets=[listening]), name="server")
            try:
                await _first(server.ready.wait(), serving)
                yield platform, f"http://{settings.host}:{listening.getsockname()[1]}", serving
            finally:
                server.should_exit = True
                await asyncio.gather(serving, return_exceptions=True)
                worker.stop()
                following.cancel()
                await asyncio.gather(following, *([] if working is None else [working]), return_exceptions=True)


async def _first(ready: Awaitable[object], serving: asyncio.Task[None]) -> None:
    """Ready, or the server's own failure to start."""
    waiting = asyncio.ensure_future(ready)
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        serving.result()
        raise RuntimeError("the server ended before it was ready; the log above says why")


def _bound(host: str, port: int) -> socket.socket:
    """The listening socket: taken before anything else starts, so that a busy port is a plain message at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as busy:
        listening.close()
        raise SystemExit(f"端口不可用 cannot listen on {host}:{port}: {busy.strerror} (LIANJIAN_PORT chooses another)") from busy
    return listening


async def work(settings: Settings, found: Services) -> None:
    """A worker alone, until SIGTERM or SIGINT."""
    async with open_platform(settings, found) as platform:
        worker = Worker(platform)
        following = asyncio.create_task(platform.following.run(), name="rulebooks")
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, worker.stop)
        sys.stderr.write("worker ready\n")
        try:
            await worker.run()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
