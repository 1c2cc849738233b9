"""The demo day: played through the public interfaces on an embedded platform, headless or kept to be looked at."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from agencies.calendar_seed import seeded_calendar
from agencies.calendars import WorkCalendar
from agencies.powers import PLATFORM
from inspection.server import cast, demo_disputes
from inspection.server.boot import Services, outbox_of, services
from inspection.server.demo_goods import of_the_day
from inspection.server.demo_notices import ears
from inspection.server.demo_player import DemoStopped, Player
from inspection.server.demo_story import Story
from inspection.server.platform import Platform
from inspection.server.serving import running
from inspection.statuses import PORT_ZONE
from kit.clock import AdjustableClock
from kit.settings import Settings

FILED_AT = time(9, 12)
KEPT = "demo.json"


class Kept(msgspec.Struct, kw_only=True):
    """What ``serve --demo`` remembers beside the data: the cast's password and whether the day was played."""

    password: str
    played: bool = False
    progress: str = ""


def last_working_morning(now: datetime, calendar: WorkCalendar) -> datetime:
    """09:12 at the port on the last working day that is over: the whole day lies in the past, and ends with offset 0."""
    day = now.astimezone(PORT_ZONE).date() - timedelta(days=1)
    while not calendar.works_on(day):
        day -= timedelta(days=1)
    return datetime.combine(day, FILED_AT, PORT_ZONE)


async def play(platform: Platform, address: str, password: str, declarations: Path | None, out: Path | None) -> dict[str, Any]:
    """Seeds the cast, plays the day and returns the summary; the clock stands at offset 0 again afterwards."""
    morning = last_working_morning(datetime.now(UTC), seeded_calendar())
    async with platform.database.unit_of_work(PLATFORM) as session:
        await cast.seed(session, password, morning - timedelta(days=1))
    player = Player(address, password)
    story = Story(player, of_the_day(declarations, morning - timedelta(minutes=1)), morning)
    stopped: str | None = None
    try:
        async with ears(player, _outbox(platform.settings)) as listening:
            await story.all_pass()
            await demo_disputes.play(story)
            story.asserted |= await listening.heard(story.cases)
        if out is not None:
            await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
            await story.papers(out)
    except DemoStopped as refused:
        stopped = str(refused)
    finally:
        async with platform.database.unit_of_work(PLATFORM) as session:
            assert isinstance(platform.clock, AdjustableClock)
            await platform.clock.move_to(session, datetime.now(UTC))
        await player.close()
    return {
        "ok": stopped is None and all(story.asserted.values()),
        "day": morning.date().isoformat(),
        "assertions": story.asserted,
        **({"stopped": stopped} if stopped else {}),
        **story.facts,
    }


def headless(declarations: Path | None, out: Path | None) -> dict[str, Any]:
    """The day on a throw-away platform; its summary."""
    import uvloop

    with tempfile.TemporaryDirectory(prefix="lianjian-demo-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data_dir=Path(folder) / "var", port=0, clock="adjustable", tick_seconds=0.2, webhooks="private")
        with services(settings) as found:
            return uvloop.run(_headless(settings, found, declarations, out))


async def _headless(settings: Settings, found: Services, declarations: Path | None, out: Path | None) -> dict[str, Any]:
    async with running(settings, found) as (platform, address, _):
        return await play(platform, address, secrets.token_urlsafe(12), declarations, out)


async def load_and_say(platform: Platform, address: str) -> None:
    """For ``serve --demo``: plays the day once per data directory, then says where to look and who can sign in."""
    path = platform.settings.data_dir / KEPT
    kept = msgspec.json.decode(path.read_bytes(), type=Kept) if path.exists() else Kept(password=secrets.token_urlsafe(9))
    if not kept.played:
        _keep(path, kept)
        print("正在演练参考工作日 playing the reference day …", flush=True)
        summary = await play(platform, address, kept.password, None, None)
        kept.played = bool(summary["ok"])
        _keep(path, kept)
        if not kept.played:
            print(msgspec.json.encode(summary).decode(), flush=True)
    print(_welcome(address, kept.password, _outbox(platform.settings)), flush=True)


def _keep(path: Path, kept: Kept) -> None:
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(kept))


def _outbox(settings: Settings) -> Path | None:
    """The folder where mails lie; None where a mail server takes them."""
    return outbox_of(settings.data_dir) if settings.smtp_url is None else None


def _welcome(address: str, password: str, outbox: Path | None) -> str:
    mails = f"邮件 mails (.eml, 预约附 with .ics): {outbox}/\n" if outbox is not None else ""
    people = "\n".join(f"  {member.login:<10} {member.title}" for member in cast.CAST)
    return f"""
Lianjian 联检  {address}   (演示数据 demo data; Ctrl-C 结束 ends it)

可登录人员 who can sign in — 口令 password for all: {password}
{people}
{mails}"""
