"""What people decide about a case and what undoes it: conclusions, dispositions, objections, recalls, a new declaration."""

from __future__ import annotations

from typing import Any

import yard
from make import ok
from operations import DISPATCHERS, EXPERTS, OFFICE, Hand, Request, as_json, writes

from kit.ids import uuid7

PASS = {"line": 1, "verdict": "PASS", "basis": "TESTED"}
RECTIFY = {"line": 1, "verdict": "RECTIFY", "measures": ["RECTIFY"], "basis": "DOCUMENT", "cause": "certificate_invalid"}


@writes("PUT " + OFFICE + "/conclusions/{agency}")
async def conclude(hand: Hand, agency: str = "market_regulation", **line: Any) -> Request:
    """The next version; PASS when nothing is said."""
    versions = [one["version"] for one in await hand.read("/conclusions") or [] if one["agency"] == agency]
    made_from = max(versions, default=0)
    login = EXPERTS[agency]
    key = await hand.world.keys.of(login, hand.world.client_of(login))
    body = key.conclusion(hand.no, agency, made_from + 1, [line or PASS])
    return Request(login, {"agency": agency}, as_json(body, **{"If-Match": f'"v{made_from}"'}))


@writes("POST " + OFFICE + "/disposition")
async def propose(hand: Hand, type: str = "RECTIFY", reason: str = "依部门结论整改") -> Request:
    return Request("lin", rest=as_json({"type": type, "reason": reason}, **yard.once()))


@writes("POST " + OFFICE + "/disposition/resolve")
async def resolve(hand: Hand, type: str = "RETURN", reason: str = "原产国接受退运") -> Request:
    return Request("lin", rest=as_json({"type": type, "reason": reason}, **yard.once()))


@writes("POST " + OFFICE + "/disposition/approve")
async def approve(hand: Hand) -> Request:
    return Request("zhao")


@writes("POST " + OFFICE + "/dissents")
async def dissent(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[agency], rest=as_json({"ground": "合格证与实物不符"}, **yard.once()))


@writes("POST " + OFFICE + "/dissents/{agency}/decide")
async def decide_dissent(hand: Hand, agency: str = "market_regulation", decision: str = "UPHOLD") -> Request:
    return Request("gao", {"agency": agency}, as_json({"decision": decision, "reason": "经合议"}))


@writes("POST " + OFFICE + "/report/versions/{version}/void")
async def void_report(hand: Hand, version: int = 1, reason: str = "附图与商品项不符") -> Request:
    return Request("zhao", {"version": str(version)}, as_json({"reason": reason}))


@writes("POST /api/v1/declarations/{number}/recall/answer")
async def answer_recall(hand: Hand, text: str = "货物在仓库，未售出") -> Request:
    case = await hand.read()
    return Request("hengtong", {"number": case["declaration"]}, as_json({"text": text}))


@writes("POST " + OFFICE + "/recalls/{version}/close")
async def close_recall(hand: Hand, version: int = 1, outcome: str = "RETURNED", login: str = "lin") -> Request:
    return Request(login, {"version": str(version)}, as_json({"outcome": outcome, "reason": "货物已交回"}))


@writes("POST /api/v1/declarations/{number}/appeals")
async def file_appeal(hand: Hand) -> Request:
    case = await hand.read()
    body = {"id": str(uuid7()), "ground": "检测方法有误", "materials": [{"title": "型式试验报告", "reference": "T-2026-17"}]}
    return Request("hengtong", {"number": case["declaration"]}, as_json(body))


async def _appeal(hand: Hand) -> dict[str, str]:
    found = await hand.read("/appeals")
    return {"appeal": str(found[-1]["id"]) if found else str(uuid7())}


@writes("POST " + OFFICE + "/appeals/{appeal}/suspend")
async def suspend_measure(hand: Hand) -> Request:
    return Request("gao", await _appeal(hand), as_json({"reason": "复验期间暂缓"}))


@writes("POST " + OFFICE + "/appeals/{appeal}/examine")
async def examine_again(hand: Hand, laboratory: str | None = None) -> Request:
    by = {"by": "LABORATORY", "laboratory": laboratory} if laboratory else {"by": "OFFICERS"}
    return Request("gao", await _appeal(hand), as_json(by | {"reason": "对铭牌有争议"}))


@writes("POST " + OFFICE + "/appeals/{appeal}/second-test")
async def record_second_test(hand: Hand, laboratory: str = "L2") -> Request:
    body = {"laboratory": laboratory, "result": "DIFFERS", "reference": "F-2026-9", "note": "复检合格"}
    return Request("zhao", await _appeal(hand), as_json(body))


@writes("POST " + OFFICE + "/reopenings")
async def reopen(hand: Hand) -> Request:
    return Request("zhao", rest=as_json({"ground": "REINSPECTION", "reason": "收到举报，须重新查验"}))


@writes("POST " + OFFICE + "/appeals/{appeal}/decide")
async def decide_appeal(hand: Hand, outcome: str = "UPHOLD", type: str | None = None) -> Request:
    return Request("gao", await _appeal(hand), as_json({"outcome": outcome, "reason": "经复核", "type": type}))


@writes("POST /api/v1/declarations")
async def supersede(hand: Hand, goods: str = "", hs: str = "", **changes: Any) -> Request:
    """The enterprise files the next version of the declaration; with ``goods`` or ``hs``, its first line is something else."""
    case = await hand.read()
    document = case["declaration_document"]
    newest = ok(await hand.world.client_of("hengtong").get(f"/api/v1/declarations/{document['number']}"))["version"]
    if goods or hs:
        first = document["lines"][0] | {"name": goods, "description": goods} | ({"hs": hs, "components": []} if hs else {})
        changes["lines"] = [first, *document["lines"][1:]]
    return Request("hengtong", rest=as_json(document | {"version": newest + 1} | changes))
