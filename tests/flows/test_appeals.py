"""The enterprise objects: in time, to a superior who decided nothing before; others look again; the measure stays meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from deciding import PASS, RECTIFY, also_may, approve, concluded, propose, put, read, refusing, told
from following_up import prove
from make import Make, ok
from world import World

from inspection.server.cast import PORT

OWN = "/api/v1/declarations/{}/report.json"


async def returned(world: World, make: Make) -> tuple[str, str]:
    """A case whose goods are to be returned, approved and notified; its number and the declaration's."""
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=refusing("RETURN"))
    assert ok(await approve(world, no))["state"] == "NOTIFIED"
    await world.drain()
    return no, str((await read(world, no, "case"))["declaration"])


async def objects(world: World, number: str, login: str = "hengtong", **changes: Any) -> httpx.Response:
    body = {"id": str(uuid4()), "ground": "检测方法有误", "materials": [{"title": "型式试验报告", "reference": "T-17"}]}
    return await world.client_of(login).post(f"/api/v1/declarations/{number}/appeals", json=body | changes)


async def rules(world: World, no: str, appeal: str, act: str, login: str = "gao", **body: Any) -> httpx.Response:
    path = f"/api/v1/cases/{no}/appeals/{appeal}/{act}"
    return await world.client_of(login).post(path, json={"reason": "经复核"} | body)


async def test_an_objection_leaves_the_measure_and_is_decided_by_who_decided_nothing_before(world: World, make: Make) -> None:
    no, number = await returned(world, make)
    assert (await objects(world, number, "xinda")).status_code == 404
    id_ = str(uuid4())
    filed = ok(await objects(world, number, id=id_))
    assert filed["state"] == "FILED" and ok(await objects(world, number, id=id_)) == filed
    assert (await objects(world, number, id=id_, ground="另一理由")).json()["code"] == "appeal_differs"
    assert (await objects(world, number)).json()["code"] == "nothing_to_appeal", "one objection at a time"
    await world.drain()
    assert (await read(world, no, "disposition"))["state"] == "APPEALED"
    status = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/status"))
    assert (status["code"], "异议" in status["next_step_zh"], status["holder_zh"]) == ("NOT_RELEASED", True, "海关")

    await also_may(world, "zhao", "superior")
    await also_may(world, "tao", "superior")
    for login, because in (("zhao", "approver"), ("tao", "lead_inspector")):
        assert (await rules(world, no, id_, "decide", login, outcome="UPHOLD")).json()["because"] == because
    assert ok(await rules(world, no, id_, "suspend"))["suspended"] is True
    ok(await rules(world, no, id_, "decide", outcome="UPHOLD"))
    assert (await read(world, no, "disposition"))["state"] == "UPHELD"
    assert (await rules(world, no, id_, "decide", outcome="REVOKE", reason="再议")).json()["code"] == "state_forbids"
    own = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/appeals"))
    assert [(one["state"], one["decided_because"]) for one in own] == [("UPHELD", "经复核")]


async def test_the_window_ends_and_nothing_is_objected_to_before_a_decision(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    number = str((await read(world, no, "case"))["declaration"])
    assert (await objects(world, number)).json()["code"] == "nothing_to_appeal"
    await concluded(world, no, market_regulation=refusing("RETURN"))
    ok(await approve(world, no))
    await world.move_to(world.clock.now() + timedelta(days=25))
    late = await objects(world, number)
    assert (late.status_code, late.json()["code"]) == (409, "appeal_too_late")
    assert "AppealFiled" not in await told(world, no)


async def test_goods_are_not_returned_before_the_objection_is_decided(world: World, make: Make) -> None:
    for outcome, ends in (("UPHOLD", "NOTIFIED"), ("REVOKE", "CANCELLED")):
        no, number = await returned(world, make)
        item = (await read(world, no, "follow-ups"))[0]
        id_ = ok(await objects(world, number))["id"]
        await world.move_to(datetime.fromisoformat(item["due"]) + timedelta(minutes=1))
        await world.drain()
        assert [one["state"] for one in await read(world, no, "follow-ups")] == ["APPEALABLE"], "the window's end decides nothing"
        ok(await rules(world, no, id_, "decide", outcome=outcome))
        await world.drain()
        after = (await read(world, no, "follow-ups"))[0]
        assert after["state"] == ends
        gone = await prove(world, number, after, "已退运出境")
        assert gone.status_code == (200 if outcome == "UPHOLD" else 409)


async def test_others_inspect_again_and_what_they_find_makes_a_new_report(world: World, make: Make) -> None:
    no, number = await returned(world, make)
    id_ = ok(await objects(world, number))["id"]
    ok(await rules(world, no, id_, "examine", by="OFFICERS"))
    await world.as_owner("UPDATE booking SET state = 'CONFIRMED' WHERE case_no = $1", no)

    async def check_in(lead: str, *others: str) -> httpx.Response:
        body = {"officers": [lead, *others], "attendance": "ATTENDED", "reason": "企业异议，复验"}
        headers = {"Idempotency-Key": str(uuid4())}
        return await world.client_of(lead).post(f"/api/v1/cases/{no}/sessions", json=body, headers=headers)

    for login in ("lin", "zhao"):
        await also_may(world, login, "lead_inspect")
    refused = await check_in("tao", "rong")
    assert (refused.status_code, refused.json()["code"], refused.json()["officers"]) == (
        403,
        "previous_inspector",
        ["rong", "tao"],
    )
    assert (await check_in("lin", "rong")).json()["officers"] == ["rong"]
    assert ok(await check_in("lin", "zhao"))["state"] == "CHECK_IN"
    await world.as_owner(
        "UPDATE field_session SET state = 'CLOSED', closed_at = now() WHERE case_no = $1 AND closed_at IS NULL", no
    )

    ok(await put(world, no, "market_regulation", PASS, version=1))
    await world.drain()
    fresh = await read(world, no, "disposition")
    assert (fresh["report_version"], fresh["type"], fresh["state"]) == (2, "RELEASE", "PROPOSED")
    assert (await rules(world, no, id_, "decide", outcome="UPHOLD")).json()["code"] == "appeal_overtaken"
    ok(await rules(world, no, id_, "decide", outcome="REVOKE"))
    assert (await read(world, no, "disposition?version=1"))["state"] == "REVOKED"
    assert (await read(world, no, "disposition"))["report_version"] == 2


async def test_a_second_test_is_made_at_another_listed_laboratory(world: World, make: Make) -> None:
    no, number = await returned(world, make)
    id_ = ok(await objects(world, number))["id"]
    wen = world.client_of("wen")
    for code, name in (("L1", "省特检院"), ("L2", "市质检所")):
        ok(await wen.put(f"/api/v1/ports/{PORT}/laboratories/{code}", json={"name": name, "scope": "压力管道元件"}))
    for wrong in ({"laboratory": "L9"}, {"laboratory": "L1"}, {}):
        refused = await rules(world, no, id_, "examine", by="LABORATORY", earlier_laboratory="L1", **wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "laboratory_refused")
    ordered = ok(await rules(world, no, id_, "examine", by="LABORATORY", laboratory="L2", earlier_laboratory="L1"))
    assert (ordered["examined_by"], ordered["laboratory"]) == ("LABORATORY", "L2")
    await world.move_by(timedelta(hours=2))
    assert "laboratory" in str(await read(world, no, "elapsed")), "it is waited for"

    early = await rules(world, no, id_, "decide", outcome="REVOKE")
    assert (early.status_code, early.json()["code"], early.json()["laboratory"]) == (409, "second_test_awaited", "L2")
    path, found = f"/api/v1/cases/{no}/appeals/{id_}/second-test", {"result": "DIFFERS", "reference": "F-9", "note": "复检合格"}
    for login, body, code in (
        ("lin", {"laboratory": "L1"}, "laboratory_refused"),
        ("mei", {"laboratory": "L2"}, "power_missing"),
    ):
        assert (await world.client_of(login).post(path, json=found | body)).json()["code"] == code
    await also_may(world, "tao", "coordinate")
    inspected = await world.client_of("tao").post(path, json=found | {"laboratory": "L2"})
    assert (inspected.status_code, inspected.json()["code"]) == (403, "previous_inspector"), "not by who inspected"
    for _ in range(2):
        kept = ok(await world.client_of("lin").post(path, json=found | {"laboratory": "L2"}))
        assert (kept["second_test"], kept["second_reference"]) == ("DIFFERS", "F-9")
    other = await world.client_of("lin").post(path, json=found | {"laboratory": "L2", "result": "CONFIRMS"})
    assert other.json()["code"] == "state_forbids"
    assert (await told(world, no)).count("SecondTestRecorded") == 1
    conclusions = await read(world, no, "conclusions")
    assert "REFUSE" in str(conclusions), "the result is an act of its own: no conclusion changed by it"
    assert ok(await rules(world, no, id_, "decide", outcome="REVOKE"))["state"] == "REVOKED"
    own = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/appeals"))
    assert (own[0]["second_test"], own[0]["laboratory"]) == ("DIFFERS", "L2")


async def test_a_superior_may_vary_to_something_milder_and_never_stricter(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    ok(await propose(world, no, "RETURN", reason="企业放弃整改"))
    ok(await approve(world, no))
    number = str((await read(world, no, "case"))["declaration"])
    await world.drain()
    first = await read(world, no, "report.json")
    id_ = ok(await objects(world, number))["id"]
    ok(await rules(world, no, id_, "examine", by="OFFICERS", reason="检测点位不足"))
    assert (await rules(world, no, id_, "decide", outcome="VARY", type="DESTROY")).json()["code"] == "variation_invalid"
    varied = ok(await rules(world, no, id_, "decide", outcome="VARY", type="RECTIFY"))
    assert (varied["state"], varied["decided_type"]) == ("VARIED", "RECTIFY")
    await world.drain()
    final = await read(world, no, "disposition")
    assert (final["type"], final["state"], final["report_version"]) == ("RECTIFY", "IN_EXECUTION", 2)

    full, edition = await read(world, no, "report.json"), ok(await world.client_of("hengtong").get(OWN.format(number)))
    (said,), (told_it,) = full["objections"], edition["objections"]
    assert (full["version"], said["against"], said["outcome"], said["decided_type"]) == (2, 1, "VARIED", "RECTIFY")
    assert said["reexamined"]["because"] == "检测点位不足" and said["decided_by"]["name"] == "Gao"
    assert said["decided_by"]["person"] and full["disposition"]["approvers"][0]["name"] == "Gao"
    assert told_it["decided_by"] == {"name": "Gao", "agency": "customs"} and told_it["reexamined"].keys() == {"by", "ordered_at"}
    assert (told_it["ground"], told_it["decision"]) == (said["ground"], "经复核")
    assert await read(world, no, "report.json?version=1") == first and "objections" not in first
