"""The other wall: one row of powers for every route; who holds none of them is refused, and who holds one gets an answer."""

from __future__ import annotations

import httpx
import pytest
from litestar import get
from route_calls import BODIES, NO_ID, call, filled, ids, routes_of, with_ids
from seeded import Seeded
from world import World

from agencies.powers import Gate, Power
from inspection.server.app import create_app
from inspection.server.route_powers import ROUTES

CLOSED = {"GET /schema", "GET /schema/{path}"}
"""What the framework adds around the schema: it has no row, so nobody passes."""

OF_OWN_AGENCY = {"GET /api/v1/cases/{no}/invitations/{agency}/eligible"}
"""What an agency shows its own people only."""


async def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    served = {route.key for route in routes_of(world.app)}
    assert served - set(ROUTES) == CLOSED, "routes without a row: nobody passes"
    assert set(ROUTES) - served == set(), "rows without a route"


async def test_a_route_without_a_row_lets_nobody_pass(world: World) -> None:
    @get("/api/v1/unlisted")
    async def unlisted() -> str:
        return "should never be read"

    app = create_app(world.platform)
    app.register(unlisted)
    for login in ("lin", "wen", "an", "hengtong"):
        headers = {"Authorization": f"Bearer {world.tokens[login]}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x", headers=headers) as client:
            answer = await client.get("/api/v1/unlisted")
            assert (answer.status_code, answer.json()["code"]) == (403, "power_missing")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
        assert (await client.get("/api/v1/unlisted")).status_code == 401


def test_rows_name_powers_that_somebody_may_hold() -> None:
    assert all(isinstance(row, Gate) or (row and row <= set(Power)) for row in ROUTES.values())


@pytest.mark.parametrize("key", sorted(key for key, row in ROUTES.items() if row is not Gate.PUBLIC and "WEBSOCKET" not in key))
async def test_nobody_passes_without_signing_in(seeded: Seeded, key: str) -> None:
    method, path = filled(key, ids(seeded, key))
    answer = await seeded.world.client_of(None).request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "key", sorted(key for key, row in ROUTES.items() if isinstance(row, frozenset) and "WEBSOCKET" not in key)
)
async def test_only_who_holds_a_power_of_the_row_passes(seeded: Seeded, key: str) -> None:
    row = ROUTES[key]
    assert isinstance(row, frozenset)
    without = [login for login, person in seeded.people.items() if not person.powers & row]
    assert without
    for login in without:
        answer = await call(seeded, login, key, ids(seeded, key))
        assert (answer.status_code, answer.json()["code"]) == (403, "power_missing"), login


async def test_every_route_with_ids_that_reads_a_body_has_one_here(world: World) -> None:
    reading = {route.key for route in routes_of(world.app) if route.reads_body and route.names and route.key not in NO_ID}
    assert reading == set(BODIES)


@pytest.mark.parametrize("key", [key for key in with_ids() if key.startswith("GET /api/v1/cases/{no}")])
async def test_whoever_may_read_a_part_of_the_case_gets_it(seeded: Seeded, key: str) -> None:
    """The positive control of all the refusals above: no right is missing behind an open route."""
    row = ROUTES[key]
    assert isinstance(row, frozenset)
    for login in ("lin", "zhao", "tao", "rong", "gao", "ping", "mei", "qiu", "an"):
        if seeded.people[login].powers & row:
            own = {"agency": seeded.people[login].agency or ""} if key in OF_OWN_AGENCY else {}
            answer = await call(seeded, login, key, ids(seeded, key) | own)
            assert answer.status_code == 200, f"{login}: {answer.status_code} {answer.text}"
