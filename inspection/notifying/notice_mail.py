"""Notices by e-mail (SMTP, aiosmtplib): UTF-8 throughout, the calendar file of an appointment attached."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import msgspec

from inspection.notifying.notice_channel import Answer, Letter, failed
from inspection.notifying.notices import State

TIMEOUT_SECONDS = 20.0
HEADER = "Lianjian-Notice"
"""Carries the notice's id, as ``webhook-id`` does: the same at every attempt."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is handed over. ``security``: none, starttls or tls."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = None


def server_of(url: str) -> Server:
    """``smtp://user:password@host:587`` (STARTTLS when offered), ``smtps://…`` (TLS), ``smtp+plain://…`` (never TLS)."""
    parts = urlsplit(url)
    security = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}[parts.scheme]
    assert parts.hostname is not None
    return Server(
        host=parts.hostname,
        port=parts.port or (465 if security == "tls" else 25),
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class Mail:
    """The channel EMAIL through one server."""

    def __init__(self, url: str, sender: str) -> None:
        self._server = server_of(url)
        self._sender = sender

    async def send(self, letter: Letter) -> Answer:
        """One message. A refusal of the 5xx kind is final: the address does not exist, or does not want it."""
        server = self._server
        try:
            _, said = await aiosmtplib.send(
                message(letter, self._sender),
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.security == "tls",
                start_tls=None if server.security == "starttls" else False,
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients[0].code
            return Answer(state=State.FAILED, said=f"recipient refused: {code}", final=code >= 500)
        except aiosmtplib.SMTPResponseException as refused:
            return Answer(state=State.FAILED, said=f"refused: {refused.code}", final=False)
        except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
            return failed(fault)
        return Answer(state=State.SENT, said=said[:200])


class Outbox:
    """The channel EMAIL of a platform without a mail server: each message is a file in a folder, to be looked at."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, letter: Letter) -> Answer:
        """One ``.eml`` file named after the notice: sent again, it is the same file."""
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as fault:
            return failed(fault)
        return Answer(state=State.SENT, said="written to the outbox folder")

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{letter.id}.eml").write_bytes(bytes(message(letter, self._sender)))


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as a message."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, letter.to, letter.text.subject
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.id}@lianjian>"
    mail["Auto-Submitted"] = "auto-generated"
    mail[HEADER] = str(letter.id)
    mail.set_content(letter.text.body)
    if letter.calendar is not None:
        name = f"{letter.case or letter.id}.ics"
        method = "CANCEL" if "METHOD:CANCEL" in letter.calendar else "PUBLISH"
        mail.add_attachment(letter.calendar, subtype="calendar", filename=name, params={"method": method})
    return mail
