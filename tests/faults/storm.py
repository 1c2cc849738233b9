"""The storm: terminals at work, kills in between, a watcher of the live feed; then everybody finishes what is in hand."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from statistics import median

import msgspec
from served import Served, Target
from terminals import Ledger, Phase, Step, Terminal
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from inspection.server.demo_player import Player

CREW = (
    ("mei", "market_regulation", 1, "MARKING"),
    ("qiu", "ip", 1, "LICENCE"),
    ("rong", "customs", 1, "PHYSICAL"),
    ("tao", "customs", 1, "IDENTITY"),
)
"""Who works in the yard: login, agency, line, check kind."""

TARGETS = (Target.SERVER, Target.POSTMASTER, Target.SERVER, Target.BACKEND)

BACK_AT_LATEST = 60.0
"""Seconds after a kill after which a platform counts as gone for good. No goal: what it really took is printed."""


@dataclass(frozen=True)
class Kill:
    """One kill: what was struck, where the chosen terminal's request stood, how many requests were under way, and how long it
    took until the first success afterwards (seconds)."""

    target: Target
    step: Step | None
    phase: Phase
    under_way: int
    back: float

    @property
    def where(self) -> str:
        """Step and phase in words."""
        return self.phase if self.phase is Phase.BETWEEN else f"{self.step} {self.phase}"


@dataclass
class Storm:
    """``kills`` SIGKILLs while ``hands`` terminals upload to one case."""

    served: Served
    player: Player
    case: str
    session: str
    kills: int
    hands: int
    draw: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    done: list[Kill] = field(default_factory=list)
    terminals: list[Terminal] = field(default_factory=list)
    _wanted: tuple[Step, Phase] | None = None
    _found: asyncio.Future[Terminal] | None = None

    async def rage(self) -> None:
        """Until every kill was done and every terminal has ended."""
        stop = asyncio.Event()
        self.terminals = [await self._terminal(number) for number in range(self.hands)]
        working = [asyncio.create_task(terminal.run(stop)) for terminal in self.terminals]
        try:
            for number in range(self.kills - 1):
                await self._strike(number, TARGETS[number % len(TARGETS)])
            await self._strike(self.kills, Target.POSTMASTER)  # the last server has to come through one by itself
            stop.set()
            await asyncio.wait_for(asyncio.gather(*working), BACK_AT_LATEST * 2)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _terminal(self, number: int) -> Terminal:
        login, agency, line, kind = CREW[number % len(CREW)]
        signed_in = await self.player.a(login)
        return Terminal(
            address=self.served.address,
            authorization=signed_in.headers["Authorization"],
            login=login,
            agency=agency,
            line=line,
            kind=kind,
            case=self.case,
            session=self.session,
            ledger=self.ledger,
            draw=random.Random(self.draw.random()),
            moved=self._moved,
        )

    async def _strike(self, number: int, target: Target) -> None:
        """Two of three kills wait for a request in a drawn phase of a drawn step; the others come when they come."""
        await asyncio.sleep(self.draw.uniform(0.05, 0.4))
        if number % 3 < 2:
            met = await self._catch(self.draw.choice(list(Step)), self.draw.choice([Phase.SENDING, Phase.WAITING]))
            await asyncio.sleep(self.draw.choice([0, 0, self.draw.uniform(0, 0.05)]))
        else:
            met = self.draw.choice(self.terminals)
        under_way = [terminal for terminal in self.terminals if terminal.phase is not Phase.BETWEEN]
        for terminal in under_way:
            terminal.struck = True
        step, phase = met.step, met.phase
        answered, began = self.ledger.answered, time.monotonic()
        await self.served.kill(target)
        back = await self._back(answered if target is not Target.SERVER else self.ledger.answered, began)
        self.done.append(Kill(target, step, phase, len(under_way), back))

    async def _catch(self, step: Step, phase: Phase) -> Terminal:
        self._wanted, self._found = (step, phase), asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(self._found, BACK_AT_LATEST)
        finally:
            self._wanted = None

    def _moved(self, terminal: Terminal) -> None:
        if (terminal.step, terminal.phase) == self._wanted and self._found is not None and not self._found.done():
            self._found.set_result(terminal)

    async def _back(self, answered: int, began: float) -> float:
        """Seconds until as many successes as there are terminals have come since: one may have been on its way already."""
        while self.ledger.answered < answered + self.hands + 1:
            waited = time.monotonic() - began
            assert waited < BACK_AT_LATEST, f"nobody was answered for {waited:.0f} s\n{self.served.said()}"
            await asyncio.sleep(0.005)
        return time.monotonic() - began

    def under_way_at_the_kill(self) -> int:
        """Kills that met the chosen terminal's request between its first byte and its answer."""
        return sum(kill.phase is not Phase.BETWEEN for kill in self.done)

    def report(self) -> str:
        """The histogram by phase, and how quickly everything came back."""
        phases = Counter(
            f"{kill.step} {kill.phase}" if kill.phase is not Phase.BETWEEN else kill.phase.value for kill in self.done
        )
        lines = [f"{count:4d}  {phase}" for phase, count in sorted(phases.items())]
        for target in Target:
            took = [kill.back for kill in self.done if kill.target is target]
            if took:
                lines.append(f"{len(took):4d}  {target} killed: back after {median(took):.2f} s, at most {max(took):.2f} s")
        lines.append(f"      server ready after {median(self.served.starts):.2f} s, at most {max(self.served.starts):.2f} s")
        ledger = self.ledger
        told = f"{ledger.answered} answered, {ledger.unanswered} without an answer, {ledger.later} told to come again"
        unknown = sum(len(ledger.unknown(step)) for step in Step)
        return "\n".join([f"kills by phase ({len(self.done)}):", *lines, f"      {told}, {unknown} never known"])


class Watcher:
    """Lin watches the case through it all, coming again from the last number seen whenever the socket goes."""

    def __init__(self, served: Served, authorization: str, case: str) -> None:
        self._address = f"ws://127.0.0.1:{served.port}/live/v1/cases/{case}"
        self._headers = {"Authorization": authorization}
        self.seen: list[int] = []

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(OSError, WebSocketException):
                async with connect(self._address, additional_headers=self._headers, open_timeout=5) as socket:
                    await socket.send(msgspec.json.encode({"after": len(self.seen)}).decode())
                    async for message in socket:
                        frame = msgspec.json.decode(message)
                        if "seq" in frame:
                            self.seen.append(frame["seq"])
            await asyncio.sleep(0.1)

    async def has_seen(self, head: int) -> bool:
        """Whether every number up to ``head`` came once and in order, within five seconds."""
        for _ in range(100):
            if len(self.seen) >= head:
                break
            await asyncio.sleep(0.05)
        return self.seen == list(range(1, head + 1))


@asynccontextmanager
async def watching(served: Served, player: Player, case: str) -> AsyncIterator[Watcher]:
    """Lin's watcher for as long as the block runs."""
    watcher = Watcher(served, (await player.a("lin")).headers["Authorization"], case)
    task = asyncio.create_task(watcher.watch())
    try:
        yield watcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
