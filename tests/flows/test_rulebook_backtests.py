"""A draft is tried on what the platform remembers: a job with progress, to be cancelled, whose report names no declaration."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

from make import PLAIN, Make, ok
from rulebooks import FIRST, RULEBOOKS, drafted, season
from world import World


async def asked(world: World, id_: str | None = None, **options: bool) -> dict[str, Any]:
    """Ruo asks for a back-test of the season's rulebook."""
    return dict(ok(await world.client_of("ruo").put(f"{FIRST}/back-tests/{id_ or uuid4()}", json=options)))


async def filed(world: World, make: Make) -> list[str]:
    """Two declarations of boxes and one of the reference goods: their numbers."""
    bodies = [make.declaration(lines=PLAIN["lines"]), make.declaration(lines=PLAIN["lines"]), make.declaration()]
    for body in bodies:
        ok(await world.client_of("hengtong").post("/api/v1/declarations", json=body))
    return [body["number"] for body in bodies]


async def test_a_back_test_tells_what_a_draft_adds_to_what_decides_and_names_no_declaration(world: World, make: Make) -> None:
    numbers = await filed(world, make)
    await drafted(world)
    job = await asked(world)
    assert (job["state"], job["done"], job["total"]) == ("QUEUED", 0, 0)
    assert await asked(world, job["id"]) == job  # sent again
    other = await world.client_of("ruo").put(f"{FIRST}/back-tests/{job['id']}", json={"dated": True})
    assert (other.status_code, other.json()["code"]) == (409, "back_test_differs")
    assert await world.worker.back_testing.one() == 1 and await world.worker.back_testing.one() == 0

    done = ok(await world.client_of("zhao").get(f"{RULEBOOKS}/back-tests/{job['id']}"))
    assert (done["state"], done["done"]) == ("DONE", done["total"]) and done["total"] > 0
    report = done["report"]
    (rule,) = [one for one in report["rules"] if one["rule"] == "season.packaging"]
    assert (rule["hits"], rule["gained"], rule["lost"]) == (2, 2, 0)
    assert [one["gained"] for one in report["agencies"] if one["agency"] == "environment"] == [2]
    assert all(one["lost"] in (0, None) for one in report["agencies"])
    assert report["declarations"] == 3 and not any(number in json.dumps(report) for number in numbers)
    assert [one["id"] for one in ok(await world.client_of("an").get(f"{FIRST}/back-tests"))] == [job["id"]]
    assert (await world.client_of("lin").get(f"{FIRST}/back-tests")).status_code == 403
    await world.drain()
    (notice,) = ok(await world.client_of("ruo").get("/api/v1/notices"))["notices"]
    assert (notice["template"], notice["data"]["back_test"]) == ("back_test_done", job["id"])


async def test_a_back_test_is_cancelled_before_it_begins_or_while_it_runs(world: World, make: Make) -> None:
    await filed(world, make)
    await drafted(world)
    waiting, running = await asked(world), await asked(world)
    ruo = world.client_of("ruo")
    cancelled = ok(await ruo.post(f"{RULEBOOKS}/back-tests/{waiting['id']}/cancel"))
    assert cancelled["state"] == "CANCELLED"
    working = asyncio.create_task(world.worker.back_testing.one())
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        while ok(await ruo.get(f"{RULEBOOKS}/back-tests/{running['id']}"))["state"] == "QUEUED":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    ok(await ruo.post(f"{RULEBOOKS}/back-tests/{running['id']}/cancel"))
    assert await working == 1
    ended = ok(await ruo.get(f"{RULEBOOKS}/back-tests/{running['id']}"))
    assert ended["state"] in {"CANCELLED", "DONE"} and ended["cancelled"]
    assert await world.worker.back_testing.one() == 0


async def test_a_draft_that_changed_or_is_wrong_is_not_tested(world: World) -> None:
    await drafted(world, season().replace("weight: 10", "weight: 17"))
    job = await asked(world)
    await drafted(world)
    assert await world.worker.back_testing.one() == 0
    failed = ok(await world.client_of("ruo").get(f"{RULEBOOKS}/back-tests/{job['id']}"))
    assert (failed["state"], failed["failure"]["code"]) == ("FAILED", "draft_changed")
    await drafted(world, season(prefix="47"))
    refused = await world.client_of("ruo").put(f"{FIRST}/back-tests/{uuid4()}", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "pack_refused")
