"""A case on its way into the yard, by the cast through HTTP: what the storm needs before it begins, and asks for after it."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from make import REFERENCE

from inspection.server.demo_player import Player

MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
"""Friday 2026-11-20 09:30 at the port, a working day."""


async def sheet_issued(player: Player, serial: int) -> str:
    """The number of a fresh case whose task sheet has issued by itself: only a working worker gets it there."""
    declaration = deepcopy(REFERENCE) | {"number": f"53162026116{serial:07d}"}
    case = str((await player.post("hengtong", "/api/v1/declarations", declaration))["case"])
    for login, agency, expert in (("ping", "market_regulation", "mei"), ("qiu", "ip", "qiu")):
        await player.post(login, f"/api/v1/cases/{case}/invitations/{agency}/accept", {"experts": [expert]})
    await player.until("lin", f"/api/v1/cases/{case}/task-sheet", lambda sheet: sheet["version"] == 1)
    return case


async def in_field(player: Player, serial: int = 1) -> tuple[str, str]:
    """A case whose session is open: its number and the session's id."""
    await player.move_to(MORNING)
    case = await sheet_issued(player, serial)
    slot = (await player.get("lin", f"/api/v1/cases/{case}/slots"))[0]
    booking = await player.post("lin", f"/api/v1/cases/{case}/schedule", slot)
    if booking["state"] == "PROPOSED":  # until the agencies have agreed
        for login in ("ping", "qiu"):
            seen = {"booking": booking["id"], "version": booking["version"]}
            await player.post(login, f"/api/v1/cases/{case}/schedule/confirm", seen)
    body: dict[str, Any] = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["HT-0001"]}
    session = str((await player.post("tao", f"/api/v1/cases/{case}/sessions", body))["id"])
    await player.post("tao", f"/api/v1/cases/{case}/sessions/{session}/open")
    await player.until("lin", f"/api/v1/cases/{case}", lambda view: view["state"] == "IN_FIELD")
    return case, session
