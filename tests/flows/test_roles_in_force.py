"""No statement runs as the login role: requests, the worker and the live feed all take a role of the product first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from make import Make, ok
from serving import served
from sqlalchemy import event
from world import World

from agencies.powers import nobody
from inspection.server.migrate import LOGIN_ROLE
from kit.acting import Acting

TAKES_ROLE = "SELECT set_config('role'"


@dataclass
class Watched:
    """Every statement through the engine with the role it ran under, and every connection beside the engine."""

    statements: list[tuple[str, str]] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    pooled: int = 0

    @property
    def roles(self) -> set[str]:
        """The roles in force when something was read or written."""
        return {role for role, statement in self.statements if not statement.startswith(TAKES_ROLE)}

    @property
    def beside(self) -> list[str]:
        """The roles of the connections that are not the engine's: those take theirs in every transaction."""
        left = list(self.connected)
        for _ in range(self.pooled):
            left.remove(LOGIN_ROLE)
        return left

    def clear(self) -> None:
        self.statements.clear()
        self.connected.clear()
        self.pooled = 0


@pytest.fixture
async def watched(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Asks PostgreSQL itself, right before each statement, who is acting."""
    seen = Watched()
    connect = asyncpg.connect

    async def connect_and_ask(*arguments: Any, **options: Any) -> Any:
        connection = await connect(*arguments, **options)
        seen.connected.append(await connection.fetchval("SELECT current_user"))
        return connection

    monkeypatch.setattr(asyncpg, "connect", connect_and_ask)
    with asking(world, seen):
        yield seen


@contextmanager
def asking(world: World, seen: Watched) -> Iterator[None]:
    """Hooks into the platform's engine for as long as the block runs."""
    engine = world.platform.database.engine.sync_engine

    def ask(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT current_user")
        seen.statements.append((cursor.fetchone()[0], statement))
        cursor.close()

    def count(*_: Any) -> None:
        seen.pooled += 1

    event.listen(engine, "before_cursor_execute", ask)
    event.listen(engine, "connect", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", ask)
        event.remove(engine, "connect", count)


async def test_requests_run_under_the_role_of_who_asks(world: World, make: Make, watched: Watched) -> None:
    no = await make.case("PREPARING")
    for login, path, role in (
        ("lin", f"/api/v1/cases/{no}", "lianjian_customs"),
        ("mei", f"/api/v1/cases/{no}/events", "lianjian_agency"),
        ("hengtong", "/api/v1/declarations", "lianjian_enterprise"),
        ("an", f"/api/v1/cases/{no}/screening", "lianjian_auditor"),
        ("wen", "/api/v1/me/sessions", "lianjian_admin"),
        ("ruo", "/api/v1/me/sessions", "lianjian_rules"),
    ):
        watched.clear()
        ok(await world.client_of(login).get(path))
        assert watched.roles == {"lianjian_public", role}, login  # public: the gate looks the token up
        assert watched.beside == []


async def test_filing_signing_in_and_progress_never_run_as_the_login_role(world: World, make: Make, watched: Watched) -> None:
    receipt = await make.filed()
    assert LOGIN_ROLE not in watched.roles and {"lianjian_enterprise", "lianjian_worker"} <= watched.roles
    watched.clear()
    stranger = world.client_of(None)
    ok(await stranger.post("/api/v1/sign-in", json={"login": "lin", "password": "a password of the tests"}))
    secret = {"X-Progress-Secret": receipt["progress_secret"]}
    ok(await stranger.get(f"/public/v1/progress/{receipt['case']}", headers=secret))
    assert watched.roles == {"lianjian_public"}


async def test_uploads_and_the_batch_take_the_role_in_each_of_their_transactions(
    world: World, make: Make, watched: Watched
) -> None:
    no = await make.case("IN_FIELD")
    watched.clear()
    await make.photo(no)
    assert watched.roles == {"lianjian_public", "lianjian_agency"}
    watched.clear()
    lines = b"\n".join(msgspec.json.encode(make.declaration()) for _ in range(2))
    ok_lines = (await world.client_of("hengtong").post("/api/v1/declarations/batch", content=lines)).text.splitlines()
    assert len(ok_lines) == 2
    assert watched.roles == {"lianjian_public", "lianjian_enterprise", "lianjian_worker"}


async def test_the_worker_acts_for_the_platform_on_every_connection(world: World, make: Make, watched: Watched) -> None:
    await make.case()
    await world.move_by(timedelta(hours=3))
    watched.clear()
    working = asyncio.create_task(world.worker.run())
    while not (watched.roles and watched.beside):  # noqa: ASYNC110 -- no event of ours can tell
        await asyncio.sleep(0.01)
    world.worker.stop()
    await asyncio.wait_for(working, 10)
    assert watched.roles == {"lianjian_worker"}
    assert watched.beside and set(watched.beside) == {"lianjian_worker"}


async def test_the_live_feed_reads_as_who_watches_and_listens_as_the_platform(world: World, make: Make, watched: Watched) -> None:
    no = await make.case()
    watched.clear()
    async with served(world.app) as server, server.watch(no, world.tokens["mei"]) as socket:
        await socket.send('{"after": 0}')
        opening = msgspec.json.decode(await asyncio.wait_for(socket.recv(), 10))
        assert opening["head"] > 0
        for _ in range(opening["head"]):
            await asyncio.wait_for(socket.recv(), 10)
    assert watched.roles <= {"lianjian_public", "lianjian_agency", "lianjian_worker"} and "lianjian_agency" in watched.roles
    assert set(watched.beside) == {"lianjian_worker"}


async def test_a_transaction_leaves_neither_role_nor_settings_behind(world: World) -> None:
    """Connections are pooled: whoever comes next starts from nothing."""
    database = world.platform.database
    lin = Acting("lianjian_customs", {"port": "5316", "agency": "customs"})
    for _ in range(3):
        async with database.unit_of_work(lin) as session:
            connection = await session.connection()
            assert (await connection.exec_driver_sql("SELECT app.port()")).scalar() == "5316"
        async with database.unit_of_work(nobody()) as session:
            connection = await session.connection()
            row = (await connection.exec_driver_sql("SELECT current_user, app.port(), app.agency()")).one()
            assert tuple(row) == ("lianjian_public", None, None)
    async with database.engine.connect() as connection:
        row = (await connection.exec_driver_sql("SELECT current_user, current_setting('app.port', true)")).one()
        assert row[0] == LOGIN_ROLE and not row[1]
