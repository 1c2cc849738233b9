"""The event log: numbers without gaps under many writers, hashes anybody can recompute, tampering that is seen."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable
from typing import Any

import pytest
import rfc8785
from make import Make
from sqlalchemy import text
from world import World

from agencies.powers import PLATFORM, Acting
from inspection.reactions import REACTIONS
from kit import event_log, jobs
from kit.event_log import GENESIS

STREAM = "case:JC-5316-20261120-0001"
NOTE = "ObservationNoted"


class Undone(Exception):
    """What makes a transaction roll back."""


async def append(world: World, number: int = 0, *, stream: str = STREAM, type_: str = NOTE, fail: bool = False) -> int:
    """One event in a transaction of its own; ``fail`` undoes it after the number was taken."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        data = {"text": f"第 {number} 条", "n": number, "list": [1, "a", None, True], "nested": {"b": 1, "a": 2}}
        seq = await event_log.append(session, stream, type_, data, by="system", at=world.clock.now(), tenant="5316")
        if fail:
            await asyncio.sleep(0)
            raise Undone
        return seq


async def bad(world: World, stream: str = STREAM) -> int | None:
    """The first bad number of the stream as the platform finds it."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        return await event_log.verify(session, stream)


async def numbers(world: World, stream: str = STREAM) -> list[int]:
    """The stream's numbers as stored."""
    return [row["seq"] for row in await world.as_owner("SELECT seq FROM event WHERE stream = $1 ORDER BY seq", stream)]


async def test_twenty_writers_of_one_stream_leave_no_gap(world: World) -> None:
    async def writer(first: int) -> list[int]:
        return [await append(world, first + n) for n in range(10)]

    taken = await asyncio.gather(*(writer(100 * n) for n in range(20)))
    assert sorted(number for numbers_ in taken for number in numbers_) == list(range(1, 201))
    assert all(own == sorted(own) for own in taken)
    assert await numbers(world) == list(range(1, 201)) and await bad(world) is None


async def test_a_rolled_back_writer_leaves_no_hole(world: World) -> None:
    async def attempt(number: int) -> int | None:
        try:
            return await append(world, number, fail=number % 3 == 0)
        except Undone:
            return None

    taken = await asyncio.gather(*(attempt(number) for number in range(60)))
    kept = sorted(number for number in taken if number is not None)
    assert kept == list(range(1, 41)) == await numbers(world) and await bad(world) is None


async def test_a_first_event_that_is_rolled_back_leaves_no_stream(world: World) -> None:
    with pytest.raises(Undone):
        await append(world, fail=True)
    assert await world.as_owner("SELECT * FROM event_stream WHERE stream = $1", STREAM) == []
    assert await append(world) == 1


async def test_streams_do_not_wait_for_each_other(world: World) -> None:
    """A writer that holds the number of one stream keeps nobody from another."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await event_log.append(session, STREAM, NOTE, {}, by="system", at=world.clock.now(), tenant="5316")
        assert await asyncio.wait_for(append(world, stream="case:other"), 5) == 1
    assert await numbers(world) == [1]


async def test_anybody_can_recompute_the_hashes_from_the_row_alone(world: World) -> None:
    for number in range(3):
        await append(world, number)
    previous = GENESIS
    rows = await world.as_owner(
        "SELECT *, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS instant FROM event ORDER BY seq"
    )
    for row in rows:
        body = {name: row[name] for name in ("stream", "seq", "type", "tenant", "owner", "label")}
        body |= {"by": row["actor"], "at": row["instant"]}
        payload = hashlib.sha256(rfc8785.dumps(body | {"data": json.loads(row["data"])})).digest()
        assert row["payload_hash"] == payload and row["prev_hash"] == previous
        assert row["hash"] == hashlib.sha256(previous + payload).digest()
        previous = row["hash"]
    (head,) = await world.as_owner("SELECT seq, head FROM event_stream WHERE stream = $1", STREAM)
    assert (head["seq"], head["head"]) == (3, previous)


async def test_a_whole_case_verifies(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    assert len(await numbers(world, f"case:{no}")) > 10 and await bad(world, f"case:{no}") is None


TAMPERED = [
    ("UPDATE event SET data = jsonb_set(data, '{text}', '\"另一条\"') WHERE seq = 3", 3),
    ("UPDATE event SET actor = 'somebody else' WHERE seq = 3", 3),
    ("UPDATE event SET owner = 'ip' WHERE seq = 3", 3),
    ("UPDATE event SET label = 'IP_SECRET' WHERE seq = 4", 4),
    ("UPDATE event SET tenant = '5301' WHERE seq = 2", 2),
    ("UPDATE event SET at = at - interval '1 microsecond' WHERE seq = 3", 3),
    ("UPDATE event SET type = 'Released' WHERE seq = 1", 1),
    ("UPDATE event SET data = data || '{\"added\": 1}' WHERE seq = 5", 5),
    ("UPDATE event SET payload_hash = sha256('x') WHERE seq = 2", 2),
    ("UPDATE event SET prev_hash = hash WHERE seq = 2", 2),
    ("UPDATE event SET hash = sha256('x') WHERE seq = 4", 4),
    ("DELETE FROM event WHERE seq = 1", 1),
    ("DELETE FROM event WHERE seq = 3", 3),
    ("DELETE FROM event WHERE seq = 5", 5),
    ("DELETE FROM event WHERE seq >= 3", 3),
    ("DELETE FROM event WHERE seq > 0", 1),
    ("UPDATE event SET seq = seq + 1 WHERE seq = 5", 5),
    ("UPDATE event SET stream = 'case:other' WHERE seq = 5", 5),
    ("UPDATE event_stream SET head = sha256('x') WHERE seq = 5", 5),
    ("UPDATE event_stream SET seq = 4 WHERE seq = 5", 5),
    ("DELETE FROM event_stream WHERE seq = 5", 1),
]


async def test_what_the_owner_of_the_tables_changes_is_seen(world: World) -> None:
    for number, (change, first_bad) in enumerate(TAMPERED):
        stream = f"case:tampered-{number}"
        for n in range(5):
            await append(world, n, stream=stream)
        assert await bad(world, stream) is None
        await world.as_owner(f"{change} AND stream = $1", stream)
        assert await bad(world, stream) == first_bad, change


async def test_a_tail_cut_together_with_its_head_row_is_seen_by_who_keeps_a_head(world: World) -> None:
    """Within the table a cut that also rewrites the head is consistent: heads that others keep are what proves it."""
    for number in range(5):
        await append(world, number)
    (kept,) = await world.as_owner("SELECT seq, head FROM event_stream")
    await world.as_owner("DELETE FROM event WHERE seq = 5")
    await world.as_owner("UPDATE event_stream SET seq = 4, head = (SELECT hash FROM event WHERE seq = 4)")
    assert await bad(world) is None
    assert await world.as_owner("SELECT 1 FROM event WHERE seq = $1 AND hash = $2", kept["seq"], kept["head"]) == []


async def test_floats_are_refused_because_their_spelling_is_not_stable(world: World) -> None:
    """Whatever is hashed has to be spelled alike everywhere: amounts travel as text."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        with pytest.raises(ValueError, match="float"):
            await event_log.append(
                session, STREAM, NOTE, {"lines": [{"weight": 0.1}]}, by="system", at=world.clock.now(), tenant="5316"
            )


# --- what follows ---------------------------------------------------------------------------------------------------------


async def queued(world: World) -> int:
    """Jobs waiting."""
    return int((await world.as_owner("SELECT count(*) FROM jobs.pgqueuer"))[0][0])


async def test_a_job_is_enqueued_with_its_event_and_vanishes_with_it(world: World) -> None:
    reacted = next(iter(REACTIONS))
    with pytest.raises(Undone):
        await append(world, type_=reacted, fail=True)
    assert await queued(world) == 0 and await numbers(world) == []
    await append(world, type_=reacted)
    assert await queued(world) == 1
    await append(world, type_=NOTE)
    assert await queued(world) == 1, "nothing follows from an unknown event"


async def test_a_job_is_not_seen_before_its_transaction_commits(world: World) -> None:
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await jobs.enqueue(session, event_log.REACT, {"stream": STREAM, "seq": 1})
        assert await queued(world) == 0
    assert await queued(world) == 1


async def test_a_job_holds_ids_and_nothing_else(world: World, make: Make) -> None:
    """The queue has no row-level security: whoever enqueues could read all of it."""
    await make.filed()
    await append(world, type_=next(iter(REACTIONS)))
    payloads = [json.loads(bytes(row["payload"])) for row in await world.as_owner("SELECT payload FROM jobs.pgqueuer")]
    assert payloads and all(payload.keys() == {"stream", "seq"} for payload in payloads)


@pytest.mark.parametrize(
    "acting", [Acting("lianjian_customs", {"port": "5316", "agency": "customs"}), PLATFORM], ids=["customs", "platform"]
)
async def test_whoever_may_append_may_enqueue(world: World, acting: Acting) -> None:
    async with world.platform.database.unit_of_work(acting) as session:
        appended: Awaitable[int] = event_log.append(
            session, STREAM, next(iter(REACTIONS)), {}, by="system", at=world.clock.now(), tenant="5316"
        )
        assert await appended == 1
    assert await queued(world) == 1


async def test_a_notification_leaves_with_the_commit_and_not_before(world: World) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with world.platform.database.engine.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.add_listener(event_log.CHANNEL, lambda *said: heard.put_nowait(said[3]))
        with pytest.raises(Undone):
            await append(world, fail=True)
        await append(world)
        assert await asyncio.wait_for(heard.get(), 5) == f"{STREAM} 1"
        await connection.execute(text("SELECT 1"))
        assert heard.empty()
        await raw.execute("UNLISTEN *")
