"""What people do in the chain of evidence: ask, answer, decline, withdraw, file minutes, recognise, ask a rights holder."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import asking
from make import ok
from operations import EXPERTS, OFFICE, Hand, Request, as_json, writes

NOBODY = "01939c0e-0000-7000-8000-000000000003"
REQUEST = OFFICE + "/info-requests/{request}"
CONFIRMATION = OFFICE + "/rights-confirmations/{confirmation}"


async def _latest(hand: Hand, what: str, state: str = "") -> dict[str, Any]:
    """The latest of the case's requests, recognitions or confirmations; an invented one before there is any."""
    found = await hand.read(f"/{what}") or []
    rows = found["requests"] if isinstance(found, dict) else found
    rows = [one for one in rows if not state or one.get("state") == state]
    return rows[-1] if rows else {"id": NOBODY, "asked": "customs"}


async def _finding(hand: Hand) -> str:
    findings = [one["id"] for one in await hand.read("/findings", "mei") or [] if one["agency"] == "market_regulation"]
    return str(findings[-1]) if findings else NOBODY


@writes("PUT " + REQUEST)
async def ask(hand: Hand, **other: Any) -> Request:
    body = asking.HISTORY | {"finding": await _finding(hand)} | other
    return Request("mei", {"request": str(uuid4())}, as_json(body))


@writes("POST " + REQUEST + "/answer")
async def answer_request(hand: Hand) -> Request:
    request = await _latest(hand, "info-requests", "OPEN")
    who = EXPERTS[request["asked"]]
    key = await hand.world.keys.of(who, hand.world.client_of(who))
    body = key.answer(hand.no, request["id"], request["asked"], asking.ANSWERS[request["asked"]])
    return Request(who, {"request": request["id"]}, as_json(body))


@writes("POST " + REQUEST + "/decline")
async def decline_request(hand: Hand) -> Request:
    request = await _latest(hand, "info-requests", "OPEN")
    return Request(EXPERTS[request["asked"]], {"request": request["id"]}, as_json({"reason": "无查询权限"}))


@writes("POST " + REQUEST + "/withdraw")
async def withdraw_request(hand: Hand) -> Request:
    return Request("mei", {"request": (await _latest(hand, "info-requests"))["id"]}, as_json({"reason": "另行核实"}))


@writes("PUT " + OFFICE + "/findings/{finding}/minutes/{minutes}")
async def file_minutes(hand: Hand) -> Request:
    people = [{"name": "Mei", "agency": "market_regulation"}, {"name": "Rong", "agency": "customs"}]
    body = {"held_at": hand.now.isoformat(), "participants": people, "text": "视频会商：材质报告已过有效期"}
    return Request("mei", {"finding": await _finding(hand), "minutes": str(uuid4())}, as_json(body))


@writes("PUT " + OFFICE + "/recognitions/{recognition}")
async def recognise(hand: Hand) -> Request:
    return Request("ping", {"recognition": str(uuid4())}, as_json(asking.result()))


@writes("POST " + OFFICE + "/recognitions/{recognition}/revoke")
async def revoke_recognition(hand: Hand) -> Request:
    return Request("ping", {"recognition": (await _latest(hand, "recognitions"))["id"]}, as_json({"reason": "资质存疑"}))


@writes("PUT " + CONFIRMATION)
async def confirm(hand: Hand) -> Request:
    body = {"line": 1, "brand": "LUMEN", "holder": await asking.holder(hand.world), "text": "控制柜标有 LUMEN 字样"}
    return Request("qiu", {"confirmation": str(uuid4())}, as_json(body))


@writes("POST " + CONFIRMATION + "/withdraw")
async def withdraw_confirmation(hand: Hand) -> Request:
    latest = await _latest(hand, "rights-confirmations")
    return Request("qiu", {"confirmation": latest["id"]}, as_json({"reason": "误发"}))


@writes("POST /public/v1/rights-confirmations/{confirmation}/reply")
async def reply(hand: Hand, outcome: str = "GENUINE") -> Request:
    """Lumen SA, with the secret from the letter."""
    latest = await _latest(hand, "rights-confirmations")
    letters = await hand.world.as_owner(
        "SELECT texts::text AS t FROM notice WHERE dedupe = $1", f"rights_confirmation {latest['id']}"
    )
    found = re.search(r"secret=([\w-]+)", letters[0]["t"]) if letters else None
    headers = {"X-Confirmation-Secret": found[1] if found else "x" * 43}
    body = {"outcome": outcome, "name": "Lumen SA"}
    return Request(None, {"confirmation": latest["id"]}, as_json(body) | {"headers": headers})


async def prepared(hand: Hand) -> None:
    """Market regulation may recognise, and has found something."""
    await asking.may_recognise(hand.world)
    await asking.found(hand.make, hand.no)


async def silent_for_days(hand: Hand) -> None:
    """Time passes until the rights holder's three working days are over."""
    ok(await confirm(hand))
    await hand.world.move_by(asking.REPLY_TIME)
