"""The database's wall by itself: row-level security on every table, held against a plain model of who may do what."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec
import pytest
from access import ADDS, CHANGES, NARROW_CHANGES, OF_NOBODY, READS, Facts, Row, Rule, everything
from seeded import EVERYBODY, TABLES, Seeded, key_of, quoted, signature
from world import World

from agencies.powers import Kind, Principal
from inspection.server.migrate import LOGIN_ROLE

WITHOUT_ROW_SECURITY = {
    "public.alembic_version": "the schema's version; every role reads it, only the owner writes it",
    "jobs.pgqueuer": "payloads are ids of streams; whoever enqueues reads back what it wrote; dequeued by the worker's role only",
    "jobs.pgqueuer_log": "states of jobs by number; written by triggers of the queue in the enqueuing role",
    "jobs.pgqueuer_statistics": "counts of jobs, no content",
    "jobs.pgqueuer_schedules": "names of recurring jobs, no content",
}
"""Tables without forced row-level security, and why."""

DEAD_OPTIONS = ("rolsuper", "rolinherit", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
SAMPLED = 8


# --- the catalogue --------------------------------------------------------------------------------------------------------


async def test_every_table_has_forced_row_security_or_a_written_reason(world: World) -> None:
    tables = await world.as_owner(
        "SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'f', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND n.nspname NOT LIKE 'pg_toast%'"
    )
    open_ones = {row["name"] for row in tables if not row["forced"]}
    assert open_ones == set(WITHOUT_ROW_SECURITY)
    assert {row["name"] for row in tables} - open_ones == {f"public.{name}" for name in TABLES}


async def test_no_view_and_no_function_runs_with_more_rights_than_who_calls_it(world: World) -> None:
    views = await world.as_owner(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'"
        " AND n.nspname IN ('public', 'app', 'jobs') AND NOT 'security_invoker=true' = ANY(coalesce(c.reloptions, '{}'))"
    )
    functions = await world.as_owner(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE p.prosecdef AND n.nspname IN ('public', 'app', 'jobs')"
    )
    assert views == [] and functions == []


async def test_the_login_role_has_no_right_of_its_own(world: World) -> None:
    (login,) = await world.as_owner(f"SELECT {', '.join(DEAD_OPTIONS)} FROM pg_roles WHERE rolname = $1", LOGIN_ROLE)
    assert not any(login.values())
    connection = await asyncpg.connect(world.services.app_url)
    try:
        for table in TABLES:
            for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        for role in ("postgres", "pg_read_all_data"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET ROLE {role}")
    finally:
        await connection.close()


async def test_the_roles_of_the_product_can_neither_sign_in_nor_pass_the_policies(world: World) -> None:
    roles = await world.as_owner(
        f"SELECT rolname, rolcanlogin, {', '.join(DEAD_OPTIONS[2:])} FROM pg_roles"
        " WHERE rolname LIKE 'lianjian\\_%' AND rolname <> $1",
        LOGIN_ROLE,
    )
    assert {row["rolname"] for row in roles} == {"lianjian_public", "lianjian_worker", *(f"lianjian_{kind}" for kind in Kind)}
    assert not any(value for row in roles for name, value in row.items() if name != "rolname")
    owned = await world.as_owner("SELECT tablename FROM pg_tables WHERE tableowner LIKE 'lianjian\\_%'")
    nested = await world.as_owner(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
        " WHERE r.rolname LIKE 'lianjian\\_%' AND r.rolname <> $1",
        LOGIN_ROLE,
    )
    assert owned == [] and nested == []


async def test_nobody_but_the_worker_deletes_and_nobody_truncates(world: World) -> None:
    granted = await world.as_owner(
        "SELECT r.rolname, t.tablename, p.privilege FROM pg_roles r, pg_tables t,"
        " unnest(ARRAY['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p(privilege)"
        " WHERE r.rolname LIKE 'lianjian\\_%' AND t.schemaname = 'public'"
        " AND has_table_privilege(r.rolname, 'public.' || t.tablename, p.privilege)"
    )
    assert {(row["rolname"], row["privilege"]) for row in granted} == {("lianjian_worker", "DELETE")}


# --- role x table x command -----------------------------------------------------------------------------------------------


def somebodies(seeded: Seeded) -> list[tuple[str, Kind | None, Principal | None]]:
    """Everybody of the matrix and nobody: (name, kind, principal)."""
    known = [(login, seeded.people[login].kind, seeded.people[login]) for login in EVERYBODY]
    return [*known, ("nobody", None, None)]


def allows(rule: Rule | None, row: Row, who: Principal | None, facts: Facts) -> bool:
    """What the model says; somebody who has not signed in has nothing a rule could look at but ``everything``."""
    return rule is not None and rule(row, who, facts)  # type: ignore[arg-type]


def keys(table: str, rows: list[Any]) -> set[tuple[Any, ...]]:
    """The rows by primary key."""
    return {tuple(row[name] for name in key_of(table)) for row in rows}


async def tried(seeded: Seeded, who: Principal | None, table: str, statement: str) -> set[tuple[Any, ...]]:
    """The keys a statement returns as ``who``; none when it is not allowed at all. Nothing is kept."""
    transaction = seeded.owner.transaction()
    await transaction.start()
    try:
        await seeded.owner.execute("SET LOCAL session_replication_role = replica")
        await seeded.become(who)
        return keys(table, await seeded.owner.fetch(statement))
    except asyncpg.InsufficientPrivilegeError:
        return set()
    finally:
        await transaction.rollback()


def test_the_model_has_a_line_for_every_table() -> None:
    assert set(READS) == set(TABLES)
    assert set(ADDS) <= set(TABLES) and set(CHANGES) <= set(TABLES)


@pytest.mark.parametrize("table", sorted(TABLES))
async def test_each_person_reads_exactly_what_the_model_says(seeded: Seeded, table: str) -> None:
    facts, rows = await seeded.facts(), await seeded.rows(table)
    assert rows, "nothing is behind this wall: the seed needs a row"
    sighted: set[Kind | None] = set()
    for name, kind, who in somebodies(seeded):
        expected = keys(table, [row for row in rows if allows(READS[table].get(kind), row, who, facts)])
        seen = await tried(seeded, who, table, f"SELECT {quoted(key_of(table))} FROM {table}")
        assert seen == expected, f"{name} on {table}"
        sighted |= {kind} if seen else set()
    assert sighted == set(READS[table]), "positive control: every kind that may read sees something"


@pytest.mark.parametrize("table", sorted(TABLES))
async def test_each_person_changes_exactly_what_the_model_says(seeded: Seeded, table: str) -> None:
    facts, rows = await seeded.facts(), await seeded.rows(table)
    for name, kind, who in somebodies(seeded):
        rule = CHANGES.get(table, {}).get(kind)
        column = NARROW_CHANGES.get((table, kind), key_of(table)[0])
        statement = f'UPDATE {table} SET "{column}" = "{column}" RETURNING {quoted(key_of(table))}'
        expected = keys(table, [row for row in rows if allows(rule, row, who, facts)])
        assert await tried(seeded, who, table, statement) == expected, f"{name} on {table}"


@pytest.mark.parametrize("table", sorted(TABLES))
async def test_each_person_adds_exactly_what_the_model_says(seeded: Seeded, table: str) -> None:
    facts = await seeded.facts()
    sampled: dict[tuple[Any, ...], Row] = {}
    for row in await seeded.rows(table):
        readers = [name for name, kind, who in somebodies(seeded) if allows(READS[table].get(kind), row, who, facts)]
        sampled.setdefault(signature(row, readers), row)
    for row in list(sampled.values())[:SAMPLED]:
        for name, kind, who in somebodies(seeded):
            expected = allows(ADDS.get(table, {}).get(kind), row, who, facts)
            assert await may_add(seeded, who, table, row) == expected, f"{name} on {table}: {row}"


async def may_add(seeded: Seeded, who: Principal | None, table: str, row: Row) -> bool:
    """Whether ``who`` could have inserted this very row. It is put back."""
    key = " AND ".join(f'"{name}" = ${n}' for n, name in enumerate(key_of(table), start=1))
    values = [row[name] for name in key_of(table)]
    document = await seeded.owner.fetchval(f"SELECT to_jsonb(r)::text FROM {table} r WHERE {key}", *values)
    transaction = seeded.owner.transaction()
    await transaction.start()
    try:
        await seeded.owner.execute("SET LOCAL session_replication_role = replica")
        await seeded.owner.execute(f"DELETE FROM {table} WHERE {key}", *values)
        await seeded.become(who)
        await seeded.owner.execute(f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, $1::jsonb)).*", document)
    except asyncpg.InsufficientPrivilegeError:
        return False
    else:
        return True
    finally:
        await transaction.rollback()


@pytest.mark.parametrize("table", sorted(table for table in CHANGES if {"port", "tenant"} & set(TABLES[table].columns.keys())))
async def test_no_change_moves_a_row_to_another_port(seeded: Seeded, table: str) -> None:
    column = "port" if "port" in TABLES[table].columns else "tenant"
    for name, kind, who in somebodies(seeded):
        if kind is not Kind.ADMIN:  # who adds people to ports
            statement = f"UPDATE {table} SET {column} = '9999' RETURNING {quoted(key_of(table))}"
            assert await tried(seeded, who, table, statement) == set(), f"{name} on {table}"


async def test_an_agency_locks_its_case_and_writes_nothing_into_it(seeded: Seeded) -> None:
    mei = seeded.people["mei"]
    assert await tried(seeded, mei, "joint_case", "SELECT * FROM joint_case FOR UPDATE")
    for column in sorted(set(TABLES["joint_case"].columns.keys()) - {"version"}):
        statement = f"UPDATE joint_case SET {column} = {column} RETURNING *"
        assert await tried(seeded, mei, "joint_case", statement) == set(), column


# --- somebody who knows one secret ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "secret", "opened"),
    [
        ("login", "SELECT 'lin'", {"person": 1, "credential": 1}),
        ("token_hash", "SELECT encode(token_hash, 'hex') FROM sign_in_session LIMIT 1", {"person": 1, "sign_in_session": 1}),
        ("token_hash", "SELECT encode(token_hash, 'hex') FROM one_time_link LIMIT 1", {"person": 1, "one_time_link": 1}),
        (
            "progress_hash",
            "SELECT encode(secret_hash, 'hex') FROM progress_key LIMIT 1",
            {"progress_key": 1, "enterprise_status": None},
        ),
    ],
    ids=["login", "session", "link", "progress"],
)
async def test_who_knows_one_secret_sees_what_it_opens_and_nothing_else(
    seeded: Seeded, setting: str, secret: str, opened: dict[str, int | None]
) -> None:
    value = await seeded.owner.fetchval(secret)
    for table in sorted(set(TABLES) - {"agency", "clock_offset"}):
        transaction = seeded.owner.transaction()
        await transaction.start()
        try:
            await seeded.become(None)
            await seeded.owner.execute("SELECT set_config($1, $2, true)", f"app.{setting}", value)
            found = len(await seeded.owner.fetch(f"SELECT 1 FROM {table}"))
        except asyncpg.InsufficientPrivilegeError:
            found = 0
        finally:
            await transaction.rollback()
        expected = opened.get(table, 0)
        assert found == expected if expected is not None else found >= 1, table


async def test_settings_that_were_never_set_open_nothing(seeded: Seeded) -> None:
    """Fail closed: a role without its settings sees no row of anybody; what belongs to nobody it sees as everybody does."""
    facts = await seeded.facts()
    for kind in Kind:
        bare = msgspec.structs.replace(seeded.people["lin"], kind=kind, agency=None, port=None, enterprise=None)
        for table in sorted(table for table in TABLES if READS[table].get(kind) is not everything):
            transaction = seeded.owner.transaction()
            await transaction.start()
            try:
                await seeded.become(bare)
                for name in ("person", "login"):
                    await seeded.owner.execute("SELECT set_config($1, '', true)", f"app.{name}")
                found = await seeded.owner.fetchval(f"SELECT count(*) FROM {table}")
            except asyncpg.InsufficientPrivilegeError:
                found = 0
            finally:
                await transaction.rollback()
            rule = READS[table].get(kind)
            common = [row for row in await seeded.rows(table) if allows(rule, row, bare, facts)] if rule in OF_NOBODY else []
            assert found == len(common), f"{kind} on {table}"
