"""Fifty cases want one place of one bay in one window at the same moment: does exactly one get it?

A platform of its own (embedded PostgreSQL, fsync on), server and worker in one process as ``lianjian serve`` runs them. The cases
are filed, accepted and put on their task sheets through HTTP; then all their coordinators ask for the same place at once, round
after round, each round another window. What was answered is held against the rows of the database.

    python bench/bookings.py [--json] [--cases 50] [--rounds 3]
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import uvloop
from _figures import Figure, arguments, show
from sqlalchemy import text

from agencies.powers import PLATFORM
from inspection.server import cast
from inspection.server.boot import Services, services
from inspection.server.demo_goods import reference
from inspection.server.demo_player import Player
from inspection.server.platform import Platform
from inspection.server.serving import running
from kit.settings import Settings

EXPERTS = {"market_regulation": ("ping", "mei"), "ip": ("qiu", "qiu")}
DOUBLED = text(
    "SELECT count(*) FROM booking a JOIN booking b ON a.id < b.id AND a.port = b.port AND a.bay = b.bay AND a.place = b.place"
    " AND a.state = ANY(:held) AND b.state = ANY(:held)"
    " AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)"
)
HELD = ["PROPOSED", "CONFIRMED", "CHANGED", "IN_PROGRESS"]


async def _cases(player: Player, number: int) -> list[str]:
    """So many cases of the reference goods whose task sheets have issued."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    numbers = [f"{cast.PORT}{now:%Y}1{serial:09d}" for serial in range(1, number + 1)]
    filed = [await player.post("hengtong", "/api/v1/declarations", reference(now) | {"number": one}) for one in numbers]
    cases = [str(one["case"]) for one in filed]
    for no in cases:
        for agency, (login, expert) in EXPERTS.items():
            await player.post(login, f"/api/v1/cases/{no}/invitations/{agency}/accept", {"experts": [expert]})
    for no in cases:
        await player.until("lin", f"/api/v1/cases/{no}", lambda case: case["state"] == "PREPARING")
    return cases


async def _round(player: Player, cases: list[str], slot: dict[str, Any]) -> tuple[list[httpx.Response], float]:
    """Everybody asks for ``slot`` at once; the answers, and how long until the last."""
    window = {name: slot[name] for name in ("bay", "place", "starts_at", "ends_at")}
    began = time.monotonic()
    answers = await asyncio.gather(*(player.try_post("lin", f"/api/v1/cases/{no}/schedule", window) for no in cases))
    return answers, time.monotonic() - began


async def _measured(platform: Platform, player: Player, number: int, rounds: int) -> list[Figure]:
    waiting, winners, refused, took = await _cases(player, number), list[int](), list[int](), list[float]()
    for _ in range(rounds):
        slot = (await player.get("lin", f"/api/v1/cases/{waiting[0]}/slots"))[0]
        answers, seconds = await _round(player, waiting, slot)
        winners.append(sum(one.is_success for one in answers))
        refused.append(sum(one.status_code == httpx.codes.CONFLICT and one.json()["code"] == "place_taken" for one in answers))
        took.append(seconds)
        waiting = [no for no, one in zip(waiting, answers, strict=True) if not one.is_success]
    async with platform.database.unit_of_work(PLATFORM) as session:
        doubled = await session.scalar(DOUBLED, {"held": HELD}) or 0
    who = f"{number} cases at once, {rounds} rounds"
    return [
        Figure(figure="most winners of one place", value=max(winners), unit="", reach=1, against=who),
        Figure(figure="least winners of one place", value=min(winners), unit="", reach=1, at_least=True, against=who),
        Figure(
            figure="least told that it is taken", value=min(refused), unit="", reach=number - rounds, at_least=True, against=who
        ),
        Figure(figure="double bookings in the database", value=doubled, unit="", reach=0, against=who),
        Figure(figure="until the last was answered", value=median(took), unit="s", against=who),
    ]


async def _main(settings: Settings, found: Services, number: int, rounds: int) -> list[Figure]:
    password = secrets.token_urlsafe(12)
    async with running(settings, found) as (platform, address, _):
        async with platform.database.unit_of_work(PLATFORM) as session:
            await cast.seed(session, password, datetime.now(UTC) - timedelta(days=1))
        player = Player(address, password)
        try:
            return await _measured(platform, player, number, rounds)
        finally:
            await player.close()


def main() -> int:
    """Prints the figures; 0 when one and only one wins."""
    parser = arguments("one place, many cases at the same moment: exactly one gets it")
    parser.add_argument("--cases", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianjian-bench-") as name:
        Path(name).chmod(0o755)
        settings = Settings(data_dir=Path(name) / "var", port=0)
        with services(settings) as found:
            figures = uvloop.run(_main(settings, found, args.cases, args.rounds))
    show(figures, as_json=args.json)
    return 0 if all(one.met is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
