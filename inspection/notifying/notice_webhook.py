"""Notices by webhook, as Standard Webhooks say: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature`` (HMAC-SHA256).

The host is resolved once and the connection goes to the address that was checked, so that a name cannot point outside while it
is checked and inside when it is called. Redirects are not followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import msgspec
from standardwebhooks import Webhook

from inspection.notifying.notice_channel import Answer, Letter, failed
from inspection.notifying.notices import State
from inspection.notifying.public_address import chosen, url_problem

TIMEOUT_SECONDS = 10.0
GONE = 410
"""A receiver that says so wants nothing more: its subscription ends."""


class Webhooks:
    """The channel WEBHOOK. ``private``: addresses of the own network are allowed (tests, the demo, an intranet)."""

    def __init__(self, *, private: bool = False) -> None:
        self._private = private

    async def send(self, letter: Letter) -> Answer:
        """One POST; any 2xx is the receiver's word that it has it."""
        problem = url_problem(letter.to, private=self._private)
        if problem is not None:
            return Answer(state=State.FAILED, said=f"address: {problem}", final=True)
        try:
            address = await self._resolved(letter.to)
            if address is None:
                return Answer(state=State.FAILED, said="address: not a public one", final=True)
            status = await _post(letter, address)
        except (httpx.HTTPError, OSError, ValueError) as fault:
            return failed(fault)
        if 200 <= status < 300:
            return Answer(state=State.DELIVERED, said=str(status))
        return Answer(state=State.FAILED, said=str(status), final=status == GONE)

    async def _resolved(self, url: str) -> str | None:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        return chosen((str(one[4][0]) for one in found), private=self._private)


async def _post(letter: Letter, address: str) -> int:
    """POSTs to ``address`` in the name of the URL's host."""
    url = httpx.URL(letter.to)
    # The wire's own time, not the platform's adjustable one: receivers refuse what is older than five minutes.
    sent_at = datetime.now(UTC)
    content = body(letter)
    headers = signed(str(letter.id), sent_at, content, letter.secrets)
    headers |= {"content-type": "application/json", "user-agent": "Lianjian-Webhooks/1", "host": url.netloc.decode()}
    host = f"[{address}]" if ipaddress.ip_address(address.split("%", maxsplit=1)[0]).version == 6 else address
    extensions = {"sni_hostname": url.host} if url.scheme == "https" else {}
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        request = client.build_request("POST", url.copy_with(host=host), content=content, headers=headers, extensions=extensions)
        response = await client.send(request, stream=True)  # the answer's body is nobody's business and may be endless
        await response.aclose()
    return response.status_code


def body(letter: Letter) -> bytes:
    """``{"type", "timestamp", "data"}``; ``data`` holds the notice's id, its case, what machines read and what people read."""
    data = letter.data | {"notice": str(letter.id), "case": letter.case, "texts": letter.texts}
    if letter.calendar is not None:
        data["calendar"] = letter.calendar
    return msgspec.json.encode({"type": f"notice.{letter.template}", "timestamp": letter.at.astimezone(UTC), "data": data})


def signed(id: str, at: datetime, content: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers; one signature for every secret that is valid now, the newest first."""
    signatures = [Webhook(secret).sign(id, at, content.decode()) for secret in secrets]
    timestamp = str(int(at.timestamp()))
    return {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}
