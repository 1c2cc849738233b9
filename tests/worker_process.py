"""Run by tests: a worker in a process of its own, on a database of theirs with the adjustable clock, until it is killed.

Waits for a line on its input before it works, so that its successor's interpreter starts while it still lives; says ``works``
once it does. ``lianjian worker`` is the same worker, but takes the adjustable clock on its own embedded database only.

usage: python worker_process.py APP_URL DATA_DIR SMTP_URL     (SMTP_URL empty: no mail is sent)
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from inspection.server.boot import Services, open_platform
from inspection.server.worker import Worker
from kit import logs
from kit.settings import Settings


async def work(app_url: str, data_dir: Path, smtp_url: str) -> None:
    """Works as the platform's worker does; nothing ends it but a signal."""
    settings = Settings(data_dir=data_dir, database_url=app_url, clock="adjustable", tick_seconds=0.1, smtp_url=smtp_url or None)
    logs.configure()  # to stderr: on the other stream the test listens
    sys.stdin.readline()
    async with open_platform(settings, Services(None, app_url)) as platform:
        print("works", flush=True)
        await Worker(platform).run()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
