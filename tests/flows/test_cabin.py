"""Before the yard: papers are filed and read, somebody who has not read stays outside, the work is divided, the sheet follows."""

from __future__ import annotations

from uuid import uuid4

import cabin_operations as before
import pytest
from cabin_operations import acknowledge_sheet, adopt, agree_division, cite, divide, object_division, read_papers, say, tick
from deciding import concluded
from make import Make, ok, refused
from operations import Hand
from world import World
from yard_operations import check_in, complete, excuse, find, open_goods

from inspection.server.cast import PORT

MEI = ("tao", "rong", "mei")
REQUIRED = {"required_of": ["market_regulation"]}


@pytest.fixture
async def issued(port: World, builder: Make) -> Hand:
    """A case whose task sheet has issued."""
    return Hand(port, builder, await builder.case("PREPARING"))


@pytest.fixture
async def scheduled(issued: Hand) -> Hand:
    """The same with a window confirmed."""
    await issued.make.scheduled(issued.no)
    return issued


# --- papers and receipts --------------------------------------------------------------------------------------------------


async def test_where_nobody_files_anything_nothing_is_asked(scheduled: Hand) -> None:
    assert ok(await check_in(scheduled, officers=MEI))["state"] == "CHECK_IN"
    ok(await open_goods(scheduled))
    assert ok(await complete(scheduled))["state"] == "COMPLETE"


async def test_an_expert_who_has_not_read_what_his_agency_must_have_stays_outside(scheduled: Hand) -> None:
    paper = ok(await cite(scheduled, **REQUIRED))
    problem = refused(await check_in(scheduled, officers=MEI), "papers_unread")
    unread = [{"paper": paper["id"], "version": 1, "title": paper["title"]}]
    assert problem["people"] == [{"login": "mei", "name": "Mei", "agency": "market_regulation", "papers": unread}]
    assert await scheduled.read("/sessions") == []

    cabin = ok(await read_papers(scheduled))
    assert cabin["to_read"] == [] and [one["login"] for one in cabin["receipts"]] == ["mei"]
    ok(await check_in(scheduled, officers=MEI))


async def test_a_new_version_has_to_be_read_again(scheduled: Hand) -> None:
    paper = ok(await cite(scheduled, **REQUIRED))["id"]
    ok(await read_papers(scheduled))
    ok(await cite(scheduled, paper=paper, version=2, clause="第 7 章", **REQUIRED))
    assert (await scheduled.read("/cabin", "mei"))["to_read"] == [{"paper": paper, "version": 2}]
    refused(await check_in(scheduled, officers=MEI), "papers_unread")
    ok(await read_papers(scheduled))
    ok(await check_in(scheduled, officers=MEI))


async def test_the_lead_excuses_with_a_reason_what_lies_there_now_and_not_what_comes_later(scheduled: Hand) -> None:
    paper = ok(await cite(scheduled, **REQUIRED))["id"]
    given = ok(await before.excuse_reading(scheduled))
    assert (given["login"], given["papers"]) == ("mei", [{"paper": paper, "version": 1}])
    assert given["reason"] == "专家已在现场，任务紧急" and given["excused_by"] == "Lin"
    assert ok(await before.excuse_reading(scheduled)) == given
    refused(await before.excuse_reading(scheduled, reason="另一理由"), "nothing_unread")

    ok(await cite(scheduled, paper=paper, version=2, **REQUIRED))
    refused(await check_in(scheduled, officers=MEI), "papers_unread")
    ok(await before.excuse_reading(scheduled))
    ok(await check_in(scheduled, officers=MEI))


async def test_a_paper_sent_twice_is_filed_once_and_other_content_is_another_version(issued: Hand) -> None:
    paper = str(uuid4())
    first = ok(await cite(issued, paper=paper))
    assert ok(await cite(issued, paper=paper)) == first
    refused(await cite(issued, paper=paper, clause="第 7 章"), "paper_differs")
    refused(await cite(issued, paper=paper, version=3), "stale_version", 412)
    assert ok(await cite(issued, paper=paper, version=2, clause="第 7 章"))["newest"]
    assert not ok(await cite(issued, paper=paper))["newest"]
    refused(await cite(issued, paper=paper, version=3, agency="ip"), "not_your_paper", 403)
    assert [(one["version"], one["newest"]) for one in (await issued.read("/cabin"))["papers"]] == [(1, False), (2, True)]


async def test_a_secret_paper_is_for_its_agency_alone_and_its_title_is_nowhere(scheduled: Hand) -> None:
    secret = {"title": "源代码授权链 7f3a", "label": "IP_SECRET", "agency": "ip"}
    refused(await cite(scheduled, **secret, required_of=["market_regulation"]), "paper_invalid", 422)
    refused(await cite(scheduled, **secret, for_enterprise=True), "paper_invalid", 422)
    paper = ok(await cite(scheduled, **secret, required_of=["ip"]))["id"]
    for login in ("lin", "mei", "an"):
        shown = await scheduled.read("/cabin", login)
        assert shown["papers"] == [] and "7f3a" not in str(await scheduled.read("/events", login))
    problem = refused(await check_in(scheduled, officers=("tao", "rong", "qiu")), "papers_unread")
    assert problem["people"][0]["papers"] == [{"paper": paper, "version": 1, "title": "保密资料"}]
    ok(await read_papers(scheduled, login="qiu"))
    ok(await check_in(scheduled, officers=("tao", "rong", "qiu")))
    assert (await scheduled.read("/cabin", "mei"))["receipts"] == []


async def test_a_document_takes_the_way_of_all_evidence_and_the_enterprise_reads_what_is_meant_for_it(issued: Hand) -> None:
    photo = b"\xff\xd8\xff\xe0 a report" + bytes(100) + b"\xff\xd9"
    shown, kept = await issued.make.photo(issued.no, "ping", photo), await issued.make.photo(issued.no, "ping", photo + b"2")
    lin, hengtong = issued.world.client_of("lin"), issued.world.client_of("hengtong")
    number = (await issued.read())["declaration"]
    for evidence, meant in ((shown, True), (kept, False)):
        body = {"version": 1, "title": f"材质报告 {meant}", "evidence": evidence, "for_enterprise": meant}
        where = f"/api/v1/cases/{issued.no}/cabin/documents/{uuid4()}"
        refused(await lin.put(where, json=body), "not_found", 404)  # what another agency uploaded is not Lin's to file
        ok(await issued.world.client_of("ping").put(where, json=body))

    papers = ok(await hengtong.get(f"/api/v1/declarations/{number}/papers"))
    assert [one["title"] for one in papers] == ["材质报告 True"] and "Ping" not in str(papers)
    where = f"/api/v1/declarations/{number}/papers/{papers[0]['id']}/bytes"
    assert (await hengtong.get(where)).content == photo
    for path in (where, f"/api/v1/declarations/{number}/papers"):
        refused(await issued.world.client_of("xinda").get(path), "not_found", 404)
    hidden = next(one["id"] for one in (await issued.read("/cabin"))["papers"] if not one["for_enterprise"])
    refused(await hengtong.get(f"/api/v1/declarations/{number}/papers/{hidden}/bytes"), "not_found", 404)


# --- checklists -----------------------------------------------------------------------------------------------------------


async def test_a_case_takes_the_checklist_in_force_and_keeps_it(world: World, make: Make) -> None:
    await before.publish(make)
    hand = Hand(world, make, await make.case("PREPARING"))
    await before.publish(make, version=2, title="第二版", entries=before.ENTRIES[:1])
    await before.publish(make, version=3, entries=[])
    (taken,) = (await hand.read("/cabin"))["papers"]
    assert (taken["kind"], taken["title"], taken["required_of"]) == ("CHECKLIST", "特种设备现场核查清单", ["market_regulation"])
    assert taken["content"]["checklist_version"] == 1 and len(taken["content"]["entries"]) == 3
    later = Hand(world, make, await make.case("PREPARING"))
    assert (await later.read("/cabin"))["papers"] == []


async def test_a_checklist_published_twice_is_one_version_and_a_foreign_one_is_not_yours(world: World, make: Make) -> None:
    assert await before.publish(make) == await before.publish(make)
    where = f"/api/v1/units/{PORT}/market_regulation/checklists/PIPING"
    body = {"version": 1, "title": "另一清单", "entries": before.ENTRIES}
    refused(await world.client_of("ping").put(where, json=body), "paper_differs")
    refused(
        await world.client_of("ping").put(where, json=body | {"entries": [before.ENTRIES[0]] * 2, "version": 2}),
        "paper_invalid",
        422,
    )
    refused(await world.client_of("qiu").put(where, json=body), "not_found", 404)
    shown = ok(await world.client_of("mei").get(where.removesuffix("/PIPING")))
    assert [(one["code"], one["version"]) for one in shown] == [("PIPING", 1)]


async def test_a_share_is_complete_when_every_mandatory_entry_has_an_answer(world: World, make: Make) -> None:
    await before.publish(make, mandatory=False)
    hand = Hand(world, make, await make.case("IN_FIELD"))
    problem = refused(await complete(hand), "checklist_open")
    assert [one["entry"] for one in problem["entries"]] == ["M1", "M2"]
    ok(await tick(hand, entry="M1"))
    refused(await complete(hand), "checklist_open")
    refused(await tick(hand, entry="M2", outcome="NOT_APPLICABLE"), "checklist_invalid", 422)
    refused(await tick(hand, entry="M9"), "checklist_invalid", 422)
    said = ok(await tick(hand, entry="M2", outcome="NOT_APPLICABLE", reason="管件未焊接，无炉批号要求"))
    assert [(one["entry"], one["outcome"], one["answered_by"]) for one in said] == [
        ("M1", "DONE", "Mei"), ("M2", "NOT_APPLICABLE", "Mei"), ("M3", None, None),
    ]  # fmt: skip
    assert ok(await tick(hand, entry="M1")) == said
    assert ok(await complete(hand))["state"] == "COMPLETE"
    refused(await tick(hand, entry="M3"), "state_forbids")


async def test_whoever_cannot_finish_the_checklist_is_excused_by_the_lead_inspector(world: World, make: Make) -> None:
    await before.publish(make, mandatory=False)
    hand = Hand(world, make, await make.case("IN_FIELD"))
    refused(await complete(hand), "checklist_open")
    assert ok(await excuse(hand))["state"] == "EXCUSED"


# --- deliberation and division --------------------------------------------------------------------------------------------


async def test_a_message_sent_twice_stands_once_and_replies_hang_on_it(issued: Hand) -> None:
    where, first = f"/api/v1/cases/{issued.no}/cabin/threads/messages/", str(uuid4())
    mei = issued.world.client_of("mei")
    said = ok(await mei.put(where + first, json={"text": "先核对铭牌，再开箱"}))
    assert ok(await mei.put(where + first, json={"text": "先核对铭牌，再开箱"})) == said
    refused(await mei.put(where + first, json={"text": "先开箱"}), "message_differs")
    refused(await issued.world.client_of("qiu").put(where + first, json={"text": "先核对铭牌，再开箱"}), "message_differs")
    ok(await say(issued, login="qiu", text="同意", reply_to=first))
    refused(await say(issued, reply_to=str(uuid4())), "not_found", 404)
    refused(await say(issued, text="长" * 10_001), "invalid", 422)
    ok(await say(issued, login="lin", text="长" * 10_000))
    thread = (await issued.read("/cabin/threads"))["messages"]
    assert [(one["name"], one["reply_to"]) for one in thread] == [("Mei", None), ("Qiu", first), ("Lin", None)]


async def test_what_every_agency_agrees_to_stands_on_the_next_version_of_the_sheet(issued: Hand) -> None:
    proposal = ok(await divide(issued))
    assert (proposal["state"], proposal["awaited"]) == ("OPEN", ["ip"])
    assert [(one["agency"], one["agrees"]) for one in proposal["answers"]] == [("market_regulation", True)]
    problem = refused(await adopt(issued), "division_not_agreed")
    assert problem["awaited"] == ["ip"] and problem["objections"] == []

    ok(await object_division(issued, agency="ip"))
    problem = refused(await adopt(issued), "division_not_agreed")
    assert problem["objections"] == [{"agency": "ip", "reason": "专家只在上午到场"}]
    assert (await issued.read("/task-sheet"))["version"] == 1

    assert ok(await agree_division(issued, agency="ip"))["awaited"] == []
    adopted = ok(await adopt(issued))
    assert (adopted["state"], adopted["adopted_version"]) == ("ADOPTED", 2)
    assert ok(await adopt(issued)) == adopted
    sheet = await issued.read("/task-sheet")
    assert (sheet["version"], sheet["state"]) == (2, "AMENDED")
    assert sheet["document"]["division"]["steps"] == proposal["steps"]
    assert "预会商" in sheet["document"]["amended_because"]
    assert sheet["document"]["changed_for"] == ["customs", "ip", "market_regulation"]
    refused(await object_division(issued, agency="ip"), "proposal_outdated")


async def test_everybody_acknowledges_the_new_version_and_then_it_is_acknowledged(issued: Hand) -> None:
    for agency in ("customs", "ip"):
        ok(await acknowledge_sheet(issued, agency=agency))
    shown = ok(await acknowledge_sheet(issued, agency="market_regulation"))
    assert (shown["state"], shown["awaited"]) == ("ACKNOWLEDGED", [])
    ok(await divide(issued))
    ok(await agree_division(issued, agency="ip"))
    ok(await adopt(issued))
    refused(await acknowledge_sheet(issued, agency="ip", version=7), "stale_version", 412)
    shown = ok(await acknowledge_sheet(issued, agency="ip"))
    assert ok(await acknowledge_sheet(issued, agency="ip")) == shown
    assert (shown["version"], shown["state"], shown["awaited"]) == (2, "AMENDED", ["customs", "market_regulation"])
    ok(await acknowledge_sheet(issued, agency="customs"))
    assert ok(await acknowledge_sheet(issued))["state"] == "ACKNOWLEDGED"


async def test_a_division_leaves_nothing_over_and_gives_nothing_twice(issued: Hand) -> None:
    steps = (await issued.read("/cabin/threads"))["draft"]["steps"]
    problem = refused(await divide(issued, steps=steps[:1]), "division_invalid", 422)
    assert any("nobody is responsible" in one["message"] for one in problem["errors"])
    problem = refused(await divide(issued, steps=[*steps, steps[0]]), "division_invalid", 422)
    assert any("should be once" in one["message"] for one in problem["errors"])
    stranger = [steps[0] | {"agency": "environment"}, *steps[1:]]
    problem = refused(await divide(issued, steps=stranger), "division_invalid", 422)
    assert problem["errors"] == [{"path": "$.steps[0].agency", "message": "environment takes no part in this inspection"}]


async def test_a_later_proposal_takes_the_place_of_the_one_before(issued: Hand) -> None:
    first = ok(await divide(issued))["id"]
    second = ok(await divide(issued, login="lin"))
    assert (second["number"], second["awaited"]) == (2, ["ip", "market_regulation"])
    refused(await agree_division(issued, agency="ip", proposal=first), "proposal_outdated")
    states = [(one["number"], one["state"]) for one in (await issued.read("/cabin/threads"))["proposals"]]
    assert states == [(1, "OUTDATED"), (2, "OPEN")]
    refused(await divide(issued, proposal=first, login="qiu"), "proposal_differs")
    refused(await divide(issued, sheet_version=9), "stale_version", 412)


async def test_once_the_goods_are_open_nothing_is_divided_anew(scheduled: Hand) -> None:
    ok(await divide(scheduled))
    ok(await agree_division(scheduled, agency="ip"))
    ok(await check_in(scheduled))
    ok(await open_goods(scheduled))
    refused(await adopt(scheduled), "state_forbids")
    refused(await divide(scheduled), "state_forbids")
    assert (await scheduled.read("/task-sheet"))["version"] == 1


async def test_the_agencies_are_told_of_a_proposal_and_of_the_amended_sheet(issued: Hand) -> None:
    ok(await divide(issued, login="lin"))
    for agency in ("ip", "market_regulation"):
        ok(await agree_division(issued, agency=agency))
    ok(await adopt(issued))
    await issued.world.drain()
    for login in ("ping", "qiu"):
        kinds = {one["kind"] for one in ok(await issued.world.client_of(login).get("/api/v1/inbox"))}
        assert {"division_proposed", "task_sheet_amended"} <= kinds


async def test_who_takes_no_part_neither_reads_nor_speaks(issued: Hand) -> None:
    for path in ("/cabin", "/cabin/threads", "/task-sheet/acknowledgements"):
        for login in ("hua", "ou"):
            refused(await issued.world.client_of(login).get(f"/api/v1/cases/{issued.no}{path}"), "not_found", 404)
    refused(await say(issued, login="hua"), "not_found", 404)


async def test_by_agreement_ip_counts_the_goods_and_the_report_says_who_had_read_what(issued: Hand) -> None:
    ok(await cite(issued, **REQUIRED))
    ok(await before.excuse_reading(issued))
    points = (await issued.read("/task-sheet"))["document"]["focus_points"]
    given = {number: "ip" if one["agency"] == "customs" else one["agency"] for number, one in enumerate(points, start=1)}
    steps = [{"order": 1, "agency": agency, "looks": [{"point": number}]} for number, agency in given.items()]
    proposal = ok(await divide(issued, steps=steps))
    assert proposal["foreign"] == {"ip": [number for number, one in enumerate(points, start=1) if one["agency"] == "customs"]}
    ok(await agree_division(issued, agency="ip"))
    ok(await adopt(issued))

    await issued.make.scheduled(issued.no)
    ok(await check_in(issued, officers=MEI))
    refused(await find(issued, agency="ip", kind="PHYSICAL"), "state_forbids")
    ok(await open_goods(issued))
    ok(await find(issued, agency="ip", kind="PHYSICAL", observation="清点 1 台，与申报一致"))
    await issued.make.closed(issued.no)
    await concluded(issued.world, issued.no)
    report = await issued.read("/report.json")
    assert [(one["title"], one["version"], one["required_of"]) for one in report["papers"]] == [
        ("压力管道规范 工业管道", 1, ["market_regulation"])
    ]
    assert [(one["name"], one["papers"], one["by"]) for one in report["excused_reading"]] == [("Mei", 1, "Lin")]
