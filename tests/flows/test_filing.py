"""Filing declarations: what is accepted, refused, repeated, superseded."""

from __future__ import annotations

from make import PLAIN, REFERENCE, Make, ok
from world import World


async def test_the_reference_declaration_opens_a_case_for_exactly_market_regulation_and_ip(world: World) -> None:
    receipt = ok(await world.client_of("hengtong").post("/api/v1/declarations", json=REFERENCE))
    assert receipt["verdict"] == "accepted" and receipt["inspection_required"]
    case = ok(await world.client_of("lin").get(f"/api/v1/cases/{receipt['case']}"))
    assert sorted(i["agency"] for i in case["invitations"]) == ["ip", "market_regulation"]
    assert case["priority_class"] == "LARGE_COMPLETE_EQUIPMENT"


async def test_goods_no_agency_is_called_for_open_no_case(world: World) -> None:
    receipt = ok(await world.client_of("hengtong").post("/api/v1/declarations", json=PLAIN))
    assert receipt["state"] == "NO_INTERVENTION" and receipt.get("case") is None


async def test_the_same_declaration_again_changes_nothing(world: World, make: Make) -> None:
    body = make.declaration()
    first = await make.filed(body)
    again = await make.filed(body)
    assert again == first | {"verdict": "already"}
