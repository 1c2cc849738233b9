"""A real `lianjian serve` on a data directory of its own, which the tests kill, and the PostgreSQL under it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from contracts.postgres_processes import processes_in, surroundings

from agencies.powers import PLATFORM
from inspection.server import cast
from inspection.server.boot import Services, prepare_schema
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_lifeline import die_with_parent
from inspection.server.migrate import LOGIN_ROLE
from kit.database import Database

PASSWORD = "a password of the tests"
PATIENCE = 30.0


class Target(StrEnum):
    """What gets the SIGKILL."""

    SERVER = "server"
    POSTMASTER = "postmaster"
    BACKEND = "backend"


@dataclass
class Served:
    """The platform in ``folder / "var"``, served on one port for its whole life, whoever dies in between."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    starts: list[float] = field(default_factory=list)
    """Seconds from each start to the address on stdout."""

    @property
    def data_dir(self) -> Path:
        return self.folder / "var"

    @property
    def home(self) -> Path:
        """PostgreSQL's part of it: it lies inside, because every account can walk there."""
        return self.data_dir / "postgres"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts the server and waits until it says its address."""
        began = time.monotonic()
        self.process = self._launch()  # in the main thread: the kernel ends it when that thread ends
        assert self.process.stdout is not None
        said = await asyncio.wait_for(asyncio.to_thread(self.process.stdout.readline), PATIENCE)
        assert self.address in said, f"the server said {said!r}\n{self.said()}"
        self.starts.append(time.monotonic() - began)

    def _launch(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "inspection.server.cli", "serve"]
        with (self.folder / "server.log").open("a") as log:
            return subprocess.Popen(
                [*command, "--data-dir", str(self.data_dir), "--port", str(self.port)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.folder,
                env=surroundings() | {"LIANJIAN_CLOCK": "adjustable", "LIANJIAN_TICK_SECONDS": "0.2"},
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 -- one prctl, bound before the fork
            )

    async def kill(self, target: Target) -> None:
        """SIGKILL. A server that is gone is started again, as whatever watches over it would; PostgreSQL has its own keeper."""
        if target is Target.SERVER:
            assert self.process is not None
            self.process.kill()
            await asyncio.to_thread(self.process.wait)
            await self.start()
            return
        victim = self._postmaster() if target is Target.POSTMASTER else self._backend()
        if victim is not None:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, PATIENCE)

    def left_behind(self) -> list[int]:
        """Processes that still work in this platform's folders."""
        return processes_in(self.folder)

    def said(self, about: str = "") -> str:
        """The last lines of the server's log that hold ``about``."""
        lines = (self.folder / "server.log").read_text().splitlines()
        return "\n".join([line for line in lines if about in line][-40:])

    def _postmaster(self) -> int | None:
        try:
            return int((self.home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):  # it is being restarted this very moment
            return None

    def _backend(self) -> int | None:
        """A connection of the app: losing one makes PostgreSQL end all of them and recover."""
        for pid in processes_in(self.home / "data"):
            with suppress(OSError):
                if b"lianjian_app" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None


@asynccontextmanager
async def platform_in(folder: Path, prepared: Path) -> AsyncIterator[Served]:
    """A platform on a copy of a data directory that :func:`prepare` made, started; what of it lives at the end is killed."""
    copy = await asyncio.create_subprocess_exec("cp", "-a", prepared, folder / "var")  # its folders have several owners
    assert await copy.wait() == 0
    served = Served(folder, _free_port())
    await served.start()
    try:
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.process.kill()
            served.process.wait()


@asynccontextmanager
async def database_of(data_dir: Path) -> AsyncIterator[tuple[EmbeddedPostgres, Database]]:
    """The platform's PostgreSQL itself, attached to or started, and a way in as the app's login role."""
    postgres = EmbeddedPostgres(data_dir)
    await asyncio.to_thread(postgres.start)
    database = Database(postgres.login_url(LOGIN_ROLE), pool_size=2)
    try:
        yield postgres, database
    finally:
        await database.close()
        await asyncio.to_thread(postgres.stop)


async def prepare(data_dir: Path) -> None:
    """A data directory with schema and cast, in a folder that every account can walk into."""
    async with database_of(data_dir) as (postgres, database):
        await prepare_schema(Services(postgres.owner_url(), database.url))
        async with database.unit_of_work(PLATFORM) as session:
            await cast.seed(session, PASSWORD, datetime(2020, 1, 1, tzinfo=UTC))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
