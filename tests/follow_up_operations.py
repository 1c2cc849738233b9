"""What follows a disposition, as operations: for the tests of replay."""

from __future__ import annotations

from typing import Any

import yard
from operations import EXPERTS, OFFICE, Hand, Request, as_json, writes

from kit.ids import uuid7

ONE = OFFICE + "/follow-ups/{follow_up}"
OWN = "/api/v1/declarations/{number}/follow-ups/{follow_up}"
OFFICES = "/api/v1/handed-over/{follow_up}"


async def _one(hand: Hand, kind: str) -> dict[str, Any]:
    """The newest follow-up of a kind; an invented one before there is any."""
    found = [one for one in await hand.read("/follow-ups") or () if one["kind"] == kind]
    return dict(found[-1]) if found else {"id": str(uuid7()), "agency": "customs"}


def _of(item: dict[str, Any], login: str | None, **body: Any) -> Request:
    return Request(login or EXPERTS[item["agency"]], {"follow_up": item["id"]}, as_json(body, **yard.once()))


@writes("POST " + OWN + "/proof")
async def prove(hand: Hand, kind: str = "RECTIFY") -> Request:
    item = await _one(hand, kind)
    path = {"follow_up": item["id"], "number": (await hand.read())["declaration"]}
    return Request("hengtong", path, as_json({"text": "已整改"}, **yard.once()))


@writes("POST " + ONE + "/verify")
async def verify(hand: Hand, kind: str = "RECTIFY", passed: bool = True) -> Request:
    return _of(await _one(hand, kind), None, passed=passed, reason="已核对")


@writes("POST " + ONE + "/register")
async def register(hand: Hand, kind: str = "SECURITY", **record: Any) -> Request:
    return _of(await _one(hand, kind), None, **record)


@writes("POST " + ONE + "/hand-over")
async def hand_to_office(hand: Hand) -> Request:
    return _of(await _one(hand, "DESTINATION_INSPECTION"), "lin", port="2248", agency="customs", reason="目的地检查")


@writes("POST " + ONE + "/testing")
async def send_to_test(hand: Hand, running: bool = True) -> Request:
    return _of(await _one(hand, "DETAIN"), None, running=running, why="送检")


@writes("POST " + OFFICES + "/acknowledge")
async def take_over(hand: Hand) -> Request:
    return _of(await _one(hand, "DESTINATION_INSPECTION"), "ou")


@writes("POST " + OFFICES + "/result")
async def inspect_elsewhere(hand: Hand) -> Request:
    return _of(await _one(hand, "DESTINATION_INSPECTION"), "ou", passed=True, reason="货证相符")


@writes("POST " + OFFICE + "/goods-facts")
async def state_fact(hand: Hand, fact: str = "returnable", value: bool = False) -> Request:
    return Request("lin", rest=as_json({"fact": fact, "value": value, "reason": "现场核实"}))
