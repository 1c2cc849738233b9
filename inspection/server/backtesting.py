"""The worker's back-tests: one at a time, in a thread and on the other cores, with progress, to be cancelled at any table.

History is the folder that ``LIANJIAN_HISTORY`` names, or else what the platform holds, exported into its data folder when a
back-test first needs it and when one asks for it anew.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import structlog

from agencies.powers import PLATFORM
from inspection.declaring.history_export import past_declarations
from inspection.server.platform import Platform
from kit.errors import Conflict, LianjianError
from risk import rulebook_backtests
from risk.backtest_report import BacktestReport
from risk.rulebook_backtests import Job

TELL_SECONDS = 1.0
ALONE = 24
"""Up to so many tables one process is quicker than starting others."""

EXPORTED_AT_ONCE = 200

log = structlog.get_logger()


class BacktestExtraMissing(Conflict):
    """The process that does back-tests was installed without the extra."""

    code = "backtest_extra_missing"
    title_zh = "未安装回测组件"
    title_en = "Back-tests need an extra that is not installed"
    advice_zh = "请由管理员在工作进程所在机器上执行 make setup-backtest。"
    advice_en = "Have an operator run `make setup-backtest` where the worker runs."


@dataclass
class _Far:
    """Between the thread that works and the loop that tells."""

    done: int = 0
    total: int = 0
    stop: bool = False

    def progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total


class BackTesting:
    """Does what is asked for; ``stopping`` is set when the worker ends."""

    def __init__(self, platform: Platform, stopping: asyncio.Event) -> None:
        self._platform = platform
        self._stopping = stopping

    async def one(self) -> int:
        """The next back-test, if there is one; returns how many were done."""
        database = self._platform.database
        async with database.unit_of_work(PLATFORM) as session:
            job = await rulebook_backtests.claim(session, self._platform.clock.now())
        if job is None:
            return 0
        far = _Far()
        working = asyncio.create_task(self._outcome(job, far))
        while not working.done():
            await asyncio.wait({working}, timeout=TELL_SECONDS)
            async with database.unit_of_work(PLATFORM) as session:
                cancelled = await rulebook_backtests.tell(session, job.id, far.done, far.total)
            far.stop = far.stop or cancelled or self._stopping.is_set()
        outcome = working.result()
        async with database.unit_of_work(PLATFORM) as session:
            if outcome is None and self._stopping.is_set():
                await rulebook_backtests.give_back(session, job.id)
            else:
                await rulebook_backtests.end(session, job.id, outcome, self._platform.clock.now())
        return 1

    async def _outcome(self, job: Job, far: _Far) -> BacktestReport | LianjianError | None:
        """None: it was stopped."""
        try:
            folder = await self._history(job)
            return await asyncio.to_thread(_tested, folder, job, far)
        except ImportError:
            return BacktestExtraMissing()
        except LianjianError as refused:
            return None if refused.code == "backtest_stopped" else refused
        except Exception as fault:  # the job ends with it, and others are done
            log.exception("back_test_failed", id=str(job.id))
            return LianjianError(str(fault))

    async def _history(self, job: Job) -> Path:
        settings = self._platform.settings
        if settings.history is not None:
            return settings.history
        folder = settings.data_dir / "history"
        if job.options.refresh or not folder.is_dir():
            await self._export(folder)
        return folder

    async def _export(self, folder: Path) -> None:
        from risk.history_files import HistoryWriter  # an extra: only who does back-tests needs it

        with HistoryWriter(folder, replace=True) as writer:
            async with self._platform.database.unit_of_work(PLATFORM) as session:
                piece = []
                async for past in past_declarations(session):
                    piece.append(past)
                    if len(piece) == EXPORTED_AT_ONCE:
                        await asyncio.to_thread(lambda some: [*map(writer.add, some)], piece)
                        piece = []
                await asyncio.to_thread(lambda some: [*map(writer.add, some)], piece)


def _tested(folder: Path, job: Job, far: _Far) -> BacktestReport:
    from risk.backtests import backtest

    few = sum(1 for _ in folder.rglob("*.parquet")) <= ALONE
    processes = 1 if few else max(1, (os.cpu_count() or 1) - 1)
    return backtest(
        folder,
        job.packs,
        job.against,
        dated=job.options.dated,
        processes=processes,
        progress=far.progress,
        stop=lambda: far.stop,
    )
