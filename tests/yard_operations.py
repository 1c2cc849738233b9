"""What people do in the yard: agree on time and place, bring the goods, check in, find, send what they photographed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import yard
from operations import DISPATCHERS, EXPERTS, OFFICE, SESSION, TERMINAL, Hand, Request, as_json, writes

from kit.ids import uuid7

KINDS = {"customs": "PHYSICAL", "market_regulation": "MARKING", "ip": "LICENCE"}


@writes("POST " + OFFICE + "/schedule")
async def schedule(hand: Hand, place: int | None = None) -> Request:
    start = (hand.now + timedelta(days=1)).replace(microsecond=0)
    invented = {"bay": "A1", "place": 1, "starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    slots = await hand.read("/slots")
    slot = slots[0] if slots else invented
    return Request("lin", rest=as_json(slot | ({"place": place} if place else {})))


async def _seen(hand: Hand) -> dict[str, Any]:
    """The booking and the version of it that everybody sees; an invented one before there is any."""
    booking = await hand.read("/schedule") or {"id": str(uuid7()), "version": 1}
    return {"booking": booking["id"], "version": booking["version"]}


@writes("POST " + OFFICE + "/schedule/confirm")
async def agree(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[agency], rest=as_json(await _seen(hand)))


@writes("POST " + OFFICE + "/schedule/refuse")
async def refuse_window(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[agency], rest=as_json(await _seen(hand) | {"reason": "专家另有任务"}))


@writes("POST " + OFFICE + "/schedule/change")
async def change_window(hand: Hand, place: int = 1) -> Request:
    """To the first window on offer that is another one."""
    start = (hand.now + timedelta(days=1)).replace(microsecond=0)
    invented = {"bay": "A1", "place": 1, "starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    present = await hand.read("/schedule") or {"starts_at": None}
    slot = next((one for one in await hand.read("/slots") or () if one["starts_at"] != present["starts_at"]), invented)
    return Request("lin", rest=as_json(slot | {"place": place, "reason": "台位检修"}))


@writes("POST " + OFFICE + "/schedule/cancel")
async def cancel_window(hand: Hand) -> Request:
    return Request("lin", rest=as_json({"reason": "台位检修"}))


@writes("POST " + OFFICE + "/schedule/no-show")
async def no_show(hand: Hand, party: str = "enterprise", later: timedelta | None = None) -> Request:
    """After some time, when it is said."""
    if later:
        await hand.world.move_by(later)
    return Request("lin", rest=as_json({"party": party, "reason": "车辆未到"}))


@writes("POST " + OFFICE + "/yard-moves")
async def move_goods(hand: Hand, to: str = "WAITING", place: int | None = None) -> Request:
    return Request("tao", rest=as_json({"to": to} | ({"place": place} if place else {})))


@writes("POST /api/v1/declarations/{number}/preferred-windows")
async def wish(hand: Hand, hours: int = 24) -> Request:
    """The enterprise would like two hours, some time from now."""
    first = (hand.now + timedelta(hours=hours)).replace(microsecond=0)
    windows = [{"starts_at": first.isoformat(), "ends_at": (first + timedelta(hours=2)).isoformat()}]
    return Request("hengtong", {"number": (await hand.read())["declaration"]}, as_json({"windows": windows}))


@writes("POST " + OFFICE + "/sessions")
async def check_in(hand: Hand, officers: tuple[str, ...] = ("tao", "rong"), reason: str | None = None) -> Request:
    body = {"officers": officers, "attendance": "ATTENDED", "seals_before": ["HT-0001"], "reason": reason}
    return Request("tao", rest=as_json(body, **yard.once()))


@writes("POST " + SESSION + "/open")
async def open_goods(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()})


@writes("POST " + SESSION + "/pause")
async def pause(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()}, as_json({"reason": "雷雨"}))


@writes("POST " + SESSION + "/resume")
async def resume(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()})


@writes("POST " + SESSION + "/close")
async def close(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()}, as_json({"seals_after": ["HT-0002"]}))


@writes("POST " + SESSION + "/workstreams/{agency}/complete")
async def complete(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(EXPERTS[agency], {"session": await hand.session(), "agency": agency})


@writes("POST " + SESSION + "/workstreams/{agency}/excuse")
async def excuse(hand: Hand, agency: str = "market_regulation") -> Request:
    path = {"session": await hand.session(), "agency": agency}
    return Request("tao", path, as_json({"reason": "专家被紧急调离"}))


@writes("PUT " + TERMINAL + "/findings/{finding}")
async def find(hand: Hand, agency: str = "market_regulation", captured_at: datetime | None = None, **other: Any) -> Request:
    said = {"agency": agency, "kind": KINDS[agency]} | other
    body = yard.finding(await hand.session(), captured_at or hand.now, **said)
    return Request(EXPERTS[agency], {"finding": str(uuid7())}, as_json(body))


@writes("PUT " + TERMINAL + "/evidence/{evidence}")
async def declare(hand: Hand, agency: str = "market_regulation", **other: Any) -> Request:
    evidence = str(uuid7())
    content = yard.photo(evidence)
    hand.photos[evidence] = EXPERTS[agency], content
    return Request(EXPERTS[agency], {"evidence": evidence}, as_json(yard.declared(content, hand.now, **other)))


@writes("PUT " + TERMINAL + "/evidence/{evidence}/bytes")
async def send_bytes(hand: Hand) -> Request:
    """The bytes of the photo that was declared last."""
    evidence, (login, content) = next(reversed(hand.photos.items()), (str(uuid7()), ("mei", b"")))
    return Request(login, {"evidence": evidence}, {"content": content})
