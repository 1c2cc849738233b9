"""Cases in a given state, made through HTTP as the cast: a test spells out only what it is about."""

from __future__ import annotations

import hashlib
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
from kept import kept
from world import World

from inspection.server.cast import HENGTONG, PORT

REFERENCE: dict[str, Any] = {
    "number": "531620261160000001",
    "version": 1,
    "direction": "import",
    "declared_at": "2026-11-20T09:12:00+08:00",
    "port": PORT,
    "transport_mode": "sea",
    "dispatch_country": "DE",
    "arrival": "2026-11-21T06:00:00+08:00",
    "trader": {"code": HENGTONG, "name": "Hengtong Import Co.", "credit": "ordinary"},
    "gross_weight": "18250.000",
    "lines": [
        {
            "no": 1,
            "hs": "8479899990",
            "name": "高端智能制造生产线",
            "description": "高端智能制造生产线，含特种气体管路与嵌入式控制软件",
            "origin": "DE",
            "quantity": "1",
            "unit": "台",
            "net_weight": "12000.000",
            "value": "1850000.00",
            "currency": "EUR",
            "certificates": [{"type": "CCC_EXEMPTION", "number": "CCCX-2026-0001", "issuer": "CNCA", "expires": "2027-03-01"}],
            "components": [
                {"name": "特种气体管路组件", "hs": "7307290000", "description": "特种气体管路用压力管道元件"},
                {"name": "嵌入式控制软件", "description": "随机交付的嵌入式控制软件"},
            ],
        }
    ],
}
"""The gas-pipeline production line of S1."""

PLAIN: dict[str, Any] = {
    **REFERENCE,
    "number": "531620261160000900",
    "lines": [{"no": 1, "hs": "4819100000", "name": "瓦楞纸箱", "origin": "DE", "quantity": "100", "unit": "个"}],
}
"""Goods no agency is called for."""

PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(200) + b"\xff\xd9"


def ok(response: httpx.Response) -> Any:
    """The answer's JSON when it is a success; fails with the problem otherwise."""
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
    return response.json() if response.content else None


def refused(response: httpx.Response, code: str, status: int = 409) -> dict[str, Any]:
    """The problem, which has to be this one."""
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (status, code), response.text
    return problem


@dataclass
class Make:
    """``case(state)`` brings a fresh case of the reference goods as far as asked."""

    world: World

    _given: int = 1
    """The last number given to a declaration or a photo."""

    def _number(self) -> int:
        self._given += 1
        return self._given

    def declaration(self, **changes: Any) -> dict[str, Any]:
        """The reference declaration under a number of its own."""
        body = deepcopy(REFERENCE) | {"number": f"53162026116{self._number():07d}"}
        return body | changes

    async def filed(self, body: dict[str, Any] | None = None, login: str = "hengtong") -> dict[str, Any]:
        """The receipt of a declaration just filed."""
        receipt: dict[str, Any] = ok(
            await self.world.client_of(login).post("/api/v1/declarations", json=body or self.declaration())
        )
        await self.world.drain()
        return receipt

    async def case(self, state: str = "INVITING", **changes: Any) -> str:
        """The number of a case in ``state``: INVITING, PREPARING, SCHEDULED, IN_FIELD or CONCLUDING.

        Nearly free as the first thing that a test does, and without ``changes``: the way there is kept (:mod:`kept`).
        """
        if changes or self._given > 1:
            return await self._led_to(state, **changes)
        no = str(await kept(self.world, state, partial(self._led_to, state)))
        self._given = max(self._given, 2)  # what was filed on the way, here or when it was walked
        return no

    async def _led_to(self, state: str, **changes: Any) -> str:
        """A case that is one step further than the state before."""
        if state == "INVITING":
            return str((await self.filed(self.declaration(**changes)))["case"])
        steps = {"PREPARING": self.accepted, "SCHEDULED": self.scheduled, "IN_FIELD": self.opened, "CONCLUDING": self.closed}
        before = dict(zip(steps, ["INVITING", *steps], strict=False))
        no = await self.case(before[state], **changes)
        await steps[state](no)
        return no

    async def accepted(self, no: str) -> None:
        """Both agencies accept; the task sheet issues by itself."""
        for login, agency, expert in (("ping", "market_regulation", "mei"), ("qiu", "ip", "qiu")):
            path = f"/api/v1/cases/{no}/invitations/{agency}/accept"
            ok(await self.world.client_of(login).post(path, json={"experts": [expert]}))
        await self.world.drain()

    async def scheduled(self, no: str) -> None:
        """The goods are here, Lin proposes the first free window, Ping and Qiu confirm it."""
        await self.arrived(no)
        lin = self.world.client_of("lin")
        slot = ok(await lin.get(f"/api/v1/cases/{no}/slots"))[0]
        booking = ok(await lin.post(f"/api/v1/cases/{no}/schedule", json=slot))
        await self.agreed(no, booking)
        await self.world.drain()

    async def arrived(self, no: str) -> None:
        """The goods stand in the waiting zone: they can be inspected from now on, whatever was declared of their arrival."""
        ok(await self.world.client_of("tao").post(f"/api/v1/cases/{no}/yard-moves", json={"to": "WAITING"}))

    async def agreed(self, no: str, booking: dict[str, Any]) -> None:
        """Both agencies confirm the window they see."""
        for login in ("ping", "qiu"):
            seen = {"booking": booking["id"], "version": booking["version"]}
            ok(await self.world.client_of(login).post(f"/api/v1/cases/{no}/schedule/confirm", json=seen))

    async def opened(self, no: str) -> str:
        """Tao and Rong check in and open the session; returns its id."""
        tao = self.world.client_of("tao")
        session = ok(
            await tao.post(
                f"/api/v1/cases/{no}/sessions",
                json={"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["S-1001"]},
                headers={"Idempotency-Key": str(uuid4())},
            )
        )
        ok(await tao.post(f"/api/v1/cases/{no}/sessions/{session['id']}/open"))
        await self.world.drain()
        return str(session["id"])

    async def session_of(self, no: str) -> str:
        """The id of the case's latest session."""
        return str(ok(await self.world.client_of("tao").get(f"/api/v1/cases/{no}/sessions"))[-1]["id"])

    async def closed(self, no: str) -> None:
        """Every workstream completes and Tao closes the session."""
        session = await self.session_of(no)
        for login, agency in (("mei", "market_regulation"), ("qiu", "ip"), ("rong", "customs")):
            ok(await self.world.client_of(login).post(f"/api/v1/cases/{no}/sessions/{session}/workstreams/{agency}/complete"))
        ok(
            await self.world.client_of("tao").post(
                f"/api/v1/cases/{no}/sessions/{session}/close", json={"seals_after": ["S-2001"]}
            )
        )
        await self.world.drain()

    async def photo(self, no: str, login: str = "mei", content: bytes = PHOTO, **changes: Any) -> str:
        """A photo declared and uploaded; returns its id."""
        evidence = str(uuid4())
        client = self.world.client_of(login)
        declared = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "media_type": "image/jpeg",
            "file_name": "photo.jpg",
            "captured_at": (self.world.clock.now() - timedelta(minutes=1)).isoformat(),
            "device_id": f"terminal-{login}",
            "device_seq": self._number(),
        } | changes
        ok(await client.put(f"/field/v1/cases/{no}/evidence/{evidence}", json=declared))
        ok(await client.put(f"/field/v1/cases/{no}/evidence/{evidence}/bytes", content=content))
        return evidence
