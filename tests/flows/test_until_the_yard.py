"""From the filing to the opened session: invitations, the task sheet by itself, the window, the one status."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from make import Make, ok
from world import World


async def test_the_task_sheet_issues_by_itself_when_the_last_agency_accepts(world: World, make: Make) -> None:
    no = await make.case("PREPARING")
    sheet = ok(await world.client_of("mei").get(f"/api/v1/cases/{no}/task-sheet"))
    assert sheet["version"] == 1 and sheet["state"] == "ISSUED"
    assert {point["agency"] for point in sheet["document"]["focus_points"]} == {"customs", "market_regulation", "ip"}
    case = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))
    assert case["state"] == "PREPARING"


async def test_a_case_walks_from_the_filing_to_the_closed_session(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    case = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))
    assert case["state"] == "CONCLUDING" and case["openings"] == 1


async def test_a_case_of_another_port_is_not_found(world: World, make: Make) -> None:
    no = await make.case()
    assert (await world.client_of("ou").get(f"/api/v1/cases/{no}")).status_code == 404
    assert ok(await world.client_of("ou").get("/api/v1/cases"))["items"] == []


async def test_an_agency_that_was_not_called_does_not_find_the_case(world: World, make: Make) -> None:
    no = await make.case()
    assert (await world.client_of("hua").get(f"/api/v1/cases/{no}")).status_code == 404


async def test_silence_lapses_exactly_once_and_never_issues_a_sheet(world: World, make: Make) -> None:
    no = await make.case()
    ok(await world.client_of("qiu").post(f"/api/v1/cases/{no}/invitations/ip/accept", json={"experts": ["qiu"]}))
    await world.move_by(timedelta(hours=2, minutes=6))
    await asyncio.gather(world.worker.tick(), world.worker.tick(), world.worker.tick())
    await world.drain()
    await world.drain()
    case = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))
    states = {i["agency"]: i["state"] for i in case["invitations"]}
    assert states == {"ip": "ACCEPTED", "market_regulation": "BLOCKED"}
    frames = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/events"))
    assert [frame["type"] for frame in frames].count("InvitationLapsed") == 1
    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet")).status_code == 404


async def test_an_answer_in_the_grace_after_the_due_is_too_late_and_a_lapsed_one_counts_as_late(world: World, make: Make) -> None:
    no = await make.case()
    ping = world.client_of("ping")
    path = f"/api/v1/cases/{no}/invitations/market_regulation/accept"
    due = timedelta(hours=2, minutes=5)
    await world.move_by(due + timedelta(seconds=2))
    refused = await ping.post(path, json={"experts": ["mei"]})
    assert refused.status_code == 409 and refused.json()["code"] == "too_late"
    await world.move_by(timedelta(seconds=30))
    await world.drain()
    assert ok(await ping.post(path, json={"experts": ["mei"]}))["late"] is True


async def test_acknowledging_the_invitation_starts_its_hours(world: World, make: Make) -> None:
    no = await make.case()
    ping = world.client_of("ping")
    item = ok(await ping.get("/api/v1/inbox"))[0]
    before = ok(await ping.get(f"/api/v1/cases/{no}"))["invitations"]
    assert (await ping.post(f"/api/v1/inbox/{item['id']}/acknowledge")).status_code == 204
    after = ok(await ping.get(f"/api/v1/cases/{no}"))["invitations"]
    due = {i["agency"]: i["due"] for i in before}, {i["agency"]: i["due"] for i in after}
    assert due[1]["market_regulation"] < due[0]["market_regulation"] and due[1]["ip"] == due[0]["ip"]
    assert ok(await ping.get("/api/v1/inbox")) == []


async def test_fifty_cases_asking_for_one_place_get_it_once(world: World, make: Make) -> None:
    cases = [await make.case("PREPARING") for _ in range(4)]
    lin = world.client_of("lin")
    slot = ok(await lin.get(f"/api/v1/cases/{cases[0]}/slots"))[0]
    answers = await asyncio.gather(*(lin.post(f"/api/v1/cases/{no}/schedule", json=slot) for no in cases))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_the_enterprise_sees_one_status_with_holder_next_step_and_date_throughout(world: World, make: Make) -> None:
    receipt = await make.filed()
    hengtong = world.client_of("hengtong")
    status = ok(await hengtong.get(f"/api/v1/declarations/{receipt['number']}/status"))
    assert status["code"] == "AWAITING_AGENCIES" and status["due"]
    assert "市场监管" in status["holder_zh"] and "知识产权" in status["holder_zh"]
    await make.accepted(receipt["case"])
    await make.scheduled(receipt["case"])
    status = ok(await hengtong.get(f"/api/v1/declarations/{receipt['number']}/status"))
    assert status["code"] == "SCHEDULED" and status["holder_en"] == "the enterprise" and "A1" in status["next_step_zh"]
    foreign = await world.client_of("xinda").get(f"/api/v1/declarations/{receipt['number']}/status")
    assert foreign.status_code == 404


async def test_progress_opens_with_the_secret_and_with_nothing_else(world: World, make: Make) -> None:
    receipt = await make.filed()
    nobody = world.client_of(None)
    path = f"/public/v1/progress/{receipt['case']}"
    shown = ok(await nobody.get(path, headers={"X-Progress-Secret": receipt["progress_secret"]}))
    assert shown["case"] == receipt["case"] and shown["status"]["seq"] >= 1
    assert (await nobody.get(path, headers={"X-Progress-Secret": "x" * 43})).status_code == 404
    other = await make.filed()
    assert (await nobody.get(path, headers={"X-Progress-Secret": other["progress_secret"]})).status_code == 404
