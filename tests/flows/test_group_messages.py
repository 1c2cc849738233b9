"""Messages to a unit's group: the library that knows WeCom, DingTalk and Feishu, at a real receiver on loopback."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
from make import Make
from receivers import webhook_receiver
from world import World

from inspection.server import boot
from inspection.server.worker import Worker

STATES = "SELECT n.id, n.state, a.state AS tried, a.answer FROM notice n JOIN notice_attempt a ON a.notice_id = n.id"
OF_GROUP = f"{STATES} WHERE n.channel = 'MESSAGE' ORDER BY a.attempt"


async def test_a_units_group_is_told_once_by_the_address_the_operator_set_and_again_when_it_did_not_take_it(
    world: World, make: Make
) -> None:
    async with webhook_receiver() as group:
        address = group.url.replace("http://", "json://")
        settings = replace(world.platform.settings, groups={"5316/market_regulation": address})
        world.platform.settings, world.platform.channels = settings, boot.channels(settings)
        world.worker = Worker(world.platform)
        group.status = 500
        no = (await make.filed())["case"]
        await world.worker.courier.deliver()
        (failed,) = await world.as_owner(OF_GROUP)
        assert (failed["state"], failed["tried"], failed["answer"]) == ("QUEUED", "FAILED", "not accepted")

        group.status = 200
        await world.move_by(timedelta(seconds=10))
        await world.worker.courier.deliver()
        await world.worker.courier.deliver()
        assert [row["tried"] for row in await world.as_owner(OF_GROUP)] == ["FAILED", "SENT"]
        assert len(group.heard) == 2, "IP has no group, and what was taken is not said again"
        message = msgspec.json.decode(group.heard[1][1], type=dict[str, object])
        assert no in str(message["title"]) + str(message["message"])
        assert str(message["message"]).endswith(f"#{failed['id']}"), "people can tell a repetition by it"
