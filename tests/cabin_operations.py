"""What people do before the yard: file papers, read them, deliberate, divide the work, acknowledge the sheet, tick off."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from make import Make, ok
from operations import DISPATCHERS, EXPERTS, OFFICE, SESSION, Hand, Request, as_json, writes

from inspection.server.cast import PORT

CABIN = OFFICE + "/cabin"
DIVISION = CABIN + "/divisions/{proposal}"
NOBODY = "01939c0e-0000-7000-8000-000000000002"
STANDARD = {"version": 1, "title": "压力管道规范 工业管道", "number": "GB/T 20801.5-2020", "clause": "第 6 章 检验与试验"}
ENTRIES = [
    {
        "code": "M1",
        "zh": "核对压力管道元件制造许可标志",
        "en": "Manufacturing licence mark of the pressure parts",
        "mandatory": True,
    },
    {"code": "M2", "zh": "核对材质报告炉批号", "en": "Heat numbers of the material reports", "mandatory": True},
    {"code": "M3", "zh": "拍摄铭牌"},
]


async def publish(make: Make, *, login: str = "ping", agency: str = "market_regulation", **changes: Any) -> Any:
    """An agency publishes its checklist; Ping the one of market regulation when nothing is said."""
    body = {"version": 1, "title": "特种设备现场核查清单", "entries": ENTRIES, "mandatory": True} | changes
    return ok(await make.world.client_of(login).put(f"/api/v1/units/{PORT}/{agency}/checklists/PIPING", json=body))


async def _papers(hand: Hand, kind: str | None = None) -> list[dict[str, Any]]:
    """The newest version of every paper, of one kind if said."""
    cabin = await hand.read("/cabin")
    return [one for one in (cabin or {"papers": []})["papers"] if one["newest"] and kind in (None, one["kind"])]


@writes("PUT " + CABIN + "/standards/{paper}")
async def cite(hand: Hand, agency: str = "market_regulation", paper: str = "", **other: Any) -> Request:
    return Request(EXPERTS[agency], {"paper": paper or str(uuid4())}, as_json(STANDARD | other))


@writes("PUT " + CABIN + "/documents/{paper}")
async def file_document(hand: Hand, paper: str = "", **other: Any) -> Request:
    """Mei files the photo that was sent last."""
    login, evidence = next(((login, one) for one, (login, _) in reversed(hand.photos.items())), ("mei", NOBODY))
    body = {"version": 1, "title": "材质报告", "evidence": evidence, "document": "TECHNICAL_FILE"} | other
    return Request(login, {"paper": paper or str(uuid4())}, as_json(body))


@writes("POST " + CABIN + "/read-receipts")
async def read_papers(hand: Hand, login: str = "mei") -> Request:
    cabin = await hand.read("/cabin", login) or {"papers": []}
    shown = [{"paper": one["id"], "version": one["version"]} for one in cabin["papers"] if one["newest"]]
    return Request(login, rest=as_json({"papers": shown or [{"paper": NOBODY, "version": 1}]}))


@writes("POST " + CABIN + "/excuses")
async def excuse_reading(hand: Hand, login: str = "mei", reason: str = "专家已在现场，任务紧急") -> Request:
    return Request("lin", rest=as_json({"login": login, "reason": reason}))


@writes("PUT " + CABIN + "/threads/messages/{message}")
async def say(hand: Hand, login: str = "mei", text: str = "建议先核对铭牌，再开箱", **other: Any) -> Request:
    return Request(login, {"message": str(uuid4())}, as_json({"text": text} | other))


@writes("PUT " + DIVISION)
async def divide(hand: Hand, login: str = "mei", proposal: str = "", **other: Any) -> Request:
    """The plainest division, unless another is given."""
    thread = await hand.read("/cabin/threads") or {"draft": None}
    draft = thread["draft"] or {"sheet_version": 1, "steps": [{"order": 1, "agency": "customs", "looks": [{"point": 1}]}]}
    return Request(login, {"proposal": proposal or str(uuid4())}, as_json(draft | other))


async def _latest(hand: Hand) -> str:
    thread = await hand.read("/cabin/threads")
    return str(thread["proposals"][-1]["id"]) if thread and thread["proposals"] else NOBODY


@writes("POST " + DIVISION + "/agree")
async def agree_division(hand: Hand, agency: str = "market_regulation", proposal: str = "") -> Request:
    return Request(DISPATCHERS[agency], {"proposal": proposal or await _latest(hand)})


@writes("POST " + DIVISION + "/object")
async def object_division(hand: Hand, agency: str = "market_regulation", reason: str = "专家只在上午到场") -> Request:
    return Request(DISPATCHERS[agency], {"proposal": await _latest(hand)}, as_json({"reason": reason}))


@writes("POST " + DIVISION + "/adopt")
async def adopt(hand: Hand, proposal: str = "") -> Request:
    return Request("lin", {"proposal": proposal or await _latest(hand)})


@writes("POST " + OFFICE + "/task-sheet/acknowledge")
async def acknowledge_sheet(hand: Hand, agency: str = "market_regulation", version: int | None = None) -> Request:
    sheet = await hand.read("/task-sheet") or {"version": 1}
    login = (DISPATCHERS | {"customs": "lin"})[agency]
    return Request(login, rest=as_json({"version": version or sheet["version"]}))


@writes("PUT " + SESSION + "/workstreams/{agency}/checklist")
async def tick(
    hand: Hand, agency: str = "market_regulation", entry: str = "M1", outcome: str = "DONE", reason: str | None = None
) -> Request:
    lists = [one["id"] for one in await _papers(hand, "CHECKLIST") if one["agency"] == agency]
    said = {"paper": lists[0] if lists else NOBODY, "entry": entry, "outcome": outcome} | ({"reason": reason} if reason else {})
    return Request(EXPERTS[agency], {"session": await hand.session(), "agency": agency}, as_json({"answers": [said]}))
