"""State before + events = fresh state, for every operation on a case and everybody who may watch it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from make import Make, ok
from operations import Hand, Step
from telling import EVERYBODY_IS_DONE
from test_replay_answers import STORIES as ANSWERS
from test_replay_decisions import STORIES as DECISIONS
from test_replay_inspection import STORIES as INSPECTION
from verified import WATCHERS, frames_of, state_of, verify_action
from world import World

from inspection.replaying.replay import Frame, replay
from inspection.server.cast import PORT
from inspection.server.route_powers import ROUTES

STORIES = ANSWERS | INSPECTION | DECISIONS
"""Everything that is told in test_replay_*.py."""


async def file_one(make: Make) -> str:
    """One declaration; returns the number of its case."""
    receipt = ok(await make.world.client_of("hengtong").post("/api/v1/declarations", json=make.declaration()))
    return str(receipt["case"])


async def file_many(make: Make) -> str:
    """A batch of one."""
    line = msgspec.json.encode(make.declaration()) + b"\n"
    answer = await make.world.client_of("hengtong").post("/api/v1/declarations/batch", content=line)
    assert answer.is_success
    return str(msgspec.json.decode(answer.content.splitlines()[0])["case"])


OPENS: dict[str, Callable[[Make], Awaitable[str]]] = {
    "POST /api/v1/declarations": file_one,
    "POST /api/v1/declarations/batch": file_many,
}


@pytest.mark.parametrize("route", OPENS)
async def test_a_filing_that_opens_a_case_tells_it_from_the_start(route: str, world: World, make: Make) -> None:
    verified = await verify_action(world, None, lambda: OPENS[route](make))
    assert {"CaseOpened", "InvitationSent"} <= set(verified.types())
    assert verified.states["lin"].state == "INVITING" and len(verified.states["lin"].invitations) == 2


ELSEWHERE = {
    **dict.fromkeys(
        (
            "POST /api/v1/notices/{notice_id}/acknowledge",
            "PUT /api/v1/me/notices",
            "POST /api/v1/webhooks",
            "PUT /api/v1/webhooks/{webhook_id}",
            "DELETE /api/v1/webhooks/{webhook_id}",
            "POST /api/v1/webhooks/{webhook_id}/rotate",
            "POST /api/v1/webhooks/{webhook_id}/ping",
            "POST /api/v1/webhooks/{webhook_id}/replay",
        ),
        "what somebody is told, and where: no case changes by it",
    ),
    "POST /api/v1/declarations/check": "keeps nothing",
    "POST /test/v1/clock": "moves time; what time does to a case is the lapse",
    "POST /api/v1/sign-in": "a person's sessions",
    "POST /api/v1/sign-out": "a person's sessions",
    "POST /api/v1/first-password": "a person's password",
    "POST /api/v1/me/password": "a person's password",
    "DELETE /api/v1/me/sessions/{session_id}": "a person's sessions",
    "POST /api/v1/me/keys": "a person's signing keys",
    "POST /api/v1/me/keys/{key_id}/revoke": "a person's signing keys",
    "POST /api/v1/cases/{no}/audits": "a notice to the enterprise; nothing of the case changes",
    "PUT /api/v1/cases/{no}/liability/insurance": "a note beside the liability record; nothing of the case changes",
    "PUT /api/v1/ports/{port}/policy": "a port's policy; running cases keep theirs",
    **dict.fromkeys(
        (route for route in ROUTES if re.match("(POST|PUT) /api/v1/policies", route)),
        "versions of a policy; a case keeps the one it was opened with",
    ),
    **dict.fromkeys(
        (route for route in ROUTES if re.match("(POST|PUT) /api/v1/rulebooks", route)),
        "versions of a rulebook; a case keeps the hits it was opened with",
    ),
    **dict.fromkeys(
        (route for route in ROUTES if route.startswith("PUT /api/v1/calendars/")),
        "versions of a calendar; what a new one moves is verified when the worker has seen it",
    ),
    "PUT /api/v1/ports/{port}/laboratories/{code}": "the port's list of laboratories",
    **dict.fromkeys(
        (
            "POST /api/v1/cases/{no}/costs",
            "POST /api/v1/cases/{no}/case-filings/{filing_id}/close",
            "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/demand",
            "POST /api/v1/cases/{no}/follow-ups/{follow_up_id}/extend",
        ),
        "words and figures that no watcher of the case keeps; test_follow_ups.py",
    ),
    **dict.fromkeys(
        (route for route in ROUTES if route.startswith("PUT") and "/follow-ups/{follow_up_id}/files/" in route),
        "a file of the enterprise's; the case learns of it by the proof that names it",
    ),
    "PUT /api/v1/ports/{port}/desks/{role}": "how a desk of the port is reached",
    "POST /api/v1/ports/{port}/coordinators": "coordinators of enterprises",
    **dict.fromkeys(
        (route for route in ROUTES if "/deadlines/{deadline_id}/" in route),
        "a deadline's ledger; of it a watcher keeps an invitation's due, and an invitation is neither paused nor extended",
    ),
    **dict.fromkeys((route for route in ROUTES if "/api/v1/units/" in route and route.startswith("POST")), "a unit's own papers"),
    **dict.fromkeys((route for route in ROUTES if re.match("(POST|PUT) /api/v1/units/", route)), "a unit's own papers"),
}
"""Routes that write, but no case, and what they write instead."""


def test_every_route_that_writes_a_case_is_verified() -> None:
    """A new route is held to it as well, or says here what it writes instead."""
    steps = [moment.act for _, moments in STORIES.values() for moment in moments if isinstance(moment.act, Step)]
    verified = {shape(one.operation.route) for one in steps} | {shape(route) for route in OPENS}
    writing = {route for route in ROUTES if route.split(" ", 1)[0] not in {"GET", "WEBSOCKET"}}
    unverified = {route for route in writing - ELSEWHERE.keys() if shape(route) not in verified}
    assert not unverified, f"no moment in STORIES: {sorted(unverified)}"
    assert ELSEWHERE.keys() <= writing and verified <= {shape(route) for route in writing}


def shape(route: str) -> str:
    """A row of the route table without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in route.split("/"))


async def test_another_calendar_moves_the_due_of_an_invitation_for_everybody_who_watches(world: World, make: Make) -> None:
    await world.as_owner("UPDATE unit SET duty_24h = false")
    no = await make.case("INVITING")

    async def published() -> None:
        notice = {"source": "临时停工通知", "years": [2026], "holidays": ["2026-11-20"]}
        for whose in (PORT, f"{PORT}/ip"):
            ok(await world.client_of("wen").put(f"/api/v1/calendars/{whose}", json=notice, headers={"If-Match": '"v0"'}))
        assert await world.worker.watch() == 2

    assert (await verify_action(world, no, published)).types().count("DeadlineRecomputed") == 2


async def test_who_may_not_see_a_secret_replays_the_case_without_it(world: World, make: Make) -> None:
    """A withheld frame moves the number and nothing else; the frames around it tell all the rest."""
    hand = Hand(world, make, await make.case("IN_FIELD"))
    for moment in (*STORIES["secrets are found"][1], *EVERYBODY_IS_DONE):
        await moment.act(hand)
    await world.drain()
    known = {login: replay(await frames_of(world, hand.no, login)) for login in WATCHERS}
    assert known == {login: await state_of(world, hand.no, login) for login in WATCHERS}
    for login, findings, evidence, withheld in (("lin", 1, 0, 3), ("mei", 1, 0, 3), ("an", 1, 0, 3), ("qiu", 2, 1, 0)):
        shown = await frames_of(world, hand.no, login)
        assert (len(known[login].findings), len(known[login].evidence)) == (findings, evidence)
        assert [frame.type for frame in shown].count("withheld") == withheld


async def test_a_watcher_that_loses_frames_and_asks_again_arrives_at_the_same_state(world: World, make: Make) -> None:
    """A gap is seen by its number; asking after the number one has brings the rest, and what came twice changes nothing."""
    no = await make.case("IN_FIELD")
    everything = await frames_of(world, no, "mei")
    known = replay(everything[:3])
    jumped: Frame = everything[5]
    assert jumped.seq > known.seq + 1
    again = await frames_of(world, no, "mei", after=known.seq)
    assert replay([*again, jumped, *everything], known) == await state_of(world, no, "mei")
