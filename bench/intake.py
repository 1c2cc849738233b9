"""Intake of a batch: stored, screened, cases opened; through the operation and through HTTP, each as a ratio to COPY.

The floor is asyncpg's COPY of the very rows that a batch left in every table, as their owner (COPY does not pass row-level
security), in one transaction, in the same run on the same cluster (fsync on). Rounds alternate; the median of each counts.
Declarations filed one at a time over HTTP stand next to raw asyncpg inserting the very rows that each has left.

    python bench/intake.py [--json] [--declarations 2000] [--called 0.02] [--rounds 5] [--seconds 10]
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx
import uvloop
from _figures import Figure, arguments, show
from _goods import declarations
from _one_by_one import Filing, inserted, milliseconds, of_each
from sqlalchemy import select

from agencies import sign_in
from agencies.powers import PLATFORM, Principal
from agencies.tables import Person
from inspection.declaring import batches
from inspection.declaring.nomenclature import nomenclature
from inspection.reactions import REACTIONS
from inspection.server import cast
from inspection.server.boot import Services, prepare_schema
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_lifeline import die_with_parent
from inspection.server.migrate import LOGIN_ROLE
from kit.clock import SystemClock
from kit.database import Database
from risk.pack_files import load_packs
from risk.screening import Screener

REACH = 4.0
REACH_ALONE = 3.0
REACH_P99 = 50.0
"""Milliseconds, at :data:`RATE`."""
RATE = 200
ALONE = 200
"""Declarations of a round that are filed one after another."""
LOG = {"event", "event_stream"}
"""Tables of the log, emptied between rounds though making the cast has left something in them."""


@dataclass
class Bench:
    """One cluster, one server on it, one enterprise that files."""

    owner: asyncpg.Connection[Any]
    database: Database
    principal: Principal
    client: httpx.AsyncClient
    filing: Filing
    screener: Screener
    tables: list[str]

    async def empty(self) -> None:
        """Takes away what the round before has left."""
        async with self.owner.transaction():
            await self.owner.execute("SET LOCAL session_replication_role = replica")  # past "a report is never taken away"
            await self.owner.execute(f"TRUNCATE {', '.join(self.tables)}")
        await self.owner.execute("CHECKPOINT")  # nobody pays for what another round has written

    async def operation(self, lines: list[bytes]) -> float:
        """Seconds of ``batches.receive``: validated, screened, stored, cases opened, verdicts written."""

        async def chunks() -> AsyncIterator[bytes]:
            yield b"\n".join(lines)

        began = time.perf_counter()
        answered = 0
        async for verdicts in batches.receive(
            batches.lines_of(chunks()), self.database, self.principal, SystemClock(), self.screener, nomenclature()
        ):
            assert verdicts.count(b'"verdict":"accepted"') == verdicts.count(b"\n")
            answered += verdicts.count(b"\n")
        assert answered == len(lines)
        return time.perf_counter() - began

    async def over_http(self, lines: list[bytes]) -> float:
        """Seconds of ``POST …/batch`` from the first byte to the last verdict, the server a process of its own."""
        began = time.perf_counter()
        answer = await self.client.post("/api/v1/declarations/batch", content=b"\n".join(lines))
        took = time.perf_counter() - began
        assert answer.text.count('"verdict":"accepted"') == len(lines), answer.text[:500]
        return took

    async def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """What a batch has left, table by table."""
        left = {name: await self.owner.fetch(f"SELECT * FROM {name}") for name in self.tables}
        return {name: [tuple(row.values()) for row in rows] for name, rows in left.items() if rows}

    async def floor(self, rows: dict[str, list[tuple[Any, ...]]]) -> float:
        """Seconds of COPY of the same rows into the same tables."""
        began = time.perf_counter()
        async with self.owner.transaction():
            for name, records in rows.items():
                schema, _, table = name.rpartition(".")
                await self.owner.copy_records_to_table(table, schema_name=schema or None, records=records)
        return time.perf_counter() - began


async def written_tables(owner: asyncpg.Connection[Any]) -> list[str]:
    """The tables that a batch may write, referenced ones first: those that were empty before, and the log."""
    found = await owner.fetch(
        "SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind = 'r' AND nspname IN ('public', 'jobs')"
    )
    names = {row["oid"]: row["name"] for row in found}
    refers = await owner.fetch("SELECT conrelid AS child, confrelid AS parent FROM pg_constraint WHERE contype = 'f'")
    above: dict[int, set[int]] = {oid: set() for oid in names}
    for row in refers:
        if row["child"] != row["parent"]:
            above[row["child"]].add(row["parent"])
    ordered: list[int] = []
    while len(ordered) < len(names):
        ordered += sorted(oid for oid in names if oid not in ordered and above[oid] <= set(ordered))
    full = {oid for oid in names if await owner.fetchval(f"SELECT EXISTS (SELECT FROM {names[oid]})")}
    return [names[oid] for oid in ordered if oid not in full or names[oid] in LOG]


async def measure(bench: Bench, name: str, lines: list[bytes], rounds: int) -> list[Figure]:
    """The figures of a batch, each the median of ``rounds`` rounds after one that does not count."""
    operation: list[float] = []
    http: list[float] = []
    floor: list[float] = []
    for number in range(rounds + 1):
        await bench.empty()
        took = await bench.operation(lines)
        rows = await bench.rows()
        await bench.empty()
        copied = await bench.floor(rows)
        await bench.empty()
        sent = await bench.over_http(lines)
        if number:
            operation.append(took)
            floor.append(copied)
            http.append(sent)
    cases = len(rows.get("joint_case", ()))
    what = f"{len(lines)} declarations, {len(rows['declaration_line'])} lines, {cases} cases"
    copy = f"asyncpg COPY of the same {sum(map(len, rows.values()))} rows"
    per_second = "declarations/s"
    return [
        Figure(figure=f"{name}: operation / COPY", value=median(operation) / median(floor), unit="×", reach=REACH, against=copy),
        Figure(figure=f"{name}: HTTP / COPY", value=median(http) / median(floor), unit="×", reach=REACH, against=copy),
        Figure(figure=f"{name}: operation", value=len(lines) / median(operation), unit=per_second, against=what),
        Figure(figure=f"{name}: HTTP", value=len(lines) / median(http), unit=per_second, against=what),
        Figure(figure=f"{name}: COPY", value=len(lines) / median(floor), unit=per_second, against=copy),
    ]


async def measure_single(bench: Bench, bodies: list[bytes], rounds: int, seconds: float) -> list[Figure]:
    """The figures of declarations filed alone: one after another in rounds, then at a rate."""
    filed: list[float] = []
    raw: list[float] = []
    alone = bodies[:ALONE]
    for number in range(rounds + 1):
        await bench.empty()
        sent = await bench.filing.one_after_another(alone)
        each = of_each(await bench.rows())
        await bench.empty()
        inserts = await inserted(bench.owner, each)
        if number:
            filed += sent
            raw += inserts
    await bench.empty()
    wanted = declarations(int(RATE * seconds), 0, serial=len(bodies))
    at_rate = await bench.filing.at_a_rate(wanted, RATE)
    await bench.empty()
    floor = f"the same {sum(map(len, each[0].values()))} rows or so by raw asyncpg in one transaction"
    middle, late = milliseconds(at_rate)
    name = "one declaration over HTTP"
    return [
        Figure(figure=f"{name} / raw inserts", value=median(filed) / median(raw), unit="×", reach=REACH_ALONE, against=floor),
        Figure(figure=f"{name}: median", value=milliseconds(filed)[0], unit="ms", against=f"raw {milliseconds(raw)[0]:.2f} ms"),
        Figure(figure=f"{name} at {RATE}/s: p99", value=late, unit="ms", reach=REACH_P99, against=f"{len(at_rate)} requests"),
        Figure(figure=f"{name} at {RATE}/s: median", value=middle, unit="ms", against=f"{len(at_rate)} requests"),
    ]


@asynccontextmanager
async def prepared(postgres: EmbeddedPostgres, folder: Path) -> AsyncIterator[Bench]:
    """Schema, cast, a server without a worker, Hengtong signed in."""
    found = Services(postgres.owner_url(), postgres.login_url(LOGIN_ROLE))
    await prepare_schema(found)
    database = Database(found.app_url, reacted=frozenset(REACTIONS))
    async with database.unit_of_work(PLATFORM) as session:
        await cast.seed(session, secrets.token_urlsafe(12), datetime(2020, 1, 1, tzinfo=UTC))
        person = (await session.scalars(select(Person).where(Person.login == "hengtong"))).one()
        token = await sign_in.open_session(session, person, "bearer", "bench", datetime.now(UTC))
    async with database.unit_of_work(sign_in.bearer(token)) as session:
        principal = await sign_in.principal_of(session, token, datetime.now(UTC))
    assert principal is not None
    owner = await asyncpg.connect(found.owner_url)
    server, address = _serve(folder)
    headers = {"Authorization": f"Bearer {token}"}
    filing = Filing(address, token)
    try:
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=600) as client:
            tables = await written_tables(owner)
            yield Bench(owner, database, principal, client, filing, Screener(load_packs()), tables)
    finally:
        server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.wait)
        await owner.close()
        await database.close()


def _serve(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "inspection.server.cli", "serve", "--data-dir", str(folder), "--port", "0", "--no-worker"]
    server = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 -- one prctl, bound before the fork
    )
    assert server.stdout is not None
    return server, server.stdout.readline().split()[-1]


async def _main(
    postgres: EmbeddedPostgres, folder: Path, given: dict[str, list[bytes]], rounds: int, seconds: float
) -> list[Figure]:
    async with prepared(postgres, folder) as bench:
        figures = [figure for name, lines in given.items() for figure in await measure(bench, name, lines, rounds)]
        return figures + await measure_single(bench, next(iter(given.values())), rounds, seconds)


def main() -> int:
    """Prints the figures; 0 when what was asked for is reached."""
    parser = arguments("rate of storing and screening a batch, as a ratio to COPY")
    parser.add_argument("--declarations", type=int, default=2_000)
    parser.add_argument("--called", type=float, default=0.02, help="share of declarations that open a case, in the second batch")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10, help="how long declarations are filed at a rate")
    args = parser.parse_args()
    given = {
        "intake, no case": declarations(args.declarations, 0),
        f"intake, {args.called:.0%} open a case": declarations(args.declarations, args.called),
    }
    with tempfile.TemporaryDirectory(prefix="lianjian-bench-") as name:
        Path(name).chmod(0o755)
        with EmbeddedPostgres(Path(name) / "var") as postgres:
            figures = uvloop.run(_main(postgres, Path(name) / "var", given, args.rounds, args.seconds))
    show(figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
