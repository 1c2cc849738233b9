"""A foreign id is as good as none: on every route that takes one, on sockets, in lists; with and without the database's wall."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from route_calls import GHOST_CASE, call, ghosts, ids, said, with_ids
from seeded import Seeded

from inspection.server.cast import PORT
from inspection.server.route_powers import ROUTES

STRANGERS = ("ou", "hua", "xinda")

OF_THE_PORT = {"GET /api/v1/keys/{key_id}"}
"""What everybody of a port who may read cases reads: to them it is not foreign."""


@pytest.fixture(params=["seeded", "unwalled"], ids=["both-walls", "the-code-alone"])
def behind(request: pytest.FixtureRequest) -> Seeded:
    """The seeded platform, once as it is and once without the database's wall."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Seeded)
    return found


@pytest.mark.parametrize("key", with_ids())
async def test_a_foreign_id_is_answered_like_one_that_does_not_exist(behind: Seeded, key: str) -> None:
    for login in STRANGERS:
        who, row = behind.people[login], ROUTES[key]
        if ("{port}" in key or key in OF_THE_PORT) and who.port == PORT:
            continue  # their own port is not foreign to them
        for agency in {who.agency or "ip", "market_regulation"}:
            real = ids(behind, key) | {"agency": agency}
            unreal = ghosts(real)
            answer = await call(behind, login, key, real)
            opens = not isinstance(row, frozenset) or bool(row & who.powers)
            assert answer.status_code == (404 if opens else 403), f"{login}: {answer.status_code} {answer.text}"
            assert said(answer, real) == said(await call(behind, login, key, unreal), unreal), login


@pytest.mark.parametrize(
    "key", [key for key in with_ids() if "/cases/{no}/" in key and re.search("{(session|evidence|deadline)_id}", key)]
)
async def test_what_hangs_on_another_case_is_not_found_in_ones_own(behind: Seeded, key: str) -> None:
    """Every id in a request is checked, not only the first."""
    if key in {"PUT /field/v1/cases/{no}/evidence/{evidence_id}"}:
        return  # the client makes this id: in another case it is simply a new one, or taken
    for login in ("tao", "mei", "qiu"):
        who, row = behind.people[login], ROUTES[key]
        if not isinstance(row, frozenset) or not row & who.powers:
            continue
        real = ids(behind, key) | {"no": behind.c, "agency": who.agency or ""}
        unreal = ghosts(real) | {"no": behind.c}
        answer = await call(behind, login, key, real)
        assert answer.status_code == 404, f"{login}: {answer.status_code} {answer.text}"
        assert said(answer, real) == said(await call(behind, login, key, unreal), unreal), login


async def test_nothing_of_all_that_was_written_down(behind: Seeded) -> None:
    """The strangers' requests above left no trace in the case they were not let into."""
    strangers = [str(behind.people[login].id) for login in STRANGERS]
    found = await behind.owner.fetch(
        "SELECT type FROM event WHERE stream = $1 AND actor = ANY($2)", f"case:{behind.a}", strangers
    )
    assert found == []


@pytest.mark.parametrize("login", STRANGERS)
async def test_the_list_of_cases_holds_no_foreign_one(behind: Seeded, login: str) -> None:
    answer = await behind.world.client_of(login).get("/api/v1/cases")
    if login == "xinda":
        assert answer.status_code == 403
        return
    numbers = {case["no"] for case in answer.json()["items"]}
    assert numbers == ({behind.b} if login == "ou" else set())


async def socket_end(behind: Seeded, login: str, no: str) -> list[dict[str, Any]]:
    """What a socket on a case's feed is told after a good hello."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: list[dict[str, Any]] = []
    for message in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": '{"after": 0}'}):
        inbox.put_nowait(message)

    async def send(message: Any) -> None:
        heard.append(dict(message))

    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": f"/live/v1/cases/{no}",
        "raw_path": f"/live/v1/cases/{no}".encode(), "query_string": b"", "subprotocols": [], "client": ("127.0.0.1", 1),
        "server": ("lianjian.test", 80), "headers": [(b"authorization", f"Bearer {behind.world.tokens[login]}".encode())],
    }  # fmt: skip
    await asyncio.wait_for(behind.world.app(scope, inbox.get, send), 10)
    return heard


@pytest.mark.parametrize("login", ["ou", "hua"])
async def test_a_socket_on_a_foreign_case_ends_like_one_on_no_case(behind: Seeded, login: str) -> None:
    foreign, ghost = await socket_end(behind, login, behind.a), await socket_end(behind, login, GHOST_CASE)
    assert foreign == ghost and foreign[-1]["type"] == "websocket.close" and foreign[-1]["code"] != 1000
