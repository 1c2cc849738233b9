"""A case that stands ready for the yard, and what people there do: sessions, findings, photos. For the flows' stories."""

from __future__ import annotations

import hashlib
import random
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM
from inspection import task_sheet
from inspection.document_parts import Agency, FocusPoint, Lead, LegalBasis, Officer, Participant, summary_of
from inspection.focus_points import lead_points
from inspection.tables import Bay, Booking, CaseMember, DeclarationRow, Invitation, JointCase, TaskSheetRow
from kit.canonical import canonical_hash
from kit.database import Database
from kit.ids import uuid7
from kit.tables import EventRow
from risk.declaration import Declaration

PORT = "5316"
SHANGHAI = ZoneInfo("Asia/Shanghai")
TRADER = "91440300000000000E"
ASKED = {"market_regulation": ("MARKING",), "ip": ("LICENCE",), "environment": ("DOC",)}


@dataclass(frozen=True)
class Yard:
    """One case and the ways to it: ``field`` and ``office`` are the two prefixes of its routes."""

    no: str
    database: Database

    @property
    def field(self) -> str:
        return f"/field/v1/cases/{self.no}"

    @property
    def office(self) -> str:
        return f"/api/v1/cases/{self.no}"

    async def events(self, *types: str) -> list[EventRow]:
        """The case's events of these types, in order, as the platform sees them."""
        async with self.database.unit_of_work(PLATFORM) as session:
            rows = select(EventRow).where(EventRow.stream == f"case:{self.no}", EventRow.type.in_(types))
            return list(await session.scalars(rows.order_by(EventRow.seq)))

    async def count(self, table: Any, *conditions: Any) -> int:
        """How many rows fit, whoever may see them."""
        async with self.database.unit_of_work(PLATFORM) as session:
            return await session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    async def one(self, table: Any, key: Any) -> Any:
        """One row by its key."""
        async with self.database.unit_of_work(PLATFORM) as session:
            return await session.get(table, key)

    async def book(self, now: datetime) -> None:
        """A window that begins in an hour."""
        async with self.database.unit_of_work(PLATFORM) as session:
            await _book(session, self.no, now)


async def ready(
    database: Database,
    now: datetime,
    *,
    accepted: tuple[str, ...] = ("market_regulation", "ip"),
    with_sheet: bool = True,
    with_window: bool = True,
) -> Yard:
    """A case of Hengtong's with two lines, its agencies accepted, its sheet issued and a window confirmed."""
    no = f"JC-{PORT}-{now:%Y%m%d}-{random.randrange(10**6, 10**9)}"
    declaration = _declaration(now)
    async with database.unit_of_work(PLATFORM) as session:
        declaration_id = await _store_declaration(session, declaration, now)
        session.add(
            JointCase(
                port=PORT,
                no=no,
                declaration_id=declaration_id,
                declaration_number=declaration.number,
                trader=TRADER,
                state="SCHEDULED",
                lead_agency="customs",
                mode="ON_SITE",
                priority_class="NORMAL",
                policy="graded",
                opened_at=now,
            )
        )
        await session.flush()
        session.add_all(CaseMember(port=PORT, case_no=no, agency=agency) for agency in accepted)
        session.add_all(_invitation(no, agency, now) for agency in accepted)
        if with_sheet:
            session.add(_sheet(no, declaration, accepted, now))
        await session.flush()
        if with_window:
            await _book(session, no, now)
    return Yard(no, database)


def _declaration(now: datetime) -> Declaration:
    number = f"{PORT}2026{1}{random.randrange(10**9):09}"
    lines = [
        {"no": 1, "hs": "8479899990", "name": "高端智能制造生产线", "components": [{"name": "特种气体管路组件"}]},
        {"no": 2, "hs": "8537109090", "name": "控制柜"},
    ]
    document = {
        "number": number,
        "direction": "import",
        "declared_at": now.isoformat(),
        "port": PORT,
        "transport_mode": "sea",
        "trader": {"code": TRADER, "name": "Hengtong Import Co."},
        "lines": lines,
    }
    return msgspec.convert(document, Declaration)


async def _store_declaration(session: AsyncSession, declaration: Declaration, now: datetime) -> Any:
    row = DeclarationRow(
        id=uuid7(),
        port=PORT,
        number=declaration.number,
        version=1,
        trader=TRADER,
        state="UNDER_JOINT_CASE",
        history=False,
        declared_at=now,
        received_at=now,
        document_hash=canonical_hash(declaration),
        document=msgspec.to_builtins(declaration),
        flags=[],
    )
    session.add(row)
    await session.flush()
    return row.id


def _invitation(no: str, agency: str, now: datetime) -> Invitation:
    return Invitation(
        port=PORT,
        case_no=no,
        agency=agency,
        round=1,
        state="ACCEPTED",
        mandatory=agency != "environment",
        domains=[agency],
        points=[],
        sent_at=now,
        answered_at=now,
        experts=[],
    )


def _sheet(no: str, declaration: Declaration, accepted: tuple[str, ...], now: datetime) -> TaskSheetRow:
    basis = (LegalBasis(text="中华人民共和国产品质量法", basis_unverified=True),)
    points = [
        FocusPoint(agency=agency, focus_zh="核对", line=1, check_kinds=ASKED[agency], legal_basis=basis) for agency in accepted
    ]
    document = task_sheet.build(
        case=no,
        version=1,
        declaration=summary_of(declaration, SHANGHAI),
        lead=Lead(agency="customs", officer=Officer(name="Lin", agency="customs")),
        agencies=[Agency(code=code, zh=code) for code in ("customs", *accepted)],
        participants=[Participant(agency=agency, state="ACCEPTED", mandatory=agency != "environment") for agency in accepted],
        focus_points=(*lead_points("customs"), *points),
        issued_at=now,
        zone=SHANGHAI,
    )
    return TaskSheetRow(
        port=PORT,
        case_no=no,
        version=1,
        number=document.number,
        state="ISSUED",
        document=msgspec.to_builtins(document),
        document_hash=canonical_hash(document),
        issued_at=now,
    )


async def _book(session: AsyncSession, no: str, now: datetime) -> None:
    bay = Bay(port=PORT, code=f"Y-{uuid7()}", zone="协同查验专区", kind="INSPECTION", places=1, capabilities=[])
    session.add(bay)
    await session.flush()
    session.add(
        Booking(
            id=uuid7(),
            port=PORT,
            case_no=no,
            bay=bay.code,
            place=1,
            starts_at=now + timedelta(hours=1),
            ends_at=now + timedelta(hours=3),
            state="CONFIRMED",
            booked_by=uuid7(),
            booked_at=now,
        )
    )
    await session.flush()


# --- what people do -------------------------------------------------------------------------------------------------------


def once() -> dict[str, str]:
    """A fresh ``Idempotency-Key``."""
    return {"Idempotency-Key": str(uuid7())}


async def check_in(tao: httpx.AsyncClient, yard: Yard, **other: Any) -> httpx.Response:
    """Tao checks in with Rong."""
    body = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["HT-0001"]} | other
    return await tao.post(f"{yard.office}/sessions", json=body, headers=once())


async def opened(tao: httpx.AsyncClient, yard: Yard, **other: Any) -> str:
    """The id of a session that Tao has checked in and opened."""
    answer = await check_in(tao, yard, **other)
    assert answer.status_code == 200, answer.text
    session_id = str(answer.json()["id"])
    answer = await tao.post(f"{yard.office}/sessions/{session_id}/open")
    assert answer.status_code == 200, answer.text
    return session_id


async def close(tao: httpx.AsyncClient, yard: Yard, session_id: str) -> httpx.Response:
    """Tao seals and closes."""
    return await tao.post(f"{yard.office}/sessions/{session_id}/close", json={"seals_after": ["HT-0002"]})


async def all_done(people: dict[str, httpx.AsyncClient], yard: Yard, session_id: str) -> None:
    """Every agency (by name in ``people``) reports its share complete."""
    for agency, client in people.items():
        answer = await client.post(f"{yard.office}/sessions/{session_id}/workstreams/{agency}/complete")
        assert answer.status_code == 200, answer.text


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


async def send(client: httpx.AsyncClient, yard: Yard, content: bytes, now: datetime, **other: Any) -> str:
    """Declares a photo and sends its bytes; returns its id."""
    evidence_id = str(uuid7())
    where = f"{yard.field}/evidence/{evidence_id}"
    answer = await client.put(where, json=declared(content, now, **other))
    assert answer.status_code == 200, answer.text
    answer = await client.put(f"{where}/bytes", content=content)
    assert answer.status_code == 200, answer.text
    return evidence_id
