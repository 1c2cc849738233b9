"""S5: acceptances race with the lapse and with each other. Each request has a connection of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import httpx
import msgspec
from make import Make, ok
from silence import invited, say
from sqlalchemy import select
from world import World

from agencies.powers import PLATFORM
from inspection.case_tables import JointCase

CASES, TIMES = 5, 5
"""Two invitations a case, accepted so many times each: fifty acceptances."""

DISPATCHERS = {"market_regulation": ("ping", "mei"), "ip": ("qiu", "qiu")}
BEFORE, ACROSS, AFTER = (0.0, 0.1), (0.35, 0.65), (0.6, 0.7)
"""Seconds after the start, from and until; the due is half a second after it."""


async def accept(world: World, no: str, agency: str, after: float) -> httpx.Response:
    """The dispatcher accepts after so many seconds."""
    await asyncio.sleep(after)
    login, expert = DISPATCHERS[agency]
    return await say(world, login, no, agency, "accept", experts=[expert])


async def file_many(world: World, make: Make) -> list[str]:
    """The numbers of many cases, opened at the same moment."""
    lines = b"".join(msgspec.json.encode(make.declaration()) + b"\n" for _ in range(CASES))
    answer = await world.client_of("hengtong").post("/api/v1/declarations/batch", content=lines)
    assert answer.is_success
    return [str(msgspec.json.decode(line)["case"]) for line in answer.content.splitlines()]


async def outcomes(world: World, cases: list[str]) -> list[Any]:
    """Every invitation with how often its stream says that it was accepted, lapsed and escalated."""
    counted = ", ".join(
        "(SELECT count(*) FROM event e WHERE e.stream = 'case:' || i.case_no AND e.data->>'agency' = i.agency"
        f" AND e.type = 'Invitation{what}') AS {what}"
        for what in ("Accepted", "Lapsed", "Escalated")
    )
    return await world.as_owner(f"SELECT i.*, {counted} FROM invitation i WHERE i.case_no = ANY($1)", cases)


async def test_of_fifty_acceptances_around_the_due_each_is_in_time_or_refused_and_what_lapses_lapses_once(
    world: World, make: Make
) -> None:
    cases = await file_many(world, make)
    due = datetime.fromisoformat((await invited(world, cases[0], "ip"))["due"])
    await world.move_to(due - timedelta(seconds=0.5))
    invitations = [(no, agency) for no in cases for agency in DISPATCHERS]
    asked = [
        (no, agency, since + (until - since) * time / TIMES)
        for (no, agency), (since, until) in zip(invitations, cycle((BEFORE, ACROSS, AFTER)))
        for time in range(TIMES)
    ]

    async def time_passes() -> None:
        await asyncio.sleep(0.8)
        await world.move_to(due + timedelta(seconds=5))
        await asyncio.gather(world.worker.tick(), world.worker.tick(), world.worker.drain())

    *answers, _ = await asyncio.gather(*(accept(world, *one) for one in asked), time_passes())
    await world.drain()
    await world.drain()

    for answer in answers:
        refused = answer.json()
        assert answer.status_code == 200 or (answer.status_code, refused["code"]) == (409, "too_late"), answer.text
        assert answer.status_code == 200 or refused["state"] == "PENDING"
        assert answer.status_code == 200 or datetime.fromisoformat(refused["received_at"]) > due
    found = await outcomes(world, cases)
    assert len(found) == len(invitations)
    for row in found:
        won = row["state"] == "ACCEPTED"
        in_time = won and row["answered_at"] <= due
        assert won or row["state"] == "BLOCKED"
        assert (row["accepted"], row["late"]) == (int(won), won and not in_time)
        assert row["lapsed"] == row["escalated"] == int(not in_time)
    kinds = Counter(row["state"] for row in found)
    assert kinds["ACCEPTED"] and kinds["BLOCKED"], f"no race: {kinds}"


async def test_an_acceptance_received_in_time_stands_however_long_it_was_on_its_way_to_the_row(world: World, make: Make) -> None:
    """The row is held while due and lapse pass: what the server received in time is in time, and the lapse loses."""
    no = await make.case()
    due = datetime.fromisoformat((await invited(world, no, "ip"))["due"])
    await world.move_to(due - timedelta(seconds=1))
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await session.execute(select(JointCase).where(JointCase.no == no).with_for_update())
        on_its_way = asyncio.create_task(accept(world, no, "ip", 0))
        await asyncio.sleep(0.2)
        await world.move_to(due + timedelta(seconds=6))
    answer = await on_its_way
    await asyncio.gather(world.worker.tick(), world.worker.tick())
    await world.drain()
    assert ok(answer)["late"] is False
    assert (await invited(world, no, "ip"))["state"] == "ACCEPTED"


async def test_of_two_acceptances_with_different_experts_one_wins_and_the_other_reads_the_present_state(
    world: World, make: Make
) -> None:
    no = await make.case()
    both = (say(world, "ping", no, "market_regulation", "accept", experts=[expert]) for expert in ("mei", "bo"))
    answers = await asyncio.gather(*both)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = next(answer for answer in answers if answer.status_code == 200).json()
    loser = next(answer for answer in answers if answer.status_code == 409).json()
    assert loser["state"] == "ACCEPTED" and loser["code"] == "state_forbids"
    assert (await invited(world, no, "market_regulation"))["experts"] == winner["experts"]


async def test_an_acceptance_and_a_decline_at_once_leave_one_answer(world: World, make: Make) -> None:
    no = await make.case()
    answers = await asyncio.gather(
        say(world, "qiu", no, "ip", "accept", experts=["qiu"]),
        say(world, "qiu", no, "ip", "decline", reason="OUT_OF_SCOPE", text="非登记作品"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await invited(world, no, "ip"))["state"] in {"ACCEPTED", "DECLINED"}
