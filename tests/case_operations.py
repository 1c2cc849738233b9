"""Everything a person may do to a case, each as the request that does it: what the tests of replay and of the random walk share.

An operation knows its row of the route table, who does it when nothing is said, and how its request is made from the case as
it stands. Called, it sends the request and returns whatever was answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import yard
from make import Make, ok
from world import World

from kit.ids import uuid7

OFFICE, TERMINAL = "/api/v1/cases/{no}", "/field/v1/cases/{no}"
SESSION = OFFICE + "/sessions/{session}"
DISPATCHERS = {"market_regulation": "ping", "ip": "qiu"}
EXPERTS = {"customs": "rong", "market_regulation": "mei", "ip": "qiu"}
KINDS = {"customs": "PHYSICAL", "market_regulation": "MARKING", "ip": "LICENCE"}
PASS = {"line": 1, "verdict": "PASS", "basis": "TESTED"}
RECTIFY = {"line": 1, "verdict": "RECTIFY", "measures": ["RECTIFY"], "basis": "DOCUMENT", "cause": "certificate_invalid"}


@dataclass
class Hand:
    """A case and what the people on it have at hand: photos declared, the number of its declaration."""

    world: World
    make: Make
    no: str
    photos: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Declared evidence: who declared it, and its bytes."""

    @property
    def now(self) -> datetime:
        """The present on the platform, UTC."""
        return self.world.clock.now()

    async def read(self, what: str = "", login: str = "lin") -> Any:
        """What the case's office says of itself: ``/sessions``, ``/slots`` …; None when it refuses."""
        answer = await self.world.client_of(login).get(OFFICE.format(no=self.no) + what)
        return answer.json() if answer.is_success else None

    async def session(self) -> str:
        """The id of the latest session; an invented one before there is any."""
        sessions = await self.read("/sessions")
        return str(sessions[-1]["id"]) if sessions else str(uuid7())


@dataclass(frozen=True)
class Request:
    """Who sends it (None: nobody signed in), what stands in the path besides the case, and the rest as httpx takes it."""

    login: str | None
    path: dict[str, str] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """``route`` is its row in the route table, but for the names of path parameters; ``build`` makes the request."""

    name: str
    route: str
    build: Callable[..., Awaitable[Request]]

    async def __call__(self, hand: Hand, **options: Any) -> httpx.Response:
        """Makes the request from the case as it stands, and sends it."""
        return await self.send(hand, await self.build(hand, **options))

    async def send(self, hand: Hand, request: Request) -> httpx.Response:
        """Sends the request."""
        method, path = self.route.split(" ", 1)
        client = hand.world.client_of(request.login)
        return await client.request(method, path.format(no=hand.no, **request.path), **request.rest)


@dataclass(frozen=True)
class Step:
    """An operation with its options, which must succeed."""

    operation: Operation
    options: dict[str, Any]

    async def __call__(self, hand: Hand) -> Any:
        """Does it and returns the answer's JSON."""
        return ok(await self.operation(hand, **self.options))


def step(operation: Operation, **options: Any) -> Step:
    """``operation`` with ``options``, to be done later."""
    return Step(operation, options)


OPERATIONS: dict[str, Operation] = {}
"""By name."""


def writes(route: str) -> Callable[[Callable[..., Awaitable[Request]]], Operation]:
    """Makes an operation of the function that builds its request."""

    def made(build: Callable[..., Awaitable[Request]]) -> Operation:
        return OPERATIONS.setdefault(build.__name__, Operation(build.__name__, route, build))

    return made


def _json(body: Any, **headers: str) -> dict[str, Any]:
    return {"json": body, "headers": headers}


@writes("POST " + OFFICE + "/invitations/{agency}/accept")
async def accept(hand: Hand, agency: str = "market_regulation", expert: str = "") -> Request:
    return Request(DISPATCHERS[agency], {"agency": agency}, _json({"experts": [expert or EXPERTS[agency]]}))


@writes("POST " + OFFICE + "/invitations/{agency}/decline")
async def decline(hand: Hand, agency: str = "market_regulation", reason: str = "OUT_OF_SCOPE") -> Request:
    body = {"reason": reason, "text": "不属于本部门职责"}
    return Request(DISPATCHERS[agency], {"agency": agency}, _json(body))


@writes("POST " + OFFICE + "/invitations/{agency}/confirm-decline")
async def confirm_decline(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request("lin", {"agency": agency})


@writes("POST " + OFFICE + "/invitations/{agency}/overrule-decline")
async def overrule_decline(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request("lin", {"agency": agency}, _json({"reason": "管线元件属特种设备"}))


@writes("POST " + OFFICE + "/invitations/{agency}/claim")
async def claim_points(hand: Hand, agency: str = "ip", by: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[by], {"agency": agency}, _json({"reason": "软件属设备安全附件", "experts": [EXPERTS[by]]}))


@writes("POST " + OFFICE + "/invitations/{agency}/refuse-claim")
async def refuse_points(hand: Hand, agency: str = "ip", by: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[by], {"agency": agency}, _json({"reason": "亦不属于本部门职责"}))


@writes("POST " + OFFICE + "/invitations/{agency}/replace-experts")
async def replace_experts(hand: Hand, agency: str = "market_regulation", expert: str = "bo") -> Request:
    return Request(DISPATCHERS[agency], {"agency": agency}, _json({"experts": [expert], "reason": "临时公出"}))


@writes("POST " + OFFICE + "/invitations/{agency}/late")
async def answer_late(hand: Hand, agency: str = "ip") -> Request:
    composed = (hand.now - timedelta(hours=3)).isoformat()
    return Request(DISPATCHERS[agency], {"agency": agency}, _json({"experts": [EXPERTS[agency]], "composed_at": composed}))


@writes("POST " + OFFICE + "/invitations/{agency}/admit")
async def admit_late(hand: Hand, agency: str = "ip") -> Request:
    return Request("lin", {"agency": agency}, _json({"reason": "终端离线期间已答复"}))


@writes("POST " + OFFICE + "/invitations/{agency}/waive")
async def waive_agency(hand: Hand, agency: str = "market_regulation", login: str = "zhao") -> Request:
    return Request(login, {"agency": agency}, _json({"reason": "同批货物已由该部门检验"}))


SUBSTITUTE = {
    "kind": "INSTITUTION",
    "name": "华测检验",
    "reference": "CNAS L0001",
    "valid_until": "2027-12-31",
    "reason": "部门未应，依委托由机构检验",
}


@writes("POST " + OFFICE + "/invitations/{agency}/substitute")
async def substitute(hand: Hand, agency: str = "market_regulation", **other: Any) -> Request:
    return Request("lin", {"agency": agency}, _json(SUBSTITUTE | other))


@writes("POST /api/v1/inbox/{item}/acknowledge")
async def acknowledge(hand: Hand, agency: str = "market_regulation") -> Request:
    login = DISPATCHERS[agency]
    items = ok(await hand.world.client_of(login).get("/api/v1/inbox"))
    mine = [item["id"] for item in items if item["case"] == hand.no and item["kind"] == "invitation"]
    return Request(login, {"item": mine[0] if mine else str(uuid7())})


@writes("POST " + OFFICE + "/invitations/{agency}/draw-experts")
async def draw_experts(hand: Hand, agency: str = "market_regulation", count: int = 1) -> Request:
    return Request(DISPATCHERS[agency], {"agency": agency}, _json({"count": count}, **yard.once()))


@writes("POST " + OFFICE + "/draw-key-points")
async def draw_key_points(hand: Hand, count: int = 2) -> Request:
    return Request("lin", rest=_json({"count": count}, **yard.once()))


@writes("POST " + OFFICE + "/certificate-waivers")
async def waive_certificate(hand: Hand, login: str = "bo") -> Request:
    return Request("zhao", rest=_json({"login": login, "domains": ["PRESSURE"], "reason": "证书换发中"}))


@writes("POST " + OFFICE + "/hand-over")
async def hand_over(hand: Hand, login: str = "lin", to: str = "zhao") -> Request:
    return Request(login, rest=_json({"to": to, "note": "夜班接续"}))


@writes("POST " + OFFICE + "/schedule")
async def schedule(hand: Hand, place: int | None = None) -> Request:
    start = (hand.now + timedelta(days=1)).replace(microsecond=0)
    invented = {"bay": "A1", "place": 1, "starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    slots = await hand.read("/slots")
    slot = slots[0] if slots else invented
    return Request("lin", rest=_json(slot | ({"place": place} if place else {})))


async def _seen(hand: Hand) -> dict[str, Any]:
    """The booking and the version of it that everybody sees; an invented one before there is any."""
    booking = await hand.read("/schedule") or {"id": str(uuid7()), "version": 1}
    return {"booking": booking["id"], "version": booking["version"]}


@writes("POST " + OFFICE + "/schedule/confirm")
async def agree(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[agency], rest=_json(await _seen(hand)))


@writes("POST " + OFFICE + "/schedule/refuse")
async def refuse_window(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[agency], rest=_json(await _seen(hand) | {"reason": "专家另有任务"}))


@writes("POST " + OFFICE + "/schedule/change")
async def change_window(hand: Hand, place: int = 1) -> Request:
    """To the first window on offer that is another one."""
    start = (hand.now + timedelta(days=1)).replace(microsecond=0)
    invented = {"bay": "A1", "place": 1, "starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    present = await hand.read("/schedule") or {"starts_at": None}
    slot = next((one for one in await hand.read("/slots") or () if one["starts_at"] != present["starts_at"]), invented)
    return Request("lin", rest=_json(slot | {"place": place, "reason": "台位检修"}))


@writes("POST " + OFFICE + "/schedule/cancel")
async def cancel_window(hand: Hand) -> Request:
    return Request("lin", rest=_json({"reason": "台位检修"}))


@writes("POST " + OFFICE + "/schedule/no-show")
async def no_show(hand: Hand, party: str = "enterprise", later: timedelta | None = None) -> Request:
    """After some time, when it is said."""
    if later:
        await hand.world.move_by(later)
    return Request("lin", rest=_json({"party": party, "reason": "车辆未到"}))


@writes("POST " + OFFICE + "/yard-moves")
async def move_goods(hand: Hand, to: str = "WAITING", place: int | None = None) -> Request:
    return Request("tao", rest=_json({"to": to} | ({"place": place} if place else {})))


@writes("POST /api/v1/declarations/{number}/preferred-windows")
async def wish(hand: Hand, hours: int = 24) -> Request:
    """The enterprise would like two hours, some time from now."""
    first = (hand.now + timedelta(hours=hours)).replace(microsecond=0)
    windows = [{"starts_at": first.isoformat(), "ends_at": (first + timedelta(hours=2)).isoformat()}]
    return Request("hengtong", {"number": (await hand.read())["declaration"]}, _json({"windows": windows}))


@writes("POST " + OFFICE + "/sessions")
async def check_in(hand: Hand, officers: tuple[str, ...] = ("tao", "rong"), reason: str | None = None) -> Request:
    body = {"officers": officers, "attendance": "ATTENDED", "seals_before": ["HT-0001"], "reason": reason}
    return Request("tao", rest=_json(body, **yard.once()))


@writes("POST " + SESSION + "/open")
async def open_goods(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()})


@writes("POST " + SESSION + "/pause")
async def pause(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()}, _json({"reason": "雷雨"}))


@writes("POST " + SESSION + "/resume")
async def resume(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()})


@writes("POST " + SESSION + "/close")
async def close(hand: Hand) -> Request:
    return Request("tao", {"session": await hand.session()}, _json({"seals_after": ["HT-0002"]}))


@writes("POST " + SESSION + "/workstreams/{agency}/complete")
async def complete(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(EXPERTS[agency], {"session": await hand.session(), "agency": agency})


@writes("POST " + SESSION + "/workstreams/{agency}/excuse")
async def excuse(hand: Hand, agency: str = "market_regulation") -> Request:
    path = {"session": await hand.session(), "agency": agency}
    return Request("tao", path, _json({"reason": "专家被紧急调离"}))


@writes("PUT " + TERMINAL + "/findings/{finding}")
async def find(hand: Hand, agency: str = "market_regulation", captured_at: datetime | None = None, **other: Any) -> Request:
    said = {"agency": agency, "kind": KINDS[agency]} | other
    body = yard.finding(await hand.session(), captured_at or hand.now, **said)
    return Request(EXPERTS[agency], {"finding": str(uuid7())}, _json(body))


@writes("PUT " + TERMINAL + "/evidence/{evidence}")
async def declare(hand: Hand, agency: str = "market_regulation", **other: Any) -> Request:
    evidence = str(uuid7())
    content = yard.photo(evidence)
    hand.photos[evidence] = EXPERTS[agency], content
    return Request(EXPERTS[agency], {"evidence": evidence}, _json(yard.declared(content, hand.now, **other)))


@writes("PUT " + TERMINAL + "/evidence/{evidence}/bytes")
async def send_bytes(hand: Hand) -> Request:
    """The bytes of the photo that was declared last."""
    evidence, (login, content) = next(reversed(hand.photos.items()), (str(uuid7()), ("mei", b"")))
    return Request(login, {"evidence": evidence}, {"content": content})


@writes("PUT " + OFFICE + "/conclusions/{agency}")
async def conclude(hand: Hand, agency: str = "market_regulation", **line: Any) -> Request:
    """The next version; PASS when nothing is said."""
    versions = [one["version"] for one in await hand.read("/conclusions") or [] if one["agency"] == agency]
    made_from = max(versions, default=0)
    login = EXPERTS[agency]
    key = await hand.world.keys.of(login, hand.world.client_of(login))
    body = key.conclusion(hand.no, agency, made_from + 1, [line or PASS])
    return Request(login, {"agency": agency}, _json(body, **{"If-Match": f'"v{made_from}"'}))


@writes("POST " + OFFICE + "/disposition")
async def propose(hand: Hand, type: str = "RECTIFY", reason: str = "依部门结论整改") -> Request:
    return Request("lin", rest=_json({"type": type, "reason": reason}, **yard.once()))


@writes("POST " + OFFICE + "/disposition/resolve")
async def resolve(hand: Hand, type: str = "RETURN", reason: str = "原产国接受退运") -> Request:
    return Request("lin", rest=_json({"type": type, "reason": reason}, **yard.once()))


@writes("POST " + OFFICE + "/disposition/approve")
async def approve(hand: Hand) -> Request:
    return Request("zhao")


@writes("POST " + OFFICE + "/dissents")
async def dissent(hand: Hand, agency: str = "market_regulation") -> Request:
    return Request(DISPATCHERS[agency], rest=_json({"ground": "合格证与实物不符"}, **yard.once()))


@writes("POST " + OFFICE + "/dissents/{agency}/decide")
async def decide_dissent(hand: Hand, agency: str = "market_regulation", decision: str = "UPHOLD") -> Request:
    return Request("gao", {"agency": agency}, _json({"decision": decision, "reason": "经合议"}))


@writes("POST " + OFFICE + "/report/versions/{version}/void")
async def void_report(hand: Hand, version: int = 1, reason: str = "附图与商品项不符") -> Request:
    return Request("zhao", {"version": str(version)}, _json({"reason": reason}))


@writes("POST /api/v1/declarations/{number}/recall/answer")
async def answer_recall(hand: Hand, text: str = "货物在仓库，未售出") -> Request:
    case = await hand.read()
    return Request("hengtong", {"number": case["declaration"]}, _json({"text": text}))


@writes("POST " + OFFICE + "/recalls/{version}/close")
async def close_recall(hand: Hand, version: int = 1, outcome: str = "RETURNED", login: str = "lin") -> Request:
    return Request(login, {"version": str(version)}, _json({"outcome": outcome, "reason": "货物已交回"}))


@writes("POST /api/v1/declarations/{number}/appeals")
async def file_appeal(hand: Hand) -> Request:
    case = await hand.read()
    body = {"id": str(uuid7()), "ground": "检测方法有误", "materials": [{"title": "型式试验报告", "reference": "T-2026-17"}]}
    return Request("hengtong", {"number": case["declaration"]}, _json(body))


async def _appeal(hand: Hand) -> dict[str, str]:
    found = await hand.read("/appeals")
    return {"appeal": str(found[-1]["id"]) if found else str(uuid7())}


@writes("POST " + OFFICE + "/appeals/{appeal}/suspend")
async def suspend_measure(hand: Hand) -> Request:
    return Request("gao", await _appeal(hand), _json({"reason": "复验期间暂缓"}))


@writes("POST " + OFFICE + "/appeals/{appeal}/examine")
async def examine_again(hand: Hand, laboratory: str | None = None) -> Request:
    by = {"by": "LABORATORY", "laboratory": laboratory} if laboratory else {"by": "OFFICERS"}
    return Request("gao", await _appeal(hand), _json(by | {"reason": "对铭牌有争议"}))


@writes("POST " + OFFICE + "/appeals/{appeal}/second-test")
async def record_second_test(hand: Hand, laboratory: str = "L2") -> Request:
    body = {"laboratory": laboratory, "result": "DIFFERS", "reference": "F-2026-9", "note": "复检合格"}
    return Request("zhao", await _appeal(hand), _json(body))


@writes("POST " + OFFICE + "/reopenings")
async def reopen(hand: Hand) -> Request:
    return Request("zhao", rest=_json({"ground": "REINSPECTION", "reason": "收到举报，须重新查验"}))


@writes("POST " + OFFICE + "/appeals/{appeal}/decide")
async def decide_appeal(hand: Hand, outcome: str = "UPHOLD", type: str | None = None) -> Request:
    return Request("gao", await _appeal(hand), _json({"outcome": outcome, "reason": "经复核", "type": type}))


@writes("POST /api/v1/declarations")
async def supersede(hand: Hand, goods: str = "", hs: str = "", **changes: Any) -> Request:
    """The enterprise files the next version of the declaration; with ``goods`` or ``hs``, its first line is something else."""
    case = await hand.read()
    document = case["declaration_document"]
    newest = ok(await hand.world.client_of("hengtong").get(f"/api/v1/declarations/{document['number']}"))["version"]
    if goods or hs:
        first = document["lines"][0] | {"name": goods, "description": goods} | ({"hs": hs, "components": []} if hs else {})
        changes["lines"] = [first, *document["lines"][1:]]
    return Request("hengtong", rest=_json(document | {"version": newest + 1} | changes))
