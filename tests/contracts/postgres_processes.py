"""What the PostgreSQL suites share: other processes that run one, and a look at what is left of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

REPOSITORY = Path(__file__).parents[2]


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that every account can walk into (pytest's own are 0700), with a short path; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lj", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def surroundings() -> dict[str, str]:
    """The environment of a child that imports this checkout, and whatever else we can import."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])}


def another_process(data_dir: Path, *options: str) -> subprocess.Popen[str]:
    """A process of ours on ``data_dir``. It stops PostgreSQL when its stdin is closed."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "platform_process.py"), str(data_dir), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )


def facts(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What it says once PostgreSQL runs (or that it does not)."""
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def finish(process: subprocess.Popen[str]) -> int:
    """Lets it end by itself."""
    assert process.stdin is not None
    process.stdin.close()
    return process.wait(20)


def processes_in(folder: Path) -> list[int]:
    """Living processes whose working folder lies in ``folder``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(folder.resolve()):
                found.append(int(entry.name))
    return found


def owner_of(pid: int | None) -> int:
    """The uid a process runs as."""
    return Path(f"/proc/{pid}").stat().st_uid


def program_of(pid: int | None) -> Path:
    """The program a process runs."""
    return Path(f"/proc/{pid}/exe").readlink()


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """True as soon as ``holds`` does; False after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


async def ask(url: str, query: str) -> Any:
    """One value."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
