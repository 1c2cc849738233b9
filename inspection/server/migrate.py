"""Brings a database to this release's schema, once, under an advisory lock; an app refuses to start on any other.

Needs the owner's connection: it creates roles (CREATEROLE) and tables. The app itself signs in as ``lianjian_app``, which has no
right of its own and takes a role of the product in every transaction.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pgqueuer.db import AsyncpgDriver
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from inspection.server import migrations
from kit.database import sqlalchemy_url
from kit.errors import Conflict
from kit.jobs import SCHEMA, queries_on

LOGIN_ROLE = "lianjian_app"


class SchemaDiffers(Conflict):
    """The database is on another schema version than this release."""

    code = "schema_differs"
    title_zh = "数据库结构版本与本程序不符"
    title_en = "The database is on another schema version"
    advice_zh = "请先运行 lianjian migrate。"
    advice_en = "Run `lianjian migrate` first."


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


@cache
def wanted_version() -> str:
    """The schema version of this release. Looked up once: every migration's file is read for it."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


async def migrate(owner_url: str) -> bool:
    """Upgrades to this release's schema; True when something was done. Repeatable, safe to start several times at once."""
    engine = create_async_engine(sqlalchemy_url(owner_url))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('lianjian migrate'))"))
            before = await connection.run_sync(_current)
            if before == wanted_version():
                return False
            await connection.run_sync(_upgrade)
            if before is None:
                await _install_queue(connection)
            return True
    finally:
        await engine.dispose()


async def check_version(owner_or_app: AsyncConnection) -> None:
    """Raises :class:`SchemaDiffers` unless the database is on this release's schema."""
    found = await owner_or_app.run_sync(_current)
    if found != wanted_version():
        raise SchemaDiffers(f"database schema {found}, this release needs {wanted_version()}")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.execute(text("GRANT SELECT ON alembic_version TO PUBLIC"))


async def _install_queue(connection: AsyncConnection) -> None:
    """PgQueuer's tables. No row-level security there: payloads are ids, and whoever enqueues reads back what it wrote."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    await queries_on(AsyncpgDriver(driver)).install()
    everyone = "lianjian_enterprise, lianjian_agency, lianjian_customs, lianjian_auditor, lianjian_rules, lianjian_admin"
    await driver.execute(
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {everyone}, lianjian_worker;"
        f"GRANT ALL ON ALL TABLES IN SCHEMA {SCHEMA} TO lianjian_worker;"
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO lianjian_worker, {everyone};"
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {SCHEMA} TO {everyone};"
    )
