"""What people do after a disposition, for the flows' stories."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from deciding import approve, concluded, read
from make import Make, ok
from world import World

LINE = {"no": 2, "hs": "8479909090", "name": "工艺控制柜", "origin": "DE", "quantity": "1", "unit": "台", "value": "1000.00"}


async def follow_ups(world: World, no: str, *, login: str = "lin") -> dict[str, dict[str, Any]]:
    """The follow-ups of the case by ``KIND/agency``; the newest of each."""
    return {f"{one['kind']}/{one['agency']}": one for one in await read(world, no, "follow-ups", login=login)}


async def act(world: World, no: str, item: dict[str, Any], verb: str, *, login: str, **body: Any) -> httpx.Response:
    """One act on a follow-up as ``login``."""
    path = f"/api/v1/cases/{no}/follow-ups/{item['id']}/{verb}"
    return await world.client_of(login).post(path, json=body, headers={"Idempotency-Key": str(uuid4())})


async def prove(world: World, number: str, item: dict[str, Any], text: str = "已整改", login: str = "hengtong") -> httpx.Response:
    """The enterprise sends its proof."""
    path = f"/api/v1/declarations/{number}/follow-ups/{item['id']}/proof"
    body = {"text": text, "documents": [{"name": "压力管道元件型式试验证书", "number": "TS-2026-118"}]}
    return await world.client_of(login).post(path, json=body, headers={"Idempotency-Key": str(uuid4())})


async def nobody_objects(world: World, no: str, name: str) -> dict[str, Any]:
    """The window of ``KIND/agency`` passes without an objection; the follow-up as it stands then."""
    item = (await follow_ups(world, no))[name]
    assert (item["state"], item["holder"]) == ("APPEALABLE", "enterprise"), item
    await world.move_to(datetime.fromisoformat(item["due"]) + timedelta(seconds=6))
    await world.drain()
    begun = (await follow_ups(world, no))[name]
    assert begun["state"] == "NOTIFIED" and begun["due"] > item["due"], begun
    return begun


async def fact(world: World, no: str, name: str, value: bool, login: str = "lin") -> httpx.Response:
    """The lead records a fact of the goods."""
    body = {"fact": name, "value": value, "reason": "现场核实"}
    return await world.client_of(login).post(f"/api/v1/cases/{no}/goods-facts", json=body)


async def status(world: World, no: str) -> dict[str, Any]:
    """The enterprise's one status."""
    number = (await read(world, no, "case"))["declaration"]
    return dict(ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/status")))


async def decided(world: World, make: Make, **conclusions: dict[str, Any]) -> tuple[str, str]:
    """A case with these conclusions and an approved disposition; its number and its declaration's."""
    no = await make.case("CONCLUDING")
    await concluded(world, no, **conclusions)
    ok(await approve(world, no))
    await world.drain()
    return no, str((await read(world, no, "case"))["declaration"])
