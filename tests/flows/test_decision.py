"""From the closed session to the goods: the report, an automatic release, or two people who decide."""

from __future__ import annotations

import hashlib
from io import BytesIO
from uuid import uuid4

import httpx
import pikepdf
from deciding import PASS, RECTIFY, also_may, approve, concluded, merged_under, propose, put, read, refusing, told
from make import Make, ok
from PIL import Image
from world import World

from agencies.powers import PLATFORM
from inspection.events import case_stream
from inspection.reaction import Parts
from inspection.reporting.report_decisions import decide_when_complete
from inspection.reporting.reports import print_when_issued
from kit import event_log
from kit.canonical import sha256_hex


async def react_again(world: World, no: str, *types: str) -> None:
    """The worker meets every event of these types once more."""
    parts = Parts(store=world.platform.store)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        seen = [event for event in await event_log.read(session, case_stream(no)) if event.type in types]
    for event in seen:
        for reaction in (decide_when_complete, print_when_issued) if event.type == "ReportIssued" else (decide_when_complete,):
            async with world.platform.database.unit_of_work(PLATFORM) as session:
                await reaction(session, event, world.clock.now(), parts)


# --- complete and passing -------------------------------------------------------------------------------------------------


async def test_when_all_pass_the_report_issues_and_the_goods_go_without_a_person(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    decided = await read(world, no, "disposition")
    assert (decided["type"], decided["state"], decided["automatic"]) == ("RELEASE", "CLOSED", True)
    assert decided["proposed_by"] is None and decided["approved_by"] is None and decided["approved_at"]
    case = await read(world, no, "case")
    assert case["state"] == "CLOSED"
    hengtong = world.client_of("hengtong")
    assert ok(await hengtong.get(f"/api/v1/declarations/{case['declaration']}"))["state"] == "RELEASED"
    status = ok(await hengtong.get(f"/api/v1/declarations/{case['declaration']}/status"))
    assert (status["code"], status["status_zh"], status["due"]) == ("RELEASED", "已放行", None)
    assert (await read(world, no, "task-sheet"))["state"] == "CLOSED"
    assert (await told(world, no))[-3:] == ["ReportIssued", "Released", "CaseStateChanged"]


async def test_the_printed_report_carries_the_very_json_that_was_hashed(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    photo = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(photo, "JPEG")
    evidence = await make.photo(no, content=photo.getvalue())
    secret = await make.photo(no, login="qiu", content=photo.getvalue() + b"\0", label="IP_SECRET")
    found = {"session": await make.session_of(no), "line": 1, "captured_at": world.clock.now().isoformat()}
    said = {"grade": "CONFORMS", "observation": "铭牌与证书一致", "kind": "MARKING", "agency": "market_regulation"}
    ok(await world.client_of("mei").put(f"/field/v1/cases/{no}/findings/{uuid4()}", json=found | said | {"evidence": [evidence]}))
    hidden = {"grade": "CONFORMS", "observation": "源代码比对一致", "kind": "LICENCE", "agency": "ip", "label": "IP_SECRET"}
    ok(await world.client_of("qiu").put(f"/field/v1/cases/{no}/findings/{uuid4()}", json=found | hidden | {"evidence": [secret]}))
    await make.closed(no)
    await concluded(world, no)

    answer = await world.client_of("mei").get(f"/api/v1/cases/{no}/report.json")
    assert answer.headers["etag"].strip('"') == hashlib.sha256(answer.content).hexdigest()
    report = answer.json()
    assert [one["observation"] for one in report["findings"]] == ["铭牌与证书一致"]
    assert [one["id"] for one in report["evidence"]] == [evidence] and "源代码" not in answer.text
    assert report["openings"] == 1 and report["sessions"][0]["place"].startswith("协同查验专区")

    pdf = await world.client_of("lin").get(f"/api/v1/cases/{no}/report.pdf")
    printed = pdf.headers["etag"].strip('"')
    assert pdf.headers["content-type"] == "application/pdf" and await world.platform.store.exists(printed)
    assert sha256_hex(pdf.content[: await world.platform.store.size(printed)]) == printed, (
        "the seal stands behind the printed bytes"
    )
    with pikepdf.open(BytesIO(pdf.content)) as opened:
        assert opened.attachments["report.json"].get_file().read_bytes() == answer.content
        assert any(page.get_images() for page in opened.pages)


async def test_deciding_and_printing_again_change_nothing(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    before = await read(world, no, "disposition"), await told(world, no)
    await react_again(world, no, "ConclusionSubmitted", "SessionClosed", "ReportIssued")
    await world.drain()
    assert (await read(world, no, "disposition"), await told(world, no)) == before
    assert len(await world.as_owner("SELECT 1 FROM report WHERE case_no = $1", no)) == 1


async def test_conclusions_that_were_there_before_the_close_count_when_the_session_closes(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    await concluded(world, no)
    assert "ReportIssued" not in await told(world, no)
    await make.closed(no)
    assert (await read(world, no, "disposition"))["state"] == "CLOSED"


# --- somebody is missing --------------------------------------------------------------------------------------------------


async def test_while_a_conclusion_is_missing_there_is_no_report_and_no_way_to_release(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    for agency in ("customs", "market_regulation"):
        ok(await put(world, no, agency, PASS))
    await world.drain()
    lin = world.client_of("lin")
    assert [(await lin.get(f"/api/v1/cases/{no}/{what}")).status_code for what in ("report.json", "disposition")] == [404, 404]
    refused = await propose(world, no, "RELEASE")
    assert (refused.status_code, refused.json()["code"]) == (409, "report_not_ready")
    assert refused.json()["missing"] == [{"line": 1, "agency": "ip", "cause": "NOT_SUBMITTED"}]
    assert (await approve(world, no)).status_code == 404
    assert (await read(world, no, "case"))["state"] == "CONCLUDING"


async def test_a_lapse_is_no_pass(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await world.as_owner("UPDATE invitation SET state = 'LAPSED', experts = '[]' WHERE case_no = $1 AND agency = 'ip'", no)
    for agency in ("customs", "market_regulation"):
        ok(await put(world, no, agency, PASS))
    await world.drain()
    assert (await propose(world, no, "RELEASE")).json()["missing"] == [{"line": 1, "agency": "ip", "cause": "LAPSED"}]
    assert (await put(world, no, "ip", PASS)).json()["code"] == "not_your_conclusion"
    assert not {"ReportIssued", "Released"} & {*await told(world, no)}


async def test_a_test_that_is_still_pending_holds_the_goods(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, ip={"line": 1, "verdict": "PENDING_TEST"})
    assert "ReportIssued" not in await told(world, no)
    ok(await put(world, no, "ip", PASS, version=1))
    await world.drain()
    assert (await read(world, no, "disposition"))["state"] == "CLOSED"


# --- two people decide ----------------------------------------------------------------------------------------------------


async def test_a_rectification_is_proposed_and_a_second_person_approves_it_once(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    proposed = await read(world, no, "disposition")
    assert (proposed["type"], proposed["state"], proposed["automatic"], proposed["outcome"]) == (
        "RECTIFY", "PROPOSED", False, "PROPOSED",
    )  # fmt: skip
    assert (await read(world, no, "case"))["state"] == "DISPOSING"
    mine = ok(await propose(world, no, "RECTIFY"))
    assert mine["proposed_by"] and ok(await propose(world, no, "RECTIFY")) == mine
    assert (await told(world, no)).count("DispositionProposed") == 2

    assert (await approve(world, no, login="lin")).json()["code"] == "power_missing"
    await also_may(world, "lin", "approve")
    await also_may(world, "tao", "approve")
    for login, because in (("lin", "proposer"), ("tao", "lead_inspector")):
        refused = await approve(world, no, login=login)
        assert (refused.status_code, refused.json()["because"]) == (403, because)

    approved = ok(await approve(world, no, report_version=1))
    assert (approved["state"], approved["type"]) == ("IN_EXECUTION", "RECTIFY") and approved["approved_by"]
    assert ok(await approve(world, no)) == approved
    await world.drain()
    case = await read(world, no, "case")
    assert case["state"] == "FOLLOW_UP"
    hengtong = world.client_of("hengtong")
    assert ok(await hengtong.get(f"/api/v1/declarations/{case['declaration']}"))["state"] == "UNDER_JOINT_CASE"
    assert ok(await hengtong.get(f"/api/v1/declarations/{case['declaration']}/status"))["code"] == "RECTIFYING"
    events = await told(world, no)
    assert events.count("DispositionApproved") == 1 and "Released" not in events


async def test_nothing_milder_than_a_conclusion_is_proposed_in_silence(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    for milder in ("RELEASE", "SAMPLE_AND_HOLD"):
        ok(await propose(world, no, milder))
        departure = (await read(world, no, "dissents"))[-1]
        assert (departure["agency"], departure["state"]) == ("market_regulation", "PROPOSED")
        assert (departure["lines"][0]["concluded"], departure["lines"][0]["proposed"]) == ("RECTIFY", milder)
    blank = await propose(world, no, "RECTIFY", reason="  ")
    assert blank.status_code == 422
    assert (await propose(world, no, "CASE_FILING")).json()["errors"][0]["path"] == "$.type"
    assert (await propose(world, no, "SPLIT")).json()["errors"][0]["path"] == "$.type"
    assert ok(await propose(world, no, "RETURN", reason="企业放弃整改"))["type"] == "RETURN"
    assert ok(await approve(world, no))["state"] == "NOTIFIED"


async def test_under_a_veto_the_lead_releases_nothing_and_only_the_vetoing_agency_lifts_it(world: World, make: Make) -> None:
    await merged_under(world, "veto_strict")
    no = await make.case("CONCLUDING")
    ok(await put(world, no, "market_regulation", RECTIFY))
    early = await propose(world, no, "RELEASE")
    assert (early.status_code, early.json()["code"], early.json()["vetoed_by"]) == (409, "vetoed", ["market_regulation"])
    for agency in ("customs", "ip"):
        ok(await put(world, no, agency, PASS))
    await world.drain()
    assert (await read(world, no, "disposition"))["lines"][0]["vetoed_by"] == ["market_regulation"]
    for type_ in ("RELEASE", "CONDITIONAL_RELEASE"):
        refused = await propose(world, no, type_, conditions=["SECURITY"])
        assert (refused.status_code, refused.json()["code"]) == (409, "vetoed")
        assert (refused.json()["line"], refused.json()["vetoed_by"]) == (1, ["market_regulation"])

    ok(await put(world, no, "market_regulation", PASS, version=1))
    await world.drain()
    released = await read(world, no, "disposition")
    assert (released["report_version"], released["type"], released["state"]) == (2, "RELEASE", "CLOSED")
    report = await read(world, no, "report.json")
    assert "第 2 版" in report["previous"]["reason"] and any("RECTIFY → PASS" in one for one in report["previous"]["changes"])


async def test_measures_that_exclude_each_other_wait_for_the_leads_reasoned_choice(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=refusing("RETURN"), ip=refusing("DESTROY"))
    conflict = await read(world, no, "disposition")
    assert (conflict["state"], conflict["type"], conflict["outcome"]) == ("CONFLICT", None, "CONFLICT")
    assert (await approve(world, no)).json()["code"] == "state_forbids"
    assert (await propose(world, no, "RECTIFY")).json()["code"] == "milder_than_policy"
    assert ok(await propose(world, no, "RETURN", reason="原产国接受退运"))["state"] == "RESOLVED"
    assert ok(await approve(world, no))["state"] == "NOTIFIED"


async def test_s3_a_conflict_is_resolved_with_a_reason_by_two_persons_and_the_trace_names_what_it_came_from(
    world: World, make: Make
) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=refusing("RETURN"), ip=refusing("DESTROY"))
    assert (await read(world, no, "disposition"))["state"] == "CONFLICT" and "Released" not in await told(world, no)
    trace = " ".join(step["because"] for step in (await read(world, no, "report.json"))["merged"]["trace"])
    assert "market_regulation v1 REFUSE with RETURN" in trace and "ip v1 REFUSE with DESTROY" in trace

    async def resolve(type_: str, reason: str, login: str = "lin") -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())}
        body = {"type": type_, "reason": reason}
        return await world.client_of(login).post(f"/api/v1/cases/{no}/disposition/resolve", json=body, headers=headers)

    assert (await resolve("RETURN", " ")).status_code == 422
    assert (await resolve("RELEASE", "免于处置")).json()["code"] == "milder_than_policy"
    assert ok(await resolve("RETURN", "原产国接受退运"))["state"] == "RESOLVED"
    await also_may(world, "lin", "approve")
    assert (await approve(world, no, login="lin")).json()["because"] == "proposer"

    ok(await put(world, no, "customs", refusing("DETAIN"), version=1))
    await world.drain()
    queued = await read(world, no, "disposition")
    assert (queued["type"], queued["state"], queued["lines"][0]["queued"]) == ("DETAIN", "PROPOSED", ["DESTROY", "RETURN"])
    assert (await resolve("RETURN", "原产国接受退运")).json()["code"] == "nothing_to_resolve"

    won = await make.case("CONCLUDING")
    await concluded(world, won, market_regulation=refusing("RETURN"), ip=refusing("DESTROY") | {"exclusive": True})
    assert (await read(world, won, "disposition"))["type"] == "DESTROY"


async def test_two_measures_each_mandatory_by_law_are_the_superiors_to_decide(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    exclusive = {"exclusive": True}
    await concluded(world, no, market_regulation=refusing("RETURN") | exclusive, ip=refusing("DESTROY") | exclusive)
    assert (await propose(world, no, "DESTROY")).json()["code"] == "superior_decides"
    assert ok(await propose(world, no, "DESTROY", login="gao"))["state"] == "RESOLVED"


async def test_a_conditional_release_begins_and_is_not_closed_with_its_conditions_open(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, ip={"line": 1, "verdict": "CONDITIONAL", "conditions": ["DOCUMENT_BY"], "basis": "DOCUMENT"})
    assert ok(await approve(world, no))["state"] == "IN_EXECUTION"
    await world.drain()
    case = await read(world, no, "case")
    assert case["state"] == "FOLLOW_UP" and "Released" in await told(world, no)
    status = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{case['declaration']}/status"))
    assert status["code"] == "CONDITIONALLY_RELEASED"
