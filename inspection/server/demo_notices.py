"""The notices of the demo day, heard where they arrive: a folder of mails, the inboxes' live feeds, a webhook receiver."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from icalendar import Calendar

from inspection.server.demo_player import Player, Watch
from inspection.server.demo_receiver import Receiver, receiver
from kit.ids import uuid7

MAILED = ("hengtong", "lin", "ping", "qiu")
"""Who gives an e-mail address."""

DESKS = ("hengtong", "lin", "ping", "qiu")
"""Whose shared inbox is watched live."""

SUBSCRIBED = ("hengtong", "ping")
"""Whose own system is told: the enterprise's and an agency's."""


@dataclass
class Ears:
    """Who listens on the demo day. ``outbox`` is where the mails lie; None where a mail server takes them away."""

    player: Player
    outbox: Path | None
    receiver: Receiver
    feeds: dict[str, Watch] = field(default_factory=dict)
    webhooks: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Addresses are given, feeds watched and subscriptions made before anything happens."""
        for login in MAILED:
            await self.player.put(login, "/api/v1/me/notices", {"email": address(login)})
        for login in DESKS:
            self.feeds[login] = await self.player.watch_inbox(login)
        for login in SUBSCRIBED:
            body = {"id": str(uuid7()), "url": f"{self.receiver.url}/{login}"}
            made = await self.player.post(login, "/api/v1/webhooks", body)
            self.webhooks[login], self.receiver.secrets[f"/{login}"] = made["id"], made["secret"]

    async def close(self) -> None:
        """The receiver goes away: nobody is to wait for it."""
        for login, subscription in self.webhooks.items():
            await self.player.delete(login, f"/api/v1/webhooks/{subscription}")

    async def heard(self, cases: Collection[str]) -> dict[str, bool]:
        """What arrived of the day's cases, by the name of what has to hold."""
        for login in MAILED:
            await self.player.until(login, "/api/v1/notices?delivery=QUEUED", lambda found: not found["notices"])
        held = {
            "inbox_items_arrive_live_once": all([await self._live(login) for login in DESKS]),
            "webhooks_arrive_signed": all(self._signed(login) for login in SUBSCRIBED),
            "no_notice_is_given_up": "notices_failed" not in (await self.player.nobody_get("/readyz"))["warnings"],
        }
        if self.outbox is not None:
            mails = await asyncio.to_thread(_mails, self.outbox)
            held["appointment_mailed_once_with_its_calendar_file"] = all([await self._appointed(mails, no) for no in cases])
        return held

    async def _live(self, login: str) -> bool:
        """Everything put into the shared inbox came over its feed, each item once and in order."""
        feed = self.feeds[login]

        def came(found: dict[str, Any]) -> bool:
            items = {one["id"] for one in found["notices"] if not one["to"].startswith("person:")}
            return bool(items) and items <= _placed(feed).keys()

        await self.player.until(login, "/api/v1/notices?channel=INBOX&limit=200", came)
        return feed.gapless and set(_placed(feed).values()) == {1}

    def _signed(self, login: str) -> bool:
        """Everything that came was signed, each notice came once, and what it was subscribed for is among them."""
        contents = [one for one in self.receiver.contents(f"/{login}") if one is not None]
        ids = {one["data"]["notice"] for one in contents}
        wanted = "notice.appointment" if login == "hengtong" else "notice.invitation"
        return len(ids) == len(self.receiver.contents(f"/{login}")) and wanted in {one["type"] for one in contents}

    async def _appointed(self, mails: list[EmailMessage], case: str) -> bool:
        """One mail to the enterprise carries the appointment, at the time that was agreed."""
        files = [
            part.get_content()
            for mail in mails
            if mail["To"] == address("hengtong")
            for part in mail.iter_attachments()
            if part.get_filename() == f"{case}.ics"
        ]
        if len(files) != 1:
            return False
        starts_at = (await self.player.get("lin", f"/api/v1/cases/{case}/schedule"))["starts_at"]
        (appointment,) = Calendar.from_ical(files[0]).walk("VEVENT")
        return bool(appointment.decoded("DTSTART") == datetime.fromisoformat(starts_at))


@asynccontextmanager
async def ears(player: Player, outbox: Path | None) -> AsyncIterator[Ears]:
    """Ears that listen for as long as the block runs."""
    async with receiver() as listening:
        made = Ears(player, outbox, listening)
        await made.open()
        try:
            yield made
        finally:
            await made.close()


def address(login: str) -> str:
    """Where a person of the cast gets mail."""
    return f"{login}@lianjian.example"


def _placed(feed: Watch) -> Counter[str]:
    return Counter(frame["data"]["notice"] for frame in feed.frames if frame["type"] == "NoticePlaced")


def _mails(folder: Path) -> list[EmailMessage]:
    return [message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default) for path in folder.glob("*.eml")]
