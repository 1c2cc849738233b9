"""Handheld terminals in a storm: each declares photos, sends their bytes and the findings on them, and remembers every answer.

What was answered with success is *acknowledged*. What was sent and not answered is *unknown*: mostly it is sent again under the
same id, as a terminal does, and sometimes never again, so that what became of it is for the platform alone to have settled.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

import httpx
import msgspec
from inspections import MORNING

from kit.ids import uuid7

RETRY_AFTER_HEADER = "retry-after"


class Step(StrEnum):
    """The three requests of an item, in the order a terminal sends them."""

    DECLARE = "declare"
    BYTES = "bytes"
    FINDING = "finding"


PAUSE, STALL = 0.01, 0.5
"""Seconds at most that a bad network holds a body up between its halves; every third photo meets a hole in it."""


class Phase(StrEnum):
    """Where a terminal's request stands."""

    BETWEEN = "between requests"
    SENDING = "sending"  # the first byte has left, the last has not
    WAITING = "waiting"  # everything has left, the answer has not come


@dataclass
class Item:
    """One photo and the finding on it. ``tried`` and ``acknowledged`` are the steps that were; the answers by step."""

    login: str
    agency: str
    evidence_id: str
    finding_id: str
    content: bytes
    declaration: dict[str, Any]
    finding: dict[str, Any]
    tried: set[Step] = field(default_factory=set)
    answers: dict[Step, dict[str, Any]] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return str(self.declaration["sha256"])


@dataclass
class Ledger:
    """Everything the terminals sent. ``odd`` are answers that are neither a success nor "not now, later"."""

    items: list[Item] = field(default_factory=list)
    answered: int = 0
    unanswered: int = 0
    later: int = 0
    odd: list[str] = field(default_factory=list)

    def acknowledged(self, step: Step) -> list[Item]:
        """Items whose ``step`` was answered with success."""
        return [item for item in self.items if step in item.answers]

    def unknown(self, step: Step) -> list[Item]:
        """Items whose ``step`` was sent and never answered with success."""
        return [item for item in self.items if step in item.tried and step not in item.answers]


@dataclass
class Terminal:
    """One officer's terminal, busy until ``stop``."""

    address: str
    authorization: str
    login: str
    agency: str
    line: int
    kind: str
    case: str
    session: str
    ledger: Ledger
    draw: random.Random
    moved: Callable[[Terminal], None]
    """Told whenever the terminal's request comes into another phase."""

    step: Step | None = None
    phase: Phase = Phase.BETWEEN
    struck: bool = False
    """A kill met this request: half of these are never sent again."""

    async def run(self, stop: asyncio.Event) -> None:
        """Items one after the other; ends after the item in hand."""
        headers = {"Authorization": self.authorization}
        async with httpx.AsyncClient(base_url=self.address, headers=headers, timeout=20) as client:
            while not stop.is_set():
                item = self._new_item()
                self.ledger.items.append(item)
                await self._send(client, item)

    async def _send(self, client: httpx.AsyncClient, item: Item) -> None:
        where = f"/field/v1/cases/{self.case}"
        evidence = f"{where}/evidence/{item.evidence_id}"
        requests = (
            (Step.DECLARE, evidence, msgspec.json.encode(item.declaration)),
            (Step.BYTES, f"{evidence}/bytes", item.content),
            (Step.FINDING, f"{where}/findings/{item.finding_id}", msgspec.json.encode(item.finding)),
        )
        for step, path, body in requests:
            if not await self._until_answered(client, item, step, path, body):
                return

    async def _until_answered(self, client: httpx.AsyncClient, item: Item, step: Step, path: str, body: bytes) -> bool:
        """True when the answer came; False when the terminal gave this one up without knowing."""
        self.struck = False
        while True:
            answer = await self._attempt(client, item, step, path, body)
            if answer is not None and answer.is_success:
                item.answers.setdefault(step, answer.json())
                self.ledger.answered += 1
                if self.draw.random() < 0.05:  # the answer was lost on its way: sent once more
                    continue
                return True
            if self.struck and self.draw.random() < 0.5:
                return False
            await asyncio.sleep(self.draw.uniform(0.02, 0.1))

    async def _attempt(self, client: httpx.AsyncClient, item: Item, step: Step, path: str, body: bytes) -> httpx.Response | None:
        """One request; None when no answer came."""
        headers = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
        try:
            answer = await client.put(path, content=self._halves(item, step, body), headers=headers)
        except httpx.TransportError:
            self.ledger.unanswered += 1
            return None
        finally:
            self._move(step, Phase.BETWEEN)
        if answer.status_code == 503 and RETRY_AFTER_HEADER in answer.headers:
            self.ledger.later += 1
        elif not answer.is_success:
            self.ledger.odd.append(f"{step} {answer.status_code} {answer.text[:200]}")
        return answer

    async def _halves(self, item: Item, step: Step, body: bytes) -> AsyncIterator[bytes]:
        item.tried.add(step)
        half = len(body) // 2
        self._move(step, Phase.SENDING)
        yield body[:half]
        stalls = step is Step.BYTES and self.draw.random() < 1 / 3
        await asyncio.sleep(self.draw.uniform(0, STALL if stalls else PAUSE))
        yield body[half:]
        self._move(step, Phase.WAITING)

    def _move(self, step: Step, phase: Phase) -> None:
        self.step, self.phase = step, phase
        self.moved(self)

    def _new_item(self) -> Item:
        evidence_id, finding_id = str(uuid7()), str(uuid7())
        content = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        content += self.draw.randbytes(self.draw.randint(2_000, 120_000)) + b"\xff\xd9"
        captured = (MORNING + timedelta(seconds=len(self.ledger.items))).isoformat()
        declaration = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "media_type": "image/jpeg",
            "file_name": "铭牌.jpg",
            "captured_at": captured,
            "device_id": f"terminal-{self.login}",
            "device_seq": len(self.ledger.items) + 1,
        }
        finding = {
            "session": self.session,
            "agency": self.agency,
            "line": self.line,
            "kind": self.kind,
            "grade": "CONFORMS",
            "observation": f"铭牌与申报一致 {finding_id}",
            "captured_at": captured,
            "evidence": [evidence_id],
        }
        return Item(self.login, self.agency, evidence_id, finding_id, content, declaration, finding)
