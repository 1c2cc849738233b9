"""Running back-tests: over a folder of history, on all cores, keeping what was answered, to be stopped at any moment.

``backtest`` is what the command line and jobs call. Tables are answered one by one; what a table answered is kept beside the
history (``.answers``) by the hash of what each rule asks, so that only an edited rule is asked again, and a back-test that was
stopped goes on where it was.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

from kit.errors import Conflict
from risk.backtest import Answers, found
from risk.backtest import known_of as told_by
from risk.backtest_comparison import Comparison
from risk.backtest_folding import Book, Sample
from risk.backtest_report import BacktestReport
from risk.column_questions import Enquiry, Question
from risk.goods_columns import LINE_BITS, LINE_MASK, GoodsColumns
from risk.history_files import FileColumns, HistoryFile, history_files
from risk.history_tables import HEADER
from risk.kept_answers import hits_in, keep_hits, keep_known, known_of
from risk.rule import Pack

KEPT_ALSO, KEPT_ANYWAY = 4, 20_000
"""Answers of rules nobody asks about any more are kept until they are many times what is asked for."""

FEW = 20
"""Questions that look at few columns together."""

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


class BacktestStopped(Conflict):
    """Somebody stopped the back-test; the tables answered so far are kept."""

    code = "backtest_stopped"
    title_zh = "回测已停止"
    title_en = "The back-test was stopped"
    advice_zh = "再次运行即从中断处继续。"
    advice_en = "Run it again: it goes on where it stopped."


def backtest(
    history: Path,
    packs: Sequence[Pack],
    against: Sequence[Pack] | None = None,
    *,
    dated: bool = False,
    processes: int | None = None,
    progress: Progress = lambda _done, _all: None,
    stop: Stop = lambda: False,
) -> BacktestReport:
    """What the rules of ``packs`` would have hit in the history, beside those of ``against``.

    ``dated``: rules by their days in force; otherwise the highest version of each as if it had always been in force.
    ``processes``: how many work (default: all cores; 1: this one). ``progress`` hears tables answered and all there are, ``stop``
    is asked in between. Blocks: call it in a thread. Raises :class:`risk.history_files.NoHistory` and :class:`BacktestStopped`.
    """
    files = history_files(history)
    new, old = Book(packs, dated=dated), None if against is None else Book(against, dated=dated)
    questions = {question.key: question for book in (new, old) if book is not None for question in book.questions}
    run = _Run(tuple(questions.values()))
    answers, read = _all_answers(run, files, processes or _cores(), progress, stop)
    comparison = Comparison(new, old)
    parts = [[*some] for _, some in groupby(files, key=lambda one: (one.partition.month, one.part))]
    for part in parts:
        comparison.add([answers[one.hash, one.path] for one in part])
    return comparison.report(_Names(parts).named, dated=dated, tables=len(files), tables_read=read)


def answer_file(questions: Sequence[Question], file: HistoryFile) -> tuple[Answers, bool]:
    """What the questions find in one file, and whether it had to be read: kept answers are taken where they are."""
    return _Run(questions).answer(file)


class _Run:
    """Questions made ready once in each process."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self._enquiry = Enquiry(questions)
        self._further: tuple[set[str], Enquiry] | None = None

    def answer(self, file: HistoryFile) -> tuple[Answers, bool]:
        """See :func:`answer_file`."""
        concerned = [question.key for question in self._enquiry.of(file.partition.chapter)]
        known, kept = known_of(file), hits_in(file) if concerned else {}
        asked = {key for key in concerned if key not in kept}
        if known is not None and not asked:
            return Answers(known, {key: kept[key] for key in concerned}), False
        goods = GoodsColumns(file.partition, FileColumns(file.path, one_by_one=known is not None and len(asked) <= FEW))
        if known is None:
            keep_known(file, known := told_by(goods))
        if asked:
            kept |= found(self._enquiry if len(asked) == len(concerned) else self._edited(asked), goods)
        hits = {key: kept[key] for key in concerned}
        if asked:
            keep_hits(file, kept if len(kept) <= KEPT_ALSO * len(concerned) + KEPT_ANYWAY else hits)
        return Answers(known, hits), True

    def _edited(self, asked: set[str]) -> Enquiry:
        """Only some of the questions; most often the same for file after file."""
        if self._further is None or self._further[0] != asked:
            self._further = asked, Enquiry([question for question in self.questions if question.key in asked])
        return self._further[1]


def _all_answers(
    run: _Run, files: Sequence[HistoryFile], processes: int, progress: Progress, stop: Stop
) -> tuple[dict[tuple[str, Path], Answers], int]:
    """By file its answers, and how many files had to be read."""
    result: dict[tuple[str, Path], Answers] = {}
    read = 0
    progress(0, len(files))
    largest_first = sorted(files, key=lambda one: -one.size)
    for file, (answers, fresh) in _here(run, largest_first) if processes == 1 else _apart(run, largest_first, processes):
        result[file.hash, file.path] = answers
        read += fresh
        progress(len(result), len(files))
        if stop() and len(result) < len(files):
            raise BacktestStopped(f"after {len(result)} of {len(files)} tables")
    return result, read


def _here(run: _Run, files: Sequence[HistoryFile]) -> Iterator[tuple[HistoryFile, tuple[Answers, bool]]]:
    for file in files:
        yield file, run.answer(file)


def _apart(run: _Run, files: Sequence[HistoryFile], processes: int) -> Iterator[tuple[HistoryFile, tuple[Answers, bool]]]:
    """In processes of their own. When the reader stops, what has begun is finished and kept, the rest is not begun."""
    # A fork has the questions ready at once; but one of several threads may hold a lock that nobody would release in the child.
    method = "fork" if threading.active_count() == 1 else "spawn"
    pool = ProcessPoolExecutor(
        min(processes, len(files)), mp_context=get_context(method), initializer=_begin, initargs=(run.questions,)
    )
    try:
        waiting: dict[Future[tuple[Answers, bool]], HistoryFile] = {pool.submit(_answer, file): file for file in files}
        while waiting:
            for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(done), done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_of_process: _Run | None = None


def _begin(questions: Sequence[Question]) -> None:
    """In the process: Ctrl-C is for the one who started it, who lets this one finish its table."""
    global _of_process  # noqa: PLW0603 - made once in each process, as the pool offers no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _of_process = _Run(questions)


def _answer(file: HistoryFile) -> tuple[Answers, bool]:
    assert _of_process is not None
    return _of_process.answer(file)


class _Names:
    """What declarations are called, read from their headers when somebody asks."""

    def __init__(self, parts: Sequence[Sequence[HistoryFile]]) -> None:
        self._files = [[one for one in part if one.partition.chapter == HEADER] for part in parts]
        self._known: dict[int, GoodsColumns] = {}

    def named(self, sample: Sample) -> str:
        """``number/version line`` of a place."""
        if sample.part not in self._known:
            (file,) = self._files[sample.part]
            self._known[sample.part] = GoodsColumns(file.partition, FileColumns(file.path))
        goods = self._known[sample.part]
        declaration, _, _ = goods.look(int((goods.ints("declaration") == sample.place >> LINE_BITS).argmax()))
        return f"{declaration.number}/{declaration.version} {sample.place & LINE_MASK}"


def _cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
