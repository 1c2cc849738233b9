"""From the click to the desk: how long until an information request stands in the live inbox of the agency that was asked?

A platform of its own (embedded PostgreSQL, fsync on), server and worker in one process as ``lianjian serve`` runs them, and one
case with its session open and a critical finding. Market regulation asks customs and IP in turns, several requests at the same
moment; the clock runs from before the HTTP request leaves until the item is in a WebSocket of the asked agency's desk. What is
measured is all of it: the request, its deadline and its event, the commit, the item, the feed.

    python bench/asking.py [--json] [--requests 60] [--at-once 4]
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import uvloop
from _figures import Figure, arguments, show
from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect

from agencies import sign_in
from agencies.powers import PLATFORM
from agencies.tables import Person
from inspection.server import cast
from inspection.server.boot import Services, services
from inspection.server.demo_goods import reference
from inspection.server.demo_player import Player
from inspection.server.demo_requests import ASKED
from inspection.server.platform import Platform
from inspection.server.serving import running
from kit.settings import Settings

GOAL_SECONDS = 2.0
EXPERTS = {"market_regulation": ("ping", "mei"), "ip": ("qiu", "qiu")}
DESK = {"customs": "lin", "ip": "qiu"}
PATIENCE = 60.0


class Desks:
    """The live inboxes of the agencies that are asked: the instant at which a text was first seen in each."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], asyncio.Future[float]] = {}

    @asynccontextmanager
    async def listening(self, platform: Platform, address: str) -> AsyncIterator[None]:
        """For as long as the block runs."""
        async with AsyncExitStack() as opened:
            tasks = []
            for agency, login in DESK.items():
                headers = {"Authorization": f"Bearer {await _token(platform, login)}"}
                url = address.replace("http://", "ws://") + "/live/v1/inbox?of=desk"
                socket = await opened.enter_async_context(connect(url, additional_headers=headers))
                await socket.send('{"after": 0}')
                tasks.append(asyncio.create_task(self._listen(agency, socket)))
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def expect(self, agency: str, text: str) -> asyncio.Future[float]:
        """When ``text`` will have been in a frame of the agency's desk."""
        return self._waiting.setdefault((agency, text), asyncio.get_running_loop().create_future())

    async def _listen(self, agency: str, socket: ClientConnection) -> None:
        async for frame in socket:
            now, said = time.monotonic(), str(frame)
            for (whose, text), seen in self._waiting.items():
                if whose == agency and text in said and not seen.done():
                    seen.set_result(now)


async def _token(platform: Platform, login: str) -> str:
    async with platform.database.unit_of_work(PLATFORM) as session:
        person = (await session.scalars(select(Person).where(Person.login == login))).one()
        return await sign_in.open_session(session, person, "bearer", "bench", datetime.now(UTC))


async def _finding(player: Player) -> tuple[str, str]:
    """A case whose session is open, and a critical finding in it."""
    filed = await player.post("hengtong", "/api/v1/declarations", reference(datetime.now(UTC) - timedelta(minutes=1)))
    case = str(filed["case"])
    of_case = f"/api/v1/cases/{case}"
    for agency, (login, expert) in EXPERTS.items():
        await player.post(login, f"{of_case}/invitations/{agency}/accept", {"experts": [expert]})
    await player.until("lin", of_case, lambda view: view["state"] == "PREPARING")
    await player.post("tao", f"{of_case}/yard-moves", {"to": "WAITING", "reason": "提前到港"})
    slot = (await player.get("lin", f"{of_case}/slots"))[0]
    booking = await player.post("lin", f"{of_case}/schedule", slot)
    for login, _ in EXPERTS.values():
        seen = {"booking": booking["id"], "version": booking["version"]}
        booking = await player.post(login, f"{of_case}/schedule/confirm", seen)
    await player.until("lin", of_case, lambda view: view["state"] == "SCHEDULED")
    begins = datetime.fromisoformat(slot["starts_at"])
    await player.move_to(begins)
    present = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["S-1001"]}
    session = (await player.post("tao", f"{of_case}/sessions", present))["id"]
    await player.post("tao", f"{of_case}/sessions/{session}/open")
    said: dict[str, Any] = {"session": session, "agency": "market_regulation", "line": 2, "kind": "MARKING", "grade": "CRITICAL"}
    said |= {"observation": "材质报告过期", "captured_at": begins.isoformat(), "evidence": []}
    finding = str(uuid4())
    await player.put("mei", f"/field/v1/cases/{case}/findings/{finding}", said)
    return case, finding


async def _asked(player: Player, desks: Desks, case: str, finding: str, agency: str) -> float:
    """Seconds from the click to the desk."""
    subject, text = ASKED[agency]
    request = str(uuid4())
    seen = desks.expect(agency, request)
    began = time.monotonic()
    body = {"finding": finding, "asked": agency, "subject": subject, "text": text}
    await player.put("mei", f"/api/v1/cases/{case}/info-requests/{request}", body)
    async with asyncio.timeout(PATIENCE):
        return await seen - began


async def _main(settings: Settings, found: Services, number: int, at_once: int) -> list[Figure]:
    password = secrets.token_urlsafe(12)
    async with running(settings, found) as (platform, address, _):
        async with platform.database.unit_of_work(PLATFORM) as session:
            await cast.seed(session, password, datetime.now(UTC) - timedelta(days=1))
        player, desks, took = Player(address, password), Desks(), list[float]()
        try:
            case, finding = await _finding(player)
            async with desks.listening(platform, address):
                agencies = [agency for _ in range(number) for agency in ASKED][:number]
                for start in range(0, number, at_once):
                    burst = agencies[start : start + at_once]
                    took += await asyncio.gather(*(_asked(player, desks, case, finding, one) for one in burst))
        finally:
            await player.close()
    asked = f"{number} requests from one finding, {at_once} at once"
    return [
        Figure(
            figure="request → desk of the asked agency, p95",
            value=quantiles(took, n=20)[-1],
            unit="s",
            reach=GOAL_SECONDS,
            against=asked,
        ),
        Figure(figure="… median", value=median(took), unit="s"),
        Figure(figure="… the slowest", value=max(took), unit="s"),
    ]


def main() -> int:
    """Prints the figures; 0 when what was asked for is reached."""
    parser = arguments("seconds from an information request to the live inbox of the agency that was asked")
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=4)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianjian-bench-") as name:
        Path(name).chmod(0o755)
        settings = Settings(data_dir=Path(name) / "var", port=0, clock="adjustable")
        with services(settings) as found:
            figures = uvloop.run(_main(settings, found, args.requests, args.at_once))
    show(figures, as_json=args.json)
    return 0 if all(one.met is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
