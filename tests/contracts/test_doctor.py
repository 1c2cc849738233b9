"""``lianjian doctor`` on set-ups that are right and on set-ups that are not."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspection.server.cli import main
from inspection.server.embedded import EmbeddedPostgres


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, open_folder: Path) -> None:
    """A data directory and a port of its own, nothing of the surroundings."""
    for name in ("DATABASE_URL", "OBJECT_STORE_URL", "LIANJIAN_OWNER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LIANJIAN_DATA_DIR", str(open_folder / "var"))
    monkeypatch.setenv("LIANJIAN_PORT", "0")


def doctor(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and the finding of each check (the last one of a name)."""
    status = main(["doctor", "--json", *arguments])
    told = json.loads(capfd.readouterr().out)
    assert told["ok"] == (status == 0)
    return status, {finding["check"]: finding for finding in told["checks"]}


def test_a_set_up_that_is_right_is_said_to_be_and_nothing_is_left_behind(
    capfd: pytest.CaptureFixture[str], open_folder: Path
) -> None:
    status, found = doctor(capfd)
    assert status == 0, found
    named = {"python", "time_zone", "data_directory", "free_disk", "socket_path", "postgres", "calendar", "object_store"}
    named |= {"port", "fonts", "seal", "time_stamps"}
    assert set(found) == named
    assert list(open_folder.iterdir()) == []


def test_people_read_chinese_first_and_english_below(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[-2:] == ["一切就绪。", "All is well."]
    at = next(i for i, line in enumerate(lines) if "内置 PostgreSQL" in line)
    assert lines[at].startswith("✓ ")
    assert lines[at + 1].strip().startswith("The embedded PostgreSQL")


def test_every_wrong_setting_is_named(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANJIAN_PROT", "8080")
    monkeypatch.setenv("LIANJIAN_LOG_LEVEL", "loud")
    assert main(["doctor"]) == 1
    out = capfd.readouterr().out
    assert "✗ 配置项有误：LIANJIAN_PROT" in out
    assert "✗ 配置项有误：LIANJIAN_LOG_LEVEL" in out


def test_a_taken_port_is_named(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("LIANJIAN_PORT", str(taken.getsockname()[1]))
        status, found = doctor(capfd)
    assert status == 1
    assert found["port"]["status"] == "wrong"
    assert "LIANJIAN_PORT" in found["port"]["zh"]


def test_a_data_directory_that_is_a_file_is_named(capfd: pytest.CaptureFixture[str], open_folder: Path) -> None:
    (open_folder / "var").write_text("")
    status, found = doctor(capfd)
    assert status == 1
    assert "不是目录" in found["data_directory"]["zh"]


def test_an_open_data_directory_is_a_warning_only(capfd: pytest.CaptureFixture[str], open_folder: Path) -> None:
    (open_folder / "var").mkdir()
    (open_folder / "var").chmod(0o755)
    status, found = doctor(capfd)
    assert status == 0
    assert found["data_directory"]["status"] == "warning"


def test_a_long_data_directory_is_told_to_get_another_socket(capfd: pytest.CaptureFixture[str], open_folder: Path) -> None:
    status, found = doctor(capfd, "--data-dir", str(open_folder / ("long" * 30)))
    assert status == 0
    assert "107" in found["socket_path"]["zh"]


@pytest.fixture
def running(open_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that DATABASE_URL can name."""
    with EmbeddedPostgres(open_folder / "elsewhere", durable=False, system_dir=open_folder) as postgres:
        yield postgres


def test_a_database_of_ones_own_is_asked_for_version_and_extensions(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, running: EmbeddedPostgres
) -> None:
    monkeypatch.setenv("DATABASE_URL", running.owner_url())
    status, found = doctor(capfd)
    assert status == 0
    assert "PostgreSQL 18" in found["postgres"]["zh"]
    monkeypatch.setenv("DATABASE_URL", running.owner_url("nothing"))
    status, found = doctor(capfd)
    assert status == 1
    assert "数据库不存在" in found["postgres"]["zh"]
    monkeypatch.setenv("DATABASE_URL", running.login_url("somebody"))
    status, found = doctor(capfd)
    assert status == 1
    assert "somebody" in found["postgres"]["en"]


def test_services_that_do_not_answer_are_named_without_their_secrets(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:bluebird@127.0.0.1:1/lianjian")
    monkeypatch.setenv("OBJECT_STORE_URL", "s3://key:bluebird@127.0.0.1:1/evidence?secure=false")
    status, found = doctor(capfd)
    assert status == 1
    assert "无法连接" in found["postgres"]["zh"]
    assert "连接被拒绝" in found["object_store"]["zh"]
    assert "bluebird" not in json.dumps(found)


def test_a_wrong_object_store_url_says_what_would_be_right(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBJECT_STORE_URL", "s3://key:bluebird@127.0.0.1:1/evidence?regoin=x")
    status, found = doctor(capfd)
    assert status == 1
    assert "s3://KEY:SECRET@host:port/bucket" in found["object_store"]["en"]
    assert "bluebird" not in json.dumps(found)
