"""What a dispatcher does about people, as requests: shared by the stories of experts and of draws."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
from make import ok
from world import World

from inspection.server.cast import PORT

MARKET = f"/api/v1/units/{PORT}/market_regulation"
YESTERDAY, TODAY = "2026-11-19", "2026-11-20"


def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": str(uuid4())}


async def send(world: World, login: str, path: str, body: Any) -> httpx.Response:
    """A POST that creates something."""
    return await world.client_of(login).post(path, json=body, headers=key())


async def accept(world: World, no: str, *experts: str) -> httpx.Response:
    """Ping accepts for market regulation."""
    path = f"/api/v1/cases/{no}/invitations/market_regulation/accept"
    return await world.client_of("ping").post(path, json={"experts": experts})


async def draw_for(world: World, no: str, **request: Any) -> httpx.Response:
    """Ping draws for market regulation."""
    return await send(world, "ping", f"/api/v1/cases/{no}/invitations/market_regulation/draw-experts", request)


async def eligible(world: World, no: str) -> dict[str, dict[str, Any]]:
    """Market regulation's people by login, as Ping sees them."""
    view = ok(await world.client_of("ping").get(f"/api/v1/cases/{no}/invitations/market_regulation/eligible"))
    return {one["login"]: one for one in view["people"]}


def codes(person: dict[str, Any]) -> set[str]:
    return {why["code"] for why in person["reasons"]}


async def recertified(world: World, login: str, until: str, **other: Any) -> None:
    """``login`` holds one certificate only, valid until a day."""
    held = ok(await world.client_of("ping").get(f"{MARKET}/certificates"))
    for one in held:
        if one["login"] == login:
            ok(await world.client_of("ping").post(f"{MARKET}/certificates/{one['id']}/revoke", json={"reason": "换证"}))
    body = {"login": login, "number": "XC-1", "issuer": "培训中心", "valid_from": "2025-01-01", "valid_until": until} | other
    ok(await send(world, "ping", f"{MARKET}/certificates", body))


async def events_of(world: World, no: str, kind: str) -> list[dict[str, Any]]:
    """The case's events of a type, as Lin sees them."""
    frames = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/events?limit=1000"))
    return [frame for frame in frames if frame["type"] == kind]
