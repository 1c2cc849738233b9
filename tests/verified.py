"""State before + events = fresh state: what every operation on a case is held to, for everybody who may watch it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from fresh_state import fresh_state
from make import ok
from msgspec.structs import replace
from sqlalchemy import select
from world import World

from agencies import sign_in
from agencies.powers import PLATFORM
from agencies.tables import Person
from inspection import case, cases
from inspection.case_tables import JointCase
from inspection.replaying.case_state import START, CaseState
from inspection.replaying.replay import Frame, replay
from inspection.timekeeping import standings
from inspection.timekeeping.elapsed import standing_of
from inspection.timekeeping.waiting import Standing
from kit import event_log
from kit.acting import Acting

WATCHERS = ("lin", "mei", "qiu", "an")
"""Customs, two agencies, an auditor: nobody of them sees everything that is secret."""


_ACTING: dict[str, Acting] = {}


class Verified(msgspec.Struct, frozen=True):
    """What one operation told each watcher, and what each knows since."""

    no: str
    frames: dict[str, list[Frame]]
    states: dict[str, CaseState]

    def types(self, login: str = "lin") -> list[str]:
        """The names of the events as ``login`` heard them."""
        return [frame.type for frame in self.frames[login]]


async def verify_action(
    world: World, no: str | None, action: Callable[[], Awaitable[Any]], watchers: Sequence[str] = WATCHERS
) -> Verified:
    """Does ``action`` and everything that follows from it; each watcher's state before + frames must be the state read afresh.

    ``no`` is None when the action opens the case; it then returns the number. An action that changes nothing for anybody, or a
    watcher whose frames have a hole, fails.
    """
    before = {login: await state_of(world, no, login) if no else START for login in watchers}
    answer = await action()
    await world.drain()
    no = no or str(answer)
    frames = {login: await frames_of(world, no, login, after=before[login].seq) for login in watchers}
    after = {login: await state_of(world, no, login) for login in watchers}
    for login in watchers:
        numbers = [frame.seq for frame in frames[login]]
        assert numbers == list(range(before[login].seq + 1, after[login].seq + 1)), f"{login}: a hole in {numbers}"
        assert replay(frames[login], before[login]) == after[login], f"{login}: the frames lead elsewhere"
    assert any(replace(before[login], seq=after[login].seq) != after[login] for login in watchers), "nothing changed"
    await check_cached_state(world, no)
    await check_standing(world, no)
    return Verified(no, frames, after)


async def state_of(world: World, no: str, login: str) -> CaseState:
    """The case read afresh, as ``login`` may see it."""
    async with world.platform.database.unit_of_work(await acting(world, login)) as session:
        return await fresh_state(session, no)


async def frames_of(world: World, no: str, login: str, *, after: int = 0) -> list[Frame]:
    """The case's frames above ``after`` as ``login`` is shown them."""
    shown = ok(await world.client_of(login).get(f"/api/v1/cases/{no}/events", params={"after": after, "limit": 1000}))
    return msgspec.convert(shown, list[Frame])


async def acting(world: World, login: str) -> Acting:
    """The database role and settings of one of the cast; every world of the tests has the same people."""
    if login not in _ACTING:
        async with world.platform.database.unit_of_work(PLATFORM) as session:
            person = (await session.scalars(select(Person).where(Person.login == login))).one()
        _ACTING[login] = sign_in.principal(person).acting
    return _ACTING[login]


async def check_standing(world: World, no: str) -> None:
    """Where the case stands is the same from its rows and its log: list, status and elapsed time wait for the same people."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        row = (await session.scalars(select(JointCase).where(JointCase.no == no))).one()
        read = await standings.of_case(session, row)
        log = [Frame(seq=one.seq, type=one.type, data=one.data) for one in await event_log.read(session, f"case:{no}")]
    assert standing_of(replay(log), row.lead_agency) == _undated(read), "the log says another standing than the rows"


def _undated(standing: Standing) -> Standing:
    """Until when is the rows' alone: the log says whom a case waits for."""
    booked = replace(standing.booked, hold_until=None) if standing.booked else None
    return replace(standing, booked=booked, conclusions_due=None)


async def check_cached_state(world: World, no: str) -> None:
    """The state kept in the case's row is the one that follows from its children."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        row = (await session.scalars(select(JointCase).where(JointCase.no == no))).one()
        derived = case.derive_state(await cases.facts_of(session, row))
        assert row.state == derived.value, f"cached {row.state}, derived {derived.value}"
