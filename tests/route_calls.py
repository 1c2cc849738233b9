"""A request on every route of the table, with ids that belong to somebody else or to nobody, and a body that would pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asking
import httpx
from litestar import Litestar
from litestar.routes import HTTPRoute, WebSocketRoute
from seeded import PAPERS, Seeded

from agencies.powers import route_key
from inspection.server.cast import PORT
from inspection.server.route_powers import ROUTES

GHOST_CASE, GHOST_NUMBER, GHOST_PORT = f"JC-{PORT}-20261120-9999", "531620261999999999", "9999"
NO_ID = {"GET /assets/{file_path}": "a file of the built pages, the same for everybody"}
NO_ID |= dict.fromkeys((key for key in ROUTES if "/policies/{name}" in key), "policies are national, and no port's")
NO_ID |= dict.fromkeys((key for key in ROUTES if "/rulebooks/" in key and "{" in key), "rulebooks are national, and no port's")
NOW = "2026-11-20T01:30:00Z"
DAY, UNIT = "2026-11-20", "/api/v1/units/{port}/{agency}"
SEEN = {"booking": "01939c0e-0000-7000-8000-000000000001", "version": 1}
PAST = {"captured_at": NOW, "line": 1, "grade": "CONFORMS"}
NEXT_YEAR = {"source": "通知", "years": [2027], "holidays": ["2027-01-01"]}
FILE = {
    "sha256": "0" * 64, "size": 10, "media_type": "image/jpeg", "file_name": "a.jpg", "captured_at": NOW,
    "device_id": "PDA-01", "device_seq": 1,
}  # fmt: skip

BODIES: dict[str, Any] = {
    "PUT /api/v1/webhooks/{webhook_id}": {"url": "https://receiver.example.org/in"},
    "POST /api/v1/webhooks/{webhook_id}/replay": {"since": NOW},
    "POST /api/v1/cases/{no}/invitations/{agency}/accept": {"experts": ["hua"]},
    "POST /api/v1/cases/{no}/invitations/{agency}/decline": {"reason": "OUT_OF_SCOPE"},
    "POST /api/v1/cases/{no}/deadlines/{deadline_id}/pause": {"reason": "laboratory", "why": "送检"},
    "POST /api/v1/cases/{no}/deadlines/{deadline_id}/extend": {"amount": 1, "reason": "送检"},
    "POST /api/v1/cases/{no}/invitations/{agency}/overrule-decline": {"reason": "属本部门职责"},
    "POST /api/v1/cases/{no}/invitations/{agency}/claim": {"reason": "属本部门职责"},
    "POST /api/v1/cases/{no}/invitations/{agency}/refuse-claim": {"reason": "亦不属于本部门职责"},
    "POST /api/v1/cases/{no}/invitations/{agency}/replace-experts": {"experts": ["hua"], "reason": "临时公出"},
    "POST /api/v1/cases/{no}/invitations/{agency}/late": {"experts": ["hua"]},
    "POST /api/v1/cases/{no}/invitations/{agency}/admit": {"reason": "终端离线"},
    "POST /api/v1/cases/{no}/invitations/{agency}/waive": {"reason": "已另行检验"},
    "POST /api/v1/cases/{no}/invitations/{agency}/substitute": {
        "kind": "INSTITUTION", "name": "检验机构", "reference": "L1", "valid_until": DAY, "reason": "部门未应",
    },
    "POST /api/v1/cases/{no}/schedule": {"bay": "A1", "place": 1, "starts_at": NOW, "ends_at": "2026-11-20T04:00:00Z"},
    "POST /api/v1/cases/{no}/schedule/confirm": SEEN,
    "POST /api/v1/cases/{no}/schedule/refuse": {**SEEN, "reason": "专家另有任务"},
    "POST /api/v1/cases/{no}/schedule/change": {
        "bay": "A1", "place": 1, "starts_at": NOW, "ends_at": "2026-11-20T04:00:00Z", "reason": "台位检修",
    },
    "POST /api/v1/cases/{no}/schedule/cancel": {"reason": "台位检修"},
    "POST /api/v1/cases/{no}/schedule/no-show": {"party": "enterprise", "reason": "车辆未到"},
    "POST /api/v1/cases/{no}/yard-moves": {"to": "WAITING"},
    "POST /api/v1/declarations/{number}/preferred-windows": {"windows": []},
    "POST /api/v1/cases/{no}/task-sheet/acknowledge": {"version": 1},
    "PUT /api/v1/cases/{no}/cabin/documents/{paper_id}": {"version": 1, "title": "材质报告", "evidence": SEEN["booking"]},
    "PUT /api/v1/cases/{no}/cabin/standards/{paper_id}": {"version": 1, "title": "工业管道", "number": "GB/T 20801.5-2020"},
    "POST /api/v1/cases/{no}/cabin/read-receipts": {"papers": [{"paper": SEEN["booking"], "version": 1}]},
    "POST /api/v1/cases/{no}/cabin/excuses": {"login": "mei", "reason": "任务紧急"},
    "PUT /api/v1/cases/{no}/cabin/threads/messages/{message_id}": {"text": "建议先核对铭牌"},
    "PUT /api/v1/cases/{no}/cabin/divisions/{proposal_id}": {
        "sheet_version": 1, "steps": [{"order": 1, "agency": "customs", "looks": [{"point": 1}]}],
    },
    "POST /api/v1/cases/{no}/cabin/divisions/{proposal_id}/object": {"reason": "专家只在上午到场"},
    "PUT /api/v1/cases/{no}/info-requests/{request_id}": {
        "finding": SEEN["booking"], "asked": "customs", "subject": "SUPPLIER_HISTORY", "text": "请提供进口记录",
    },
    "POST /api/v1/cases/{no}/info-requests/{request_id}/answer": {
        "answer": {"text": "无异常", "sources": [{"register": "查验记录", "reference": "1"}]},
    },
    "POST /api/v1/cases/{no}/info-requests/{request_id}/decline": {"reason": "无权限"},
    "POST /api/v1/cases/{no}/info-requests/{request_id}/withdraw": {"reason": "另行核实"},
    "PUT /api/v1/cases/{no}/findings/{finding_id}/minutes/{minutes_id}": {
        "held_at": NOW, "participants": [{"name": "Mei"}, {"name": "Rong"}], "text": "视频会商",
    },
    "PUT /api/v1/cases/{no}/recognitions/{recognition_id}": asking.result(),
    "POST /api/v1/cases/{no}/recognitions/{recognition_id}/revoke": {"reason": "资质存疑"},
    "PUT /api/v1/cases/{no}/rights-confirmations/{confirmation_id}": {
        "line": 1, "brand": "LUMEN", "holder": SEEN["booking"], "text": "请确认",
    },
    "POST /api/v1/cases/{no}/rights-confirmations/{confirmation_id}/withdraw": {"reason": "误发"},
    f"PUT {UNIT}/equivalences/{{equivalence_id}}": asking.EQUIVALENCE,
    f"POST {UNIT}/equivalences/{{equivalence_id}}/end": {"reason": "公告废止"},
    f"PUT {UNIT}/rights-holders/{{holder_id}}": asking.LUMEN,
    f"POST {UNIT}/rights-holders/{{holder_id}}/end": {"reason": "不再合作"},
    f"PUT {UNIT}/rights-holders/{{holder_id}}/authorisations/{{authorisation_id}}": {
        "brand": "LUMEN", "trader": "91440300000000000E", "reference": "LA-1", "valid_from": DAY, "valid_until": DAY,
    },
    f"POST {UNIT}/rights-holders/{{holder_id}}/authorisations/{{authorisation_id}}/revoke": {"reason": "到期"},
    "POST /public/v1/rights-confirmations/{confirmation_id}/reply": {"outcome": "GENUINE", "name": "Lumen SA"},
    f"PUT {UNIT}/rights-silence": {"rule": "AGENCY_DECIDES", "reason": "由本部门认定"},
    "PUT /api/v1/cases/{no}/sessions/{session_id}/workstreams/{agency}/checklist": {
        "answers": [{"paper": SEEN["booking"], "entry": "M1", "outcome": "DONE"}],
    },
    f"PUT {UNIT}/checklists/{{code}}": {"version": 1, "title": "现场核查清单", "entries": []},
    "POST /api/v1/cases/{no}/sessions": {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["S-1"]},
    "POST /api/v1/cases/{no}/sessions/{session_id}/pause": {"reason": "设备故障"},
    "POST /api/v1/cases/{no}/sessions/{session_id}/close": {"seals_after": ["S-2"]},
    "POST /api/v1/cases/{no}/sessions/{session_id}/workstreams/{agency}/excuse": {"reason": "专家未到场"},
    "POST /api/v1/me/keys/{key_id}/revoke": {"reason": "设备遗失"},
    "PUT /api/v1/cases/{no}/conclusions/{agency}": {"lines": [{"line": 1, "verdict": "PASS", "basis": "TESTED"}]},
    "PUT /api/v1/cases/{no}/liability/insurance": {"agency": "market_regulation", "line": 1, "tag": "检验责任险 2026-01"},
    "POST /api/v1/cases/{no}/report/versions/{version}/void": {"reason": "附图错误"},
    "POST /api/v1/cases/{no}/recalls/{version}/close": {"outcome": "RETURNED", "reason": "货物已退回监管场所"},
    "POST /api/v1/declarations/{number}/recall/answer": {"text": "货物在宝安仓库，未售出"},
    "POST /api/v1/cases/{no}/disposition": {"type": "RELEASE", "reason": "经核对综合报告"},
    "POST /api/v1/cases/{no}/disposition/resolve": {"type": "RETURN", "reason": "经核对综合报告"},
    "POST /api/v1/cases/{no}/disposition/approve": None,
    "POST /api/v1/declarations/{number}/appeals": {"id": SEEN["booking"], "ground": "检测方法有误"},
    "POST /api/v1/cases/{no}/appeals/{appeal_id}/suspend": {"reason": "易腐货物"},
    "POST /api/v1/cases/{no}/appeals/{appeal_id}/examine": {"by": "OFFICERS", "reason": "复验"},
    "POST /api/v1/cases/{no}/reopenings": {"ground": "NEW_FACTS", "reason": "举报线索"},
    "POST /api/v1/cases/{no}/appeals/{appeal_id}/second-test": {
        "laboratory": "L2", "result": "DIFFERS", "reference": "F-2", "note": "复检合格",
    },
    "POST /api/v1/cases/{no}/appeals/{appeal_id}/decide": {"outcome": "UPHOLD", "reason": "经复核"},
    "PUT /api/v1/ports/{port}/laboratories/{code}": {"name": "检测中心", "scope": "压力管道元件"},
    "POST /api/v1/cases/{no}/dissents": {"ground": "合格证与实物不符"},
    "POST /api/v1/cases/{no}/dissents/{agency}/decide": {"decision": "UPHOLD", "reason": "风险可控"},
    "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/demand": {"what": "更换管件", "materials": ["型式试验证书"]},
    "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/verify": {"passed": True, "reason": "已核对"},
    "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/register": {"reference": "BH-1", "reason": "已登记"},
    "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/hand-over": {"port": "2248", "agency": "customs", "reason": "转目的地"},
    "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/testing": {"running": True, "why": "送检"},
    "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/extend": {"days": 1, "reason": "案情复杂"},
    "POST /api/v1/declarations/{number}/follow-ups/{follow_up_id}/proof": {"text": "已整改"},
    "POST /api/v1/handed-over/{follow_up_id}/result": {"passed": True, "reason": "货证相符"},
    "POST /api/v1/cases/{no}/audits": {"matter": "归类核查", "on": "2026-12-15", "contact": "稽查处窗口"},
    "POST /api/v1/cases/{no}/goods-facts": {"fact": "separable", "value": True, "reason": "现场核实"},
    "POST /api/v1/cases/{no}/costs": {"kind": "LIFTING", "cause": "INSPECTION", "amount": "1", "currency": "CNY"},
    "POST /api/v1/cases/{no}/case-filings/{filing_id}/close": {"outcome": "撤案"},
    "POST /api/v1/cases/{no}/invitations/{agency}/draw-experts": {"count": 1},
    "POST /api/v1/cases/{no}/draw-key-points": {"count": 1},
    "POST /api/v1/cases/{no}/hand-over": {"to": "lin", "note": "夜班接续"},
    "POST /api/v1/cases/{no}/certificate-waivers": {"login": "mei", "domains": ["PRESSURE"], "reason": "证书换发中"},
    f"POST {UNIT}/shifts": {"login": "mei", "role": "EXPERT", "starts": "08:00:00", "ends": "20:00:00", "valid_from": DAY},
    f"POST {UNIT}/absences": {"login": "mei", "starts_at": NOW, "ends_at": "2026-11-21T00:00:00Z", "reason": "年假"},
    f"POST {UNIT}/certificates": {"login": "mei", "number": "1", "issuer": "培训中心", "valid_from": DAY, "valid_until": DAY},
    f"POST {UNIT}/certificates/{{certificate_id}}/revoke": {"reason": "换证"},
    f"POST {UNIT}/conflicts": {"login": "mei", "party": "91440300000000000E", "reason": "亲属任职", "valid_from": DAY},
    f"POST {UNIT}/mandates": {
        "number": "LM-9", "acts": ["PARTICIPATE"], "signatories": ["Gao"], "valid_from": DAY, "valid_until": DAY,
    },
    "PUT /api/v1/ports/{port}/desks/{role}": {"agency": "customs", "contact": "申报窗口"},
    "POST /api/v1/ports/{port}/coordinators": {
        "enterprise": "91440300000000000E", "topic": "GENERAL", "login": "lin", "contact": "申报窗口", "valid_from": DAY,
    },
    "PUT /api/v1/calendars/{port}": NEXT_YEAR,
    "PUT /api/v1/calendars/{port}/{agency}": NEXT_YEAR,
    "PUT /api/v1/ports/{port}/policy": {"policy": "graded", "reason": "专项行动"},
    "PUT /field/v1/cases/{no}/findings/{finding_id}": {
        "session": "{session_id}", "agency": "environment", "kind": "DOC", "observation": "无异常", **PAST,
    },
    "PUT /field/v1/cases/{no}/evidence/{evidence_id}": FILE,
    "PUT /api/v1/declarations/{number}/follow-ups/{follow_up_id}/files/{file_id}": FILE,
}  # fmt: skip
"""A body that would pass, for every route with ids that reads one: the refusal must not come from the body."""


@dataclass(frozen=True)
class Route:
    """A route of the app: its row's key, and whether it reads a body of ours."""

    key: str
    reads_body: bool

    @property
    def names(self) -> list[str]:
        """Its path parameters."""
        return re.findall(r"{(\w+)}", self.key)


def routes_of(app: Litestar) -> Iterator[Route]:
    """Every route the app serves, as the table spells it."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                reads = "data" in handler.parsed_fn_signature.parameters
                methods = set(handler.http_methods) - {"OPTIONS", "HEAD"}
                yield from (Route(route_key(method, route.path), reads) for method in methods)
        elif isinstance(route, WebSocketRoute):
            yield Route(route_key("WEBSOCKET", route.path), False)
        else:
            yield Route(route_key("GET", route.path), False)


def ids(seeded: Seeded, key: str) -> dict[str, str]:
    """Ids that exist and belong to somebody else."""
    own = {name: seeded.ids[name] for name in ("session", "evidence", "finding", "item", "deadline", "key", *PAPERS)}
    found = {f"{name}_id": value for name, value in own.items()}
    found |= {f"{name}_id": seeded.ids[name] for name in ("notice", "webhook", "file")}
    if key.startswith("DELETE /api/v1/me"):
        found["session_id"] = seeded.ids["sign_in_session"]
    found["appeal_id"] = seeded.ids["appeal"]
    found |= {"no": seeded.a, "case": seeded.a, "number": seeded.ids["number"], "port": PORT}
    return found | {
        "agency": "market_regulation",
        "role": "DECLARATION",
        "code": "PIPING",
        "name": "veto",
        "version": "2",
        "ruleset": "0" * 64,
        "back_test_id": str(UUID(int=0)),  # a question about rulebooks, which are no port's
    }


def ghosts(real: dict[str, str]) -> dict[str, str]:
    """Ids of the same shape that nobody ever made."""
    shaped = {"no": GHOST_CASE, "case": GHOST_CASE, "number": GHOST_NUMBER, "port": GHOST_PORT, "agency": real["agency"]}
    shaped |= {name: real[name] for name in ("role", "code", "name", "version")}
    return {name: shaped.get(name) or str(uuid4()) for name in real}


def filled(key: str, values: dict[str, str]) -> tuple[str, str]:
    """Method and path with the ids in their places."""
    method, path = key.split(" ")
    return method, re.sub(r"{(\w+)}", lambda name: values[name[1]], path)


async def call(seeded: Seeded, login: str, key: str, values: dict[str, str]) -> httpx.Response:
    """One request as ``login`` with everything a good one carries."""
    method, path = filled(key, values)
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v0"', "X-Progress-Secret": seeded.ids["other_secret"]}
    headers["X-Confirmation-Secret"] = seeded.ids["other_secret"]
    body = BODIES.get(key)
    if key.endswith("/bytes") and method == "PUT":
        return await seeded.world.client_of(login).request(method, path, headers=headers, content=b"\xff\xd8\xff\xe0 bytes")
    if isinstance(body, dict):
        body = {name: values["session_id"] if value == "{session_id}" else value for name, value in body.items()}
    return await seeded.world.client_of(login).request(method, path, headers=headers, json=body)


def said(answer: httpx.Response, values: dict[str, str]) -> tuple[int, str, str]:
    """What an answer tells: status, media type and body, with the ids that were asked for taken out."""
    text = answer.text
    for value in sorted(values.values(), key=len, reverse=True):
        text = text.replace(value, "…")
    return answer.status_code, answer.headers.get("content-type", ""), text


def with_ids() -> list[str]:
    """The routes that take ids, but for sockets."""
    return sorted(key for key in ROUTES if "{" in key and key not in NO_ID and not key.startswith("WEBSOCKET"))
