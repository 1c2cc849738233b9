"""SIGKILL of the server and of PostgreSQL in the middle of uploads: what was answered with success is there, exactly once."""

from __future__ import annotations

import os
import random
import time

import pytest
from inspections import in_field, sheet_issued
from reckoning import faults_found, head_of
from served import Served, database_of
from storm import Storm, watching

from inspection.server.demo_player import Player


async def raged(served: Served, player: Player, *, kills: int, hands: int) -> None:
    """A storm, its report, and the reckoning."""
    seed = int(os.environ.get("STORM_SEED", time.time_ns() % 1_000_000))
    print(f"\nSTORM_SEED={seed}")
    case, session = await in_field(player)
    storm = Storm(served, player, case, session, kills, hands, random.Random(seed))
    async with watching(served, player, case) as watcher:
        await storm.rage()
        print(storm.report())
        await sheet_issued(player, 2)  # the worker works again
        async with database_of(served.data_dir) as (postgres, database):
            found = await faults_found(postgres.owner_url(), database, served.data_dir / "objects", case, storm.ledger)
            assert await watcher.has_seen(await head_of(postgres.owner_url(), case)), "the live feed lost or doubled a frame"
    assert not found, "\n".join([f"STORM_SEED={seed}", *found[:20]])
    assert not storm.ledger.odd, "\n".join([*storm.ledger.odd[:5], served.said("fault")])
    assert len(storm.done) == kills and storm.under_way_at_the_kill() * 2 >= kills
    assert await served.terminate() == 0
    assert not served.left_behind()


async def test_what_was_acknowledged_survives_the_killing_of_server_and_database(served: Served, player: Player) -> None:
    await raged(served, player, kills=10, hands=6)


@pytest.mark.long
async def test_a_long_storm_loses_nothing_and_doubles_nothing(served: Served, player: Player) -> None:
    await raged(served, player, kills=90, hands=16)
