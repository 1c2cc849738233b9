"""Importing a file of declarations as the platform: read, prepared on other cores, stored in pieces in the order of the file.

Three pieces are under way at a time: one is read, one is validated and screened, one is stored. Each is committed by itself, so
that what was stored before a fault stays, and the same file again goes on where it ended.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import cached_property
from itertools import islice
from types import TracebackType

from agencies.powers import PLATFORM
from inspection.declaring import batches
from inspection.declaring.import_rows import ImportSummary, Row, RowError, Tally
from inspection.declaring.intake import Receipt
from inspection.declaring.nomenclature import nomenclature
from inspection.declaring.prepared import Prepared
from inspection.following_up.filing import Verdict
from inspection.server.platform import Platform
from kit.errors import LianjianError
from risk.declaration import Declaration
from risk.screening import Screener

AHEAD = 2
"""Pieces prepared or being prepared while one is stored."""

MOST_PROCESSES = 4

Answer = Prepared | LianjianError
Refused = Callable[[Row | RowError, LianjianError | None], None]
"""Told of each row that is refused: by itself (a RowError), or by what the platform said of it."""


class FileImport:
    """One import: ``run`` it once, then read ``summary`` and ``hs_codes``."""

    def __init__(self, platform: Platform, *, history: bool, refused: Refused, passed: Callable[[int], None]) -> None:
        """``passed`` is told the line number up to which everything is stored or refused."""
        self._platform = platform
        self._history = history
        self._refused = refused
        self._passed = passed
        self._tally = Tally()
        self.hs_codes: dict[str, list[int]] = {}
        """Retired or unknown HS code → the lines of the file that carry it."""

    @property
    def summary(self) -> ImportSummary:
        """The counts so far."""
        return self._tally.summary()

    async def run(self, rows: Iterator[Row | RowError]) -> None:
        """Everything of the file. Raises what reading raises; the pieces before that stay stored."""
        under_way: deque[tuple[list[Row | RowError], asyncio.Task[list[Answer]]]] = deque()
        with Preparation(self._platform.rulebook.current, history=self._history) as preparation:
            while piece := await asyncio.to_thread(_piece, rows):
                good = [row.declaration for row in piece if isinstance(row, Row)]
                under_way.append((piece, asyncio.create_task(preparation.of(good, self._platform.clock.now()))))
                if len(under_way) > AHEAD:
                    await self._store(*under_way.popleft())
            while under_way:
                await self._store(*under_way.popleft())

    async def _store(self, piece: list[Row | RowError], preparing: asyncio.Task[list[Answer]]) -> None:
        prepared = await preparing
        good = [one for one in prepared if isinstance(one, Prepared)]
        stored = iter(await batches.store_history(self._platform.database, PLATFORM, good, self._platform.clock.now()))
        answers = iter([next(stored) if isinstance(one, Prepared) else one for one in prepared])
        for row in piece:
            self._count(row, next(answers) if isinstance(row, Row) else None)
        self._passed(piece[-1].line_number)

    def _count(self, row: Row | RowError, answer: Receipt | LianjianError | None) -> None:
        if isinstance(row, RowError) or answer is None or isinstance(answer, LianjianError):
            self._tally.refused()
            self._refused(row, answer if isinstance(answer, LianjianError) else None)
            return
        if answer.verdict is Verdict.ACCEPTED:
            self._tally.accepted(row)
        else:
            self._tally.already(row)
        for flag in row.flags:
            if flag.code in self._tally.hs_codes:
                self.hs_codes.setdefault(str(flag.facts["hs"]), []).append(row.line_number)


def _piece(rows: Iterator[Row | RowError]) -> list[Row | RowError]:
    return list(islice(rows, batches.PIECE))


class Preparation:
    """Validates and screens: a short piece in a thread, full pieces in processes of their own (validation is pure)."""

    def __init__(self, screener: Screener, *, history: bool) -> None:
        self._screener = screener
        self._history = history

    def __enter__(self) -> Preparation:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if "_pool" in self.__dict__:
            self._pool.shutdown(wait=True, cancel_futures=True)

    async def of(self, declarations: Sequence[Declaration], now: datetime) -> list[Answer]:
        """Each declaration prepared or refused, in order."""
        if len(declarations) < batches.PIECE // 2:
            # Not worth the second that a process takes to start.
            return await asyncio.to_thread(_prepared, self._screener, declarations, now, self._history)
        return await asyncio.get_running_loop().run_in_executor(self._pool, _in_process, declarations, now, self._history)

    @cached_property
    def _pool(self) -> ProcessPoolExecutor:
        processes = min(MOST_PROCESSES, max(1, (os.cpu_count() or 1) - 1))
        # Spawned: a fork would carry the database's connections and the keeper of PostgreSQL along.
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(processes, spawn, initializer=_begin, initargs=(self._screener,))


_HERE: list[Screener] = []
"""The screener of a preparing process."""


def _begin(screener: Screener) -> None:
    _HERE[:] = [screener]


def _in_process(declarations: Sequence[Declaration], now: datetime, history: bool) -> list[Answer]:
    return _prepared(_HERE[0], declarations, now, history)


def _prepared(screener: Screener, declarations: Sequence[Declaration], now: datetime, history: bool) -> list[Answer]:
    return batches.prepare_all(declarations, now, screener, nomenclature(), None, history=history)
