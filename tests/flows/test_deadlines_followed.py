"""What follows a deadline's row: an ending closes it, an extension moves who is late and until when the case waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from deciding import PASS, put
from dispatching import events_of
from invitation_operations import SUBSTITUTE
from make import Make, ok
from silence import SOFTWARE, invited, lapse, mandate, say, silence_leads_to
from world import World

IP = "ip"
AEO = {"code": "91440300000000000E", "name": "Hengtong Import Co.", "credit": "aeo"}
PIPES: dict[str, Any] = {
    "no": 1,
    "hs": "7307290000",
    "name": "特种气体管路组件",
    "description": "特种气体管路用压力管道元件",
    "origin": "DE",
    "quantity": "48",
    "unit": "套",
}

Way = Callable[[World, Make], Awaitable[str]]


async def rungs(world: World, no: str, agency: str) -> list[int]:
    """What was said of the agency's invitation."""
    reached = await events_of(world, no, "DeadlineReached")
    return [one["data"]["rung"] for one in reached if one["data"]["subject"].startswith(f"invitation/{no}/{agency}/")]


async def deadline(world: World, no: str, subject: str) -> dict[str, Any]:
    """The deadline about ``subject``."""
    listed = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/deadlines"))
    found: dict[str, Any] = next(one for one in listed if one["subject"] == subject)
    return found


async def waived(world: World, make: Make) -> str:
    no = await make.case()
    await lapse(world)
    ok(await say(world, "zhao", no, IP, "waive", reason="同型号软件上月已核"))
    return no


async def stood_in_for(world: World, make: Make) -> str:
    await mandate(world, IP, "SUBSTITUTE")
    no = await make.case()
    await lapse(world)
    ok(await say(world, "lin", no, IP, "substitute", **SUBSTITUTE))
    return no


async def deemed(world: World, make: Make) -> str:
    await silence_leads_to(world, {"agency": IP, "action": "DEEMED", "clause": "第七条第二款", "lanes": ["blue"]})
    await mandate(world, IP, "DEEM")
    no = await make.case(trader=AEO, lines=[SOFTWARE])
    await lapse(world)
    return no


async def let_go(world: World, make: Make) -> str:
    """The line for which the agency was asked is not declared any more."""
    declared = make.declaration(lines=[PIPES, SOFTWARE | {"no": 2}])
    no = str((await make.filed(declared))["case"])
    await lapse(world)
    await make.filed(declared | {"version": 2, "lines": [PIPES]})
    return no


@pytest.mark.parametrize(
    ("way", "state"),
    [(waived, "WAIVED"), (stood_in_for, "SUBSTITUTED"), (deemed, "DEEMED_NO_OBJECTION"), (let_go, "WITHDRAWN")],
)
async def test_of_an_invitation_that_somebody_ended_nobody_is_reminded_any_more(
    world: World, make: Make, way: Way, state: str
) -> None:
    no = await way(world, make)
    assert (await invited(world, no, IP))["state"] == state
    await lapse(world, timedelta(days=5))
    assert await rungs(world, no, IP) == [50, 80, 100]
    if state in ("WAIVED", "SUBSTITUTED"):
        assert max(await rungs(world, no, "market_regulation")) > 100, "of who is still silent it goes on"


async def test_an_extension_of_a_conclusion_moves_who_is_late_and_until_when_the_case_waits(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    before = await deadline(world, no, f"conclusion/{no}/ip")
    path = f"/api/v1/cases/{no}/deadlines/{before['id']}/extend"
    body = {"amount": 4, "reason": "待授权方补充文件"}
    given = ok(await world.client_of("lin").post(path, json=body, headers={"Idempotency-Key": str(uuid4())}))
    due = datetime.fromisoformat(given["due"])
    assert due > datetime.fromisoformat(before["due"])
    (listed,) = ok(await world.client_of("lin").get("/api/v1/cases"))["items"]
    assert datetime.fromisoformat(listed["due"]) == due, "the last of those who are awaited has until then"

    await world.move_to(due - timedelta(minutes=1))
    assert ok(await put(world, no, "market_regulation", PASS))["late"] is True
    assert ok(await put(world, no, "ip", PASS))["late"] is False, "the lead gave it until now"
    await world.move_to(due + timedelta(minutes=1))
    assert ok(await put(world, no, "customs", PASS))["late"] is True
