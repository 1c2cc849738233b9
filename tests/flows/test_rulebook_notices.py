"""Rulebooks are told about: approvers when a version waits for them, its author what became of it, who asked of a back-test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from make import ok
from rulebooks import FIRST, drafted, published, season, shadowed
from world import World


async def told(world: World, login: str, language: str = "zh-CN") -> list[tuple[str, str]]:
    """Template and text of everything the person was told in the product, the newest first."""
    client = world.client_of(login)
    ok(await client.put("/api/v1/me/notices", json={"language": language}))
    found: dict[str, Any] = ok(await client.get("/api/v1/notices", params={"channel": "INBOX"}))
    return [(one["template"], one["body"]) for one in found["notices"] if one["case"] is None]


async def test_a_version_waits_for_the_approvers_and_its_author_hears_what_they_made_of_it(world: World) -> None:
    shadow = await shadowed(world)
    await world.drain()
    ((waits, said),) = await told(world, "zhao")
    assert waits == "rulebook_waits"
    assert "“专项行动”（season 第 1 版）" in said and "2026-11-27 09:30 起可以上线" in said
    assert await told(world, "ruo") == [], "who began it knows"
    assert await told(world, "lin") == [], "a coordinator decides nothing here"

    await world.move_by(timedelta(days=7))
    ok(await published(world, shadow["sha256"]))
    await world.drain()
    ((in_force, said),) = await told(world, "ruo", "en")
    assert in_force == "rulebook_published"
    assert "“A season's attention” (season version 1)" in said and "from 2026-11-27 09:30 on. Reason: 经核对影子运行结果" in said
    ok(await world.client_of("zhao").post(f"{FIRST}/retire", json={"reason": "专项行动结束"}))
    await world.drain()
    (template, said), _ = await told(world, "ruo")
    assert template == "rulebook_retired"
    assert said.strip().endswith("现行版本：无。理由：专项行动结束")
    zhao = ok(await world.client_of("zhao").get("/api/v1/notices"))["notices"]
    assert [(one["template"], one["acknowledged_at"] is not None) for one in zhao] == [("rulebook_waits", True)]


async def test_a_version_that_its_author_takes_back_waits_for_nobody_any_more(world: World) -> None:
    await shadowed(world)
    await world.drain()
    ok(await world.client_of("ruo").post(f"{FIRST}/shadow/stop"))
    await world.drain()
    (waited,) = ok(await world.client_of("zhao").get("/api/v1/notices"))["notices"]
    assert waited["template"] == "rulebook_waits" and waited["acknowledged_at"] is not None
    await shadowed(world)
    await world.drain()
    newest, _ = ok(await world.client_of("zhao").get("/api/v1/notices"))["notices"]
    assert newest["acknowledged_at"] is None, "it waits again"


async def test_whoever_asked_for_a_back_test_hears_how_it_ended_once(world: World) -> None:
    await drafted(world, season().replace("weight: 10", "weight: 17"))
    ok(await world.client_of("zhao").put(f"{FIRST}/back-tests/{uuid4()}", json={}))
    await drafted(world)
    assert await world.worker.back_testing.one() == 0
    await world.drain()
    ((template, said),) = await told(world, "zhao")
    assert template == "back_test_failed"
    assert "草稿在回测开始前已被修改。请对新的草稿重新发起回测。" in said
    assert await told(world, "ruo") == [], "it was not the author who asked"

    cancelled = ok(await world.client_of("ruo").put(f"{FIRST}/back-tests/{uuid4()}", json={}))
    ok(await world.client_of("ruo").post(f"/api/v1/rulebooks/back-tests/{cancelled['id']}/cancel"))
    assert await world.worker.back_testing.one() == 0
    await world.drain()
    assert await told(world, "ruo") == [], "who cancelled knows"
