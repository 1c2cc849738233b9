"""Rulebooks change while declarations come in: no result mixes two of them, and each names the versions whose hits it carries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest
from make import PLAIN, Make, ok
from rulebooks import published, season, shadowed
from world import World

from inspection.server import rulebook_following
from risk.pack_files import check_text
from risk.published_rulebooks import described

SWAPS = 10
SENDERS = 6


async def versions_to_come(world: World) -> None:
    """Ten versions of the season's rulebook, each in force a minute after the one before."""
    for version in range(1, SWAPS + 1):
        certificate = f"    scope:\n      certificates: {{missing: [SEASON_{version}]}}\n"
        pack, problems = check_text(season(version).replace("    scope:\n", certificate), "season.yaml")
        assert pack is not None and not problems
        said = described(pack)
        document, starts = msgspec.json.encode(said["document"]).decode(), world.clock.now() + timedelta(minutes=version)
        await world.as_owner(
            "INSERT INTO rulebook_version (name, version, status, source, document, sha256, effective_from)"
            " VALUES ('season', $1, 'ACTIVE', '', $2, $3, $4)",
            *(version, document, said["sha256"], starts),
        )


async def under_load(world: World, ask: Callable[[], Awaitable[None]], requests: int) -> None:
    """As many requests from several senders at once, while the versions come into force one after the other."""
    await versions_to_come(world)
    some = requests // (SWAPS + 1)
    sent, going_on = 0, asyncio.Event()

    async def send() -> None:
        nonlocal sent
        while sent < requests:
            sent += 1
            await ask()
            if sent % some == 0:
                going_on.set()

    senders = [asyncio.create_task(send()) for _ in range(SENDERS)]
    for _ in range(SWAPS):
        await asyncio.wait([asyncio.create_task(going_on.wait()), *senders], return_when=asyncio.FIRST_COMPLETED)
        going_on.clear()
        await world.move_by(timedelta(minutes=1))
        assert await world.platform.following.look()
    await asyncio.gather(*senders)


async def check_that_results_name_what_decided(world: World, requests: int) -> None:
    """Reads every screening and the set it names from the database."""
    told = await world.as_owner(
        "SELECT (r.result -> 'hits' -> 0 ->> 'version')::int AS hit,"
        " (SELECT (m ->> 'version')::int FROM jsonb_array_elements(s.members) AS m WHERE m ->> 'name' = 'season') AS version,"
        " jsonb_array_length(r.result -> 'hits') AS hits"
        " FROM screening_run r JOIN rule_set s ON s.ruleset = r.packs"
    )
    assert len(told) >= requests
    assert all((one["hit"], one["hits"]) == (one["version"], 0 if one["version"] is None else 1) for one in told)
    assert {one["version"] for one in told} == {None, *range(1, SWAPS + 1)}


async def test_ten_swaps_under_sixty_filings_and_every_result_names_the_versions_whose_hits_it_carries(
    world: World, make: Make
) -> None:
    async def file() -> None:
        body = make.declaration(lines=PLAIN["lines"])
        ok(await world.client_of("hengtong").post("/api/v1/declarations", json=body))

    await under_load(world, file, 66)
    await check_that_results_name_what_decided(world, 66)


@pytest.mark.long
async def test_ten_swaps_under_ten_thousand_requests(world: World, make: Make) -> None:
    """Requests that keep nothing: each says by which rules it was answered, and a certificate only that version asks for."""
    told: list[tuple[str, list[str]]] = []
    body = make.declaration(lines=PLAIN["lines"])

    async def ask() -> None:
        answer = ok(await world.client_of("hengtong").post("/api/v1/declarations/check", json=body))
        told.append((answer["ruleset"], [type_ for one in answer["requirements"] for type_ in one["types"]]))

    await under_load(world, ask, 10_000)
    sets = await world.as_owner(
        "SELECT ruleset, m ->> 'version' AS version FROM rule_set, jsonb_array_elements(members) AS m"
        " WHERE m ->> 'name' = 'season'"
    )
    asks = {one["ruleset"]: [f"SEASON_{one['version']}"] for one in sets}
    assert len(told) >= 10_000 and len({ruleset for ruleset, _ in told}) == SWAPS + 1
    assert all(types == asks.get(ruleset, []) for ruleset, types in told)


async def test_a_process_is_told_at_once_and_needs_no_look_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook_following, "LOOK_SECONDS", 3600)
    following = world.platform.following
    before = following.rulebook.ruleset
    running = asyncio.create_task(following.run())
    try:
        await asyncio.wait_for(following.listening.wait(), 10)
        shadow = await shadowed(world)
        ok(await published(world, shadow["sha256"], hastened="紧急风险预警"))
        async with asyncio.timeout(10):
            while following.rulebook.ruleset == before:  # noqa: ASYNC110 - what is tested is that nobody has to be asked
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
