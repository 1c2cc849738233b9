"""Fixtures of the fault suites: a platform in real processes, which may be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contracts.postgres_processes import folder_for_all
from served import PASSWORD, Served, platform_in, prepare

from inspection.server.demo_player import Player


@pytest.fixture(scope="session")
async def prepared() -> AsyncIterator[Path]:
    """A data directory with schema and cast, to be copied."""
    with folder_for_all() as folder:
        await prepare(folder / "var")
        yield folder / "var"


@pytest.fixture
async def served(prepared: Path) -> AsyncIterator[Served]:
    """`lianjian serve` on a data directory of its own with the cast on it."""
    with folder_for_all() as folder:
        async with platform_in(folder, prepared) as made:
            yield made


@pytest.fixture
async def player(served: Served) -> AsyncIterator[Player]:
    """The cast over HTTP."""
    player = Player(served.address, PASSWORD)
    yield player
    await player.close()
