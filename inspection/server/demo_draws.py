"""The draws of the demo day: experts drawn and sent, key points drawn, and every record drawn again from what was published."""

from __future__ import annotations

import msgspec

from agencies.double_random import DrawRecord, replay
from inspection.server.demo_player import Player


async def send_drawn_expert(player: Player, dispatcher: str, case: str, agency: str) -> str:
    """The dispatcher draws one expert and accepts with that one; the login."""
    invitation = f"/api/v1/cases/{case}/invitations/{agency}"
    drawn = await player.post(dispatcher, f"{invitation}/draw-experts", {"count": 1})
    await player.post(dispatcher, f"{invitation}/accept", {"experts": drawn["standing"]})
    return str(drawn["standing"][0])


async def draw_key_points(player: Player, case: str, count: int) -> None:
    """The lead draws which points of the task sheet are looked at first hand."""
    await player.post("lin", f"/api/v1/cases/{case}/draw-key-points", {"count": count})


async def verified(player: Player, case: str) -> tuple[int, bool]:
    """How many draws the case has, and whether each replays to what its events published, commitment before draw."""
    frames = await player.get("lin", f"/api/v1/cases/{case}/events?limit=1000")
    committed = {one["data"]["commitment"]: one["seq"] for one in frames if one["type"] == "DrawCommitted"}
    held = {one["data"]["draw"]: one for one in frames if one["type"] == "DrawHeld"}
    draws = await player.get("lin", f"/api/v1/cases/{case}/draws")
    good = [
        replay(
            msgspec.convert(one["record"], DrawRecord),
            commitment_published=held[one["id"]]["data"]["commitment"],
            digest_published=held[one["id"]]["data"]["digest"],
        ).verified
        and committed[one["record"]["commitment"]] < held[one["id"]]["seq"]
        for one in draws
    ]
    return len(draws), all(good)
