"""10,000 running deadlines, two workers killed at random: is every rung said exactly once, and what does a tick cost?

A platform of its own (embedded PostgreSQL, fsync on) with the adjustable clock. Two real ``lianjian worker`` processes tick while
the clock leaps over three weeks; at every leap one of them is killed at work with SIGKILL and another comes. The checker
reads the database: which rungs every deadline should have reached, which rows claim them, which events say them, in which order
and when.

The cost: the tick when nothing is due, as the worker runs it, against the bare query (asyncpg, prepared, no transaction block)
and against itself on an empty table.

    python bench/deadlines.py [--json] [--deadlines 10000] [--kills 30] [--seed 1]
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import msgspec
import uvloop
from _figures import Figure, arguments, show

from agencies import running_deadlines
from agencies.calendar_seed import seeded_calendar
from agencies.powers import PLATFORM
from inspection.notifying import reminders
from inspection.reactions import REACTIONS
from inspection.server.boot import Services, prepare_schema
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_lifeline import die_with_parent
from inspection.server.migrate import LOGIN_ROLE
from inspection.timekeeping import time_limits
from kit.clock import AdjustableClock
from kit.database import Database

KINDS = (
    time_limits.INVITATION_ON_DUTY,
    time_limits.INVITATION_OFFICE_HOURS,
    time_limits.CONCLUSION,
    time_limits.INFO_REQUEST,
    time_limits.RIGHTS_HOLDER_REPLY,
    time_limits.RECTIFICATION,
)
TERMS = tuple(msgspec.structs.replace(kind, repeats=0) for kind in KINDS)
"""Three rungs each: half, four fifths, the lapse."""
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
STARTED_WITHIN, SPAN = timedelta(days=5), timedelta(days=24)
PORT, PER_CASE, AT_ONCE = "5316", 3, 500
TICKS, WARM = 300, 50
GROWTH = 1.5
WORKERS, PATIENCE = 2, 60.0

EXPECTED = """
    SELECT d.id, d.stream, d.subject, (r->>'number')::int AS rung, (r->>'acts_at')::timestamptz AS acts_at
    FROM deadline d, jsonb_array_elements(d.rungs) r WHERE d.stream LIKE 'case:bench-%'"""
CLAIMED = "SELECT deadline_id AS id, rung FROM deadline_rung"
SAID = """
    SELECT seq, stream, at, data->>'deadline' AS id, (data->>'rung')::int AS rung FROM event
    WHERE type = 'DeadlineReached' ORDER BY stream, seq"""
LEFT = "SELECT count(*) FROM deadline WHERE next_rung_at <= $1"
BARE = "SELECT * FROM deadline WHERE next_rung_at <= $1 ORDER BY next_rung_at LIMIT 200"
UNDER_WAY = "SELECT count(*) FROM pg_locks WHERE relation = 'deadline'::regclass AND mode = 'RowShareLock'"


@dataclass
class Workers:
    """``lianjian worker`` processes on one platform; whoever is killed is replaced."""

    data_dir: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    started: int = 0

    async def start(self) -> None:
        """One more; returns when it works."""
        self.started += 1
        log = self.data_dir / f"worker-{self.started}.log"
        self.running.append(self._launch(log))
        async with asyncio.timeout(PATIENCE):
            while b"worker ready" not in log.read_bytes():  # noqa: ASYNC110 -- another process does it
                await asyncio.sleep(0.05)

    def _launch(self, log: Path) -> subprocess.Popen[bytes]:
        environment = os.environ | {"LIANJIAN_CLOCK": "adjustable", "LIANJIAN_TICK_SECONDS": "0.1", "LIANJIAN_LOG_LEVEL": "error"}
        with log.open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "inspection.server.cli", "worker", "--data-dir", str(self.data_dir)],
                env=environment,
                stderr=said,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 -- one prctl, bound before the fork
            )

    def kill(self, chance: random.Random) -> None:
        """SIGKILL to one of them."""
        victim = self.running.pop(chance.randrange(len(self.running)))
        victim.kill()
        victim.wait()

    def end(self) -> None:
        """Kills what is left."""
        for one in self.running:
            one.kill()
            one.wait()


@dataclass(frozen=True)
class Reckoning:
    """What the database says afterwards."""

    rungs: int
    missing: int
    twice: int
    unclaimed: int
    out_of_order: int
    too_early: int


@dataclass
class Bench:
    """The platform under measurement."""

    owner: asyncpg.Connection[Any]
    database: Database
    clock: AdjustableClock
    workers: Workers
    chance: random.Random
    kills_amid_a_tick: int = 0

    async def begin(self, number: int) -> None:
        """Deadlines of six kinds, three to a case, begun within a working week."""
        calendar = seeded_calendar()
        for first in range(0, number, AT_ONCE):
            async with self.database.unit_of_work(PLATFORM) as session:
                for n in range(first, min(first + AT_ONCE, number)):
                    await running_deadlines.start(
                        session,
                        port=PORT,
                        stream=f"case:bench-{n // PER_CASE}",
                        subject=f"bench/{n}",
                        terms=TERMS[n % len(TERMS)],
                        starts=MONDAY + STARTED_WITHIN * self.chance.random(),
                        calendar=calendar,
                    )
        await self.owner.execute("VACUUM ANALYZE deadline")

    async def move_to(self, instant: datetime) -> None:
        """Another present, for every process."""
        async with self.database.unit_of_work(PLATFORM) as session:
            await self.clock.move_to(session, instant)

    async def idle(self) -> tuple[float, float]:
        """Seconds of the bare query and of a tick that finds nothing, in turns; the median of each."""

        async def bare() -> None:
            assert not await self.owner.fetch(BARE, self.clock.now())

        async def tick() -> None:
            async with self.database.unit_of_work(PLATFORM) as session:
                await self.clock.refresh(session)
                assert not await reminders.tick(session, self.clock.now())

        seconds: dict[Callable[[], Awaitable[None]], list[float]] = {bare: [], tick: []}
        for _ in range(TICKS + WARM):
            for one, found in seconds.items():
                began = time.perf_counter()
                await one()
                found.append(time.perf_counter() - began)
        return median(seconds[bare][WARM:]), median(seconds[tick][WARM:])

    async def rage(self, kills: int) -> float:
        """The clock leaps and a worker dies at work, so many times; until nothing is left to say. Seconds it took."""
        for _ in range(WORKERS):
            await self.workers.start()
        began = time.perf_counter()
        for n in range(1, kills + 1):
            await self.move_to(MONDAY + SPAN * n / kills)
            await asyncio.sleep(self.chance.uniform(0.1, 1.5))
            self.kills_amid_a_tick += bool(await self.owner.fetchval(UNDER_WAY))
            self.workers.kill(self.chance)
            await self.workers.start()
        while await self.owner.fetchval(LEFT, self.clock.now()):  # noqa: ASYNC110 -- other processes do it
            await asyncio.sleep(0.2)
        return time.perf_counter() - began

    async def reckon(self) -> Reckoning:
        """Expected, claimed and said, held against each other."""
        expected = {(str(row["id"]), row["rung"]): row["acts_at"] for row in await self.owner.fetch(EXPECTED)}
        claimed = {(str(row["id"]), row["rung"]) for row in await self.owner.fetch(CLAIMED)}
        said = [((row["id"], row["rung"]), row["at"]) for row in await self.owner.fetch(SAID)]
        last: dict[str, int] = {}
        out_of_order = 0
        for (id_, rung), _ in said:
            out_of_order += rung <= last.get(id_, 0)
            last[id_] = rung
        told = {one for one, _ in said}
        return Reckoning(
            rungs=len(expected),
            missing=len(expected.keys() - told),
            twice=len(said) - len(told),
            unclaimed=len(told ^ claimed),
            out_of_order=out_of_order,
            too_early=sum(at < expected[one] for one, at in said if one in expected),
        )


@asynccontextmanager
async def bench(seed: int) -> AsyncIterator[Bench]:
    """A fresh platform."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as postgres:
        found = Services(postgres.owner_url(), postgres.login_url(LOGIN_ROLE))
        await prepare_schema(found)
        database = Database(found.app_url, pool_size=4, reacted=frozenset(REACTIONS))
        owner = await asyncpg.connect(postgres.owner_url())
        workers = Workers(Path(folder))
        try:
            made = Bench(owner, database, AdjustableClock(), workers, random.Random(seed))
            await made.move_to(MONDAY - timedelta(days=1))
            yield made
        finally:
            workers.end()
            await owner.close()
            await database.close()


async def measure(number: int, kills: int, seed: int) -> list[Figure]:
    """Every figure."""
    async with bench(seed) as made:
        _, empty = await made.idle()
        await made.begin(number)
        bare, tick = await made.idle()
        seconds = await made.rage(kills)
        found = await made.reckon()
    wrong = {"said by no worker": found.missing, "said twice": found.twice, "out of order": found.out_of_order}
    wrong |= {"said before their time": found.too_early, "said and not claimed, or claimed and not said": found.unclaimed}
    against = f"{found.rungs:,} rungs of {number:,} deadlines, {kills} kills"
    return [
        *(Figure(figure=f"rungs {what}", value=n, unit="rungs", against=against, reach=0) for what, n in wrong.items()),
        Figure(figure="kills while a tick held rows", value=made.kills_amid_a_tick, unit="kills", against=f"{kills} kills"),
        Figure(figure="tick with nothing due", value=tick / bare, unit="×", against="the bare query"),
        Figure(figure="the same with deadlines", value=tick / empty, unit="×", against="an empty table", reach=GROWTH),
        Figure(figure="the tick itself", value=tick * 1000, unit="ms", against=f"bare query {bare * 1000:.2f} ms"),
        Figure(figure="rungs said under fire", value=found.rungs / seconds, unit="/s", against="two workers, also killed"),
    ]


def main() -> int:
    parser = arguments(__doc__ or "")
    parser.add_argument("--deadlines", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    figures = uvloop.run(measure(args.deadlines, args.kills, args.seed))
    show(figures, as_json=args.json)
    return 0 if all(one.met is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
