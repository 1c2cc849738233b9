"""What the stories of silent agencies have in common: mandates that allow something, ports that choose what silence leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from make import ok
from world import World

from inspection.server.cast import PORT

LAPSES = timedelta(hours=2, minutes=6)
"""Every invitation of the cast has lapsed by then."""
SOFTWARE: dict[str, Any] = {
    "no": 1,
    "hs": "8523499000",
    "name": "嵌入式控制软件光盘",
    "description": "随机交付的嵌入式控制软件",
    "origin": "DE",
    "quantity": "1",
    "unit": "个",
}
"""Papers of the IP office and nothing at the goods: from an AEO this runs in a low lane."""


async def mandate(world: World, agency: str, *acts: str, clauses: str = "第四条") -> None:
    """Wen registers a mandate of the agency that allows these acts in every domain."""
    body = {
        "number": f"LM-{agency}-{'-'.join(acts)}",
        "acts": list(acts),
        "signatories": ["Gao"],
        "valid_from": "2026-01-01",
        "valid_until": "2027-12-31",
        "clauses": clauses,
    }
    once = {"Idempotency-Key": str(uuid4())}
    ok(await world.client_of("wen").post(f"/api/v1/units/{PORT}/{agency}/mandates", json=body, headers=once))


async def silence_leads_to(world: World, *rows: dict[str, Any], policy: str = "graded") -> None:
    """Gao chooses what follows an agency's silence in the cases opened from now on."""
    body = {"policy": policy, "reason": "专项行动", "on_missing": list(rows)}
    ok(await world.client_of("gao").put(f"/api/v1/ports/{PORT}/policy", json=body))


async def lapse(world: World, span: timedelta = LAPSES) -> None:
    """Time passes, and everything that follows from silence follows."""
    await world.move_by(span)
    await world.drain()


async def say(world: World, login: str, no: str, agency: str, verb: str, **body: Any) -> httpx.Response:
    """One verb of an agency's invitation."""
    path = f"/api/v1/cases/{no}/invitations/{agency}/{verb}"
    return await world.client_of(login).post(path, json=body or None)


async def invited(world: World, no: str, agency: str, login: str = "lin") -> dict[str, Any]:
    """The agency's invitation as ``login`` reads it."""
    case = ok(await world.client_of(login).get(f"/api/v1/cases/{no}"))
    found: dict[str, Any] = next(one for one in case["invitations"] if one["agency"] == agency)
    return found


async def inbox(world: World, login: str, kind: str) -> list[dict[str, Any]]:
    """The items of a kind in the person's inbox."""
    return [item for item in ok(await world.client_of(login).get("/api/v1/inbox")) if item["kind"].startswith(kind)]
