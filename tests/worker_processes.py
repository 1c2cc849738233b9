"""Workers in processes of their own, which a test can kill: they stand by, work, and are gone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from world import World

PATIENCE = 60.0
SCRIPT = Path(__file__).parent / "worker_process.py"


@dataclass
class WorkerProcess:
    """A worker in a process of its own: stands by, works, is killed."""

    process: asyncio.subprocess.Process

    async def work(self) -> None:
        """From standing by to working."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(b"go\n")
        said = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert said == b"works\n", said

    async def kill(self) -> None:
        """SIGKILL: it finishes nothing."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def workers(world: World, number: int, *, smtp_url: str = "") -> AsyncIterator[list[WorkerProcess]]:
    """So many workers standing by on the world's database, which mail through ``smtp_url``; none is left afterwards."""
    command = [sys.executable, str(SCRIPT), world.services.app_url, str(world.platform.settings.data_dir), smtp_url]
    pipe = asyncio.subprocess.PIPE
    made = [
        WorkerProcess(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=SCRIPT.parents[1]))
        for _ in range(number)
    ]
    try:
        yield made
    finally:
        for one in made:
            if one.process.returncode is None:
                await one.kill()


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Waits for what a worker does in its own process."""
    async with asyncio.timeout(PATIENCE):
        while not await happened():  # noqa: ASYNC110 -- no event of ours can tell
            await asyncio.sleep(0.05)
