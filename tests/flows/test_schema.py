"""The schema: what the code maps is what the migrations make, migrating again does nothing, another version is refused."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from seeded import TABLES
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from world import World

from agencies.powers import PLATFORM
from inspection.server.boot import Services, open_platform, prepare_schema
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.migrate import LOGIN_ROLE, SchemaDiffers, migrate, wanted_version
from kit.database import Base, sqlalchemy_url
from kit.settings import Settings

NOT_MAPPED = {"alembic_version"}

COLUMNS = """
    SELECT table_name || '.' || column_name AS name, udt_name, is_nullable, coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text AS name, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid::regclass::text <> 'alembic_version'"""
INDEXES = """
    SELECT indexname AS name, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"""


@asynccontextmanager
async def empty_database(postgres: EmbeddedPostgres, name: str) -> AsyncIterator[Services]:
    """A database with nothing in it, gone afterwards."""
    owner = await asyncpg.connect(postgres.owner_url("postgres"))
    await owner.execute(f'CREATE DATABASE "{name}"')
    try:
        yield Services(postgres.owner_url(name), postgres.login_url(LOGIN_ROLE, name))
    finally:
        await owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await owner.close()


async def described(owner_url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Every column, constraint and index of a database, as PostgreSQL spells them."""
    connection = await asyncpg.connect(owner_url)
    try:
        queries = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES}
        return {what: {tuple(row) for row in await connection.fetch(query)} for what, query in queries.items()}
    finally:
        await connection.close()


async def test_alembic_finds_nothing_to_do_between_the_classes_and_the_database(world: World) -> None:
    assert world.services.owner_url is not None

    def differences(connection: Connection) -> list[Any]:
        def ours(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
            return not (kind == "table" and name in NOT_MAPPED)

        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))

    engine = create_async_engine(sqlalchemy_url(world.services.owner_url))
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


async def test_the_classes_alone_would_make_the_same_columns_constraints_and_indexes(
    world: World, postgres: EmbeddedPostgres
) -> None:
    """Also what Alembic does not look at: primary keys, exclusion constraints, predicates of partial indexes."""
    assert world.services.owner_url is not None
    async with empty_database(postgres, "as_mapped") as found:
        assert found.owner_url is not None
        engine = create_async_engine(sqlalchemy_url(found.owner_url))
        async with engine.begin() as connection:
            await connection.exec_driver_sql("CREATE EXTENSION btree_gist")
            await connection.run_sync(Base.metadata.create_all)
        await engine.dispose()
        mapped, migrated = await described(found.owner_url), await described(world.services.owner_url)
    for what in migrated:
        assert mapped[what] - migrated[what] == set(), f"{what} that only the classes have"
        assert migrated[what] - mapped[what] == set(), f"{what} that only the migrations have"
    assert len(migrated["columns"]) == sum(len(table.columns) for table in TABLES.values())


async def test_migrating_again_does_nothing_and_says_so(postgres: EmbeddedPostgres) -> None:
    async with empty_database(postgres, "twice") as found:
        assert found.owner_url is not None
        assert await migrate(found.owner_url) is True
        before = await described(found.owner_url)
        assert await migrate(found.owner_url) is False
        assert await described(found.owner_url) == before


async def test_several_that_migrate_at_once_do_it_once(postgres: EmbeddedPostgres) -> None:
    async with empty_database(postgres, "at_once") as found:
        assert found.owner_url is not None
        done = await asyncio.gather(*(migrate(found.owner_url) for _ in range(4)))
        assert sorted(done) == [False, False, False, True]


async def test_databases_of_one_cluster_may_be_migrated_at_the_same_time(postgres: EmbeddedPostgres) -> None:
    """Roles belong to the cluster: two that create and grant them must not stumble over each other."""

    async def in_a_process_of_its_own(found: Services) -> int | None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANJIAN_")}
        environment |= {"DATABASE_URL": found.app_url, "LIANJIAN_OWNER_DATABASE_URL": found.owner_url or ""}
        command = [sys.executable, "-m", "inspection.server.cli", "migrate"]
        return await (await asyncio.create_subprocess_exec(*command, env=environment)).wait()

    async with empty_database(postgres, "beside_a") as a, empty_database(postgres, "beside_b") as b:
        assert await asyncio.gather(in_a_process_of_its_own(a), in_a_process_of_its_own(b)) == [0, 0]
        assert a.owner_url is not None and b.owner_url is not None
        assert await described(a.owner_url) == await described(b.owner_url)


@pytest.mark.parametrize("other", ["0000", "9999", None])
async def test_the_app_refuses_to_start_on_another_schema_version(
    postgres: EmbeddedPostgres, tmp_path: Path, other: str | None
) -> None:
    async with empty_database(postgres, "another_version") as found:
        await prepare_schema(found)
        assert found.owner_url is not None
        owner = await asyncpg.connect(found.owner_url)
        await owner.execute("DELETE FROM alembic_version")
        if other is not None:
            await owner.execute("INSERT INTO alembic_version VALUES ($1)", other)
        await owner.close()
        # As with DATABASE_URL: somebody else migrates, the app only looks.
        settings = replace(Settings(data_dir=tmp_path), database_url=found.app_url)
        with pytest.raises(SchemaDiffers, match=wanted_version()):
            async with open_platform(settings, replace(found, owner_url=None)):
                pass


async def test_the_app_cannot_change_the_schema(world: World) -> None:
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
        "DROP POLICY event_worker ON event",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            async with world.platform.database.unit_of_work(PLATFORM) as session:
                await (await session.connection()).exec_driver_sql(statement)
