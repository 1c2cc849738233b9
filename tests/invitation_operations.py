"""What people do about who comes to a case: answer an invitation, claim, replace, draw, hand over, go without."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import yard
from make import ok
from operations import DISPATCHERS, EXPERTS, OFFICE, Hand, Request, as_json, writes

from kit.ids import uuid7


@writes("POST " + OFFICE + "/invitations/{agency}/accept")
async def accept(hand: Hand, agency: str = "market_regulation", expert: str = "") -> Request:
    return Request(DISPATCHERS[agency], {"agency": agency}, as_json({"experts": [expert or EXPERTS[agency]]}))


@writes("POST " + OFFICE + "/invitations/{agency}/decline")
async def decline(hand: Hand, agency: str = "market_regulation", reason: str = "OUT_OF_SCOPE") -> Request:
    body = {"reason": reason, "text": "不属于本部门职责"}
    return Request(DISPATCHERS[agency], {"agency": agency}, as_json(body))


@writes("POST " + OFFICE + "/invitations/{agency}/confirm-decline")
async def confirm_decline(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request("lin", {"agency": agency})


@writes("POST " + OFFICE + "/invitations/{agency}/overrule-decline")
async def overrule_decline(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request("lin", {"agency": agency}, as_json({"reason": "管线元件属特种设备"}))


@writes("POST " + OFFICE + "/invitations/{agency}/claim")
async def claim_points(hand: Hand, agency: str = "ip", by: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[by], {"agency": agency}, as_json({"reason": "软件属设备安全附件", "experts": [EXPERTS[by]]}))


@writes("POST " + OFFICE + "/invitations/{agency}/refuse-claim")
async def refuse_points(hand: Hand, agency: str = "ip", by: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[by], {"agency": agency}, as_json({"reason": "亦不属于本部门职责"}))


@writes("POST " + OFFICE + "/invitations/{agency}/replace-experts")
async def replace_experts(hand: Hand, agency: str = "market_regulation", expert: str = "bo") -> Request:
    return Request(DISPATCHERS[agency], {"agency": agency}, as_json({"experts": [expert], "reason": "临时公出"}))


@writes("POST " + OFFICE + "/invitations/{agency}/late")
async def answer_late(hand: Hand, agency: str = "ip") -> Request:
    composed = (hand.now - timedelta(hours=3)).isoformat()
    return Request(DISPATCHERS[agency], {"agency": agency}, as_json({"experts": [EXPERTS[agency]], "composed_at": composed}))


@writes("POST " + OFFICE + "/invitations/{agency}/admit")
async def admit_late(hand: Hand, agency: str = "ip") -> Request:
    return Request("lin", {"agency": agency}, as_json({"reason": "终端离线期间已答复"}))


@writes("POST " + OFFICE + "/invitations/{agency}/waive")
async def waive_agency(hand: Hand, agency: str = "market_regulation", login: str = "zhao") -> Request:
    return Request(login, {"agency": agency}, as_json({"reason": "同批货物已由该部门检验"}))


SUBSTITUTE = {
    "kind": "INSTITUTION",
    "name": "华测检验",
    "reference": "CNAS L0001",
    "valid_until": "2027-12-31",
    "reason": "部门未应，依委托由机构检验",
}


@writes("POST " + OFFICE + "/invitations/{agency}/substitute")
async def substitute(hand: Hand, agency: str = "market_regulation", **other: Any) -> Request:
    return Request("lin", {"agency": agency}, as_json(SUBSTITUTE | other))


@writes("POST /api/v1/inbox/{item}/acknowledge")
async def acknowledge(hand: Hand, agency: str = "market_regulation") -> Request:
    login = DISPATCHERS[agency]
    items = ok(await hand.world.client_of(login).get("/api/v1/inbox"))
    mine = [item["id"] for item in items if item["case"] == hand.no and item["kind"] == "invitation"]
    return Request(login, {"item": mine[0] if mine else str(uuid7())})


@writes("POST " + OFFICE + "/invitations/{agency}/draw-experts")
async def draw_experts(hand: Hand, agency: str = "market_regulation", count: int = 1) -> Request:
    return Request(DISPATCHERS[agency], {"agency": agency}, as_json({"count": count}, **yard.once()))


@writes("POST " + OFFICE + "/draw-key-points")
async def draw_key_points(hand: Hand, count: int = 2) -> Request:
    return Request("lin", rest=as_json({"count": count}, **yard.once()))


@writes("POST " + OFFICE + "/certificate-waivers")
async def waive_certificate(hand: Hand, login: str = "bo") -> Request:
    return Request("zhao", rest=as_json({"login": login, "domains": ["PRESSURE"], "reason": "证书换发中"}))


@writes("POST " + OFFICE + "/hand-over")
async def hand_over(hand: Hand, login: str = "lin", to: str = "zhao") -> Request:
    return Request(login, rest=as_json({"to": to, "note": "夜班接续"}))
