"""The lead departs from a conclusion: reason, second person, notice, dissent, superior, and the report that prints all of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from deciding import RECTIFY, also_may, approve, concluded, merged_under, propose, put, read, refusing, told
from make import Make, ok
from world import World

WHY = "合格证瑕疵轻微，风险可控"
GROUND = "合格证与实物编号不符，不能证明安全性能"
LAPSE = timedelta(seconds=6)


async def departed(world: World, make: Make) -> str:
    """A case whose market-regulation conclusion Lin departs from; Zhao has approved; the window runs."""
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    ok(await propose(world, no, "RELEASE", reason=WHY))
    held = ok(await approve(world, no))
    assert (held["type"], held["state"]) == ("RELEASE", "APPROVED")
    await world.drain()
    return no


async def dissent(world: World, no: str, ground: str = GROUND, login: str = "ping") -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())}
    return await world.client_of(login).post(f"/api/v1/cases/{no}/dissents", json={"ground": ground}, headers=headers)


async def rule(world: World, no: str, decision: str, login: str = "gao") -> httpx.Response:
    path = f"/api/v1/cases/{no}/dissents/market_regulation/decide"
    return await world.client_of(login).post(path, json={"decision": decision, "reason": "经合议"})


async def graded_2(world: World, change: str) -> None:
    """A second version of the graded policy, in force for cases opened from now on."""
    where = "/api/v1/policies/graded/versions/2"
    body = {"source": f"extends: graded\nname: graded\nversion: 2\n{change}\n", "note": "按部门职责"}
    draft = ok(await world.client_of("ruo").put(where, json=body))
    assert not draft["problems"], draft["problems"]
    said = {"sha256": draft["sha256"], "reason": "经合议"}
    ok(await world.client_of("zhao").post(f"{where}/publish", json=said))


async def window_of(world: World, no: str) -> dict[str, Any]:
    return (await read(world, no, "dissents"))[-1]


async def test_a_departure_waits_for_the_agency_and_takes_effect_when_nobody_dissents(world: World, make: Make) -> None:
    no = await departed(world, make)
    one = await window_of(world, no)
    assert (one["state"], one["reason"]) == ("OPEN", WHY)
    assert one["lines"] == [
        {"agency": "market_regulation", "line": 1, "standing": "PRESUMPTIVE", "concluded": "RECTIFY",
         "proposed": "RELEASE", "veto": False},
    ]  # fmt: skip
    case = await read(world, no, "case")
    hengtong = world.client_of("hengtong")
    assert case["state"] == "DISPOSING" and "Released" not in await told(world, no)
    status = ok(await hengtong.get(f"/api/v1/declarations/{case['declaration']}/status"))
    assert status["code"] == "COMBINING_RESULTS", "the enterprise sees nothing of the deliberation"
    assert (await hengtong.get(f"/api/v1/declarations/{case['declaration']}/report.json")).status_code == 404
    kinds = [item["kind"] for item in ok(await world.client_of("ping").get("/api/v1/inbox"))]
    assert "departure" in kinds

    await world.move_to(instant(one["due_at"]))
    await world.drain()
    assert (await window_of(world, no))["state"] == "OPEN", "the last instant is the agency's"
    await world.move_to(instant(one["due_at"]) + LAPSE)
    await world.drain()
    assert (await window_of(world, no))["state"] == "UNOPPOSED"
    final = await read(world, no, "disposition")
    assert (final["type"], final["state"], final["report_version"]) == ("RELEASE", "CLOSED", 2)
    assert (await told(world, no)).count("Released") == 1
    report = await read(world, no, "report.json")
    printed = report["dissents"][0]
    assert (printed["agency"], printed["departure"], printed["ground"], printed["outcome"]) == (
        "market_regulation", WHY, "", "UNOPPOSED",
    )  # fmt: skip
    assert printed["lines"] == [{"line": 1, "concluded": "RECTIFY", "decided": "RELEASE"}]
    assert [one["verdict"] for one in report["conclusions"] if one["agency"] == "market_regulation"] == ["RECTIFY"]
    edition = await hengtong.get(f"/api/v1/declarations/{case['declaration']}/report.json")
    assert edition.is_success and WHY not in edition.text and "dissents" not in edition.json()


async def test_an_unresolved_dissent_goes_to_the_superior_who_may_uphold_the_departure(world: World, make: Make) -> None:
    no = await departed(world, make)
    assert (await dissent(world, no, login="qiu")).status_code == 404, "nothing departs from IP"
    assert (await dissent(world, no, login="lin")).status_code == 403
    said = ok(await dissent(world, no))
    assert (said["state"], said["ground"]) == ("DISSENTED", GROUND) and ok(await dissent(world, no)) == said
    assert (await dissent(world, no, "另一理由")).json()["code"] == "state_forbids"
    await world.drain()
    await world.move_to(instant(said["due_at"]) + timedelta(days=3))
    await world.drain()
    assert (await read(world, no, "disposition"))["state"] == "APPROVED", "release waits for the superior"

    for login in ("lin", "zhao"):
        assert (await rule(world, no, "UPHOLD", login)).json()["code"] == "power_missing"
    await also_may(world, "zhao", "superior")
    assert (await rule(world, no, "UPHOLD", "zhao")).json()["because"] == "approver"
    upheld = ok(await rule(world, no, "UPHOLD"))
    assert upheld["state"] == "UPHELD" and ok(await rule(world, no, "UPHOLD")) == upheld
    await world.drain()
    assert (await read(world, no, "disposition"))["state"] == "CLOSED"
    printed = (await read(world, no, "report.json"))["dissents"][0]
    assert (printed["ground"], printed["outcome"], printed["decision"], printed["decided_by"]["name"]) == (
        GROUND, "UPHELD", "经合议", "Gao",
    )  # fmt: skip
    pdf = await world.client_of("mei").get(f"/api/v1/cases/{no}/report.pdf")
    assert pdf.is_success


async def test_a_superior_who_follows_the_conclusion_ends_the_departure_for_good(world: World, make: Make) -> None:
    no = await departed(world, make)
    ok(await dissent(world, no))
    assert ok(await rule(world, no, "FOLLOW"))["state"] == "FOLLOWED"
    await world.drain()
    again = await read(world, no, "disposition")
    assert (again["type"], again["state"], again["proposed_by"], again["approved_by"]) == ("RECTIFY", "PROPOSED", None, None)
    refused = await propose(world, no, "RELEASE")
    assert (refused.status_code, refused.json()["code"]) == (409, "followed_already")
    assert ok(await approve(world, no))["state"] == "IN_EXECUTION"
    assert "Released" not in await told(world, no)


async def test_the_second_approver_is_never_the_proposer_nor_the_lead_inspector(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    await also_may(world, "lin", "approve")
    await also_may(world, "tao", "approve")
    ok(await propose(world, no, "RELEASE", reason=WHY))
    for login, because in (("lin", "proposer"), ("tao", "lead_inspector")):
        assert (await approve(world, no, login=login)).json()["because"] == because
    assert (await dissent(world, no)).status_code == 404, "a draft is nothing to dissent from"


async def test_a_dissent_at_the_last_second_meets_the_end_of_its_window_with_one_outcome(world: World, make: Make) -> None:
    no = await departed(world, make)
    due = instant((await window_of(world, no))["due_at"])
    await world.move_to(due - timedelta(seconds=1))
    (said, _) = await asyncio.gather(dissent(world, no), world.worker.drain())
    assert said.status_code == 200, "received in the last second is in time"
    await world.move_to(due + LAPSE)
    await world.drain()
    assert (await window_of(world, no))["state"] == "DISSENTED" and "Released" not in await told(world, no)

    other = await departed(world, make)
    due = instant((await window_of(world, other))["due_at"])
    await world.move_to(due + timedelta(seconds=1))
    late = await dissent(world, other)
    assert (late.status_code, late.json()["code"], late.json()["state"]) == (409, "dissent_too_late", "OPEN")
    await world.move_to(due + LAPSE)
    answers = await asyncio.gather(world.worker.drain(), *(dissent(world, other) for _ in range(3)))
    await world.drain()
    assert {answer.status_code for answer in answers[1:]} == {409}
    assert (await told(world, other)).count("Released") == 1


async def test_an_amendment_during_the_window_replaces_the_departure(world: World, make: Make) -> None:
    no = await departed(world, make)
    due = instant((await window_of(world, no))["due_at"])
    ok(await put(world, no, "market_regulation", refusing("RETURN"), version=1))
    await world.drain()
    assert (await window_of(world, no))["state"] == "WITHDRAWN"
    await world.move_to(due + LAPSE)
    await world.drain()
    final = await read(world, no, "disposition")
    assert (final["type"], final["state"], final["report_version"]) == ("RETURN", "PROPOSED", 2)
    assert "Released" not in await told(world, no)


async def test_a_binding_conclusion_is_simply_followed(world: World, make: Make) -> None:
    await graded_2(world, "standing: [{agency: market_regulation, standing: BINDING}]")
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    for login in ("lin", "gao"):
        refused = await propose(world, no, "RELEASE", login=login, past_veto=True)
        assert (refused.status_code, refused.json()["code"]) == (409, "departure_refused")
    assert ok(await propose(world, no, "RETURN"))["type"] == "RETURN", "stricter takes a reason only"


async def test_perishable_goods_need_not_wait_where_the_policy_says_so(world: World, make: Make) -> None:
    adoption = "[{standing: PRESUMPTIVE, by: LEAD, stricter: [REASON], milder: [REASON, SECOND_APPROVER, NOTICE, DISSENT],"
    adoption += " window: dissent, unresolved_to: SUPERIOR, not_waiting: [LARGE_COMPLETE_EQUIPMENT]}]"
    await graded_2(world, f"adoption: {adoption}")
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    ok(await propose(world, no, "RELEASE", reason=WHY))
    assert ok(await approve(world, no))["state"] == "CLOSED"
    await world.drain()
    assert (await window_of(world, no))["state"] == "OPEN" and "Released" in await told(world, no)
    assert (await read(world, no, "report.json"))["dissents"][0]["outcome"] == "OPEN"

    ok(await dissent(world, no))
    ok(await rule(world, no, "FOLLOW"))
    await world.drain()
    assert "Recalled" in await told(world, no)
    final = await read(world, no, "disposition")
    assert (final["type"], final["state"], final["report_version"]) == ("RECTIFY", "PROPOSED", 3)
    assert (await read(world, no, "disposition?version=2"))["state"] == "RECALLED"


async def test_nobody_but_a_superior_who_says_so_decides_past_a_veto(world: World, make: Make) -> None:
    await merged_under(world, "veto_strict")
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    for login in ("lin", "gao"):
        assert (await propose(world, no, "RELEASE", login=login)).json()["code"] == "vetoed"
    assert (await propose(world, no, "RELEASE", past_veto=True)).json()["code"] == "vetoed", "the lead lifts no veto"
    assert ok(await propose(world, no, "RELEASE", login="gao", past_veto=True))["state"] == "PROPOSED"
    assert (await approve(world, no, login="gao")).status_code == 403
    assert ok(await approve(world, no))["state"] == "CLOSED"
    await world.drain()
    one = await window_of(world, no)
    assert (one["state"], one["lines"][0]["veto"]) == ("UPHELD", True)
    assert (await dissent(world, no)).status_code == 409
    report = await read(world, no, "report.json")
    assert report["version"] == 2 and report["dissents"][0]["decided_by"]["name"] == "Gao"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
