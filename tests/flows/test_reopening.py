"""A closed case is taken up again: by an approver with a reason, or because a conclusion was amended after the end."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from deciding import PASS, approve, concluded, put, read, refusing, told
from make import Make, ok
from world import World


async def reopen(world: World, no: str, login: str = "zhao", **changes: Any) -> httpx.Response:
    body = {"ground": "REINSPECTION", "reason": "收到举报，须重新查验"} | changes
    return await world.client_of(login).post(f"/api/v1/cases/{no}/reopenings", json=body)


async def test_an_approver_takes_a_closed_case_up_again_and_it_ends_with_a_report_of_its_own(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    early = await reopen(world, no)
    assert (early.status_code, early.json()["code"], early.json()["state"]) == (409, "state_forbids", "CONCLUDING")
    await concluded(world, no)
    assert (await read(world, no, "case"))["state"] == "CLOSED"
    assert (await reopen(world, no, "lin")).status_code == 403, "the lead asks, an approver reopens"
    assert (await reopen(world, no, reason=" ")).status_code == 422

    answers = await asyncio.gather(reopen(world, no), reopen(world, no), reopen(world, no, "gao"))
    won = [one for one in answers if one.is_success]
    assert won and len({one.json()["number"] for one in won}) == 1, "of several at once one reopens"
    await world.drain()
    case = await read(world, no, "case")
    assert (case["state"], case["closed_at"]) == ("REOPENED", None) and (await told(world, no)).count("CaseReopened") == 1
    assert (await read(world, no, "task-sheet"))["state"] == "FROZEN" and (await read(world, no, "report.json"))["version"] == 1
    inbox = ok(await world.client_of("ping").get("/api/v1/inbox"))
    assert [one["data"]["reason"] for one in inbox if one["kind"] == "case_reopened"] == ["收到举报，须重新查验"]

    ok(await put(world, no, "ip", PASS | {"note": "复核无异常"}, version=1))
    await world.drain()
    case = await read(world, no, "case")
    assert case["state"] == "CLOSED" and case["closed_at"] is not None
    assert [one["version"] for one in await read(world, no, "report/versions")] == [1, 2]
    assert (await read(world, no, "disposition?version=1"))["state"] == "CLOSED", "what was decided stays"


async def test_goods_can_be_inspected_again_once_the_case_is_taken_up_again(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    lin = world.client_of("lin")
    body = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "reason": "重新查验"}
    refused = await world.client_of("tao").post(f"/api/v1/cases/{no}/sessions", json=body, headers={"Idempotency-Key": "s-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "state_forbids")
    ok(await reopen(world, no))
    slot = ok(await lin.get(f"/api/v1/cases/{no}/slots"))[0]
    assert ok(await lin.post(f"/api/v1/cases/{no}/schedule", json=slot))["state"] == "PROPOSED"
    waits = await world.client_of("tao").post(f"/api/v1/cases/{no}/sessions", json=body, headers={"Idempotency-Key": "s-2"})
    assert waits.json()["missing"] == ["window"], "a window of its own, confirmed by everybody"


async def test_a_conclusion_amended_after_the_end_reopens_the_case_by_itself(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    ok(await put(world, no, "market_regulation", refusing("DESTROY"), version=1))
    await world.drain()
    again = await read(world, no, "reopenings")
    assert [(one["ground"], one["after_report"], one["reopened_by"]) for one in again] == [("RECALL", 1, None)]
    assert (await read(world, no, "case"))["state"] == "DISPOSING"
    assert (await reopen(world, no)).json()["code"] == "state_forbids", "it is open"
    ok(await approve(world, no))
