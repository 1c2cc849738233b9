"""The live feed over a real server and real sockets: nothing is missed, nothing is shown that is not for the person."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
import pytest
from make import Make, ok
from serving import ClientConnection, Server, served
from websockets.exceptions import ConnectionClosed, InvalidStatus
from world import World

from agencies.powers import PLATFORM
from inspection.live_feed.live import PIECE, Hub
from inspection.server.app import create_app
from inspection.server.embedded import EmbeddedPostgres
from kit import event_log
from kit.database import DatabaseUnavailable

NOTE = "ObservationNoted"
"""An event type of the tests' own: a feed passes on what it does not know."""


@pytest.fixture
async def server(world: World) -> AsyncIterator[Server]:
    """The platform of the test on a port."""
    async with served(world.app) as started:
        yield started


async def append(world: World, no: str, texts: Iterable[str], **secret: Any) -> None:
    """Writes one event per text in one transaction."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        for text in texts:
            await event_log.append(
                session, f"case:{no}", NOTE, {"text": text}, by="system", at=world.clock.now(), tenant="5316", **secret
            )


async def head(world: World, no: str) -> int:
    """The last number of the case's stream."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        return await event_log.head(session, f"case:{no}")


async def say(socket: ClientConnection, **hello: Any) -> dict[str, Any]:
    """Says hello and returns the opening."""
    await socket.send(msgspec.json.encode(hello).decode())
    return await hear(socket)


async def hear(socket: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    return msgspec.json.decode(await asyncio.wait_for(socket.recv(), 20), type=dict[str, Any])


async def hear_up_to(socket: ClientConnection, seq: int) -> list[dict[str, Any]]:
    """Frames up to number ``seq``."""
    heard = [await hear(socket)]
    while heard[-1]["seq"] < seq:
        heard.append(await hear(socket))
    return heard


async def close_code(socket: ClientConnection) -> int | None:
    """With what the server closes."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    return closed.value.rcvd.code if closed.value.rcvd else None


def numbers(frames: Iterable[dict[str, Any]]) -> list[int]:
    """Their numbers."""
    return [frame["seq"] for frame in frames]


async def test_a_watcher_gets_what_it_missed_and_then_what_happens(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    last = await head(world, no)
    async with server.watch(no, world.tokens["lin"]) as lin:
        opening = await say(lin, after=0)
        assert (opening["type"], opening["head"], opening["after"]) == ("events", last, 0)
        assert numbers(await hear_up_to(lin, last)) == list(range(1, last + 1))
        path = f"/api/v1/cases/{no}/invitations/market_regulation/accept"
        ok(await world.client_of("ping").post(path, json={"experts": ["mei"]}))
        frame = await hear(lin)
        assert frame["type"] == "InvitationAccepted" and frame["data"]["experts"] == ["Mei"]
        assert frame["seq"] == last + 1 and set(frame) == {"seq", "type", "at", "by", "data"}


async def test_a_watcher_that_comes_back_says_its_number_and_hears_only_the_rest(
    world: World, make: Make, server: Server
) -> None:
    no = await make.case()
    async with server.watch(no, world.tokens["lin"]) as lin:
        epoch = (await say(lin))["epoch"]
    await append(world, no, ["one", "two"])
    last = await head(world, no)
    async with server.watch(no, world.tokens["lin"]) as lin:
        assert (await say(lin, after=last - 2, epoch=epoch))["type"] == "events"
        assert [frame["data"]["text"] for frame in await hear_up_to(lin, last)] == ["one", "two"]


async def test_a_watcher_that_sees_a_gap_asks_again_on_the_same_socket(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    await append(world, no, ["a", "b", "c"])
    last = await head(world, no)
    async with server.watch(no, world.tokens["lin"]) as lin:
        await say(lin, after=last)
        assert (await say(lin, after=last - 2))["after"] == last - 2
        assert numbers(await hear_up_to(lin, last)) == [last - 1, last]
        await append(world, no, ["d"])
        assert numbers([await hear(lin)]) == [last + 1]


async def test_a_watcher_with_the_numbers_of_another_log_starts_over(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    last = await head(world, no)
    async with server.watch(no, world.tokens["lin"]) as lin:
        assert (await say(lin, after=3, epoch="another"))["type"] == "resync"
        assert numbers(await hear_up_to(lin, last)) == list(range(1, last + 1))
        assert (await say(lin, after=last + 1_000))["type"] == "resync"
        assert numbers(await hear_up_to(lin, last)) == list(range(1, last + 1))


async def test_a_secret_event_is_withheld_from_other_agencies_and_leaves_no_hole(
    world: World, make: Make, server: Server
) -> None:
    no = await make.case()
    last = await head(world, no)
    async with server.watch(no, world.tokens["qiu"]) as qiu, server.watch(no, world.tokens["mei"]) as mei:
        await say(qiu, after=last)
        await say(mei, after=last)
        await append(world, no, ["the licence fee"], owner="ip", label="IP_SECRET")
        await append(world, no, ["nothing secret"])
        seen, hidden = await hear_up_to(qiu, last + 2), await hear_up_to(mei, last + 2)
    assert [frame["data"]["text"] for frame in seen] == ["the licence fee", "nothing secret"]
    assert hidden[0] == {"seq": last + 1, "type": "withheld"}
    assert hidden[1] == seen[1]


async def test_twenty_watchers_miss_nothing_while_many_write_at_once(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    last = await head(world, no)
    logins = ("lin", "zhao", "tao", "an", "mei", "ping", "qiu")

    async def watch(number: int) -> list[dict[str, Any]]:
        async with server.watch(no, world.tokens[logins[number % len(logins)]]) as watcher:
            await asyncio.sleep(number * 0.02)  # some come while it is happening
            await say(watcher, after=last)
            return await hear_up_to(watcher, last + 200)

    async def write(writer: int) -> None:
        for number in range(40):
            await append(world, no, [f"{writer}-{number}"])

    heard = await asyncio.gather(*(watch(number) for number in range(20)), *(write(writer) for writer in range(5)))
    for frames in heard[:20]:
        assert frames is not None and numbers(frames) == list(range(last + 1, last + 201))
        assert frames == heard[0]


async def test_a_burst_longer_than_one_reading_arrives_whole(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    last = await head(world, no)
    async with server.watch(no, world.tokens["lin"]) as lin:
        await say(lin, after=last)
        await append(world, no, (str(number) for number in range(PIECE + 100)))
        assert numbers(await hear_up_to(lin, last + PIECE + 100)) == list(range(last + 1, last + PIECE + 101))


async def test_a_client_that_does_not_read_is_closed_with_4008_and_holds_up_nobody(world: World, make: Make) -> None:
    no = await make.case()
    last = await head(world, no)
    world.platform.hub = Hub(world.platform.database, world.platform.clock, lag=20)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    async with served(create_app(world.platform), send_buffer=8192) as server:
        narrow.connect(("127.0.0.1", server.port))
        narrow.setblocking(False)
        stuck = server.watch(no, world.tokens["zhao"], sock=narrow, max_queue=1)
        async with stuck as slow, server.watch(no, world.tokens["mei"]) as mei:
            await say(slow, after=last)
            await say(mei, after=last)
            for piece in range(6):  # more than all buffers on the way hold, then more than the box does
                await append(world, no, ["x" * 20_000] * 10)
                assert len(await hear_up_to(mei, last + 10 * piece + 10)) == 10
            heard: list[dict[str, Any]] = []
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard.append(await hear(slow))
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4008
    # What it was sent is whole, so that it can come again with its last number.
    assert numbers(heard) == list(range(last + 1, last + 1 + len(heard))) and len(heard) < 40


async def test_a_server_that_stops_tells_its_watchers_to_come_again(world: World, make: Make) -> None:
    no = await make.case()
    async with served(world.app) as server, server.watch(no, world.tokens["lin"]) as lin:
        await say(lin)
        stopping = asyncio.create_task(server.stop())
        assert await close_code(lin) == 1012
        await stopping


async def test_a_case_of_another_port_is_closed_as_not_found(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    for login, number in (("ou", no), ("hua", no), ("lin", "JC-5316-20261120-9999")):
        async with server.watch(number, world.tokens[login]) as stranger:
            assert await close_code(stranger) == 4404


async def test_nobody_watches_without_a_session_and_a_power(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    for login in (None, "hengtong", "wen", "ruo"):
        with pytest.raises(InvalidStatus) as refused:
            async with server.watch(no, world.tokens[login] if login else None):
                pass
        assert refused.value.response.status_code == 403, login


async def test_a_page_of_another_site_cannot_watch_with_the_cookie(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    cookie = {"Cookie": f"lianjian={world.tokens['lin']}"}
    async with server.watch(no, None, headers=cookie, origin=server.url) as own:
        assert (await say(own))["type"] == "events"
    with pytest.raises(InvalidStatus):
        async with server.watch(no, None, headers=cookie, origin="http://elsewhere.example"):
            pass


async def test_whoever_is_signed_out_sees_nothing_more_on_a_socket_opened_before(world: World, make: Make) -> None:
    no = await make.case()
    world.platform.hub = Hub(world.platform.database, world.platform.clock, recheck_seconds=0.1)
    async with served(create_app(world.platform)) as server:
        answer = await world.client_of(None).post(
            "/api/v1/sign-in", json={"login": "zhao", "password": "a password of the tests", "kind": "bearer"}
        )
        token = ok(answer)["token"]
        async with server.watch(no, token) as zhao, server.watch(no, world.tokens["lin"]) as lin:
            await say(zhao)
            await say(lin, after=await head(world, no))
            headers = {"Authorization": f"Bearer {token}"}
            assert (await world.client_of(None).post("/api/v1/sign-out", headers=headers)).status_code == 204
            assert await close_code(zhao) == 4401
            await append(world, no, ["lin still watches"])
            assert (await hear(lin))["data"] == {"text": "lin still watches"}


async def test_what_is_no_hello_is_refused(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    for said in ("{", "[]", '{"after": "many"}', "hello", b"\x00"):
        async with server.watch(no, world.tokens["lin"]) as lin:
            await lin.send(said)
            assert await close_code(lin) == 4400, said


async def test_a_client_that_leaves_is_forgotten(world: World, make: Make, server: Server) -> None:
    no = await make.case()
    async with server.watch(no, world.tokens["lin"]) as lin:
        await say(lin)
        assert world.platform.hub.watching == 1
    for _ in range(500):
        if not world.platform.hub.watching:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the hub still feeds a socket that is gone")


async def test_after_a_restart_of_the_database_the_feed_goes_on_without_a_gap(
    world: World, make: Make, server: Server, bare_postgres: EmbeddedPostgres
) -> None:
    no = await make.case()
    last = await head(world, no)
    async with server.watch(no, world.tokens["lin"]) as lin:
        await say(lin, after=last)
        await append(world, no, ["before"])
        await hear(lin)
        assert bare_postgres.pid is not None
        os.kill(bare_postgres.pid, signal.SIGQUIT)  # at once, with crash recovery at the next start
        for text in ("after", "and later"):
            await _until_written(world, no, text)
        heard = await hear_up_to(lin, last + 3)
        assert [(frame["seq"], frame["data"]["text"]) for frame in heard] == [(last + 2, "after"), (last + 3, "and later")]
    async with server.watch(no, world.tokens["lin"]) as lin:
        await say(lin, after=last)
        assert numbers(await hear_up_to(lin, last + 3)) == [last + 1, last + 2, last + 3]


async def _until_written(world: World, no: str, text: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                return await append(world, no, [text])
            except DatabaseUnavailable:
                await asyncio.sleep(0.05)
