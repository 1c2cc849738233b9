"""From the commit of an event to 500 live inboxes: how long until the last few have it?

A platform of its own (embedded PostgreSQL, fsync on), server and worker in one process as ``lianjian serve`` runs them; the 500
clients are a process of their own. Two ways an event reaches many people:

- *everybody's own*: an event of a case that the catalogue tells 500 coordinators, each in an inbox of one's own. 500 notices are
  written, put on 500 feeds, read by 500 groups.
- *one desk*: an item in the inbox of a unit that 500 people watch. One notice, one feed, one group.

The clock runs from before the commit of the event until the frame is in the client. The floor is ``broadcast`` of the websockets
library in the same process: the same frame to 500 other sockets of the same clients, no database, in turns with the others.

    python bench/inboxes.py [--json] [--watchers 500] [--rounds 9]
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
import uvloop
from _figures import Figure, arguments, show
from _watchers import Watchers
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from websockets.asyncio.server import ServerConnection, broadcast, serve

from agencies import people, sign_in
from agencies.powers import PLATFORM, Kind, Power
from agencies.tables import Person
from inspection import events
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.notifying import inbox
from inspection.server import cast
from inspection.server.boot import Services, services
from inspection.server.demo_goods import reference
from inspection.server.platform import Platform
from inspection.server.serving import running
from kit.settings import Settings

GOAL_SECONDS = 2.0
ASKED = "ip"
"""The agency that the events are about; nobody of it watches."""


@dataclass
class Bench:
    """The platform under measurement, one case on it, and those who watch."""

    platform: Platform
    address: str
    case: str
    tokens: list[str]
    watchers: Watchers
    rounds: int

    async def commit(self, write: Callable[[AsyncSession, JointCase, datetime], Awaitable[object]]) -> float:
        """Writes as the platform; the instant before the commit."""
        async with self.platform.database.unit_of_work(PLATFORM) as session:
            case = (await session.scalars(select(JointCase).where(JointCase.no == self.case))).one()
            await write(session, case, datetime.now(UTC))
            return time.monotonic()

    async def told_each(self) -> float:
        """An event of the case that every coordinator of the port is told."""

        async def write(session: AsyncSession, case: JointCase, now: datetime) -> None:
            data = {"agency": ASKED, "mandatory": True, "level": 1}
            await events.record(session, case, EventType.INVITATION_BLOCKED, data, by=None, at=now)

        return await self.commit(write)

    async def told_desk(self) -> float:
        """An item for the inbox of the lead's unit."""

        async def write(session: AsyncSession, case: JointCase, now: datetime) -> None:
            data = {"agency": ASKED, "because": "no_answer"}
            await inbox.tell(session, case, case.lead_agency, f"bench {secrets.token_hex(4)}", data, now)

        return await self.commit(write)

    async def measure(self, of: str, tell: Callable[[], Awaitable[float]]) -> tuple[float, float]:
        """Seconds of the product and of the bare broadcast, in turns: the median of the rounds' 95th percentiles."""
        url = self.address.replace("http://", "ws://") + f"/live/v1/inbox?of={of}"
        await self.watchers.connect(of, [(url, token) for token in self.tokens])
        product, bare = list[float](), list[float]()
        frame = ""
        async with _bare(self.watchers, len(self.tokens)) as send:
            for number in range(self.rounds + 1):
                coming = await self.watchers.next_frames(of)
                began = await tell()
                came, frame = await coming
                coming = await self.watchers.next_frames("bare")
                sent = send(frame)
                got, _ = await coming
                if number:  # the first warms up
                    product.append(_p95([at - began for at in came]))
                    bare.append(_p95([at - sent for at in got]))
        await self.watchers.close(of)
        return median(product), median(bare)


@asynccontextmanager
async def _bare(watchers: Watchers, number: int) -> AsyncIterator[Callable[[str], float]]:
    """So many sockets on a server that does nothing else; what is yielded sends all of them a text and returns when it began."""
    sockets = set[ServerConnection]()

    async def hold(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"head": 0}')
        sockets.add(socket)
        await socket.wait_closed()

    def send(text: str) -> float:
        began = time.monotonic()
        broadcast(sockets, text)
        return began

    async with serve(hold, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        await watchers.connect("bare", [(f"ws://127.0.0.1:{port}", None)] * number)
        yield send
        await watchers.close("bare")


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


@asynccontextmanager
async def prepared(settings: Settings, found: Services, watchers: int, rounds: int) -> AsyncIterator[Bench]:
    """The cast, so many coordinators, one case."""
    async with running(settings, found) as (platform, address, _):
        async with platform.database.unit_of_work(PLATFORM) as session:
            await cast.seed(session, secrets.token_urlsafe(12), datetime.now(UTC) - timedelta(days=1))
        tokens = [await _coordinator(platform, number) for number in range(watchers)]
        other = Watchers()
        try:
            yield Bench(platform, address, await _case(platform, address), tokens, other, rounds)
        finally:
            other.end()


async def _coordinator(platform: Platform, number: int) -> str:
    """One more coordinator of the port; a token of theirs."""
    now = datetime.now(UTC)
    powers = {"kind": Kind.CUSTOMS, "powers": frozenset({Power.COORDINATE}), "agency": "customs", "port": cast.PORT}
    async with platform.database.unit_of_work(PLATFORM) as session:
        person = await people.add_person(session, login=f"watcher-{number}", name=f"Watcher {number}", now=now, **powers)
        return await sign_in.open_session(session, person, "bearer", "bench", now)


async def _case(platform: Platform, address: str) -> str:
    """A case of the reference goods."""
    async with platform.database.unit_of_work(PLATFORM) as session:
        person = (await session.scalars(select(Person).where(Person.login == "hengtong"))).one()
        token = await sign_in.open_session(session, person, "bearer", "bench", datetime.now(UTC))
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        answer = await client.post("/api/v1/declarations", json=reference(datetime.now(UTC) - timedelta(minutes=1)))
    return str(answer.raise_for_status().json()["case"])


async def _main(settings: Settings, found: Services, watchers: int, rounds: int) -> list[Figure]:
    async with prepared(settings, found, watchers, rounds) as bench:
        each, bare_each = await bench.measure("person", bench.told_each)
        desk, bare_desk = await bench.measure("desk", bench.told_desk)
    floor = f"websockets broadcast to {watchers} sockets"
    return [
        Figure(figure=f"event → {watchers} inboxes of their own, p95", value=each, unit="s", reach=GOAL_SECONDS, against=floor),
        Figure(figure="… / broadcast", value=each / bare_each, unit="×", against=f"{floor}: {bare_each * 1000:.1f} ms"),
        Figure(figure=f"event → {watchers} watchers of one desk, p95", value=desk, unit="s", reach=GOAL_SECONDS, against=floor),
        Figure(figure="… of it / broadcast", value=desk / bare_desk, unit="×", against=f"{floor}: {bare_desk * 1000:.1f} ms"),
    ]


def main() -> int:
    """Prints the figures; 0 when what was asked for is reached."""
    parser = arguments("seconds from an event's commit to 500 live inboxes, as a ratio to a bare broadcast")
    parser.add_argument("--watchers", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianjian-bench-") as name:
        Path(name).chmod(0o755)
        settings = Settings(data_dir=Path(name) / "var", port=0)
        with services(settings) as found:
            figures = uvloop.run(_main(settings, found, args.watchers, args.rounds))
    show(figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
