"""The world of a flow test: a whole platform on a fresh database, the cast signed in, driven through its public interfaces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from databases import Databases, databases_of
from litestar import Litestar
from sqlalchemy import select

from agencies import sign_in
from agencies.powers import PLATFORM
from agencies.tables import Person
from inspection.reactions import REACTIONS
from inspection.server import cast
from inspection.server.app import create_app
from inspection.server.boot import Services, platform_on, prepare_schema
from inspection.server.client_keys import ClientKeys
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.migrate import LOGIN_ROLE
from inspection.server.platform import Platform
from inspection.server.worker import Worker
from kit.clock import AdjustableClock
from kit.database import Database
from kit.settings import Settings

MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
"""Friday 2026-11-20 09:30 at the port, a working day."""

TEMPLATE = "lianjian_template"
TOKENS: dict[str, str] = {}
_NUMBER = count(1)


@dataclass
class World:
    """One platform under test. ``client_of`` speaks HTTP as one of the cast; ``drain`` lets everything follow that follows."""

    platform: Platform
    app: Litestar
    worker: Worker
    services: Services
    tokens: Mapping[str, str]
    name: str
    databases: Databases
    keys: ClientKeys = field(default_factory=ClientKeys)
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    _untouched: str = ""

    async def untouched(self) -> bool:
        """True as long as nobody has written anything since the world was made."""
        return self._untouched == await self.databases.written()

    async def begin(self) -> None:
        """Morning; what is written from now on touches the world."""
        await self.move_to(MORNING)
        self._untouched = await self.databases.written()

    def client_of(self, login: str | None) -> httpx.AsyncClient:
        """An HTTP client signed in as ``login`` (None: nobody)."""
        key = login or ""
        if key not in self._clients:
            headers = {"Authorization": f"Bearer {self.tokens[login]}"} if login else {}
            self._clients[key] = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=self.app), base_url="http://lianjian.test", headers=headers, timeout=60
            )
        return self._clients[key]

    @property
    def clock(self) -> AdjustableClock:
        """The adjustable clock of this process."""
        assert isinstance(self.platform.clock, AdjustableClock)
        return self.platform.clock

    async def move_to(self, instant: datetime) -> None:
        """Makes ``instant`` the present, for every process of the platform."""
        async with self.platform.database.unit_of_work(PLATFORM) as session:
            await self.clock.move_to(session, instant)

    async def move_by(self, span: timedelta) -> None:
        """Lets ``span`` pass."""
        await self.move_to(self.clock.now() + span)

    async def drain(self) -> None:
        """Ticks and runs jobs until nothing is left to do: what a worker does, without waiting."""
        await self.worker.tick()
        await self.worker.drain()

    async def as_owner(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """One statement as the tables' owner, past row-level security: for looking, and for what an intruder would do."""
        assert self.services.owner_url is not None
        connection = await asyncpg.connect(self.services.owner_url)
        try:
            return await connection.fetch(sql, *args)
        finally:
            await connection.close()

    async def close(self) -> None:
        """Closes the clients."""
        for client in self._clients.values():
            await client.aclose()


async def make_template(postgres: EmbeddedPostgres) -> None:
    """A database with schema, cast and a session for each of them; every test copies it."""
    async with databases_of(postgres) as databases:
        await databases.copy("template1", TEMPLATE)
    found = Services(postgres.owner_url(TEMPLATE), postgres.login_url(LOGIN_ROLE, TEMPLATE))
    await prepare_schema(found)
    database = Database(found.app_url, pool_size=1)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    async with database.unit_of_work(PLATFORM) as session:
        await cast.seed(session, "a password of the tests", long_ago)
        people = list(await session.scalars(select(Person)))
    for person in people:
        async with database.unit_of_work(PLATFORM) as session:
            TOKENS[person.login] = await sign_in.open_session(session, person, "bearer", "tests", long_ago)
    async with database.unit_of_work(PLATFORM) as session:
        for row in await session.scalars(select(sign_in.SignInSession)):
            row.expires_at = datetime(2199, 1, 1, tzinfo=UTC)
    await database.close()


@dataclass
class Place:
    """What one world leaves to the next: the name of its database, SQL that was compiled for it, and the routes.

    Compiling a platform's statements and building its routes takes longer than most tests, and they are the same for all.
    """

    name: str
    database: Database
    app: Litestar | None = None


FREE: list[Place] = []
"""Places where no world is."""


@contextmanager
def place_in(postgres: EmbeddedPostgres) -> Iterator[Place]:
    """A place that is nobody else's as long as the block runs."""
    if not FREE:
        name = f"world_{next(_NUMBER)}"
        FREE.append(Place(name, Database(postgres.login_url(LOGIN_ROLE, name), reacted=frozenset(REACTIONS))))
    place = FREE.pop()
    yield place
    FREE.append(place)


@asynccontextmanager
async def new_world(postgres: EmbeddedPostgres, folder: Path) -> AsyncIterator[World]:
    """A platform on a fresh copy of the template, its time a working morning."""
    settings = Settings(data_dir=folder, clock="adjustable", port=0)
    async with AsyncExitStack() as stack:
        databases = await stack.enter_async_context(databases_of(postgres))
        place = stack.enter_context(place_in(postgres))
        await databases.copy(TEMPLATE, place.name)
        stack.push_async_callback(databases.drop, place.name)
        stack.push_async_callback(place.database.close)
        platform = await stack.enter_async_context(platform_on(settings, place.database, AdjustableClock()))
        place.app = place.app or create_app(platform)
        place.app.state.platform = platform
        found = Services(postgres.owner_url(place.name), place.database.url)
        world = World(platform, place.app, Worker(platform), found, TOKENS, place.name, databases)
        stack.push_async_callback(world.close)
        await world.begin()
        yield world
