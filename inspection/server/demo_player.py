"""Playing people: everyone of the cast signs in over HTTP and uses the public interfaces, nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from inspection.server.client_keys import ClientKeys

PATIENCE = 20.0
POLL = 0.03


class DemoStopped(Exception):
    """A step of the day was refused or did not happen; the message says which and why."""


def ok(response: httpx.Response) -> Any:
    """The JSON of a success; :class:`DemoStopped` with the problem otherwise."""
    if not response.is_success:
        raise DemoStopped(f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}")
    return response.json() if "json" in response.headers.get("content-type", "") else None


class Watch:
    """Somebody watching a case: every frame that came, in the order it came."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[dict[str, Any]] = []
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                frame = msgspec.json.decode(message)
                if "seq" in frame:
                    self.frames.append(frame)

    @property
    def gapless(self) -> bool:
        """Whether every number from 1 on came once and in order."""
        return [frame["seq"] for frame in self.frames] == list(range(1, len(self.frames) + 1))

    async def close(self) -> None:
        """Stops watching."""
        await self._socket.close()
        await asyncio.gather(self._task, return_exceptions=True)


class Player:
    """The cast at work on the platform at ``address``."""

    def __init__(self, address: str, password: str) -> None:
        self._address = address
        self._password = password
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._anybody = httpx.AsyncClient(base_url=address, timeout=60)
        self._tokens: dict[str, str] = {}
        self._keys = ClientKeys()
        self._device_seq = 0
        self._watches: list[Watch] = []

    async def a(self, login: str) -> httpx.AsyncClient:
        """``login``'s client, signed in."""
        if login not in self._clients:
            body = {"login": login, "password": self._password, "kind": "bearer"}
            self._tokens[login] = ok(await self._anybody.post("/api/v1/sign-in", json=body))["token"]
            headers = {"Authorization": f"Bearer {self._tokens[login]}"}
            self._clients[login] = httpx.AsyncClient(base_url=self._address, headers=headers, timeout=60)
        return self._clients[login]

    async def get(self, login: str, path: str) -> Any:
        """GET as somebody; the JSON."""
        return ok(await (await self.a(login)).get(path))

    async def post(self, login: str, path: str, body: Any = None) -> Any:
        """POST as somebody, with an Idempotency-Key of its own; the JSON."""
        return ok(await self.try_post(login, path, body))

    async def try_post(self, login: str, path: str, body: Any = None) -> httpx.Response:
        """POST as somebody; the answer, whatever it is."""
        return await (await self.a(login)).post(path, json=body, headers={"Idempotency-Key": str(uuid4())})

    async def put(self, login: str, path: str, body: Any, **headers: str) -> Any:
        """PUT as somebody; the JSON."""
        return ok(await (await self.a(login)).put(path, json=body, headers=headers))

    async def conclude(self, login: str, case: str, agency: str, lines: list[dict[str, Any]], made_from: int = 0) -> Any:
        """The agency's conclusion, signed with ``login``'s own key; the JSON."""
        key = await self._keys.of(login, await self.a(login))
        body = key.conclusion(case, agency, made_from + 1, lines)
        return await self.put(login, f"/api/v1/cases/{case}/conclusions/{agency}", body, **{"If-Match": f'"v{made_from}"'})

    async def answer(self, login: str, case: str, request: dict[str, Any], said: dict[str, Any]) -> Any:
        """The asked agency's answer to an information request, signed with ``login``'s own key; the JSON."""
        key = await self._keys.of(login, await self.a(login))
        body = key.answer(case, request["id"], request["asked"], said)
        return await self.post(login, f"/api/v1/cases/{case}/info-requests/{request['id']}/answer", body)

    async def nobody_get(self, path: str, **headers: str) -> Any:
        """GET without signing in."""
        return ok(await self._anybody.get(path, headers=headers))

    async def delete(self, login: str, path: str) -> None:
        """DELETE as somebody."""
        ok(await (await self.a(login)).delete(path))

    async def download(self, login: str, path: str) -> bytes:
        """The bytes behind a path."""
        response = await (await self.a(login)).get(path)
        if not response.is_success:
            raise DemoStopped(f"GET {path}: {response.status_code} {response.text}")
        return response.content

    async def move_to(self, instant: datetime) -> None:
        """Moves the platform's time."""
        ok(await self._anybody.post("/test/v1/clock", json={"now": instant.isoformat()}))

    async def watch(self, login: str, case: str) -> Watch:
        """Watches a case live from its first event."""
        return await self._listen(login, f"/live/v1/cases/{case}")

    async def watch_inbox(self, login: str) -> Watch:
        """Watches the inbox that ``login`` shares with colleagues, from its first item."""
        return await self._listen(login, "/live/v1/inbox?of=desk")

    async def _listen(self, login: str, path: str) -> Watch:
        await self.a(login)
        address = self._address.replace("http://", "ws://") + path
        socket = await connect(address, additional_headers={"Authorization": f"Bearer {self._tokens[login]}"})
        await socket.send('{"after": 0}')
        self._watches.append(Watch(socket))
        return self._watches[-1]

    async def until(self, login: str, path: str, holds: Callable[[Any], bool]) -> Any:
        """Polls a path until ``holds`` of its JSON: what follows by itself needs a moment."""
        client = await self.a(login)
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            response = await client.get(path)
            if response.is_success and holds(response.json()):
                return response.json()
            if asyncio.get_running_loop().time() > deadline:
                raise DemoStopped(f"GET {path}: did not come about in {PATIENCE:.0f} s: {response.text[:400]}")
            await asyncio.sleep(POLL)

    async def upload(self, login: str, case: str, content: bytes, file_name: str, captured_at: datetime) -> str:
        """A photo declared and sent; its id."""
        evidence, self._device_seq = str(uuid4()), self._device_seq + 1
        declared = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "media_type": "image/jpeg",
            "file_name": file_name,
            "captured_at": captured_at.isoformat(),
            "device_id": f"terminal-{login}",
            "device_seq": self._device_seq,
        }
        await self.put(login, f"/field/v1/cases/{case}/evidence/{evidence}", declared)
        client = await self.a(login)
        ok(await client.put(f"/field/v1/cases/{case}/evidence/{evidence}/bytes", content=content))
        return evidence

    async def close(self) -> None:
        """Closes every connection."""
        for watch in self._watches:
            await watch.close()
        for client in (self._anybody, *self._clients.values()):
            await client.aclose()


def minutes(count: float) -> timedelta:
    """``count`` minutes."""
    return timedelta(minutes=count)
