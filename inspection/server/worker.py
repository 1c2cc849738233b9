"""The worker: runs reactions from the job queue and the tick that finds what time has made due. Several may run at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import msgspec
import structlog
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job, TracebackRecord
from pgqueuer.qm import QueueManager
from pgqueuer.queries import EntrypointExecutionParameter
from pgqueuer.types import JOB_STATUS, QueueEntrypoint, QueueManagerId

from agencies import calendar_watch
from agencies.powers import PLATFORM
from inspection.declaring import shadow_screening
from inspection.notifying import reminders
from inspection.notifying.notice_delivery import Courier
from inspection.reaction import Parts
from inspection.reactions import REACTIONS
from inspection.server.backtesting import BackTesting
from inspection.server.platform import Platform
from inspection.timekeeping import calendar_changes
from kit import event_log, jobs
from kit.database import DatabaseUnavailable, driver_connection

RECONNECT_SECONDS = 1.0
ATTEMPTS = 6
FORGOTTEN_SECONDS = 15
"""What a killed worker had in hand, another one takes up after this time."""
WATCH_SECONDS = 10.0
"""How often the calendars are looked at: publishing one moves deadlines within this time."""

SHADOW_SECONDS = 5.0
"""How often what was screened is compared with the rules in the shadow."""

BACK_TEST_SECONDS = 2.0
"""How long a back-test that was asked for waits at most for a worker that has nothing else."""

_ONLY_REACTIONS = {QueueEntrypoint(event_log.REACT): EntrypointExecutionParameter(concurrency_limit=0)}

log = structlog.get_logger()


class Worker:
    """One worker on its own connection; comes back by itself when the database does."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._parts = Parts(store=platform.store, seal=platform.seal, groups=frozenset(platform.settings.groups))
        self.courier = Courier(platform.database, platform.clock, platform.channels)
        self._stopping = asyncio.Event()
        self._manager: QueueManager | None = None
        self.back_testing = BackTesting(platform, self._stopping)

    async def run(self) -> None:
        """Until :meth:`stop`."""
        delivering = asyncio.create_task(self.courier.run(), name="courier")
        try:
            await asyncio.gather(self._drain(), self._tick(), self._watch(), self._shadow(), self._back_test())
        finally:  # what is cut off on its way is sent again, under the same id
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)

    def stop(self) -> None:
        """Finishes the jobs in hand and ends."""
        self._stopping.set()
        if self._manager is not None:
            self._manager.shutdown.set()

    async def _drain(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._drain_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                log.warning("worker_lost_database", fault=type(fault).__name__)
            except Exception:  # whatever it was: a worker that is gone helps nobody, one that comes back does
                log.exception("worker_failed")
            await self._pause(RECONNECT_SECONDS)

    async def _drain_once(self) -> None:
        database = self._platform.database
        connection = await asyncpg.connect(database.url, server_settings={"role": PLATFORM.role})
        try:
            self._manager = QueueManager(jobs.queries_on(AsyncpgDriver(connection)))
            self._manager.entrypoint(event_log.REACT, on_failure="hold", executor_factory=_patient)(self.react)
            if not self._stopping.is_set():
                await self._manager.run(
                    dequeue_timeout=timedelta(seconds=1), batch_size=20, heartbeat_timeout=timedelta(seconds=FORGOTTEN_SECONDS)
                )
        finally:
            self._manager = None
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def drain(self) -> None:
        """Runs the jobs that are there and what follows from them, then returns: for tests, which do not wait."""
        while found := await self._taken():
            ended = await asyncio.gather(*(self._reacted(job) for job in found))
            async with self._platform.database.unit_of_work(PLATFORM) as session:
                await jobs.queries_on(AsyncpgDriver(await driver_connection(session))).log_jobs(ended)

    async def _taken(self) -> list[Job]:
        """Jobs taken from the queue, over the pool: a listening connection of its own costs more than most jobs."""
        async with self._platform.database.unit_of_work(PLATFORM) as session:
            queries = jobs.queries_on(AsyncpgDriver(await driver_connection(session)))
            return await queries.dequeue(20, _ONLY_REACTIONS, QueueManagerId(uuid4()), None, timedelta(seconds=30))

    async def _reacted(self, job: Job) -> tuple[Job, JOB_STATUS, TracebackRecord | None]:
        """One job as the queue's own manager would run it, and how it ended."""
        try:
            await self.react(job)
        except Exception:
            log.exception("job_failed", payload=job.payload)
            return job, "failed", None
        return job, "successful", None

    async def react(self, job: Job) -> None:
        """One event's reactions, each in its own transaction as the platform."""
        assert job.payload is not None
        where = msgspec.json.decode(job.payload)
        database, clock = self._platform.database, self._platform.clock
        async with database.unit_of_work(PLATFORM) as session:
            await clock.refresh(session)
            event = await event_log.one(session, where["stream"], where["seq"])
        if event is None:
            log.error("event_missing", **where)
            return
        for reaction in REACTIONS.get(event.type, ()):
            async with database.unit_of_work(PLATFORM) as session:
                await reaction(session, event, clock.now(), self._parts)

    async def tick(self) -> int:
        """One look at what is due; returns how many deadlines were reached."""
        async with self._platform.database.unit_of_work(PLATFORM) as session:
            await self._platform.clock.refresh(session)
            return await reminders.tick(session, self._platform.clock.now())

    async def watch(self) -> int:
        """One look at the calendars: deadlines under another version, then warnings; returns how many deadlines were taken on."""
        async with self._platform.database.unit_of_work(PLATFORM) as session:
            await self._platform.clock.refresh(session)
            now = self._platform.clock.now()
            moved = await calendar_changes.recompute(session, now)
            await calendar_watch.warn(session, now)
            return moved

    async def shadow(self) -> int:
        """One piece of what was screened, compared with the rules in the shadow; returns how many screenings."""
        async with self._platform.database.unit_of_work(PLATFORM) as session:
            await self._platform.clock.refresh(session)
            return await shadow_screening.compare_some(session, self._platform.clock.now())

    async def _tick(self) -> None:
        await self._look(self.tick, "tick", self._platform.settings.tick_seconds)

    async def _watch(self) -> None:
        await self._look(self.watch, "watch", WATCH_SECONDS)

    async def _shadow(self) -> None:
        await self._look(self.shadow, "shadow", SHADOW_SECONDS)

    async def _back_test(self) -> None:
        await self._look(self.back_testing.one, "back_test", BACK_TEST_SECONDS)

    async def _look(self, look: Callable[[], Awaitable[int]], name: str, seconds: float) -> None:
        """Looks until there is nothing left to do, then again after a while."""
        while not self._stopping.is_set():
            try:
                while await look():
                    pass
            except DatabaseUnavailable:
                log.warning(f"{name}_lost_database")
            except Exception:  # the next look sees it again; what failed is in the log
                log.exception(f"{name}_failed")
            await self._pause(seconds)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _patient(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    """A failing reaction is tried again after 1, 2, 4 … seconds; after the last attempt it is held for a person to look at."""
    return DatabaseRetryEntrypointExecutor(
        parameters=parameters, max_attempts=ATTEMPTS, initial_delay=timedelta(seconds=1), max_delay=timedelta(minutes=1)
    )
