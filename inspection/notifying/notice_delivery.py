"""The courier: takes what is due, sends it, writes down what became of it. At least once, under one id; several may run.

Taking a notice moves its next try to the end of a lease and commits; only then is it sent, with no transaction open. A courier
that dies between sending and writing down leaves the lease to run out, and the next one sends the same id again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import addressees
from agencies.powers import PLATFORM
from inspection.live_feed.live_listener import Listener
from inspection.notifying import notice_feed, notice_timing, webhook_targets
from inspection.notifying.notice_catalogue import Channel
from inspection.notifying.notice_channel import Answer, Letter
from inspection.notifying.notice_channel import Channel as Sender
from inspection.notifying.notice_people import preferences
from inspection.notifying.notice_rendering import Text
from inspection.notifying.notice_tables import Notice, NoticeAttempt
from inspection.notifying.notices import WOKEN, State
from kit.clock import Clock
from kit.database import Database, DatabaseUnavailable

AT_ONCE = 20
OUTSIDE = (Channel.EMAIL, Channel.WEBHOOK, Channel.MESSAGE)
PATIENCE = notice_timing.LEASE - timedelta(seconds=30)
"""How long one attempt may take; well inside the lease, so that nobody else has begun by then."""

LOOK_SECONDS = 1.0

log = structlog.get_logger()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that is ours for the length of the lease; ``letter`` None: there is nowhere to send it any more."""

    channel: Channel
    letter: Letter
    attempt: int
    reachable: bool = True


class Courier:
    """Delivers what is queued. ``channels`` are those that go outside; the in-app feed needs none."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[Channel, Sender],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._chance = chance
        self._feed_wanted = asyncio.Event()
        self._outside_wanted = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled: at once when the database says that there is something, else every second."""
        listener = Listener(self._database.url, PLATFORM.role, WOKEN, lambda _: self._wake(), self._wake)
        await asyncio.gather(
            listener.run(),
            self._forever(self.put_on_feeds, self._feed_wanted),
            self._forever(self.send_due, self._outside_wanted),
        )

    async def deliver(self) -> int:
        """Everything that is due now, one pass after the other; returns how much was done. For tests, which do not wait."""
        done = 0
        while found := await self.put_on_feeds() + await self.send_due():
            done += found
        return done

    async def put_on_feeds(self) -> int:
        """One piece of what waits for the in-app feeds; returns how many."""
        async with self._database.unit_of_work(PLATFORM) as session:
            await self._clock.refresh(session)
            return await notice_feed.put_on_feed(session, self._clock.now())

    async def send_due(self) -> int:
        """One piece of what waits to go outside; returns how many attempts were made."""
        async with self._database.unit_of_work(PLATFORM) as session:
            await self._clock.refresh(session)
            taken = await _take(session, self._clock.now())
        answers = await asyncio.gather(*(self._send(one) for one in taken))
        if taken:
            async with self._database.unit_of_work(PLATFORM) as session:
                await self._clock.refresh(session)
                for one, answer in zip(taken, answers, strict=True):
                    await _settle(session, one, answer, self._clock.now(), self._chance())
        return len(taken)

    async def _send(self, one: Taken) -> Answer:
        sender = self._channels.get(one.channel)
        if sender is None or not one.reachable:
            return Answer(state=State.SUPPRESSED, said="nowhere to send it" if sender else "not set up here", final=True)
        if one.attempt > notice_timing.ATTEMPTS:
            return Answer(state=State.FAILED, said="cut off at every attempt", final=True)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await sender.send(one.letter)
        except TimeoutError:
            return Answer(state=State.FAILED, said="no end after a minute and a half")
        except Exception as fault:  # one letter's fault must not keep the others from being written down
            log.exception("notice_send_failed", notice=str(one.letter.id))
            return Answer(state=State.FAILED, said=type(fault).__name__)

    def _wake(self) -> None:
        self._feed_wanted.set()
        self._outside_wanted.set()

    async def _forever(self, work: Callable[[], Awaitable[int]], wanted: asyncio.Event) -> None:
        while True:
            wanted.clear()
            try:
                while await work():
                    pass
            except DatabaseUnavailable:
                log.warning("courier_lost_database")
            except Exception:  # the next look tries again; what failed is in the log
                log.exception("courier_failed")
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await wanted.wait()
            except TimeoutError:
                continue


async def _take(session: AsyncSession, now: datetime) -> list[Taken]:
    """Takes what is due: another courier passes over it, and after the lease may take it again."""
    rows = list(
        await session.scalars(
            select(Notice)
            .where(Notice.channel.in_(OUTSIDE), Notice.state == State.QUEUED.value, Notice.next_try_at <= now)
            .order_by(Notice.next_try_at, Notice.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    if not rows:
        return []
    found = await _addresses(session, rows, now)
    for row in rows:
        row.attempts, row.next_try_at = row.attempts + 1, now + notice_timing.LEASE
        session.add(
            NoticeAttempt(notice_id=row.id, attempt=row.attempts, at=now, state=State.QUEUED.value, answer="", ended_at=None)
        )
    await session.flush()
    return [_taken(row, *found.get(row.id, (None, ()))) for row in rows]


def _taken(row: Notice, to: str | None, secrets: Sequence[str]) -> Taken:
    text = row.texts.get(row.language) or next(iter(row.texts.values()))
    letter = Letter(
        id=row.id,
        to=to or "",
        template=row.template,
        text=msgspec.convert(text, Text),
        at=row.at,
        case=row.case_no,
        data=row.data,
        texts=row.texts,
        calendar=row.calendar,
        secrets=tuple(secrets),
    )
    return Taken(channel=Channel(row.channel), letter=letter, attempt=row.attempts, reachable=to is not None)


async def _addresses(session: AsyncSession, rows: list[Notice], now: datetime) -> dict[UUID, tuple[str, Sequence[str]]]:
    """Where each notice goes as things stand now: an address may have changed, a person may have left, since it was written."""
    people = {row.person_id for row in rows if row.person_id is not None}
    active = await addressees.active(session, people)
    set_by = await preferences(session, active)
    subscribed = await webhook_targets.targets(session, {row.subscription_id for row in rows if row.subscription_id}, now)
    found: dict[UUID, tuple[str, Sequence[str]]] = {}
    for row in rows:
        if row.subscription_id is not None and row.subscription_id in subscribed:
            found[row.id] = subscribed[row.subscription_id]
        elif row.person_id in set_by and (email := set_by[row.person_id].email):
            found[row.id] = (email, ())
        elif row.address is not None:
            found[row.id] = (row.address, ())
        elif row.channel == Channel.MESSAGE:
            found[row.id] = (f"{row.port}/{row.agency}", ())
    return found


async def _settle(session: AsyncSession, one: Taken, answer: Answer, now: datetime, chance: float) -> None:
    """Writes down what became of an attempt. Who was overtaken after the lease leaves the notice as the other one made it."""
    row = await session.get_one(Notice, one.letter.id, with_for_update=True, populate_existing=True)
    attempt = await session.get_one(NoticeAttempt, (one.letter.id, one.attempt))
    attempt.state, attempt.answer, attempt.ended_at = answer.state.value, answer.said, now
    if row.state != State.QUEUED.value:
        return
    again = None
    if answer.state is State.FAILED and not answer.final:
        again = notice_timing.next_try(row.attempts, now, chance)
    if again is not None:
        row.next_try_at = again
        return
    row.state, row.done_at = answer.state.value, now
    if answer.state is State.FAILED:
        log.warning("notice_given_up", notice=str(row.id), channel=row.channel, attempts=row.attempts, said=answer.said)
    if answer.final and answer.said == webhook_targets.GONE and row.subscription_id is not None:
        await webhook_targets.end_gone(session, row.subscription_id, now)
