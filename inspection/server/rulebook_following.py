"""Following the rulebooks: this process takes the versions that are in force, between two declarations, without a pause.

A notification says that something was published or retired; a look every so often finds what the clock has brought into force,
and what a lost notification would have told.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

import structlog

from agencies.powers import PLATFORM
from inspection.live_feed.live_listener import Listener
from kit.clock import Clock
from kit.database import Database, DatabaseUnavailable
from risk import published_rulebooks
from risk.rule import Pack
from risk.rulebook_in_force import RulebookInForce
from risk.rulebook_versions import Deciding, Member
from risk.screening import Screener

LOOK_SECONDS = 2.0
"""How long a version that has come into force may wait for this process, where no notification told of it."""

log = structlog.get_logger()


class Following:
    """What one process screens with. :meth:`look` once before the first screening, :meth:`run` for as long as it screens."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._members: tuple[Member, ...] | None = None
        self._woken = asyncio.Event()
        self._listener = Listener(
            database.url, PLATFORM.role, published_rulebooks.CHANNEL, lambda _: self._woken.set(), self._woken.set
        )
        self.rulebook = RulebookInForce(Screener(()))

    @property
    def listening(self) -> asyncio.Event:
        """Set once nothing that is published from then on is missed."""
        return self._listener.listening

    async def look(self) -> bool:
        """Takes what is in force now; returns whether that was another set of versions than before."""
        async with self._database.unit_of_work(PLATFORM) as session:
            await self._clock.refresh(session)
            now = self._clock.now()
            members = await published_rulebooks.members(session, now)
            if members == self._members:
                return False
            packs = await published_rulebooks.packs(session, members)
        await self._take(members, packs, now)
        return True

    async def _take(self, members: tuple[Member, ...], packs: tuple[Pack, ...], now: datetime) -> None:
        """Made ready beside the work of others, written down before the first result carries its name, then taken at once."""
        screener = await asyncio.to_thread(Screener, packs)
        deciding = Deciding(ruleset=screener.ruleset, members=members)
        async with self._database.unit_of_work(PLATFORM) as session:
            await published_rulebooks.note_set(session, deciding, now)
        await asyncio.to_thread(self.rulebook.replace, screener, self.rulebook.current.seen())
        self._members = members
        log.info("rulebooks_taken", ruleset=deciding.ruleset, versions=[f"{one.name}/{one.version}" for one in members])

    async def run(self) -> None:
        """Until cancelled."""
        listening = asyncio.create_task(self._listener.run(), name="rulebook listener")
        try:
            while True:
                await self._wait()
                await self._look_again()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _look_again(self) -> None:
        try:
            await self.look()
        except DatabaseUnavailable:
            log.warning("rulebooks_lost_database")
        except Exception:  # the rules that decide stay; what failed is in the log, and the next look tries again
            log.exception("rulebooks_failed")

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
        self._woken.clear()
