"""What people do between the closed session and the goods: conclude, propose, approve. For the flows' stories."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from make import ok
from world import World

SPEAKERS = {"customs": "rong", "market_regulation": "mei", "ip": "qiu"}
"""Who concludes for whom in a case of the reference goods."""

PASS: dict[str, Any] = {"line": 1, "verdict": "PASS", "basis": "TESTED"}
RECTIFY: dict[str, Any] = {
    "line": 1,
    "verdict": "RECTIFY",
    "measures": ["RECTIFY"],
    "basis": "DOCUMENT",
    "cause": "certificate_invalid",
    "note": "压力管道元件合格证与实物编号不符",
}


def refusing(measure: str) -> dict[str, Any]:
    """A refusal that asks for ``measure``."""
    return {"line": 1, "verdict": "REFUSE", "measures": [measure], "basis": "TESTED"}


async def put(
    world: World, no: str, agency: str, *lines: dict[str, Any], version: int | None = 0, login: str = "", **body: Any
) -> httpx.Response:
    """The agency's expert (or ``login``) sends these lines, made from ``version``."""
    headers = {} if version is None else {"If-Match": f'"v{version}"'}
    signer = login or SPEAKERS[agency]
    client = world.client_of(signer)
    signed = (await world.keys.of(signer, client)).conclusion(no, agency, (version or 0) + 1, list(lines))
    return await client.put(f"/api/v1/cases/{no}/conclusions/{agency}", json=signed | body, headers=headers)


async def concluded(world: World, no: str, **other: dict[str, Any]) -> None:
    """Every agency passes line 1, but for those named in ``other``; then everything follows that follows."""
    for agency in SPEAKERS:
        ok(await put(world, no, agency, other.get(agency, PASS)))
    await world.drain()


async def propose(world: World, no: str, type_: str, *, login: str = "lin", **other: Any) -> httpx.Response:
    """The lead proposes, with a reason."""
    body = {"type": type_, "reason": "经核对综合报告"} | other
    headers = {"Idempotency-Key": str(uuid4())}
    return await world.client_of(login).post(f"/api/v1/cases/{no}/disposition", json=body, headers=headers)


async def approve(world: World, no: str, *, login: str = "zhao", **body: Any) -> httpx.Response:
    """Zhao approves."""
    return await world.client_of(login).post(f"/api/v1/cases/{no}/disposition/approve", json=body or None)


async def read(world: World, no: str, what: str, *, login: str = "lin") -> Any:
    """``case``, ``disposition``, ``conclusions``, ``report.json`` or ``events`` as ``login`` reads it."""
    path = f"/api/v1/cases/{no}" if what == "case" else f"/api/v1/cases/{no}/{what}"
    return ok(await world.client_of(login).get(path))


async def told(world: World, no: str) -> list[str]:
    """The types of the case's events in order."""
    return [frame["type"] for frame in await read(world, no, "events?limit=1000")]


async def also_may(world: World, login: str, power: str) -> None:
    """One more power for one of the cast."""
    await world.as_owner("UPDATE person SET powers = array_append(powers, $1) WHERE login = $2", power, login)


async def merged_under(world: World, policy: str) -> None:
    """Gao chooses the policy of the cases opened from now on."""
    ok(await world.client_of("gao").put("/api/v1/ports/5316/policy", json={"policy": policy, "reason": "专项行动"}))
