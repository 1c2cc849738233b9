"""Who receives notices, for real and on loopback: a mail server, and a webhook receiver that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """Everything a mail server took, in order; ``refuse`` is what it answers instead, ``unknown`` whom it does not know.

    ``before_answering`` happens once a message was taken and before its sender hears so.
    """

    url: str = ""
    refuse: str | None = None
    unknown: str | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    before_answering: Callable[[EmailMessage], Awaitable[None]] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """One addressee."""
        if address == self.unknown:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """One message."""
        if self.refuse is not None:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, _class=EmailMessage, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.before_answering is not None:
            await self.before_answering(mail)
        return "250 taken"


@asynccontextmanager
async def mail_server() -> AsyncIterator[Mailbox]:
    """A real SMTP server on a free port."""
    mailbox = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.1", 0)
    mailbox.url = f"smtp+plain://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield mailbox
    finally:
        server.close()


@dataclass
class Receiver:
    """A webhook receiver: every request it read, as (headers, body); ``status`` is what it answers."""

    url: str = ""
    status: int = 200
    silent: bool = False
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    read: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer (none at all while ``silent``)."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        self.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        self.read.set()
        if self.silent:
            await reader.read()
        else:
            writer.write(f"HTTP/1.1 {self.status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    @property
    def ids(self) -> list[str]:
        """The ``webhook-id`` of everything heard."""
        return [headers["webhook-id"] for headers, _ in self.heard]


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[Receiver]:
    """A real HTTP receiver on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    try:
        yield receiver
    finally:
        server.close()
