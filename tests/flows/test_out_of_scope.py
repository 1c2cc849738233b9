"""S6: "not mine" takes an agency out of a case only when the lead agrees or another agency takes its points; never silently."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from deciding import PASS, propose, put, read, told
from make import Make, ok
from silence import inbox, invited, lapse, say
from world import World

from inspection.server.cast import PORT

ROOT = Path(__file__).parents[2]
MR, IP = "market_regulation", "ip"
WORDS = {"reason": "OUT_OF_SCOPE", "text": "设备自带控制程序，非登记作品"}


async def refuses(world: World, no: str, agency: str = IP, login: str = "qiu") -> Any:
    return ok(await say(world, login, no, agency, "decline", **WORDS))


async def comes(world: World, no: str) -> None:
    """Market regulation accepts."""
    ok(await say(world, "ping", no, MR, "accept", experts=["mei"]))
    await world.drain()


async def rules_of(world: World, agency: str) -> dict[str, dict[str, Any]]:
    """The precision of the rules that called the agency, as the rule officer reads it."""
    rows = await world.as_owner(
        "SELECT DISTINCT p->>'rule' AS rule FROM invitation i, jsonb_array_elements(i.points) p WHERE i.agency = $1", agency
    )
    named = {row["rule"] for row in rows}
    known = ok(await world.client_of("ruo").get("/api/v1/rulebooks/precision"))
    return {one["rule"]: one for one in known if one["rule"] in named}


async def printed(world: World) -> list[dict[str, Any]]:
    """What ``lianjian rules precision`` prints on the world's database, in a process of its own."""
    command = [sys.executable, "-m", "inspection.server.cli", "rules", "precision", "--port", PORT, "--json"]
    own = os.environ | {"DATABASE_URL": world.services.app_url}
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=own, cwd=ROOT)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return msgspec.json.decode(out, type=list[dict[str, Any]])


async def has_sheet(world: World, no: str) -> bool:
    return (await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet")).is_success


async def test_an_agency_leaves_with_the_leads_confirmation_its_hit_was_false_and_the_rules_precision_falls(
    world: World, make: Make
) -> None:
    no, other = await make.case(), await make.case()
    await comes(world, no)
    before = await rules_of(world, IP)
    assert before and all(one["precision"] == "1.0000" and one["hits"] == 2 for one in before.values())
    assert (await refuses(world, no))["decline_confirmed"] is False
    await world.drain()
    assert not await has_sheet(world, no)  # its word alone removes nothing

    assert (await say(world, "qiu", no, IP, "confirm-decline")).status_code == 403
    for _ in range(2):
        assert ok(await say(world, "lin", no, IP, "confirm-decline"))["decline_confirmed"] is True
    await world.drain()
    document = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet"))["document"]
    assert {point["agency"] for point in document["focus_points"]} == {"customs", MR}
    marked = await world.as_owner("SELECT * FROM hit_outcome WHERE case_no = $1", no)
    assert {row["rule"] for row in marked} == set(before)
    for row in marked:
        assert (row["agency"], row["outcome"], row["line"], row["reason"]) == (IP, "FALSE_POSITIVE", 1, WORDS["text"])
        assert row["rule_version"] >= 1 and row["packs"] and row["by"] and row["at"] and row["revoked_at"] is None
    after = await rules_of(world, IP)
    assert all((one["false_positives"], one["precision"]) == (1, "0.5000") for one in after.values())
    assert (await invited(world, other, IP))["state"] == "PENDING"
    assert await printed(world) == ok(await world.client_of("ruo").get("/api/v1/rulebooks/precision"))


async def test_the_lead_who_does_not_agree_makes_it_a_conflict_told_to_both_sides_that_holds_the_sheet(
    world: World, make: Make
) -> None:
    no = await make.case()
    await comes(world, no)
    await refuses(world, no)
    for _ in range(2):
        overruled = ok(await say(world, "lin", no, IP, "overrule-decline", reason="软件属许可核查范围"))
        assert (overruled["state"], overruled["conflict"]) == ("ESCALATED", True)
    await lapse(world)
    assert not await has_sheet(world, no)  # IP is not mandatory and its time is over: the conflict holds the sheet all the same
    assert (await told(world, no)).count("InvitationEscalated") == 1
    for login in ("lin", "qiu"):
        assert len(await inbox(world, login, "invitation_escalated ip")) == 1
    assert await world.as_owner("SELECT 1 FROM hit_outcome") == []
    assert (await say(world, "lin", no, IP, "confirm-decline")).status_code == 409
    ok(await say(world, "qiu", no, IP, "accept", experts=["qiu"]))
    await world.drain()
    assert await has_sheet(world, no) and not (await invited(world, no, IP))["conflict"]


async def test_when_the_second_agency_refuses_as_well_it_escalates_by_itself_and_nothing_is_issued(
    world: World, make: Make
) -> None:
    no = await make.case()
    await refuses(world, no)
    await refuses(world, no, MR, "ping")
    await lapse(world)
    for agency in (IP, MR):
        assert ((one := await invited(world, no, agency))["state"], one["conflict"]) == ("ESCALATED", True)
        assert (await say(world, "lin", no, agency, "confirm-decline")).status_code == 409
    assert not await has_sheet(world, no)
    assert (await told(world, no)).count("InvitationEscalated") == 2
    for login in ("lin", "qiu", "ping"):
        assert len(await inbox(world, login, "invitation_escalated")) == 2


async def test_a_refusal_after_the_lead_confirmed_takes_the_false_positive_back_and_release_waits_for_a_superiors_word(
    world: World, make: Make
) -> None:
    no = await make.case()
    await comes(world, no)
    await refuses(world, no)
    ok(await say(world, "lin", no, IP, "confirm-decline"))
    await world.drain()
    assert await has_sheet(world, no)
    await make.arrived(no)
    lin = world.client_of("lin")
    booking = ok(await lin.post(f"/api/v1/cases/{no}/schedule", json=ok(await lin.get(f"/api/v1/cases/{no}/slots"))[0]))
    seen = {"booking": booking["id"], "version": booking["version"]}
    ok(await world.client_of("ping").post(f"/api/v1/cases/{no}/schedule/confirm", json=seen))
    await make.opened(no)

    for _ in range(2):
        disputed = ok(await say(world, "ping", no, IP, "refuse-claim", reason="软件亦非本部门职责"))
        assert (disputed["state"], disputed["conflict"]) == ("ESCALATED", True)
    revoked = await world.as_owner("SELECT revoked_at FROM hit_outcome")
    assert revoked and all(row["revoked_at"] for row in revoked)
    assert all(one["precision"] == "1.0000" for one in (await rules_of(world, IP)).values())

    session = await make.session_of(no)
    for login, agency in (("mei", MR), ("rong", "customs")):
        ok(await world.client_of(login).post(f"/api/v1/cases/{no}/sessions/{session}/workstreams/{agency}/complete"))
    ok(await world.client_of("tao").post(f"/api/v1/cases/{no}/sessions/{session}/close", json={"seals_after": ["S-2"]}))
    for agency in (MR, "customs"):
        ok(await put(world, no, agency, PASS))
    await world.drain()
    assert not {"ReportIssued", "Released"} & set(await told(world, no))
    refused = await propose(world, no, "RELEASE")
    assert refused.status_code == 409 and {one["agency"] for one in refused.json()["missing"]} == {IP}

    ok(await say(world, "zhao", no, IP, "waive", reason="经上级核定，该软件无须核查"))
    await world.drain()
    assert (await read(world, no, "disposition"))["automatic"] is False  # never silently: a person releases


async def test_another_agency_that_claims_the_points_settles_it_and_looks_at_them(world: World, make: Make) -> None:
    no = await make.case()
    refused = await say(world, "ping", no, IP, "claim", reason="属安全附件", experts=["mei"])
    assert refused.status_code == 409  # not yet coming itself, and nothing was declined
    await comes(world, no)
    await refuses(world, no)
    for _ in range(2):
        claimed = ok(await say(world, "ping", no, IP, "claim", reason="属安全附件", experts=["mei"]))
        assert {point["agency"] for point in claimed["points"]} == {MR}
    await world.drain()
    document = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet"))["document"]
    assert {point["agency"] for point in document["focus_points"]} == {"customs", MR}
    assert (await told(world, no)).count("PointsClaimed") == 1
    assert {row["outcome"] for row in await world.as_owner("SELECT outcome FROM hit_outcome")} == {"REASSIGNED"}
    assert all(one["reassigned"] == 1 and one["precision"] == "1.0000" for one in (await rules_of(world, IP)).values())


@pytest.mark.parametrize("reason", ["NO_QUALIFIED_EXPERT", "CONFLICT_OF_INTEREST"])
async def test_a_mandatory_agency_that_can_send_nobody_escalates_holds_the_sheet_and_may_still_come(
    reason: str, world: World, make: Make
) -> None:
    no = await make.case()
    ok(await say(world, "qiu", no, IP, "accept", experts=["qiu"]))
    declined = ok(await say(world, "ping", no, MR, "decline", reason=reason, text="人员均已外派"))
    assert (declined["state"], declined["conflict"]) == ("ESCALATED", False)
    await lapse(world)
    assert not await has_sheet(world, no)
    stands = await invited(world, no, MR)
    assert (stands["state"], stands["level"]) == ("ESCALATED", 0)  # it answered: silence has no consequences
    assert len(await inbox(world, "lin", "invitation_escalated market_regulation")) == 1
    ok(await say(world, "ping", no, MR, "accept", experts=["bo"]))
    await world.drain()
    assert await has_sheet(world, no)


async def test_who_is_not_in_the_case_claims_and_refuses_nothing(world: World, make: Make) -> None:
    no = await make.case()
    await refuses(world, no)
    for verb in ("claim", "refuse-claim"):
        assert (await say(world, "hua", no, IP, verb, reason="x")).status_code == 404
        assert (await say(world, "qiu", no, IP, verb, reason="x")).status_code == 404
