"""The ladder of warnings in flight: yellow, orange, red, each once, whoever ticks and whatever is killed in between."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from dispatching import events_of
from make import Make, ok
from worker_processes import until, workers
from world import World

AWAITED = "market_regulation"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


async def said(world: World, no: str) -> list[tuple[int, str]]:
    """The rungs that were said of market regulation's invitation, as the case's stream has them."""
    reached = await events_of(world, no, "DeadlineReached")
    return [(one["data"]["rung"], one["data"]["level"]) for one in reached if f"/{AWAITED}/" in one["data"]["subject"]]


async def until_said(world: World, no: str, rung: int) -> None:
    """Waits for a worker to say the rung."""

    async def there() -> bool:
        return rung in [number for number, _ in await said(world, no)]

    await until(there)


async def until_a_new_time_is_named(world: World, no: str) -> None:
    """Waits for a worker to do what follows from the last rung: the enterprise is never told a time that has passed."""

    async def named() -> bool:
        return datetime.fromisoformat((await status(world, no))["due"]) > world.clock.now()

    await until(named)


async def silent_case(world: World, make: Make) -> str:
    """IP answers at once, market regulation, whose unit has no roster at night, not at all."""
    await world.as_owner("UPDATE unit SET duty_24h = false WHERE agency = $1", AWAITED)
    no = await make.case(declared_at=world.clock.now().isoformat())
    ok(await world.client_of("qiu").post(f"/api/v1/cases/{no}/invitations/ip/accept", json={"experts": ["qiu"]}))
    return no


async def invitation(world: World, no: str) -> dict[str, object]:
    """Market regulation's invitation as Lin sees it."""
    case = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))
    return next(one for one in case["invitations"] if one["agency"] == AWAITED)


async def status(world: World, no: str) -> dict[str, str]:
    """What the enterprise sees."""
    number = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["declaration"]
    found: dict[str, str] = ok(await world.client_of("hengtong").get(f"/api/v1/declarations/{number}/status"))
    return found


async def test_nobody_answers_in_two_working_hours_while_the_worker_is_killed_between_the_warnings(
    world: World, make: Make
) -> None:
    """S4."""
    await world.move_to(at("02-13T16:42:00"))
    no = await silent_case(world, make)
    await world.move_to(at("02-13T16:45:00"))
    item = ok(await world.client_of("ping").get("/api/v1/inbox"))[0]
    assert (await world.client_of("ping").post(f"/api/v1/inbox/{item['id']}/acknowledge")).is_success
    await world.drain()
    invited = await invitation(world, no)
    due = datetime.fromisoformat(str(invited["due"]))
    assert invited["basis"] == "WORKING_HOURS"
    assert timedelta(0) <= due - at("02-14T10:15:00") < timedelta(minutes=1)  # a make-up Saturday; the clock ran on meanwhile

    async with workers(world, 3) as (first, second, third):
        await first.work()
        await world.move_to(due - timedelta(hours=1))
        await until_said(world, no, 50)
        await first.kill()
        await second.work()
        await world.move_to(due - timedelta(minutes=24))
        await until_said(world, no, 80)
        await second.kill()
        waiting = await status(world, no)
        assert "市场监管" in waiting["holder_zh"] and "知识产权" not in waiting["holder_zh"]
        assert datetime.fromisoformat(waiting["due"]) == due
        assert (await invitation(world, no))["state"] == "PENDING"
        await world.move_to(due + timedelta(seconds=5))
        await third.work()
        await until_said(world, no, 100)
        await until_a_new_time_is_named(world, no)
        await third.kill()

    await world.drain()
    assert await said(world, no) == [(50, "yellow"), (80, "orange"), (100, "red")]
    assert len(await events_of(world, no, "InvitationLapsed")) == 1
    claims = await world.as_owner(
        "SELECT rung FROM deadline_rung JOIN deadline d ON d.id = deadline_id WHERE d.subject LIKE $1 ORDER BY rung",
        f"invitation/{no}/{AWAITED}/%",
    )
    assert [row["rung"] for row in claims] == [50, 80, 100]
    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/task-sheet")).status_code == 404, "silence issues no sheet"
    waiting = await status(world, no)
    assert "市场监管" in waiting["holder_zh"] and "知识产权" not in waiting["holder_zh"]
    assert datetime.fromisoformat(waiting["due"]) == due + timedelta(
        hours=4, minutes=30
    )  # the last of three working-hourly calls
    charged = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/elapsed"))["parties"]
    alone = {one["party"]["code"]: one["alone"]["working_seconds"] for one in charged}
    assert alone[AWAITED] >= timedelta(hours=2).total_seconds(), "the waiting is charged to whom it was for"
    assert sum(alone.values()) - alone[AWAITED] < timedelta(minutes=1).total_seconds(), "and to nobody else"


async def test_after_a_downtime_every_rung_is_said_once_and_in_order(world: World, make: Make) -> None:
    no = await make.case()
    await world.move_by(timedelta(days=2))
    await asyncio.gather(world.worker.tick(), world.worker.tick(), world.worker.tick())
    await world.drain()
    warned = [(50, "yellow"), (80, "orange"), (100, "red"), (101, "red"), (102, "red"), (103, "red")]
    assert await said(world, no) == warned
    assert len(await events_of(world, no, "InvitationLapsed")) == 2  # of two agencies, each once


async def test_an_answer_ends_the_ladder_and_a_late_one_ends_the_reminders(world: World, make: Make) -> None:
    no = await make.case()
    accept = f"/api/v1/cases/{no}/invitations/{AWAITED}/accept"
    await world.move_by(timedelta(hours=1, minutes=6))
    await world.drain()
    assert await said(world, no) == [(50, "yellow")]
    await world.move_by(timedelta(hours=1))
    await world.drain()
    ok(await world.client_of("ping").post(accept, json={"experts": ["mei"]}))
    ok(await world.client_of("qiu").post(f"/api/v1/cases/{no}/invitations/ip/accept", json={"experts": ["qiu"]}))
    await world.move_by(timedelta(days=2))
    await world.drain()
    assert [rung for rung, _ in await said(world, no)] == [50, 80, 100]


async def test_a_claim_that_is_there_already_is_not_said_again(world: World, make: Make) -> None:
    """Whoever made it: another worker, or this one before it died."""
    no = await make.case()
    await world.as_owner(
        "INSERT INTO deadline_rung (deadline_id, rung, port, claimed_at)"
        " SELECT id, 50, port, now() FROM deadline WHERE subject = $1",
        f"invitation/{no}/{AWAITED}/1",
    )
    await world.move_by(timedelta(hours=1, minutes=50))
    await world.drain()
    assert await said(world, no) == [(80, "orange")]


async def test_a_ladder_that_no_worker_climbs_is_a_warning_for_whoever_runs_the_platform(world: World, make: Make) -> None:
    await make.case()
    await world.move_by(timedelta(hours=1, minutes=10))
    assert ok(await world.client_of(None).get("/readyz"))["warnings"] == ["ladder_unattended"]
    await world.drain()
    assert ok(await world.client_of(None).get("/readyz"))["warnings"] == []


@pytest.mark.parametrize("too_early", [timedelta(0), timedelta(seconds=3)])
async def test_the_lapse_acts_no_earlier_than_five_seconds_past_due(world: World, make: Make, too_early: timedelta) -> None:
    no = await make.case()
    due = datetime.fromisoformat(str((await invitation(world, no))["due"]))
    await world.move_to(due + too_early)
    await world.drain()
    assert [rung for rung, _ in await said(world, no)] == [50, 80]
    await world.move_to(due + timedelta(seconds=5))
    await world.drain()
    assert (await said(world, no))[-1] == (100, "red")
