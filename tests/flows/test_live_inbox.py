"""The live feed of inboxes: of a unit, of an enterprise, of a person; without gaps, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from make import Make, ok
from serving import served
from websockets.asyncio.client import ClientConnection, connect
from world import World


async def hear(socket: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    return msgspec.json.decode(await asyncio.wait_for(socket.recv(), 20), type=dict[str, Any])


async def test_an_inbox_fills_while_one_watches_and_goes_on_where_one_left(world: World, make: Make) -> None:
    async with served(world.app) as server:

        def watch(login: str, of: str = "desk") -> connect:
            headers = {"Authorization": f"Bearer {world.tokens[login]}"}
            return connect(f"ws://127.0.0.1:{server.port}/live/v1/inbox?of={of}", additional_headers=headers, compression=None)

        async with watch("ping") as ping, watch("hua") as hua:
            for socket in (ping, hua):
                await socket.send('{"after": 0}')
                assert (await hear(socket))["head"] == 0
            no = await make.case()
            await world.worker.courier.deliver()
            placed = await hear(ping)
            assert (placed["seq"], placed["type"], placed["data"]["kind"]) == (1, "NoticePlaced", "invitation")
            assert placed["data"]["case"] == no
            (item,) = ok(await world.client_of("ping").get("/api/v1/inbox"))
            assert item["id"] == placed["data"]["notice"]
            ok(await world.client_of("ping").post(f"/api/v1/inbox/{item['id']}/acknowledge"))
            assert (await hear(ping))["type"] == "NoticeAcknowledged"
        async with watch("ping") as again, watch("hengtong") as hengtong, watch("hua") as hua:
            await again.send('{"after": 1}')
            assert (await hear(again))["after"] == 1 and (await hear(again))["seq"] == 2
            await hengtong.send('{"after": 0}')
            assert (await hear(hengtong))["head"] >= 0
            await hua.send('{"after": 0}')
            assert (await hear(hua))["head"] == 0, "what is another unit's stays there"


async def test_what_was_asked_leaves_the_inbox_when_it_is_answered_and_news_stay(world: World, make: Make) -> None:
    async def kinds(login: str) -> set[str]:
        items = ok(await world.client_of(login).get("/api/v1/inbox"))
        return {item["kind"].split()[0] for item in items}

    no = await make.case("INVITING")
    assert await kinds("ping") == {"invitation"} == await kinds("qiu")
    await make.accepted(no)
    assert await kinds("ping") == {"task_sheet"}, "answered: nothing goes on asking, and the sheet is news"

    await make.scheduled(no)
    left = await kinds("ping")
    assert "schedule_proposed" not in left and {"task_sheet", "schedule_confirmed"} <= left
