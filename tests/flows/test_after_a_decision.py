"""What a decision meets: a word that comes late, an amendment at the same moment, a second approval, somebody from outside."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from deciding import PASS, RECTIFY, also_may, approve, concluded, propose, put, read, refusing, told
from make import Make, ok
from world import World

from agencies.powers import PLATFORM
from inspection import cases
from inspection.events import case_stream
from kit import event_log
from kit.canonical import sha256_hex


async def test_a_late_adverse_conclusion_recalls_the_release_and_edits_nothing(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    first = await world.client_of("lin").get(f"/api/v1/cases/{no}/report.json")
    ok(await put(world, no, "market_regulation", refusing("RETURN"), version=1))
    await world.drain()

    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/report.json?version=1")).content == first.content
    second = await read(world, no, "report.json")
    assert second["number"].endswith("/v2") and second["previous"]["sha256"] == sha256_hex(first.content)
    assert (await read(world, no, "disposition?version=1"))["state"] == "RECALLED"
    proposed = await read(world, no, "disposition")
    assert (proposed["type"], proposed["state"], proposed["automatic"]) == ("RETURN", "PROPOSED", False)
    case = await read(world, no, "case")
    assert case["state"] == "DISPOSING"
    assert ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{case['declaration']}"))["state"] == "RELEASED"
    status = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{case['declaration']}/status"))
    assert status["code"] == "RECALLED"
    rows = await world.as_owner("SELECT state FROM report WHERE case_no = $1 ORDER BY version", no)
    assert [row["state"] for row in rows] == ["SUPERSEDED", "ISSUED"]

    ok(await put(world, no, "market_regulation", PASS, version=2))
    await world.drain()
    again = await read(world, no, "disposition")
    assert (again["type"], again["state"], again["automatic"]) == ("RELEASE", "PROPOSED", False)


async def test_an_approval_that_meets_an_amendment_waits_for_the_next_version(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, ip={"line": 1, "verdict": "CONDITIONAL", "conditions": ["SECURITY"], "basis": "DOCUMENT"})
    ok(await put(world, no, "market_regulation", refusing("DESTROY"), version=1))
    refused = await approve(world, no)
    assert (refused.status_code, refused.json()["code"]) == (409, "report_outdated")
    assert (await propose(world, no, "CONDITIONAL_RELEASE")).status_code == 409
    await world.drain()
    stale = await approve(world, no, report_version=1)
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    assert (await read(world, no, "disposition"))["type"] == "DESTROY" and "Released" not in await told(world, no)


async def test_while_the_goods_are_open_again_nothing_is_approved(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    await world.as_owner("UPDATE booking SET state = 'CONFIRMED' WHERE case_no = $1", no)
    again = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "reason": "复核合格证"}
    ok(await world.client_of("tao").post(f"/api/v1/cases/{no}/sessions", json=again, headers={"Idempotency-Key": str(uuid4())}))
    assert (await approve(world, no)).json()["code"] == "session_running"


async def test_two_approvals_at_the_same_moment_have_one_effect(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, ip={"line": 1, "verdict": "CONDITIONAL", "conditions": ["DOCUMENT_BY"], "basis": "DOCUMENT"})
    await also_may(world, "gao", "approve")
    answers = await asyncio.gather(*(approve(world, no, login=login) for login in ("zhao", "gao", "zhao", "gao")))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert len({answer.text for answer in answers if answer.is_success}) == 1
    events = await told(world, no)
    assert (events.count("DispositionApproved"), events.count("Released")) == (1, 1)


async def test_an_amendment_and_an_automatic_release_have_one_order(world: World, make: Make) -> None:
    for _ in range(3):
        no = await make.case("CONCLUDING")
        for agency in ("customs", "market_regulation", "ip"):
            ok(await put(world, no, agency, PASS))
        await asyncio.gather(world.worker.drain(), put(world, no, "ip", refusing("DESTROY"), version=1))
        await world.drain()
        events = [one for one in await told(world, no) if one in {"ConclusionAmended", "Released", "Recalled"}]
        assert events in (["ConclusionAmended"], ["Released", "ConclusionAmended", "Recalled"])
        assert (await read(world, no, "disposition"))["type"] == "DESTROY"


async def test_every_decision_leaves_the_case_in_the_state_that_follows_from_its_children(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    ok(await propose(world, no, "RECTIFY"))
    ok(await approve(world, no))
    ok(await put(world, no, "market_regulation", PASS, version=1))
    await world.drain()
    before = await told(world, no)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await cases.settle_stream(session, case_stream(no), world.clock.now() + timedelta(minutes=1))
        assert await event_log.verify(session, case_stream(no)) is None
    assert await told(world, no) == before
    assert "Released" not in before, "a rectification in execution is followed up by people, not passed over"
    assert (await read(world, no, "disposition"))["state"] == "PROPOSED"


async def test_another_port_and_an_agency_that_was_not_called_find_no_decision(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    for login in ("ou", "hua"):
        for what in ("conclusions", "disposition", "report.json", "report.pdf"):
            assert (await world.client_of(login).get(f"/api/v1/cases/{no}/{what}")).status_code == 404
    assert (await propose(world, no, "RECTIFY", login="ou")).status_code == 404
    assert (await approve(world, no, login="ou")).status_code == 404
    assert (await world.client_of("an").get(f"/api/v1/cases/{no}/report.json")).status_code == 200
