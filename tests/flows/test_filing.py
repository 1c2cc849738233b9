"""Filing declarations: what is accepted, refused, repeated, superseded."""

from __future__ import annotations

import json

from make import PLAIN, REFERENCE, Make, ok
from world import World

from inspection.server.cast import PORT, XINDA


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


async def test_other_content_under_a_known_number_and_version_is_a_conflict(world: World, make: Make) -> None:
    body = make.declaration()
    await make.filed(body)
    refused = await world.client_of("hengtong").post("/api/v1/declarations", json=body | {"gross_weight": "1.000"})
    assert refused.status_code in (409, 422) and refused.json()["code"] in {"declaration_differs", "declaration_invalid"}
    refused = await world.client_of("hengtong").post("/api/v1/declarations", json=body | {"gross_weight": "18251.000"})
    assert refused.status_code == 409 and refused.json()["code"] == "declaration_differs"


async def test_a_new_version_supersedes_the_old_one_and_takes_its_case_along_and_a_lower_one_is_refused(
    world: World, make: Make
) -> None:
    body = make.declaration()
    first = await make.filed(body)
    third = await make.filed(body | {"version": 3})
    assert third["case"] == first["case"]
    lin = world.client_of("lin")
    assert ok(await lin.get(f"/api/v1/cases/{third['case']}"))["state"] == "INVITING"
    old = ok(await lin.get(f"/api/v1/declarations/{body['number']}?version=1"))
    assert old["state"] == "SUPERSEDED"
    refused = await world.client_of("hengtong").post("/api/v1/declarations", json=body | {"version": 2})
    assert refused.status_code == 409 and refused.json() | {"code": "version_too_low", "current": 3} == refused.json()
    status = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{body['number']}/status"))
    assert status["code"] == "AWAITING_AGENCIES"


async def test_an_enterprise_files_for_itself_and_for_nobody_else(world: World, make: Make) -> None:
    body = make.declaration()
    refused = await world.client_of("xinda").post("/api/v1/declarations", json=body)
    assert refused.status_code == 403 and refused.json()["code"] == "not_your_declaration"
    as_broker = body | {"broker": {"code": XINDA, "name": "Xinda Trading"}}
    receipt = ok(await world.client_of("xinda").post("/api/v1/declarations", json=as_broker))
    assert ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{receipt['number']}"))["number"] == body["number"]


async def test_every_bad_field_is_named_and_nothing_is_stored(world: World, make: Make) -> None:
    body = make.declaration() | {"direction": "sideways", "colour": "red"}
    body["lines"] = [body["lines"][0] | {"quantity": "many", "hs": "84"}]
    refused = await world.client_of("hengtong").post("/api/v1/declarations", json=body, headers={"Accept-Language": "en"})
    assert refused.status_code == 422
    paths = {error["path"] for error in refused.json()["errors"]}
    assert {"$.direction", "$.colour", "$.lines[0].quantity", "$.lines[0].hs"} <= paths
    decodes = make.declaration() | {"arrival": "2031-01-01T00:00:00+08:00"}
    decodes["lines"] = [decodes["lines"][0] | {"quantity": "-1"}, decodes["lines"][0]]
    refused = await world.client_of("hengtong").post("/api/v1/declarations", json=decodes)
    assert refused.status_code == 422
    assert {"$.lines[0].quantity", "$.lines[1].no"} <= {error["path"] for error in refused.json()["errors"]}
    assert await world.as_owner("SELECT 1 FROM declaration") == []


async def test_an_unknown_hs_code_is_kept_and_flagged(world: World, make: Make) -> None:
    lines = [{"no": 1, "hs": "9999999999", "name": "未知编码商品", "origin": "DE", "quantity": "1", "unit": "个"}]
    receipt = await make.filed(make.declaration(lines=lines))
    assert [flag["path"] for flag in receipt["flags"]] == ["$.lines[0].hs"]


async def test_an_enterprise_exports_its_own_declarations_and_no_others(world: World, make: Make) -> None:
    mine = await make.filed()
    other = make.declaration(trader={"code": XINDA, "name": "Xinda Trading"})
    await make.filed(other, login="xinda")
    hengtong = world.client_of("hengtong")
    exported = await hengtong.get("/api/v1/declarations", headers={"Accept": "text/csv"})
    assert exported.headers["content-type"].startswith("text/csv")
    assert mine["number"] in exported.text and other["number"] not in exported.text
    lines = (await hengtong.get("/api/v1/declarations", headers={"Accept": "application/x-ndjson"})).text.splitlines()
    listed = ok(await hengtong.get("/api/v1/declarations"))
    assert [json.loads(line)["number"] for line in lines] == [row["number"] for row in listed["items"]] == [mine["number"]]


async def test_the_enterprise_never_reads_the_screening(world: World, make: Make) -> None:
    receipt = await make.filed()
    seen = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{receipt['number']}"))
    assert "screening" not in seen and "mr.pressure" not in json.dumps(seen)
    assert (await world.client_of("hengtong").get(f"/api/v1/cases/{receipt['case']}/screening")).status_code == 403
    screening = ok(await world.client_of("lin").get(f"/api/v1/cases/{receipt['case']}/screening"))
    assert screening["hits"][0]["rule"]


async def test_a_port_under_another_policy_gives_it_to_new_cases_only(world: World, make: Make) -> None:
    before = await make.case()
    gao, lin = world.client_of("gao"), world.client_of("lin")
    choice = {"policy": "veto_strict", "reason": "专项行动"}
    assert (await lin.put(f"/api/v1/ports/{PORT}/policy", json=choice)).status_code == 403
    assert (await gao.put("/api/v1/ports/2248/policy", json=choice)).status_code == 404
    assert (await gao.put(f"/api/v1/ports/{PORT}/policy", json=choice | {"policy": "kind"})).status_code == 422
    ok(await gao.put(f"/api/v1/ports/{PORT}/policy", json=choice))
    after = await make.case()
    policies = [ok(await lin.get(f"/api/v1/cases/{no}"))["policy"] for no in (before, after)]
    assert policies == ["graded", "veto_strict"]
