"""Listening to PostgreSQL's notifications on a connection of its own, which comes back by itself when the database does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg
import structlog

RECONNECT_SECONDS = 0.5
HEARTBEAT_SECONDS = 10.0
"""How often a silent connection is asked whether it still lives: a cut cable sends no farewell."""

PATIENCE_SECONDS = 5.0

log = structlog.get_logger()


class Listener:
    """Calls ``heard`` with each payload on ``channel``, and ``missed`` whenever it connected: something may have been lost."""

    def __init__(self, url: str, role: str, channel: str, heard: Callable[[str], None], missed: Callable[[], None]) -> None:
        self._url = url
        self._role = role
        self._channel = channel
        self._heard = heard
        self._missed = missed
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                log.warning("live_listener_lost", fault=type(fault).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url, server_settings={"role": self._role}, timeout=PATIENCE_SECONDS)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(self._channel, lambda *said: self._heard(str(said[3])))
            self.listening.set()
            self._missed()
            while not lost.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), HEARTBEAT_SECONDS)
                    return
                await connection.execute("SELECT 1", timeout=PATIENCE_SECONDS)
        finally:
            connection.terminate()
