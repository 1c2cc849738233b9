"""Random walks over one case: people of the cast do what they may and what they may not, in any order, twice, and spoiled.

Whatever they do: nobody gets a 5xx, a refusal says why and changes nothing, nothing leaves a final state, the state kept in
the case's row follows from its children, numbers have no hole, the log's chain holds, and what watchers replay is what stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import cabin_operations  # noqa: F401 - imported for the operations it brings, like the two below
import httpx
import invitation_operations  # noqa: F401
import pytest
import yard_operations  # noqa: F401
from decision_operations import PASS, RECTIFY
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from make import Make
from operations import OPERATIONS, Hand, Operation, Request, step
from verified import check_cached_state, frames_of, state_of
from world import World

from agencies.powers import PLATFORM
from inspection import case
from inspection.deciding import disposition
from inspection.fieldwork import session
from inspection.inviting import invitation
from inspection.planning import yard
from inspection.replaying.case_state import CaseState
from inspection.replaying.replay import replay
from inspection.server.cast import CAST
from inspection.transitions import reachable
from kit import event_log
from kit.ids import uuid7

WALKS, WALKS_WHEN_LONG, STEPS = 2, 8, 16
TRUE_TO_ITS_SEED = settings(
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a walk is no shorter for being shrunk, only another one
    suppress_health_check=(HealthCheck.function_scoped_fixture, HealthCheck.too_slow),  # one platform, a case for each walk
)

Act = Callable[[Hand], Awaitable[None]]
EVERYBODY = (*(member.login for member in CAST), None)
AGENCIES = ("market_regulation", "ip")

LIKELY: dict[str, tuple[str, ...]] = {
    "INVITING": ("accept", "decline", "confirm_decline", "acknowledge"),
    "PREPARING": (
        "schedule",
        "schedule",
        "agree",
        "agree",
        "agree",
        "refuse_window",
        "change_window",
        "accept",
        "move_goods",
        "divide",
        "agree_division",
        "adopt",
    ),
    "SCHEDULED": (
        "check_in",
        "check_in",
        "check_in",
        "supersede",
        "change_window",
        "agree",
        "cancel_window",
        "no_show",
        "cite",
        "read_papers",
    ),
    "IN_FIELD": ("open_goods", "pause", "resume", "find", "declare", "send_bytes", "complete", "excuse", "close", "conclude"),
    "CONCLUDING": ("conclude", "conclude", "find", "send_bytes", "schedule", "agree", "check_in"),
    "DISPOSING": ("propose", "approve", "conclude"),
    "FOLLOW_UP": ("approve", "conclude", "find"),
    "CLOSED": ("approve", "conclude", "find"),
    "CANCELLED": ("accept", "schedule", "check_in"),
}
"""What is worth trying where; everything else is tried as well, only less often."""

OPTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "accept": {"agency": AGENCIES, "expert": ("", "", "hua")},
    "decline": {"agency": AGENCIES, "reason": tuple(invitation.DeclineReason)},
    "confirm_decline": {"agency": AGENCIES},
    "acknowledge": {"agency": AGENCIES},
    "schedule": {"place": (None, None, 7)},
    "agree": {"agency": AGENCIES},
    "refuse_window": {"agency": AGENCIES},
    "change_window": {"place": (1, 1, 7)},
    "no_show": {"party": ("enterprise", "market_regulation", "drug")},
    "move_goods": {"to": tuple(yard.State), "place": (None, None, 9)},
    "wish": {"hours": (24, 8, -48)},
    "check_in": {"officers": (("tao", "rong"), ("rong", "mei"), ("tao",)), "reason": (None, "复查铭牌")},
    "complete": {"agency": ("customs", *AGENCIES)},
    "excuse": {"agency": ("customs", *AGENCIES)},
    "find": {"agency": ("customs", *AGENCIES), "line": (1, 1, 9), "label": (None, None, "IP_SECRET")},
    "declare": {"agency": ("customs", *AGENCIES), "label": (None, "IP_SECRET"), "size": (None, 0)},
    "conclude": {"agency": ("customs", *AGENCIES), "line": (PASS, PASS, RECTIFY, {"line": 1, "verdict": "PENDING_TEST"})},
    "propose": {"type": tuple(disposition.Type)},
    "cite": {"label": (None, None, "IP_SECRET"), "version": (1, 1, 2), "required_of": ([], ["market_regulation"], ["drug"])},
    "read_papers": {"login": ("mei", "tao", "hua")},
    "agree_division": {"agency": AGENCIES},
    "object_division": {"agency": AGENCIES},
    "acknowledge_sheet": {"agency": ("customs", *AGENCIES), "version": (None, None, 7)},
    "tick": {"agency": AGENCIES, "entry": ("M1", "M9")},
    "supersede": {"gross_weight": ("18251.000", "-1"), "goods": ("", "", "特种气体管路与备件")},
}


class Walk:
    """One case and whoever walks over it; ``chance`` decides everything, and ``tally`` counts what came of it."""

    def __init__(self, hand: Hand, chance: Random, tally: Counter[str]) -> None:
        self._hand = hand
        self._chance = chance
        self._tally = tally
        self._watchers = ("lin", chance.choice(("mei", "qiu", "an")))
        self._known: dict[str, CaseState] = {}

    async def begin(self) -> None:
        """What the watchers know at the start, told from the first frame on."""
        for login in self._watchers:
            self._known[login] = replay(await frames_of(self._hand.world, self._hand.no, login))
        await self._check_watchers()

    async def step(self) -> None:
        """Somebody does something; after it, and after what follows, everything still holds."""
        if self._chance.random() < 0.05:
            await self._pass_time()
            return
        operation, request = await self._draw()
        answer = await operation.send(self._hand, request)
        self._check_answer(operation, request, answer)
        if answer.is_success:
            await self._follow(operation)
            if self._chance.random() < 0.25:
                await self._again(operation, request)
        else:
            await self._check_watchers(unchanged=True)

    async def _pass_time(self) -> None:
        span = self._chance.choice((timedelta(minutes=20), timedelta(hours=2, minutes=6), timedelta(days=2)))
        note(f"{span} pass")
        await self._hand.world.move_by(span)
        await self._follow(None)

    async def _follow(self, operation: Operation | None) -> None:
        before = self._known["lin"]
        await self._hand.world.drain()
        await self._check_watchers()
        check_nothing_left_a_final_state(before, self._known["lin"])
        await check_cached_state(self._hand.world, self._hand.no)
        await self._check_log()
        self._tally[f"in {self._known['lin'].state}"] += 1

    async def _again(self, operation: Operation, request: Request) -> None:
        """The same request once more: answered again or refused, but nothing happens twice."""
        answer = await operation.send(self._hand, request)
        self._check_answer(operation, request, answer)
        await self._hand.world.drain()
        await self._check_watchers(unchanged=True)

    async def _draw(self) -> tuple[Operation, Request]:
        likely = LIKELY.get(self._known["lin"].state, ()) if self._chance.random() < 0.7 else ()
        operation = OPERATIONS[self._chance.choice(likely or sorted(OPERATIONS))]
        options = {name: self._chance.choice(values) for name, values in OPTIONS.get(operation.name, {}).items()}
        request = await operation.build(self._hand, **_flat(options))
        if self._chance.random() < 0.2:
            request = replace(request, login=self._chance.choice(EVERYBODY))
        if self._chance.random() < 0.1:
            request = self._spoiled(request)
        return operation, request

    def _spoiled(self, request: Request) -> Request:
        """What a broken or hostile client might send instead."""
        body: dict[str, Any] = self._chance.choice(
            (
                {"json": {"nonsense": 1}},
                {"json": []},
                {"json": None},
                {"content": b'{"'},
                {"content": b"\xff\xfe"},
                {"content": b""},
            )
        )
        headers = {name: value for name, value in request.rest.get("headers", {}).items() if self._chance.random() < 0.5}
        path = {name: self._chance.choice((value, str(uuid7()), "drug")) for name, value in request.path.items()}
        return Request(request.login, path, body | {"headers": headers})

    def _check_answer(self, operation: Operation, request: Request, answer: httpx.Response) -> None:
        note(f"{request.login}: {operation.name} {request.path} {request.rest} -> {answer.status_code} {answer.text[:200]}")
        assert answer.status_code < 500
        self._tally["accepted" if answer.is_success else f"refused {answer.status_code}"] += 1
        self._tally[f"{operation.name} {'accepted' if answer.is_success else 'refused'}"] += 1
        if not answer.is_success:
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert problem["code"] and problem["title"] and problem["status"] == answer.status_code

    async def _check_watchers(self, *, unchanged: bool = False) -> None:
        """What each watcher knew, and the frames since, are what it would read afresh; numbers have no hole."""
        world, no = self._hand.world, self._hand.no
        for login in self._watchers[:1] if unchanged else self._watchers:
            known = self._known[login]
            frames = await frames_of(world, no, login, after=known.seq)
            assert [frame.seq for frame in frames] == list(range(known.seq + 1, known.seq + 1 + len(frames)))
            assert not (unchanged and frames), f"it was refused, or done before, and yet told: {frames}"
            self._known[login] = replay(frames, known)
            assert self._known[login] == await state_of(world, no, login), f"{login} was told something else"

    async def _check_log(self) -> None:
        async with self._hand.world.platform.database.unit_of_work(PLATFORM) as unit:
            assert await event_log.verify(unit, f"case:{self._hand.no}") is None


def _flat(options: dict[str, Any]) -> dict[str, Any]:
    """A conclusion's line is spelled out; what is None is left to the operation."""
    line = options.get("line")
    spelled = {**options, **line} if isinstance(line, dict) else options
    return {name: value for name, value in spelled.items() if value is not None}


def check_nothing_left_a_final_state(before: CaseState, after: CaseState) -> None:
    """Children only take steps of their tables, so none leaves a state that is final; nothing that was recorded goes away."""
    if before.state in case.FINAL:
        assert after.state == before.state
    for agency, one in before.invitations.items():
        now = invitation.State(after.invitations[agency].state)
        assert now in reachable(invitation.TRANSITIONS, invitation.State(one.state))
    for key, held in before.sessions.items():
        assert session.State(after.sessions[key].state) in reachable(session.TRANSITIONS, session.State(held.state))
    for version, decided in before.dispositions.items():
        if version in after.dispositions:
            now_decided = disposition.State(after.dispositions[version].state)
            assert now_decided in reachable(disposition.TRANSITIONS, disposition.State(decided.state))
    assert before.findings.items() <= after.findings.items() and before.evidence.keys() <= after.evidence.keys()
    assert all(after.conclusions[agency].version >= one.version for agency, one in before.conclusions.items())
    assert (after.released, after.report, after.openings) >= (before.released, before.report, before.openings)


async def concluded(hand: Hand) -> None:
    """All have concluded, market regulation asks for rectification."""
    for agency, line in (("customs", PASS), ("ip", PASS), ("market_regulation", RECTIFY)):
        await step(OPERATIONS["conclude"], agency=agency, **line)(hand)
    await hand.world.drain()


async def released(hand: Hand) -> None:
    """All have passed the goods, which are gone."""
    for agency in ("customs", "ip", "market_regulation"):
        await step(OPERATIONS["conclude"], agency=agency)(hand)
    await hand.world.drain()


STARTS: dict[str, tuple[str, Act | None]] = {
    "when the agencies are invited": ("INVITING", None),
    "before the inspection": ("SCHEDULED", None),
    "in the field": ("IN_FIELD", None),
    "after the close": ("CONCLUDING", None),
    "with a proposal": ("CONCLUDING", concluded),
    "after the release": ("CONCLUDING", released),
}


class Ground:
    """Where walks are walked; not a parameter by its parts, which hypothesis would print whole."""

    def __init__(self, world: World, make: Make) -> None:
        self._world = world
        self._make = make

    async def case(self, start: str) -> Hand:
        """A fresh case as far as the walk begins."""
        state, before = STARTS[start]
        hand = Hand(self._world, self._make, await self._make.case(state))
        if before is not None:
            await before(hand)
        return hand


@pytest.fixture
def ground(world: World, make: Make) -> Ground:
    """One platform for the walks of a test."""
    return Ground(world, make)


@pytest.fixture
def tally() -> Iterator[Counter[str]]:
    """Counts over the walks of a test; at its end they must have been worth walking."""
    counted: Counter[str] = Counter()
    yield counted
    refused = sum(times for what, times in counted.items() if what.startswith("refused "))
    assert counted["accepted"] >= WALKS and refused >= WALKS, counted


@pytest.mark.parametrize("start", STARTS)
@settings(TRUE_TO_ITS_SEED, max_examples=WALKS)
@given(chance=st.randoms(use_true_random=True))
async def test_whatever_people_do_to_a_case_it_stays_a_case(
    start: str, ground: Ground, tally: Counter[str], chance: Random
) -> None:
    await walk(await ground.case(start), chance, tally)


@pytest.mark.long
@pytest.mark.parametrize("start", STARTS)
@settings(TRUE_TO_ITS_SEED, max_examples=WALKS_WHEN_LONG)
@given(chance=st.randoms(use_true_random=True))
async def test_however_long_people_go_on_it_stays_a_case(start: str, ground: Ground, tally: Counter[str], chance: Random) -> None:
    await walk(await ground.case(start), chance, tally)


async def walk(hand: Hand, chance: Random, tally: Counter[str]) -> None:
    """One walk over one case."""
    one = Walk(hand, chance, tally)
    await one.begin()
    for _ in range(STEPS):
        await one.step()
