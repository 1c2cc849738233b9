"""What a person may do to a case, as the request that does it: what the tests of replay and of the random walk share.

The operations stand in the files ``…_operations.py``, by what is done; each is in ``OPERATIONS`` once its file is imported.

An operation knows its row of the route table, who does it when nothing is said, and how its request is made from the case as
it stands. Called, it sends the request and returns whatever was answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from make import Make, ok
from world import World

from kit.ids import uuid7

OFFICE, TERMINAL = "/api/v1/cases/{no}", "/field/v1/cases/{no}"
SESSION = OFFICE + "/sessions/{session}"
DISPATCHERS = {"market_regulation": "ping", "ip": "qiu"}
EXPERTS = {"customs": "rong", "market_regulation": "mei", "ip": "qiu"}


@dataclass
class Hand:
    """A case and what the people on it have at hand: photos declared, the number of its declaration."""

    world: World
    make: Make
    no: str
    photos: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Declared evidence: who declared it, and its bytes."""

    @property
    def now(self) -> datetime:
        """The present on the platform, UTC."""
        return self.world.clock.now()

    async def read(self, what: str = "", login: str = "lin") -> Any:
        """What the case's office says of itself: ``/sessions``, ``/slots`` …; None when it refuses."""
        answer = await self.world.client_of(login).get(OFFICE.format(no=self.no) + what)
        return answer.json() if answer.is_success else None

    async def session(self) -> str:
        """The id of the latest session; an invented one before there is any."""
        sessions = await self.read("/sessions")
        return str(sessions[-1]["id"]) if sessions else str(uuid7())


@dataclass(frozen=True)
class Request:
    """Who sends it (None: nobody signed in), what stands in the path besides the case, and the rest as httpx takes it."""

    login: str | None
    path: dict[str, str] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """``route`` is its row in the route table, but for the names of path parameters; ``build`` makes the request."""

    name: str
    route: str
    build: Callable[..., Awaitable[Request]]

    async def __call__(self, hand: Hand, **options: Any) -> httpx.Response:
        """Makes the request from the case as it stands, and sends it."""
        return await self.send(hand, await self.build(hand, **options))

    async def send(self, hand: Hand, request: Request) -> httpx.Response:
        """Sends the request."""
        method, path = self.route.split(" ", 1)
        client = hand.world.client_of(request.login)
        return await client.request(method, path.format(no=hand.no, **request.path), **request.rest)


@dataclass(frozen=True)
class Step:
    """An operation with its options, which must succeed."""

    operation: Operation
    options: dict[str, Any]

    async def __call__(self, hand: Hand) -> Any:
        """Does it and returns the answer's JSON."""
        return ok(await self.operation(hand, **self.options))


def step(operation: Operation, **options: Any) -> Step:
    """``operation`` with ``options``, to be done later."""
    return Step(operation, options)


OPERATIONS: dict[str, Operation] = {}
"""By name."""


def writes(route: str) -> Callable[[Callable[..., Awaitable[Request]]], Operation]:
    """Makes an operation of the function that builds its request."""

    def made(build: Callable[..., Awaitable[Request]]) -> Operation:
        return OPERATIONS.setdefault(build.__name__, Operation(build.__name__, route, build))

    return made


def as_json(body: Any, **headers: str) -> dict[str, Any]:
    """The rest of a request that carries ``body``."""
    return {"json": body, "headers": headers}
