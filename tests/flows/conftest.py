"""Fixtures of the flow tests: one throw-away PostgreSQL for the suite, one database and platform for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from make import Make
from seeded import Seeded, without_row_security
from seeding import build
from world import World, make_template, new_world

from inspection.declaring import intake
from inspection.server.embedded import EmbeddedPostgres


@pytest.fixture(scope="session", autouse=True)
def nobody_is_taken_by_chance() -> Iterator[None]:
    """The random floor takes one of fifty declarations (an AEO's: of two hundred): here the same ones in every run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intake, "new_seed", lambda: 1)
        yield


@pytest.fixture(scope="session")
def bare_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """An embedded PostgreSQL that nobody fsyncs."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("platform"), durable=False) as postgres:
        yield postgres


@pytest.fixture(scope="session")
async def postgres(bare_postgres: EmbeddedPostgres) -> EmbeddedPostgres:
    """The same with the template database in it."""
    await make_template(bare_postgres)
    return bare_postgres


@pytest.fixture
async def world(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[World]:
    """A fresh platform."""
    async with new_world(postgres, tmp_path) as made:
        yield made


@pytest.fixture
def make(world: World) -> Make:
    """Builds cases in a given state, through HTTP."""
    return Make(world)


@pytest.fixture(scope="module")
async def port(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One platform for all the stories of a file: each has a case of its own, and changes nothing for the whole port."""
    async with new_world(postgres, tmp_path_factory.mktemp("port")) as made:
        yield made


@pytest.fixture(scope="module")
def builder(port: World) -> Make:
    """Builds cases in it, one after the other: no two have the same declaration."""
    return Make(port)


@pytest.fixture(scope="session")
async def seeded(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    """One platform with everything in it, for tests that keep nothing they change."""
    async with new_world(postgres, tmp_path_factory.mktemp("seeded")) as made:
        everything = await build(made)
        yield everything
        await everything.owner.close()


@pytest.fixture(scope="session")
async def unwalled(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    """The same with row-level security switched off: what the code's own checks keep away, they keep away alone."""
    async with new_world(postgres, tmp_path_factory.mktemp("unwalled")) as made:
        everything = await build(made)
        await without_row_security(everything)
        yield everything
        await everything.owner.close()
