"""From the approved disposition to the last follow-up: conditions, rectification, detention, filed cases, costs."""

from __future__ import annotations

from datetime import datetime, timedelta

from deciding import PASS, RECTIFY, approve, concluded, propose, put, read, refusing, told
from following_up import LINE, act, decided, fact, follow_ups, nobody_objects, prove, status
from make import REFERENCE, Make, ok
from world import World

SECURITY = {"line": 1, "verdict": "CONDITIONAL", "conditions": ["SECURITY"], "basis": "DOCUMENT"}
SUSPECTED = {"line": 1, "verdict": "CONDITIONAL", "conditions": ["SECURITY"], "basis": "DOCUMENT", "offence": True}


# --- rectification (S2) ----------------------------------------------------------------------------------------------------


async def test_the_enterprise_gets_one_demand_and_only_the_demanding_agency_checks_again(world: World, make: Make) -> None:
    no, number = await decided(world, make, market_regulation=RECTIFY, customs=RECTIFY | {"note": "外包装标识不符"})
    items = await follow_ups(world, no)
    assert {*items} == {"RECTIFY/market_regulation", "RECTIFY/customs"}
    asked = items["RECTIFY/market_regulation"]
    assert asked["demand"]["what"] == RECTIFY["note"] and asked["demand"]["materials"] and asked["demand"]["contact"]
    assert asked["due"] == items["RECTIFY/customs"]["due"] == "2026-12-01T09:30:00Z", "7 working days, by the port's calendar"
    rows = await world.as_owner("SELECT texts FROM notice WHERE case_no = $1 AND template = 'demand' AND channel = 'INBOX'", no)
    said = [row["texts"] for row in rows]
    assert said and all(RECTIFY["note"] in one and "外包装标识不符" in one for one in said), "every agency's items in one notice"

    now = await status(world, no)
    assert (now["code"], now["holder_zh"]) == ("RECTIFYING", "企业") and now["due"] == "2026-12-01T09:30:00Z"
    own = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/follow-ups"))
    assert [one["yours"] for one in own] == [True, True]
    early = await act(world, no, asked, "verify", login="mei", passed=True, reason="未见材料")
    assert (early.status_code, early.json()["code"]) == (409, "state_forbids")
    ok(await prove(world, number, asked))
    await world.drain()
    another = await act(world, no, asked, "verify", login="qiu", passed=True, reason="代为复核")
    assert (another.status_code, another.json()["code"], another.json()["agency"]) == (
        403, "follow_up_of_another", "market_regulation",
    )  # fmt: skip
    back = ok(await act(world, no, asked, "verify", login="mei", passed=False, reason="证书编号仍不一致"))
    assert (back["state"], back["holder"]) == ("NOTIFIED", "enterprise")
    for agency, login in (("market_regulation", "mei"), ("customs", "rong")):
        ok(await prove(world, number, items[f"RECTIFY/{agency}"]))
        ok(await act(world, no, items[f"RECTIFY/{agency}"], "verify", login=login, passed=True, reason="已核对"))
    await world.drain()
    assert (await read(world, no, "disposition"))["state"] == "VERIFIED"
    assert (await read(world, no, "case"))["state"] == "FOLLOW_UP", "the goods have not been decided upon again"

    for agency in ("market_regulation", "customs"):
        ok(await put(world, no, agency, PASS, version=1))
    await world.drain()
    assert (await read(world, no, "disposition"))["type"] == "RELEASE"
    ok(await approve(world, no))
    await world.drain()
    assert (await read(world, no, "disposition?version=1"))["state"] == "CLOSED"
    assert {one["state"] for one in (await follow_ups(world, no)).values()} == {"CLOSED"}
    assert (await read(world, no, "case"))["state"] == "CLOSED" and (await status(world, no))["code"] == "RELEASED"


async def test_an_agency_says_exactly_what_it_wants_and_the_enterprise_reads_it_anew(world: World, make: Make) -> None:
    no, number = await decided(world, make, market_regulation=RECTIFY)
    item = (await follow_ups(world, no))["RECTIFY/market_regulation"]
    wanted = {"what": "更换无证管件", "materials": ["型式试验证书", "更换前后照片"], "contact": "市场监管处窗口"}
    assert (await act(world, no, item, "demand", login="qiu", **wanted)).status_code == 403
    for _ in range(2):
        assert ok(await act(world, no, item, "demand", login="mei", **wanted))["demand"]["materials"] == wanted["materials"]
    assert (await told(world, no)).count("DemandStated") == 1
    own = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/follow-ups"))
    assert own[0]["demand"]["what"] == "更换无证管件"
    assert (await world.client_of("xinda").get(f"/api/v1/declarations/{number}/follow-ups")).status_code == 404
    assert (await prove(world, number, item, login="xinda")).status_code == 404


async def test_an_overdue_rectification_is_the_leads_to_escalate_and_never_escalates_itself(world: World, make: Make) -> None:
    no, number = await decided(world, make, market_regulation=RECTIFY)
    item = (await follow_ups(world, no))["RECTIFY/market_regulation"]
    early = await propose(world, no, "RETURN", reason="企业怠于整改")
    assert (early.status_code, early.json()["code"]) == (409, "state_forbids")
    await world.move_to(datetime.fromisoformat(item["due"]) + timedelta(minutes=1))
    await world.drain()
    late = (await follow_ups(world, no))["RECTIFY/market_regulation"]
    assert late["overdue"] and (await told(world, no)).count("FollowUpOverdue") == 1
    assert (await read(world, no, "disposition"))["type"] == "RECTIFY", "nothing happens by itself"
    inbox = ok(await world.client_of("lin").get("/api/v1/inbox"))
    assert next(one["data"]["next"] for one in inbox if one["kind"] == "follow_up_overdue") == "RETURN"

    milder = await propose(world, no, "RECTIFY", reason="再给一次机会")
    assert (milder.status_code, milder.json()["code"], milder.json()["next"]) == (409, "next_row_only", "RETURN")
    assert ok(await propose(world, no, "RETURN", reason="逾期未整改"))["state"] == "PROPOSED"
    ok(await approve(world, no))
    await world.drain()
    assert (await follow_ups(world, no))["RECTIFY/market_regulation"]["state"] == "CANCELLED"
    gone = (await follow_ups(world, no))["RETURN/customs"]
    early = await prove(world, number, gone, "已退运出境")
    assert (early.status_code, early.json()["state"]) == (409, "APPEALABLE"), "what cannot be undone waits for an objection"
    assert (await status(world, no))["next_step_zh"].startswith("可在期限内提出异议")
    gone = await nobody_objects(world, no, "RETURN/customs")
    ok(await prove(world, number, gone, "已退运出境"))
    ok(await act(world, no, gone, "verify", login="rong", passed=True, reason="核对出境舱单"))
    await world.drain()
    assert (await read(world, no, "disposition"))["state"] == "CLOSED" and (await read(world, no, "case"))["state"] == "CLOSED"
    assert ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}"))["state"] == "NOT_RELEASED"


# --- conditions and release (S12) ------------------------------------------------------------------------------------------


async def test_a_release_waits_until_customs_has_registered_the_security(world: World, make: Make) -> None:
    no, number = await decided(world, make, ip=SECURITY)
    assert (await read(world, no, "disposition"))["state"] == "NOTIFIED" and "Released" not in await told(world, no)
    now = await status(world, no)
    assert (now["code"], now["status_zh"], now["holder_zh"]) == ("DOCUMENTS_REQUIRED", "需补充材料", "企业")
    item = (await follow_ups(world, no))["SECURITY/customs"]
    bare = await act(world, no, item, "register", login="lin", reference="BH-1")
    assert (bare.status_code, bare.json()["code"]) == (422, "follow_up_record_incomplete")
    assert [one["path"] for one in bare.json()["errors"]] == ["$.amount", "$.currency"]
    paid = {"amount": "120000.00", "currency": "CNY", "reference": "BH-2026-77"}
    assert (await act(world, no, item, "register", login="qiu", **paid)).json()["code"] == "follow_up_of_another"
    for _ in range(2):
        assert ok(await act(world, no, item, "register", login="lin", **paid))["record"] == paid
    await world.drain()
    events = await told(world, no)
    assert events.count("Released") == 1 and events.index("FollowUpMoved") < events.index("Released")
    assert (await read(world, no, "disposition"))["state"] == "CLOSED"
    assert ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}"))["state"] == "RELEASED"


async def test_goods_go_first_under_security_while_the_filed_case_goes_on(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, ip=SUSPECTED)
    assert (await read(world, no, "disposition"))["outcome"] == "CONFLICT", "a filed case holds the goods"
    assert (await fact(world, no, "release_first", True, login="zhao")).status_code == 403
    ok(await fact(world, no, "release_first", True))
    await world.drain()
    previous = (await read(world, no, "report.json"))["previous"]
    assert previous["reason"] == "货物情况有新记录：货物先放、案件后办 / recorded of the goods: goods first, case later"
    assert previous["changes"][0] == "货物情况 货物先放、案件后办：是（现场核实） / goods first, case later: yes"
    proposed = await read(world, no, "disposition")
    assert (proposed["type"], proposed["lines"][0]["conditions"]) == ("CONDITIONAL_RELEASE", ["SECURITY"])
    ok(await approve(world, no))
    await world.drain()
    items = await follow_ups(world, no)
    assert {*items} == {"SECURITY/customs", "CASE_FILING/ip"} and "Released" not in await told(world, no)
    filed = {"reference": "知立案〔2026〕12号", "reason": "商标法第六十条"}
    ok(await act(world, no, items["CASE_FILING/ip"], "register", login="qiu", **filed))
    paid = {"amount": "50000", "currency": "CNY", "reference": "BH-9"}
    ok(await act(world, no, items["SECURITY/customs"], "register", login="lin", **paid))
    await world.drain()
    assert "Released" in await told(world, no) and (await read(world, no, "case"))["state"] == "CLOSED"
    filing = (await read(world, no, "case-filings"))[0]
    assert (filing["reference"], filing["state"]) == (filed["reference"], "FILED")
    path = f"/api/v1/cases/{no}/case-filings/{filing['id']}/close"
    assert (await world.client_of("mei").post(path, json={"outcome": "撤案"})).status_code == 403
    assert ok(await world.client_of("qiu").post(path, json={"outcome": "撤案"}))["state"] == "CLOSED"


async def test_prohibited_goods_do_not_go_first(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no, ip=SUSPECTED)
    ok(await fact(world, no, "prohibited", True))
    ok(await fact(world, no, "release_first", True))
    await world.drain()
    assert (await read(world, no, "disposition"))["outcome"] == "CONFLICT"
    assert (await propose(world, no, "CONDITIONAL_RELEASE", conditions=["SECURITY"])).status_code == 409


async def test_an_inspection_at_destination_is_taken_over_before_the_goods_go(world: World, make: Make) -> None:
    inland = {"line": 1, "verdict": "CONDITIONAL", "conditions": ["DESTINATION_INSPECTION"], "basis": "DOCUMENT"}
    no, _ = await decided(world, make, market_regulation=inland)
    item = (await follow_ups(world, no))["DESTINATION_INSPECTION/market_regulation"]
    assert item["holder"] == "customs"
    ou = world.client_of("ou")
    assert ok(await ou.get("/api/v1/handed-over")) == []
    ok(await act(world, no, item, "hand-over", login="lin", port="2248", agency="customs", reason="目的地检查"))
    await world.drain()
    assert "Released" not in await told(world, no), "handed over is not taken over"
    seen = ok(await ou.get("/api/v1/handed-over"))
    assert [(one["case"], one["state"]) for one in seen] == [(no, "HANDED_OVER")]
    assert (await ou.get(f"/api/v1/cases/{no}")).status_code == 404, "of the case the office sees this and nothing else"
    path = f"/api/v1/handed-over/{item['id']}"
    assert (await world.client_of("mei").post(f"{path}/acknowledge")).status_code == 404
    ok(await ou.post(f"{path}/acknowledge"))
    await world.drain()
    assert "Released" in await told(world, no) and (await read(world, no, "case"))["state"] == "FOLLOW_UP"
    ok(await ou.post(f"{path}/result", json={"passed": True, "reason": "货证相符"}))
    await world.drain()
    assert (await read(world, no, "case"))["state"] == "CLOSED"


# --- the other ways --------------------------------------------------------------------------------------------------------


async def test_the_time_of_a_test_is_no_time_of_detention_and_an_approver_extends(world: World, make: Make) -> None:
    no, _ = await decided(world, make, market_regulation=refusing("DETAIN") | {"measures": ["DETAIN", "RETURN"]})
    items = await follow_ups(world, no)
    held, queued = items["DETAIN/market_regulation"], items["RETURN/market_regulation"]
    assert (queued["state"], queued["due"]) == ("QUEUED", None) and (await status(world, no))["code"] == "DETAINED"
    assert (await act(world, no, held, "testing", login="qiu", running=True, why="送检")).status_code == 403
    ok(await act(world, no, held, "testing", login="mei", running=True, why="送省质检院"))
    await world.move_by(timedelta(days=10))
    back = ok(await act(world, no, held, "testing", login="mei", running=False, why="报告已出"))
    assert (held["due"], back["due"]) == ("2026-12-21T15:59:59.999999Z", "2026-12-30T15:59:59.999999Z"), "30 days, then 40"
    assert (await told(world, no)).count("TestingExcluded") == 2
    deadlines = await read(world, no, "deadlines")
    clock = next(one["id"] for one in deadlines if one["type"] == "detention")
    asked = {"amount": 5, "reason": "案情复杂"}
    alone = await world.client_of("lin").post(
        f"/api/v1/cases/{no}/deadlines/{clock}/extend", json=asked, headers={"Idempotency-Key": "e-1"}
    )
    assert (alone.status_code, alone.json()["code"]) == (403, "approver_extends")
    longer = ok(await act(world, no, held, "extend", login="zhao", days=30, reason="案情复杂"))
    assert longer["due"] > back["due"]
    assert (await act(world, no, held, "extend", login="zhao", days=1, reason="再延")).json()["code"] == "extension_not_allowed"

    ok(await act(world, no, held, "register", login="mei", reason="证据已固定，解除扣留"))
    await world.drain()
    begun = (await follow_ups(world, no))["RETURN/market_regulation"]
    assert begun["state"] == "APPEALABLE" and begun["due"] == "2026-12-07T15:59:59.999999Z", "what was queued continues"
    assert (await nobody_objects(world, no, "RETURN/market_regulation"))["holder"] == "enterprise"


async def test_separable_goods_are_split_and_the_released_part_goes(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING", lines=[*REFERENCE["lines"], LINE])
    ok(await fact(world, no, "separable", True))
    for agency in ("customs", "ip", "market_regulation"):
        wrong = agency == "market_regulation"
        lines = [(RECTIFY if wrong and line == 1 else PASS) | {"line": line} for line in await _lines(world, no, agency)]
        ok(await put(world, no, agency, *lines))
    await world.drain()
    proposed = await read(world, no, "disposition")
    assert proposed["type"] == "SPLIT", proposed
    ok(await approve(world, no))
    await world.drain()
    assert (await status(world, no))["code"] == "PARTIALLY_RELEASED"
    item = (await follow_ups(world, no))["RECTIFY/market_regulation"]
    assert item["lines"] == [1] and "Released" in await told(world, no)


async def _lines(world: World, no: str, agency: str) -> list[int]:
    """The lines an agency is asked about; both where its points name none."""
    points = (await read(world, no, "task-sheet"))["document"]["focus_points"]
    return sorted({line for one in points if one["agency"] == agency for line in ([one["line"]] if one.get("line") else [1, 2])})


async def test_a_destruction_is_witnessed_and_dangerous_goods_are_moved_first(world: World, make: Make) -> None:
    unsafe = refusing("DESTROY") | {"measures": ["DESTROY", "MOVE_TO_SAFE_SITE"]}
    no, _ = await decided(world, make, market_regulation=unsafe)
    items = await follow_ups(world, no)
    moved, destroyed = items["MOVE_TO_SAFE_SITE/market_regulation"], items["DESTROY/market_regulation"]
    assert (moved["state"], destroyed["state"]) == ("NOTIFIED", "QUEUED")
    ok(await act(world, no, moved, "register", login="mei", place="危险品堆场 3 区"))
    await world.drain()
    left = (await read(world, no, "elapsed"))["left_port_at"]
    assert left is not None
    await world.move_by(timedelta(hours=5))
    took = await read(world, no, "elapsed")
    assert took["total"]["clock_seconds"] - took["in_port"]["clock_seconds"] >= 5 * 3600, "the case's clock goes on"
    destroyed = await nobody_objects(world, no, "DESTROY/market_regulation")
    alone = {"place": "焚烧厂", "method": "焚烧", "witnesses": ["Mei"]}
    assert (await act(world, no, destroyed, "register", login="mei", **alone)).json()["errors"][0]["path"] == "$.witnesses"
    ok(await act(world, no, destroyed, "register", login="mei", **alone | {"witnesses": ["Mei", "Bo"]}))
    await world.drain()
    assert (await read(world, no, "case"))["state"] == "CLOSED"


async def test_an_audit_is_announced_with_its_matter_day_and_contact_once_something_is_decided(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    audit, path = {"matter": "归类与价格核查", "on": "2026-12-15", "contact": "稽查处窗口"}, f"/api/v1/cases/{no}/audits"
    headers = {"Idempotency-Key": "audit-1"}
    early = await world.client_of("lin").post(path, json=audit, headers={"Idempotency-Key": "audit-0"})
    assert (early.status_code, early.json()["code"]) == (409, "state_forbids")
    await concluded(world, no)
    past = await world.client_of("lin").post(path, json=audit | {"on": "2026-11-20"}, headers={"Idempotency-Key": "audit-2"})
    assert (past.status_code, past.json()["code"]) == (422, "audit_date_invalid")
    assert (await world.client_of("mei").post(path, json=audit, headers=headers)).status_code == 403
    for _ in range(2):
        assert ok(await world.client_of("lin").post(path, json=audit, headers=headers))["on"] == "2026-12-15"
    await world.drain()
    query = "SELECT texts FROM notice WHERE case_no = $1 AND template = 'audit' AND channel = 'INBOX' AND enterprise IS NOT NULL"
    rows = await world.as_owner(query, no)
    assert rows and all(said in rows[0]["texts"] for said in audit.values()), "matter, day and contact"
    assert (await told(world, no)).count("AuditAnnounced") == 1


async def test_a_cost_is_waived_where_nothing_was_found_unless_the_enterprise_was_late(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    lin, path = world.client_of("lin"), f"/api/v1/cases/{no}/costs"
    for key, cause in (("a", "INSPECTION"), ("b", "LATE_ATTENDANCE")):
        body = {"kind": "UNPACKING", "cause": cause, "amount": "300.00", "currency": "CNY"}
        ok(await lin.post(path, json=body, headers={"Idempotency-Key": f"cost-{key}"}))
    assert [one["bearer"] for one in ok(await lin.get(path))] == ["UNDECIDED", "ENTERPRISE"]
    await concluded(world, no)
    assert [one["bearer"] for one in ok(await lin.get(path))] == ["WAIVED", "ENTERPRISE"]
