"""A pack that ships and was changed without a new version has no effect: start, /readyz, doctor and command line say so."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
import pytest
from make import ok
from structlog.testing import capture_logs
from world import World

from inspection.server import checkup_rulebooks
from inspection.server.app import create_app
from inspection.server.boot import platform_on
from inspection.server.cli import main
from risk.pack_files import SHIPPED, load_packs

OTHER = "0" * 64


async def warnings_after_a_start(world: World) -> tuple[list[dict[str, object]], list[str]]:
    """What the log of another process of this platform says of packs, and what its ``/readyz`` warns of."""
    with capture_logs() as logged:
        async with platform_on(world.platform.settings, world.platform.database, world.platform.clock) as platform:
            transport = httpx.ASGITransport(app=create_app(platform))
            async with httpx.AsyncClient(transport=transport, base_url="http://lianjian.test") as client:
                ready: list[str] = ok(await client.get("/readyz"))["warnings"]
    return [dict(line) for line in logged if line["event"] == "rulebook_unlike_shipped"], ready


async def asked(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *options: str
) -> tuple[int, str]:
    """What ``lianjian rules shipped`` answers and prints on the world's database."""
    monkeypatch.setenv("DATABASE_URL", world.services.app_url)
    status = await asyncio.to_thread(main, ["rules", "shipped", *options])
    return status, capsys.readouterr().out


async def test_a_pack_changed_without_a_new_version_is_told_at_the_start_and_by_every_checkup(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (drug,) = load_packs([SHIPPED / "drug.yaml"])
    (row,) = await world.as_owner("SELECT sha256 FROM rulebook_version WHERE name = 'drug'")
    await world.as_owner("UPDATE rulebook_version SET source = '# 旧', sha256 = $1 WHERE name = 'drug'", OTHER)
    (line,), ready = await warnings_after_a_start(world)
    told = {"name": "drug", "version": drug.head.version, "stored": OTHER, "shipped": row["sha256"]}
    assert line.items() >= told.items()
    assert (line["log_level"], line["decides"]) == ("warning", "stored")
    assert "version number" in str(line["advice"])
    assert ready == ["rulebook_unlike_shipped"]

    (finding,) = await checkup_rulebooks.unlike_shipped(world.services.app_url)
    assert finding.status == "warning"
    for words in (finding.zh, finding.en):
        assert all(str(fact) in words for fact in told.values())
    status, printed = await asked(world, capsys, monkeypatch)
    assert (status, printed) == (1, f"{finding.zh} · {finding.en}\n")
    status, printed = await asked(world, capsys, monkeypatch, "--json")
    assert (status, msgspec.json.decode(printed)) == (1, [told])


async def test_a_pack_whose_comments_alone_changed_is_the_one_that_was_stored(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.as_owner("UPDATE rulebook_version SET source = '# 注释' || source WHERE name = 'drug'")
    assert await warnings_after_a_start(world) == ([], [])
    assert [one.status for one in await checkup_rulebooks.unlike_shipped(world.services.app_url)] == ["ok"]
    status, printed = await asked(world, capsys, monkeypatch)
    assert status == 0 and "一致" in printed
