"""A whole platform behind a real port, for a browser: it runs in a thread of its own while the test drives pages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page
from serving import served

from agencies.powers import PLATFORM
from inspection.server import cast
from inspection.server.app import create_app
from inspection.server.boot import Services, open_platform
from inspection.server.demo_goods import picture, reference
from inspection.server.demo_player import Player
from inspection.server.embedded import EmbeddedPostgres
from inspection.server.migrate import LOGIN_ROLE
from inspection.server.platform import Platform
from inspection.server.worker import Worker
from kit import event_log
from kit.ids import uuid7
from kit.settings import Settings

PASSWORD = "a password of the tests"
EXPERTS = {"market_regulation": ("ping", "mei"), "ip": ("qiu", "qiu")}
WIDE, NARROW = (1440, 900), (390, 844)
T = TypeVar("T")

Open = Callable[..., Page]
"""``open_page(address, login, size)``: a page of its own, signed in as ``login`` when one is named."""


@dataclass
class Site:
    """``run`` does something on the platform's side and waits for it; ``player`` is the cast at work over HTTP."""

    url: str
    platform: Platform
    player: Player
    loop: asyncio.AbstractEventLoop
    _filed: int = 0

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine run on the platform's loop."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(doing, self.loop)
        return future.result(60)

    def filed(self, credit: str = "ordinary") -> dict[str, Any]:
        """The receipt of a declaration of the reference goods that has opened a case; ``credit`` is the trader's."""
        self._filed += 1
        declaration = reference(datetime.now(UTC) - timedelta(minutes=30))
        declaration["trader"]["credit"] = credit
        declaration["number"] = f"{declaration['number'][:9]}{500_000 + self._filed:09d}"
        receipt: dict[str, Any] = self.run(self.player.post("hengtong", "/api/v1/declarations", declaration))
        return receipt

    def case(self, state: str = "INVITING", credit: str = "ordinary") -> str:
        """The number of a case in ``state``: INVITING, PREPARING, SCHEDULED, IN_FIELD or DISPOSING."""
        no = str(self.filed(credit)["case"])
        for stage, step in (
            ("PREPARING", self._accept), ("SCHEDULED", self.scheduled),
            ("IN_FIELD", self.at_the_goods), ("DISPOSING", self._doubt),
        ):  # fmt: skip
            if state == "INVITING":
                break
            self.run(step(no))
            self.run(self.player.until("lin", f"/api/v1/cases/{no}", lambda case, stage=stage: case["state"] == stage))
            if stage == state:
                break
        return no

    def note(self, no: str, *texts: str, **secret: Any) -> int:
        """Writes events of a type no page knows; returns the last number."""
        return self.run(self._note(no, texts, secret))

    async def _note(self, no: str, texts: tuple[str, ...], secret: dict[str, Any]) -> int:
        seq = 0
        async with self.platform.database.unit_of_work(PLATFORM) as session:
            for text in texts:
                now = self.platform.clock.now()
                seq = await event_log.append(
                    session, f"case:{no}", text, {"text": text}, by="system", at=now, tenant=cast.PORT, **secret
                )
        return seq

    async def accept(self, no: str, agency: str) -> None:
        """The agency's dispatcher accepts."""
        dispatcher, expert = EXPERTS[agency]
        await self.player.post(dispatcher, f"/api/v1/cases/{no}/invitations/{agency}/accept", {"experts": [expert]})

    async def find(self, no: str, login: str = "mei", observation: str = "铭牌与申报一致") -> str:
        """``login`` sends a photo and a finding that cites it; returns the photo's id."""
        session = (await self.player.get("lin", f"/api/v1/cases/{no}"))["sessions"][-1]["id"]
        now = self.platform.clock.now()
        photo = await self.player.upload(login, no, picture("铭牌", observation, (126, 138, 150), now), "plate.jpg", now)
        body = {
            "session": session, "agency": "market_regulation", "line": 2, "kind": "MARKING", "grade": "CRITICAL",
            "observation": observation, "captured_at": now.isoformat(), "evidence": [photo],
        }  # fmt: skip
        await self.player.put(login, f"/field/v1/cases/{no}/findings/{uuid7()}", body)
        return photo

    async def _accept(self, no: str) -> None:
        for agency in EXPERTS:
            await self.accept(no, agency)

    async def scheduled(self, no: str) -> None:
        """The first window offered, confirmed by both agencies."""
        slot = (await self.player.get("lin", f"/api/v1/cases/{no}/slots"))[0]
        booking = await self.player.post("lin", f"/api/v1/cases/{no}/schedule", slot)
        for agency in EXPERTS:
            await self.agree(no, agency, booking)

    async def agree(self, no: str, agency: str, booking: dict[str, Any]) -> None:
        """The agency's dispatcher confirms the window."""
        seen = {"booking": booking["id"], "version": booking["version"]}
        await self.player.post(EXPERTS[agency][0], f"/api/v1/cases/{no}/schedule/confirm", seen)

    async def at_the_goods(self, no: str) -> None:
        """Tao and Rong check in and open the goods."""
        body = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["S-1001"]}
        session = (await self.player.post("tao", f"/api/v1/cases/{no}/sessions", body))["id"]
        await self.player.post("tao", f"/api/v1/cases/{no}/sessions/{session}/open")

    async def _doubt(self, no: str) -> None:
        """Market regulation demands a rectification, the others pass, the session closes: a proposal waits for approval."""
        await self.find(no, observation="压力管道元件材质报告过期")
        await self.conclude(no, market_regulation={"verdict": "RECTIFY", "measures": ["RECTIFY"], "basis": "TESTED"})

    async def conclude(self, no: str, **said: dict[str, Any]) -> None:
        """Every agency concludes, a pass where nothing else is said, and the session closes."""
        session = (await self.player.get("lin", f"/api/v1/cases/{no}"))["sessions"][-1]["id"]
        here = f"/api/v1/cases/{no}"
        for login, agency in (("mei", "market_regulation"), ("qiu", "ip"), ("rong", "customs")):
            line = said.get(agency, {"verdict": "PASS", "basis": "DOCUMENT"})
            await self.player.post(login, f"{here}/sessions/{session}/workstreams/{agency}/complete")
            await self.player.conclude(login, no, agency, [{"line": None, **line}])
        await self.player.post("tao", f"{here}/sessions/{session}/close", {"seals_after": ["S-2001"]})


@contextmanager
def opened(postgres: EmbeddedPostgres, folder: Path) -> Iterator[Site]:
    """The platform in a thread, the cast seeded, until the block ends. PostgreSQL stays with the thread that started it."""
    started: Future[Site] = Future()
    stopping = threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(_serve(postgres, folder, started, stopping),), name="site")
    thread.start()
    try:
        yield started.result(60)
    finally:
        stopping.set()
        thread.join(60)


async def _serve(postgres: EmbeddedPostgres, folder: Path, started: Future[Site], stopping: threading.Event) -> None:
    try:
        settings = Settings(data_dir=folder, clock="adjustable", port=0, tick_seconds=0.2)
        found = Services(postgres.owner_url(), postgres.login_url(LOGIN_ROLE))
        async with open_platform(settings, found) as platform, served(create_app(platform)) as server:
            async with platform.database.unit_of_work(PLATFORM) as session:
                await cast.seed(session, PASSWORD, datetime.now(UTC))
            worker = Worker(platform)
            working = asyncio.create_task(worker.run())
            player = Player(server.url, PASSWORD)
            started.set_result(Site(server.url, platform, player, asyncio.get_running_loop()))
            await asyncio.to_thread(stopping.wait)
            await player.close()
            worker.stop()
            await working
    except BaseException as fault:
        if started.done():
            raise
        started.set_exception(fault)
