"""A webhook receiver on loopback for the demo day: takes what comes, and has each signature checked by the reference library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError


@dataclass
class Receiver:
    """What a partner's own system would be; ``url`` and a path of one's own is where to subscribe.

    ``secrets`` by path are set by whoever subscribed; ``heard`` are path and content of every request, None for one whose
    signature is not the path's.
    """

    url: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any] | None]] = field(default_factory=list)

    def contents(self, path: str) -> list[dict[str, Any] | None]:
        """What came to ``path``, in the order it came."""
        return [content for at, content in self.heard if at == path]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, and the word that it was taken."""
        request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        path = request.split(" ")[1]
        self.heard.append((path, self._checked(path, headers, await reader.readexactly(int(headers["content-length"])))))
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    def _checked(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = Webhook(self.secrets[path]).verify(body, headers)
        except WebhookVerificationError:
            return None
        return content


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """One that listens on a free port for as long as the block runs."""
    made = Receiver()
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
