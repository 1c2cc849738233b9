"""The contract of the embedded PostgreSQL, as whoever runs the tests. What only root can do is in the file beside this one."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from postgres_processes import another_process, ask, facts, finish, folder_for_all, processes_in, within
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_place import SOCKET_PATH_LIMIT, PostgresCannotRun, socket_path_length
from kit.database import sqlalchemy_url


def throw_away(data_dir: Path, **options: object) -> EmbeddedPostgres:
    """A PostgreSQL that fsyncs nothing; what root keeps elsewhere lies beside the data."""
    return EmbeddedPostgres(data_dir, durable=False, system_dir=data_dir.parent / "system", **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for the tests that only ask."""
    with folder_for_all() as folder, throw_away(folder / "var") as postgres:
        yield postgres


async def test_a_durable_cluster_is_made_once_and_started_again_much_faster_than_it_was_made(open_folder: Path) -> None:
    cold, warm = [], []
    for attempt in range(3):  # the machine is shared: the best of three, and only against each other
        for times in (cold, warm):
            process = another_process(open_folder / f"var{attempt}", "--durable", "--system-dir", str(open_folder))
            times.append(facts(process)["seconds"])
            finish(process)
    print(f"embedded PostgreSQL: made in {min(cold):.2f} s, started again in {min(warm):.2f} s")
    assert min(warm) < min(cold)


async def test_the_cluster_has_checksums_utf8_and_the_builtin_collation(shared: EmbeddedPostgres) -> None:
    assert await ask(shared.owner_url(), "SHOW data_checksums") == "on"
    assert await ask(shared.owner_url(), "SHOW server_encoding") == "UTF8"
    row = "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname = current_database()"
    assert await ask(shared.owner_url(), row) == "b C.UTF-8"
    assert await ask(shared.owner_url(), "SELECT upper('é') || lower('Ä')") == "Éä"


async def test_an_acknowledged_commit_is_on_disk(open_folder: Path) -> None:
    with EmbeddedPostgres(open_folder / "var", system_dir=open_folder) as postgres:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await ask(postgres.owner_url(), f"SHOW {name}") == "on"


async def test_three_chinese_characters_are_found_through_the_trigram_index(shared: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(shared.owner_url())
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        await connection.execute("CREATE TEMP TABLE line (name text)")
        await connection.executemany("INSERT INTO line VALUES ($1)", [(f"特种气体管路组件 {n}",) for n in range(50)])
        await connection.execute("INSERT INTO line VALUES ('冷冻牛肉')")
        await connection.execute("CREATE INDEX ON line USING gin (name gin_trgm_ops)")
        await connection.execute("SET enable_seqscan = off")
        plan = await connection.fetch("EXPLAIN SELECT name FROM line WHERE name LIKE '%冻牛肉%'")
        assert any("Bitmap Index Scan" in row[0] for row in plan)
        assert await connection.fetchval("SELECT name FROM line WHERE name LIKE '%冻牛肉%'") == "冷冻牛肉"
        assert await connection.fetchval("SELECT cardinality(show_trgm('冷冻牛肉'))") > 0
    finally:
        await connection.close()


async def test_there_is_a_socket_for_us_alone_and_no_tcp(shared: EmbeddedPostgres) -> None:
    assert await ask(shared.owner_url(), "SHOW listen_addresses") == ""
    assert stat.S_IMODE(shared.socket_dir.stat().st_mode) == 0o700
    assert socket_path_length(shared.socket_dir) <= SOCKET_PATH_LIMIT


async def test_its_urls_serve_asyncpg_and_sqlalchemy_for_any_login(shared: EmbeddedPostgres) -> None:
    await ask(shared.owner_url(), 'CREATE ROLE "app login" LOGIN')
    assert await ask(shared.login_url("app login"), "SELECT current_user || ' ' || current_database()") == "app login lianjian"
    engine = create_async_engine(sqlalchemy_url(shared.login_url("app login")))
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() == "app login"
    await engine.dispose()


async def test_its_log_repeats_no_values(shared: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(shared.owner_url())
    await connection.execute("CREATE TEMP TABLE secret (word text PRIMARY KEY)")
    await connection.execute("INSERT INTO secret VALUES ('bluebird')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO secret VALUES ('bluebird')")
    await connection.close()
    log = (shared.home / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "bluebird" not in log


async def test_stop_keeps_the_data_and_leaves_no_process(open_folder: Path) -> None:
    postgres = throw_away(open_folder / "var")
    postgres.start()
    postgres.start()  # once is enough
    await ask(postgres.owner_url(), "CREATE TABLE kept AS SELECT 1 AS n")
    home = postgres.home
    assert processes_in(home)
    postgres.stop()
    postgres.stop()
    assert processes_in(home) == []
    with throw_away(open_folder / "var") as again:
        assert await ask(again.owner_url(), "SELECT n FROM kept") == 1


async def test_open_transactions_do_not_hold_up_the_stop(open_folder: Path) -> None:
    with throw_away(open_folder / "var") as postgres:
        connection = await asyncpg.connect(postgres.owner_url())
        await connection.execute("BEGIN; CREATE TABLE half_done (n int)")
        await asyncio.wait_for(asyncio.to_thread(postgres.stop), 5)


async def test_after_a_kill_of_postgres_it_is_back_in_seconds_with_every_acknowledged_row(open_folder: Path) -> None:
    codes: list[int] = []
    with EmbeddedPostgres(open_folder / "var", on_exit=codes.append, system_dir=open_folder) as postgres:
        writer = await asyncpg.connect(postgres.owner_url())
        busy = await asyncpg.connect(postgres.owner_url())
        await writer.execute("CREATE TABLE upload (n int PRIMARY KEY)")
        sleeping = asyncio.create_task(busy.execute("SELECT pg_sleep(60)"))  # a backend that does not look up when it is orphaned
        await asyncio.sleep(0.05)
        killed = postgres.pid
        assert killed is not None
        acknowledged = await _insert_until_lost(writer, at=200, then=lambda: os.kill(killed, signal.SIGKILL))
        began = asyncio.get_running_loop().time()
        rows = None
        while rows is None and asyncio.get_running_loop().time() - began < 10:
            try:
                rows = await ask(postgres.owner_url(), "SELECT count(*) FROM upload")
            except (asyncpg.PostgresError, OSError):
                await asyncio.sleep(0.02)
        assert rows is not None
        assert acknowledged + 1 <= rows <= acknowledged + 2  # the last one may have been committed and not answered
        assert codes == [-signal.SIGKILL]
        assert postgres.pid != killed
        await asyncio.gather(sleeping, return_exceptions=True)


async def test_a_second_process_attaches_and_its_stop_stops_nothing(open_folder: Path) -> None:
    owner = another_process(open_folder / "var", "--system-dir", str(open_folder / "system"))
    running = facts(owner)
    with throw_away(open_folder / "var") as attached:
        assert attached.pid is None
        assert attached.owner_url() == running["url"]
        assert await ask(attached.owner_url(), "SELECT 1") == 1
    assert await ask(running["url"], "SELECT 1") == 1
    assert finish(owner) == 0
    assert processes_in(Path(running["home"])) == []


@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_of_three_that_start_at_once_one_runs_it_and_the_others_attach(open_folder: Path, depth: int) -> None:
    data_dir = open_folder.joinpath(*["var"] * depth)
    all_three = [another_process(data_dir, "--system-dir", str(open_folder / "system")) for _ in range(3)]
    told = [(facts(process), process) for process in all_three]
    assert sorted(fact["pid"] is None for fact, _ in told) == [False, True, True], told
    assert len({fact["url"] for fact, _ in told}) == 1
    for _, process in sorted(told, key=lambda one: one[0]["pid"] is not None):  # who runs it goes last
        assert finish(process) == 0


async def test_whoever_is_attached_takes_over_when_the_owner_is_killed(open_folder: Path) -> None:
    owner = another_process(open_folder / "var", "--system-dir", str(open_folder / "system"))
    running = facts(owner)
    with throw_away(open_folder / "var") as attached:
        await ask(attached.owner_url(), "CREATE TABLE kept AS SELECT 7 AS n")
        owner.kill()
        owner.wait()
        assert await asyncio.to_thread(within, 5, lambda: attached.pid is not None)
        await _until_it_answers(attached)
        assert await ask(attached.owner_url(), "SELECT n FROM kept") == 7
    assert processes_in(Path(running["home"])) == []


async def test_postgres_does_not_outlive_a_killed_parent(open_folder: Path) -> None:
    parent = another_process(open_folder / "var", "--system-dir", str(open_folder / "system"))
    running = facts(parent)
    home = Path(running["home"])
    parent.kill()
    parent.wait()
    try:
        assert within(2, lambda: processes_in(home) == [])
    finally:
        for left in processes_in(home):
            os.kill(left, signal.SIGKILL)
    with throw_away(open_folder / "var") as again:
        assert await ask(again.owner_url(), "SELECT 1") == 1


async def test_a_killed_initdb_leaves_nothing_broken(open_folder: Path) -> None:
    system = open_folder / "system"

    def drafts() -> list[Path]:
        return [*open_folder.glob("var/postgres/data.new"), *system.glob("*/data.new")]

    for attempt in range(3):
        process = another_process(open_folder / "var", "--durable", "--system-dir", str(system))
        assert within(10, lambda: bool(drafts()))
        within(0.05 * attempt, lambda: False)  # early, later, last
        process.kill()
        process.wait()
        if drafts():
            assert not (drafts()[0].parent / "data").exists()
    with throw_away(open_folder / "var") as postgres:
        assert await ask(postgres.owner_url(), "SELECT 1") == 1
        assert not (postgres.home / "data.new").exists()


async def test_a_pid_file_that_names_another_program_does_not_stop_the_start(open_folder: Path) -> None:
    with throw_away(open_folder / "var") as postgres:
        pid_file = postgres.home / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    lines[0] = str(os.getpid())  # after a restart of a container numbers come round again
    pid_file.write_text("\n".join(lines) + "\n")
    with throw_away(open_folder / "var") as again:
        assert await ask(again.owner_url(), "SELECT 1") == 1


async def test_a_long_data_directory_gets_a_short_socket(open_folder: Path) -> None:
    deep = open_folder / "数据" / ("long" * 20) / ("path" * 20)
    deep.mkdir(parents=True)
    with throw_away(deep / "var") as postgres:
        assert socket_path_length(postgres.socket_dir) <= SOCKET_PATH_LIMIT
        assert stat.S_IMODE(postgres.socket_dir.stat().st_mode) == 0o700
        assert await ask(postgres.owner_url(), "SELECT 1") == 1
    assert not postgres.socket_dir.exists()


async def test_a_data_directory_with_odd_characters_works(open_folder: Path) -> None:
    with throw_away(open_folder / '联检 "a", b?&=%41') as postgres:
        assert await ask(postgres.owner_url(), "SELECT 1") == 1


async def test_the_end_of_a_forked_child_stops_nothing(open_folder: Path) -> None:
    with throw_away(open_folder / "var") as postgres:
        child = os.fork()
        if child == 0:
            postgres.stop()
            os._exit(0)
        await asyncio.to_thread(os.waitpid, child, 0)
        assert await ask(postgres.owner_url(), "SELECT 1") == 1


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ("could not write to file: No space left on device", "磁盘空间不足", "the disk is full"),
        ('invalid locale name "C.UTF-8"', "缺少 C.UTF-8", "no locale C.UTF-8"),
        ("version `GLIBC_2.99' not found", "C 库过旧", "C library is too old"),
    ],
)
def test_what_initdb_says_is_told_in_plain_words(open_folder: Path, said: str, zh: str, en: str) -> None:
    programs = open_folder / "broken" / "bin"
    programs.mkdir(parents=True)
    (programs / "initdb").write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exit 0\necho {shlex.quote("initdb: error: " + said)} >&2\nexit 1\n'
    )
    (programs / "initdb").chmod(0o755)
    postgres = throw_away(open_folder / "var", installation=programs.parent)
    with pytest.raises(PostgresCannotRun) as refused:
        postgres.start()
    assert zh in refused.value.zh
    assert en in refused.value.en
    assert "initdb" in refused.value.en
    with throw_away(open_folder / "var") as mended:
        assert mended.pid is not None


async def _insert_until_lost(writer: asyncpg.Connection[asyncpg.Record], at: int, then: Callable[[], None]) -> int:
    """Inserts 0, 1, 2 … and calls ``then`` before number ``at``; the last number that was acknowledged."""
    n = 0
    try:
        while True:
            if n == at:
                then()
            await writer.execute("INSERT INTO upload VALUES ($1)", n)
            n += 1
    except Exception:  # asyncpg tells of a server that vanished in several ways
        return n - 1


async def _until_it_answers(postgres: EmbeddedPostgres) -> None:
    for _ in range(250):
        try:
            await ask(postgres.owner_url(), "SELECT 1")
        except (asyncpg.PostgresError, OSError):
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("PostgreSQL did not come back within 5 s")
