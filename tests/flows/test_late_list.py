"""What is late stands in the list: the colour of the ladder's last rung, and only as long as somebody is awaited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from make import Make, ok
from world import World


async def listed(world: World, no: str, login: str = "lin", **asked: str) -> dict[str, Any] | None:
    """The case as it stands in somebody's list; None when it does not."""
    items = ok(await world.client_of(login).get("/api/v1/cases", params=asked))["items"]
    return next((one for one in items if one["no"] == no), None)


async def test_a_case_nobody_answers_turns_yellow_orange_and_red_until_somebody_does(world: World, make: Make) -> None:
    no = await make.case()
    seen = []
    for minutes in (0, 65, 45, 20):
        await world.move_by(timedelta(minutes=minutes))
        await world.drain()
        one = await listed(world, no)
        assert one is not None and (await listed(world, no, "mei") or {})["level"] == one["level"]
        assert (await listed(world, no, late="true") is not None) is (one["level"] is not None)
        seen.append(one["level"])
    assert seen == [None, "yellow", "orange", "red"]
    await make.accepted(no)
    answered = await listed(world, no)
    assert answered is not None and answered["level"] is None and await listed(world, no, late="true") is None


async def test_a_date_that_may_still_change_is_shown_as_provisional(world: World, make: Make) -> None:
    no = await make.case()
    await world.as_owner("UPDATE deadline SET provisional = true WHERE stream = $1", f"case:{no}")
    one = await listed(world, no)
    assert one is not None and one["provisional"] is True and one["paused"] is False
