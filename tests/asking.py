"""What agencies ask each other and rights holders, and what they recognise: for the flows' stories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from deciding import SPEAKERS
from make import Make, ok
from silence import mandate
from world import World
from yard import finding

from inspection.server.cast import HENGTONG, PORT

HISTORY = {"asked": "customs", "subject": "SUPPLIER_HISTORY", "text": "请提供该供应商近三年同类元件进口及查验记录"}
PATENT = {"asked": "ip", "subject": "PATENT_STATUS", "text": "请核实铭牌所示专利的法律状态"}
ANSWERS: dict[str, dict[str, Any]] = {
    "customs": {
        "text": "近三年进口 4 票，均有压力管道元件，查验无异常",
        "sources": [{"register": "海关进口货物查验记录", "reference": "5316-2025-0198", "as_of": "2026-11-19"}],
    },
    "ip": {
        "text": "该专利已于 2025-06-30 因未缴年费终止",
        "sources": [{"register": "专利登记簿", "reference": "ZL201810000001.X"}],
    },
}
EQUIVALENCE: dict[str, Any] = {
    "standard": "PED 2014/68/EU",
    "stands_for": "TSG D7002",
    "check_kinds": ["DOC", "IDENTITY", "PHYSICAL", "MARKING", "SAMPLE"],
    "reuse_days": 365,
    "valid_from": "2026-01-01",
    "basis": "特种设备检验结果互认公告 2026 年第 3 号",
    "issuer": "TUV",
}
REPLY_TIME = timedelta(days=6)
"""Longer than three working days."""

LUMEN: dict[str, Any] = {"name": "Lumen SA", "email": "rights@lumen.example", "brands": ["LUMEN"], "language": "en"}


def cases(no: str, *rest: str) -> str:
    """A path below a case."""
    return "/".join((f"/api/v1/cases/{no}", *rest))


async def found(make: Make, no: str, login: str = "mei", **other: Any) -> str:
    """A critical finding on line 1; its id."""
    id_ = str(uuid4())
    said = {"agency": "market_regulation", "kind": "MARKING", "grade": "CRITICAL"} | other
    body = finding(await make.session_of(no), make.world.clock.now(), **said)
    ok(await make.world.client_of(login).put(f"/field/v1/cases/{no}/findings/{id_}", json=body))
    return id_


async def ask(world: World, no: str, finding_id: str, *, login: str = "mei", id_: str = "", **content: Any) -> httpx.Response:
    """A request from a finding; customs is asked for the supplier's history when nothing else is said."""
    body = HISTORY | {"finding": finding_id} | content
    return await world.client_of(login).put(cases(no, "info-requests", id_ or str(uuid4())), json=body)


async def answer(
    world: World, no: str, request: dict[str, Any], *, login: str = "", signer: str = "", **content: Any
) -> httpx.Response:
    """The asked agency answers, signed by whoever sends it (or by ``signer``)."""
    agency = request["asked"]
    who = login or SPEAKERS[agency]
    key = await world.keys.of(signer or who, world.client_of(signer or who))
    body = key.answer(no, request["id"], agency, ANSWERS[agency] | content)
    return await world.client_of(who).post(cases(no, "info-requests", request["id"], "answer"), json=body)


async def act(world: World, no: str, request: dict[str, Any], verb: str, login: str, reason: str = "另行核实") -> httpx.Response:
    """Declines a request, or withdraws it."""
    return await world.client_of(login).post(cases(no, "info-requests", request["id"], verb), json={"reason": reason})


async def chains(world: World, no: str, login: str = "lin") -> dict[str, Any]:
    """Everything asked in the case."""
    answered: dict[str, Any] = ok(await world.client_of(login).get(cases(no, "info-requests")))
    return answered


def result(**other: Any) -> dict[str, Any]:
    """A certificate the declaration names, which stands for market regulation's own look at the piping."""
    return {
        "kind": "CERTIFICATE",
        "number": "CCCX-2026-0001",
        "issuer": "TUV",
        "standard": "PED 2014/68/EU",
        "stands_for": "TSG D7002",
        "issued_on": "2026-09-01",
        "valid_until": "2027-03-01",
        "verdict": "PASS",
        "lines": [1],
        "check_kinds": ["DOC", "PHYSICAL", "MARKING", "SAMPLE"],
        "declared": "CCCX-2026-0001",
    } | other


async def hold_equivalent(
    world: World, *, login: str = "ping", agency: str = "market_regulation", **other: Any
) -> dict[str, Any]:
    """The agency registers an equivalence."""
    path = f"/api/v1/units/{PORT}/{agency}/equivalences/{uuid4()}"
    registered: dict[str, Any] = ok(await world.client_of(login).put(path, json=EQUIVALENCE | other))
    return registered


async def recognise(world: World, no: str, *, login: str = "ping", id_: str = "", **other: Any) -> httpx.Response:
    """The agency recognises the certificate."""
    return await world.client_of(login).put(cases(no, "recognitions", id_ or str(uuid4())), json=result(**other))


async def may_recognise(world: World, agency: str = "market_regulation") -> None:
    """Its mandate and an equivalence let the agency recognise."""
    await mandate(world, agency, "RECOGNISE")
    await hold_equivalent(world)


async def holder(world: World, *, login: str = "qiu", agency: str = "ip", **other: Any) -> str:
    """Qiu registers Lumen SA; its id."""
    id_ = str(uuid4())
    ok(await world.client_of(login).put(f"/api/v1/units/{PORT}/{agency}/rights-holders/{id_}", json=LUMEN | other))
    return id_


async def authorised(world: World, holder_id: str, *, login: str = "qiu", agency: str = "ip", **other: Any) -> str:
    """Lumen SA lets Hengtong use its brand; the authorisation's id."""
    id_ = str(uuid4())
    body = {
        "brand": "Lumen",
        "trader": HENGTONG,
        "reference": "LA-2026-7",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    }
    path = f"/api/v1/units/{PORT}/{agency}/rights-holders/{holder_id}/authorisations/{id_}"
    ok(await world.client_of(login).put(path, json=body | other))
    return id_


async def confirm(world: World, no: str, holder_id: str, *, login: str = "qiu", id_: str = "", **other: Any) -> httpx.Response:
    """Qiu asks Lumen SA whether the goods of line 1 are its own."""
    body = {"line": 1, "brand": "LUMEN", "holder": holder_id, "text": "控制柜标有 LUMEN 字样，序列号见附"} | other
    return await world.client_of(login).put(cases(no, "rights-confirmations", id_ or str(uuid4())), json=body)
