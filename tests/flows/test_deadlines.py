"""Deadlines as their members read them, and what the lead may do to one: pause, resume, extend."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from dispatching import events_of
from make import Make, ok
from msgspec.structs import replace
from world import World

from agencies import running_deadlines
from agencies.calendar_seed import seeded_calendar
from agencies.deadline_ledger import Terms
from agencies.powers import PLATFORM
from inspection.events import case_stream
from inspection.server.cast import PORT
from inspection.timekeeping.time_limits import DETENTION, RECTIFICATION

LABORATORY = {"reason": "laboratory", "why": "样品送检"}


async def begun(world: World, no: str, terms: Terms) -> str:
    """A deadline of the case that begins now; its id."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        row = await running_deadlines.start(
            session,
            port=PORT,
            stream=case_stream(no),
            subject=f"{terms.type}/{no}",
            terms=terms,
            starts=world.clock.now(),
            calendar=seeded_calendar(),
        )
    return str(row.id)


async def act(world: World, no: str, deadline: str, verb: str, body: Any = None, login: str = "lin") -> httpx.Response:
    path = f"/api/v1/cases/{no}/deadlines/{deadline}/{verb}"
    return await world.client_of(login).post(path, json=body, headers={"Idempotency-Key": str(uuid4())})


async def read(world: World, no: str, deadline: str, login: str = "mei") -> dict[str, Any]:
    """The deadline as a member of the case sees it."""
    listed = ok(await world.client_of(login).get(f"/api/v1/cases/{no}/deadlines"))
    found: dict[str, Any] = next(one for one in listed if one["id"] == deadline)
    return found


def due_of(view: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(view["due"])


async def rungs_said(world: World, no: str, deadline: str) -> list[int]:
    reached = await events_of(world, no, "DeadlineReached")
    return [one["data"]["rung"] for one in reached if one["data"]["deadline"] == deadline]


async def test_every_member_reads_the_whole_ledger(world: World, make: Make) -> None:
    no = await make.case()
    await world.move_by(timedelta(minutes=35))
    listed = ok(await world.client_of("mei").get(f"/api/v1/cases/{no}/deadlines"))
    one = next(one for one in listed if one["subject"] == f"invitation/{no}/ip/1")
    assert (one["type"], one["state"], one["basis"], one["budget"]) == ("invitation", "RUNNING", "CLOCK_HOURS", "2h")
    assert one["consumed_seconds"] + one["remaining_seconds"] == 7200 and 1790 < one["consumed_seconds"] < 1900
    assert one["elapsed"]["clock_seconds"] == one["elapsed"]["working_seconds"] == one["consumed_seconds"]
    assert [(rung["number"], rung["claimed"]) for rung in one["rungs"]][:3] == [(50, False), (80, False), (100, False)]
    assert one["allowed"] == {"pause_reasons": [], "pause_seconds_left": 0, "extension_left": 0}
    assert one["due"].endswith("+08:00")


async def test_the_lead_pauses_for_a_reason_the_deadline_allows_and_the_due_moves(world: World, make: Make) -> None:
    no = await make.case()
    deadline = await begun(world, no, RECTIFICATION)
    before = due_of(await read(world, no, deadline))
    refused = await act(world, no, deadline, "pause", {"reason": "lunch", "why": "午休"})
    assert (refused.status_code, refused.json()["code"]) == (422, "pause_not_allowed")
    assert (await act(world, no, deadline, "pause", LABORATORY, login="mei")).status_code == 403

    paused = ok(await act(world, no, deadline, "pause", LABORATORY))
    assert (paused["state"], paused["running_since"]) == ("PAUSED", None)
    assert ok(await act(world, no, deadline, "pause", LABORATORY))["pauses"] == paused["pauses"], "the same again is no news"
    await world.move_by(timedelta(days=4))  # from Friday to Tuesday: it withholds the closes of Friday and of Monday
    resumed = ok(await act(world, no, deadline, "resume"))
    assert (resumed["state"], due_of(resumed) - before) == ("RUNNING", timedelta(days=2))
    assert (await act(world, no, deadline, "resume")).json()["code"] == "deadline_not_running"
    told = [(await events_of(world, no, name))[0]["data"] for name in ("DeadlinePaused", "DeadlineResumed")]
    assert [one["deadline"] for one in told] == [deadline, deadline]
    assert told[0]["why"] == "样品送检" and datetime.fromisoformat(told[1]["due"]) == due_of(resumed)


async def test_while_the_clock_stands_no_rung_is_said_and_afterwards_those_that_are_left(world: World, make: Make) -> None:
    no = await make.case()
    deadline = await begun(world, no, RECTIFICATION)
    half = datetime.fromisoformat((await read(world, no, deadline))["rungs"][0]["at"])
    await world.move_to(half - timedelta(minutes=1))
    ok(await act(world, no, deadline, "pause", LABORATORY))
    await world.move_by(timedelta(days=14))
    await world.drain()
    assert await rungs_said(world, no, deadline) == []
    resumed = ok(await act(world, no, deadline, "resume"))
    await world.move_to(datetime.fromisoformat(resumed["rungs"][0]["at"]))
    await world.drain()
    assert await rungs_said(world, no, deadline) == [50]


async def test_a_pause_that_nobody_ends_ends_by_itself_with_its_cap(world: World, make: Make) -> None:
    no = await make.case()
    deadline = await begun(world, no, RECTIFICATION)
    latest = due_of(ok(await act(world, no, deadline, "pause", LABORATORY)))
    await world.move_by(timedelta(days=30, minutes=1))
    await world.drain()
    view = await read(world, no, deadline)
    assert (view["state"], due_of(view), view["allowed"]["pause_seconds_left"]) == ("RUNNING", latest, 0)
    assert (await events_of(world, no, "DeadlineResumed"))[0]["data"]["used_up"] is True
    assert (await act(world, no, deadline, "pause", LABORATORY)).json()["code"] == "pause_not_allowed"


async def test_an_extension_moves_the_rungs_that_were_not_said_and_says_none_twice(world: World, make: Make) -> None:
    no = await make.case()
    deadline = await begun(world, no, replace(DETENTION, type="determination"))  # a detention is an approver's to extend
    half = datetime.fromisoformat((await read(world, no, deadline))["rungs"][0]["at"])
    await world.move_to(half)
    await world.drain()
    assert await rungs_said(world, no, deadline) == [50]
    beyond = await act(world, no, deadline, "extend", {"amount": 31, "reason": "案情复杂"})
    assert (beyond.status_code, beyond.json()["code"]) == (422, "extension_not_allowed")
    longer = ok(await act(world, no, deadline, "extend", {"amount": 30, "reason": "案情复杂"}))
    assert (longer["budget"], longer["allowed"]["extension_left"]) == ("60d", 0)
    assert [rung["claimed"] for rung in longer["rungs"]][:3] == [True, False, False]
    orange = datetime.fromisoformat(longer["rungs"][1]["at"])
    await world.move_to(orange - timedelta(minutes=1))  # past the new half of it
    await world.drain()
    assert await rungs_said(world, no, deadline) == [50]
    await world.move_to(orange)
    await world.drain()
    assert await rungs_said(world, no, deadline) == [50, 80]


async def test_a_deadline_of_another_case_is_not_found_in_ones_own(world: World, make: Make) -> None:
    no, other = await make.case(), await make.case()
    deadline = await begun(world, other, RECTIFICATION)
    for verb, body in (("pause", LABORATORY), ("resume", None), ("extend", {"amount": 1, "reason": "雪"})):
        assert (await act(world, no, deadline, verb, body)).status_code == 404
