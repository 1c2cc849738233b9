"""How a silent agency's invitation ends: blocked, waived, stood in for, deemed where that is allowed, answered late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
from deciding import PASS, SPEAKERS, also_may, put, read, told
from invitation_operations import SUBSTITUTE
from make import Make, ok
from silence import SOFTWARE, inbox, invited, lapse, mandate, say, silence_leads_to
from world import World

MR, IP = "market_regulation", "ip"
EXPERTS = {MR: ("ping", "mei"), IP: ("qiu", "qiu")}


async def accepts(world: World, no: str, agency: str, **body: Any) -> httpx.Response:
    dispatcher, expert = EXPERTS[agency]
    return await say(world, dispatcher, no, agency, "accept", experts=[expert], **body)


async def sheet(world: World, no: str) -> dict[str, Any] | None:
    answer = await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet")
    return answer.json() if answer.is_success else None


async def without(world: World, make: Make, no: str) -> None:
    """The case goes on without IP: a window, an open session, everybody else done."""
    await make.arrived(no)
    lin = world.client_of("lin")
    slot = ok(await lin.get(f"/api/v1/cases/{no}/slots"))[0]
    booking = ok(await lin.post(f"/api/v1/cases/{no}/schedule", json=slot))
    seen = {"booking": booking["id"], "version": booking["version"]}
    if booking["state"] == "PROPOSED":
        ok(await world.client_of("ping").post(f"/api/v1/cases/{no}/schedule/confirm", json=seen))
    await world.drain()
    await make.opened(no)


async def over(world: World, make: Make, no: str, agencies: tuple[str, ...] = (MR, "customs")) -> None:
    """Everybody else finishes and passes; the session closes."""
    session = await make.session_of(no)
    for agency in agencies:
        ok(await world.client_of(SPEAKERS[agency]).post(f"/api/v1/cases/{no}/sessions/{session}/workstreams/{agency}/complete"))
    tao = world.client_of("tao")
    ok(await tao.post(f"/api/v1/cases/{no}/sessions/{session}/close", json={"seals_after": ["S-2001"]}))
    for agency in agencies:
        ok(await put(world, no, agency, PASS))
    await world.drain()


async def test_a_mandatory_agency_that_stays_silent_blocks_and_every_red_rung_is_told_once(world: World, make: Make) -> None:
    no = await make.case()
    ok(await accepts(world, no, IP))
    await lapse(world)
    await world.drain()
    silent = await invited(world, no, MR)
    assert (silent["state"], silent["level"], silent["on_missing"]) == ("BLOCKED", 1, "BLOCK")
    heard = await told(world, no)
    assert [heard.count(one) for one in ("InvitationLapsed", "InvitationEscalated", "InvitationBlocked")] == [1, 1, 1]
    assert len(await inbox(world, "ping", "invitation_escalated")) == len(await inbox(world, "lin", "invitation_escalated")) == 1
    assert await sheet(world, no) is None
    ok(await accepts(world, no, MR))
    await world.drain()
    assert await sheet(world, no) is not None and (await invited(world, no, MR))["late"]


async def test_escalation_goes_up_one_rung_at_a_time_and_blocks_in_the_end(world: World, make: Make) -> None:
    await silence_leads_to(world, {"agency": MR, "action": "ESCALATE"})
    no = await make.case()
    stood = []
    await lapse(world)
    for _ in range(40):
        now = await invited(world, no, MR)
        stood.append((now["level"], now["state"]))
        if now["state"] == "BLOCKED":
            break
        await lapse(world, timedelta(hours=1))
    assert list(dict.fromkeys(stood)) == [(1, "ESCALATED"), (2, "ESCALATED"), (3, "BLOCKED")]


async def test_an_approver_waives_with_a_reason_the_lead_never_does_and_nothing_is_released_unseen(
    world: World, make: Make
) -> None:
    no = await make.case()
    ok(await accepts(world, no, MR))
    assert (await say(world, "zhao", no, IP, "waive", reason="免")).status_code == 409  # it may still answer
    await lapse(world)
    assert (await say(world, "lin", no, IP, "waive", reason="免")).status_code == 403
    await also_may(world, "lin", "approve")
    refused = await say(world, "lin", no, IP, "waive", reason="免")
    assert (refused.status_code, refused.json()["code"]) == (403, "waived_by_the_lead")
    assert (await say(world, "zhao", no, IP, "waive", reason=" ")).status_code == 422
    await without(world, make, no)
    await over(world, make, no)
    assert (await read(world, no, "case"))["state"] == "CONCLUDING"
    for _ in range(2):
        ended = ok(await say(world, "zhao", no, IP, "waive", reason="同型号软件上月已核"))
        assert (ended["state"], ended["ended_because"]) == ("WAIVED", "同型号软件上月已核")
    await world.drain()
    assert (await told(world, no)).count("InvitationWaived") == 1
    decided = await read(world, no, "disposition")
    assert (decided["type"], decided["state"], decided["automatic"]) == ("RELEASE", "PROPOSED", False)
    gap = next(one for one in (await read(world, no, "report.json"))["gaps"] if one["agency"] == IP)
    assert (gap["kind"], gap["reason"], gap["by"]["name"]) == ("WAIVED", "同型号软件上月已核", "Zhao")


async def test_whoever_holds_the_case_on_the_leads_side_does_not_waive_it_either(world: World, make: Make) -> None:
    no = await make.case()
    await lapse(world)
    body = {"to": "zhao", "note": "夜班接续"}
    ok(await world.client_of("lin").post(f"/api/v1/cases/{no}/hand-over", json=body))
    refused = await say(world, "zhao", no, MR, "waive", reason="免")
    assert refused.json()["because"] == ["holds_the_case"]


async def test_an_institution_stands_in_under_a_mandate_and_its_result_counts_in_the_agencys_place(
    world: World, make: Make
) -> None:
    await silence_leads_to(world, {"agency": IP, "action": "SUBSTITUTE"})
    await mandate(world, IP, "SUBSTITUTE", clauses="可委托具备 CNAS 资质的鉴定机构")
    no = await make.case()
    ok(await accepts(world, no, MR))
    await lapse(world)
    proposed = (await invited(world, no, IP))["substitute"]["proposed"]
    assert [(one["kind"], one["clauses"]) for one in proposed] == [("INSTITUTION", ["可委托具备 CNAS 资质的鉴定机构"])]
    await without(world, make, no)
    await over(world, make, no)
    expired = await say(world, "lin", no, IP, "substitute", **SUBSTITUTE | {"valid_until": "2026-11-19"})
    assert (expired.status_code, expired.json()["code"]) == (422, "substitute_invalid")
    for body in (SUBSTITUTE, SUBSTITUTE):
        standing_in = ok(await say(world, "lin", no, IP, "substitute", **body))
        assert standing_in["state"] == "SUBSTITUTED" and standing_in["substitute"]["under"] == ["LM-ip-SUBSTITUTE"]
    await world.drain()
    assert "ReportIssued" not in await told(world, no)  # its result is still awaited
    other = await say(world, "lin", no, IP, "substitute", **SUBSTITUTE | {"name": "另一机构"})
    assert other.json()["code"] == "substitute_differs"
    ok(await say(world, "lin", no, IP, "substitute", **SUBSTITUTE | {"verdict": "PASS"}))
    await world.drain()
    gap = next(one for one in (await read(world, no, "report.json"))["gaps"] if one["agency"] == IP)
    assert gap["kind"] == "SUBSTITUTED" and gap["reason"].startswith("华测检验（CNAS L0001）")
    assert (await read(world, no, "disposition"))["type"] == "RELEASE"


async def test_nobody_stands_in_outside_the_mandate_and_the_attempt_stays_on_record(world: World, make: Make) -> None:
    await mandate(world, IP, "SUBSTITUTE")
    no = await make.case()
    await lapse(world)
    recognised = SUBSTITUTE | {"kind": "RECOGNISED_RESULT", "verdict": "PASS"}
    refused = await say(world, "lin", no, IP, "substitute", **recognised)
    assert (refused.status_code, refused.json()["code"], refused.json()["act"]) == (403, "outside_mandate", "RECOGNISE")
    logged = await world.as_owner("SELECT data->>'act' AS act FROM event WHERE type = 'ActRefused'")
    assert [row["act"] for row in logged] == ["RECOGNISE"]
    assert (await invited(world, no, IP))["state"] == "BLOCKED"


async def test_silence_is_deemed_only_under_a_mandate_is_printed_and_a_person_releases(world: World, make: Make) -> None:
    await silence_leads_to(world, {"agency": IP, "action": "DEEMED", "clause": "第七条第二款", "lanes": ["blue"]})
    trader = {"code": "91440300000000000E", "name": "Hengtong Import Co.", "credit": "aeo"}
    refused = await make.case(trader=trader, lines=[SOFTWARE])
    await lapse(world)
    silent = await invited(world, refused, IP)
    assert silent["state"] == "BLOCKED", silent["mandatory"]
    attempts = await world.as_owner("SELECT data->>'act' AS act FROM event WHERE type = 'ActRefused'")
    assert [row["act"] for row in attempts] == ["DEEM"]

    await mandate(world, IP, "DEEM")
    no = await make.case(trader=trader, lines=[SOFTWARE])
    await lapse(world)
    assert (await invited(world, no, IP))["state"] == "DEEMED_NO_OBJECTION"
    issued = await sheet(world, no)
    assert issued is not None
    participant = issued["document"]["participants"][0]
    assert (participant["state"], participant["note"]) == ("DEEMED_NO_OBJECTION", "第七条第二款")
    assert (
        (await accepts(world, no, IP)).status_code == (await say(world, "zhao", no, IP, "waive", reason="免")).status_code == 409
    )
    await without(world, make, no)
    await over(world, make, no, agencies=("customs",))
    decided = await read(world, no, "disposition")
    assert (decided["type"], decided["state"], decided["automatic"]) == ("RELEASE", "PROPOSED", False)
    gap = next(one for one in (await read(world, no, "report.json"))["gaps"] if one["agency"] == IP)
    assert (gap["kind"], gap["policy"], gap["reason"]) == ("DEEMED", "DEEMED", "第七条第二款")


async def test_a_mandatory_agency_is_never_deemed_and_the_refusal_says_why(world: World, make: Make) -> None:
    await silence_leads_to(world, {"agency": MR, "action": "DEEMED", "clause": "第七条", "lanes": ["blue"]})
    await mandate(world, MR, "DEEM")
    no = await make.case()
    await lapse(world)
    assert (await invited(world, no, MR))["state"] == "BLOCKED"
    frames = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/events"))
    escalated = next(one["data"] for one in frames if one["type"] == "InvitationEscalated" and one["data"]["agency"] == MR)
    assert "mandatory" in escalated["not_deemed_because"]


async def test_after_the_sheet_is_frozen_a_late_answer_counts_once_the_lead_admits_it(world: World, make: Make) -> None:
    no = await make.case()
    ok(await accepts(world, no, MR))
    await lapse(world)
    await without(world, make, no)
    refused = await accepts(world, no, IP)
    assert (refused.status_code, refused.json()["code"]) == (409, "late_needs_admission")
    composed = world.clock.now() - timedelta(hours=3)
    for _ in range(2):
        offered = ok(await say(world, "qiu", no, IP, "late", experts=["qiu"], composed_at=composed.isoformat()))
        assert offered["state"] == "BLOCKED" and not offered["experts"]
    await world.drain()
    item = (await inbox(world, "lin", "late_answer_offered"))[0]
    assert datetime.fromisoformat(item["data"]["composed_at"]) == composed  # shown to the lead; it decides nothing
    assert (await put(world, no, IP, PASS)).status_code == 403  # not admitted: it does not count
    admitted = ok(await say(world, "lin", no, IP, "admit", reason="终端离线期间已答复"))
    assert (admitted["state"], admitted["late"], admitted["offer"]) == ("ACCEPTED", True, None)
    assert datetime.fromisoformat(admitted["composed_at"]) == composed
    await over(world, make, no)
    ok(await put(world, no, IP, PASS))
    await world.drain()
    gap = next(one for one in (await read(world, no, "report.json"))["gaps"] if one["agency"] == IP)
    assert (gap["kind"], gap["reason"]) == ("LATE", "终端离线期间已答复")


async def test_a_device_that_says_in_time_does_not_make_a_late_answer_one(world: World, make: Make) -> None:
    no = await make.case()
    composed = world.clock.now()
    await lapse(world)
    late = ok(await accepts(world, no, MR, composed_at=composed.isoformat()))
    assert late["late"] is True and late["composed_at"] is not None


async def test_other_experts_are_checked_like_the_first_and_the_window_follows_them(world: World, make: Make) -> None:
    no = await make.case("SCHEDULED")
    wrong = await say(world, "ping", no, MR, "replace-experts", experts=["tao"], reason="公出")
    assert wrong.json()["code"] == "expert_not_eligible"
    assert (await say(world, "ping", no, MR, "replace-experts", experts=[], reason="公出")).json()["code"] == "expert_missing"
    for _ in range(2):
        sent = ok(await say(world, "ping", no, MR, "replace-experts", experts=["bo"], reason="公出"))
        assert [one["login"] for one in sent["experts"]] == ["bo"]
    await world.drain()
    assert (await told(world, no)).count("ExpertReplaced") == 1
    held = await world.as_owner("SELECT name FROM booking_expert WHERE agency = $1", MR)
    assert [row["name"] for row in held] == ["Bo"]


async def test_nobody_is_replaced_before_anybody_was_named(world: World, make: Make) -> None:
    no = await make.case()
    refused = await say(world, "ping", no, MR, "replace-experts", experts=["bo"], reason="公出")
    assert (refused.status_code, refused.json()["state"]) == (409, "PENDING")
