"""What people do in the yard: check in, open, find, photograph, close. For the flows' stories."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from make import Make, ok
from sqlalchemy import func, select
from world import World

from agencies.powers import PLATFORM
from kit.ids import uuid7
from kit.tables import EventRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVERYBODY = {"customs": "tao", "market_regulation": "mei", "ip": "qiu"}


@dataclass(frozen=True)
class Yard:
    """One case and the ways to it: ``field`` and ``office`` are the two prefixes of its routes."""

    world: World
    make: Make
    no: str

    @property
    def field(self) -> str:
        return f"/field/v1/cases/{self.no}"

    @property
    def office(self) -> str:
        return f"/api/v1/cases/{self.no}"

    @property
    def now(self) -> datetime:
        """The present on this platform, UTC."""
        return self.world.clock.now()

    def client_of(self, login: str) -> httpx.AsyncClient:
        """A client signed in as one of the cast."""
        return self.world.client_of(login)

    async def events(self, *types: str) -> list[EventRow]:
        """The case's events of these types, in order, as the platform sees them."""
        async with self.world.platform.database.unit_of_work(PLATFORM) as session:
            rows = select(EventRow).where(EventRow.stream == f"case:{self.no}", EventRow.type.in_(types))
            return list(await session.scalars(rows.order_by(EventRow.seq)))

    async def count(self, table: Any, *conditions: Any) -> int:
        """How many rows fit, whoever may see them."""
        async with self.world.platform.database.unit_of_work(PLATFORM) as session:
            return await session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    async def one(self, table: Any, key: Any) -> Any:
        """One row by its key."""
        async with self.world.platform.database.unit_of_work(PLATFORM) as session:
            return await session.get(table, key)


async def in_state(world: World, make: Make, state: str) -> Yard:
    """A fresh case of the reference goods in ``state``: market regulation and IP take part."""
    return Yard(world, make, await make.case(state))


def once() -> dict[str, str]:
    """A fresh ``Idempotency-Key``."""
    return {"Idempotency-Key": str(uuid7())}


async def check_in(yard: Yard, **other: Any) -> httpx.Response:
    """Tao checks in with Rong."""
    body = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["HT-0001"]} | other
    return await yard.client_of("tao").post(f"{yard.office}/sessions", json=body, headers=once())


async def opened(yard: Yard, **other: Any) -> str:
    """The id of a session that Tao has checked in and opened."""
    session_id = str(ok(await check_in(yard, **other))["id"])
    ok(await yard.client_of("tao").post(f"{yard.office}/sessions/{session_id}/open"))
    return session_id


async def all_done(yard: Yard, session_id: str, *agencies: str) -> None:
    """These agencies (every one when none is named) report their shares complete."""
    for agency in agencies or EVERYBODY:
        where = f"{yard.office}/sessions/{session_id}/workstreams/{agency}/complete"
        ok(await yard.client_of(EVERYBODY[agency]).post(where))


async def close(yard: Yard, session_id: str) -> httpx.Response:
    """Tao seals and closes."""
    return await yard.client_of("tao").post(f"{yard.office}/sessions/{session_id}/close", json={"seals_after": ["HT-0002"]})


def finding(session_id: str, now: datetime, **other: Any) -> dict[str, Any]:
    """Mei finds the marking of line 1 in order."""
    return {
        "session": session_id,
        "agency": "market_regulation",
        "line": 1,
        "kind": "MARKING",
        "grade": "CONFORMS",
        "observation": "铭牌与申报一致",
        "captured_at": now.isoformat(),
    } | other


def photo(note: str = "铭牌", taken: bytes = b"2026:11:20 09:30:00", orientation: int = 6) -> bytes:
    """A small JPEG with the time a camera wrote into it; ``note`` makes its bytes its own."""
    tiff = struct.pack("<4sIH", b"II*\0", 8, 2)
    tiff += struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack("<HHII", 0x8769, 4, 1, 38) + bytes(4)
    tiff += struct.pack("<HHHII", 1, 0x9003, 2, 20, 56) + bytes(4) + taken + b"\0"
    exif = b"Exif\0\0" + tiff
    comment = note.encode()
    segments = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    segments += b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    return b"\xff\xd8" + segments + b"\xff\xda\x00\x02" + bytes(64) + b"\xff\xd9"


def declared(content: bytes, now: datetime, **other: Any) -> dict[str, Any]:
    """What Mei's terminal says of ``content`` before it sends it."""
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "media_type": "image/jpeg",
        "file_name": "铭牌.jpg",
        "captured_at": now.isoformat(),
        "device_id": "PDA-07",
        "device_seq": 1,
    } | other


async def send(yard: Yard, content: bytes, login: str = "mei", **other: Any) -> str:
    """Declares a photo and sends its bytes; returns its id."""
    evidence_id = str(uuid7())
    where = f"{yard.field}/evidence/{evidence_id}"
    ok(await yard.client_of(login).put(where, json=declared(content, yard.now, **other)))
    ok(await yard.client_of(login).put(f"{where}/bytes", content=content))
    return evidence_id
