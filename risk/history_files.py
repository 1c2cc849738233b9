"""A folder of history: ``month=2026-11/chapter=84/0-<hash>.parquet``. Files are named by their content and never changed.

The number before the hash is the part of the month: declarations are numbered within it, and all tables with that number belong
together. Any reader of Parquet can open the folder (hive partitions).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from kit.errors import Conflict, Invalid
from risk.history_tables import DICTIONARIES, FORMAT, Gathered, Partition
from risk.past import PastDeclaration

ANSWERS = ".answers"
"""Where back-tests keep what tables answered."""

GATHERED_ROWS = 1_500_000
"""Rows gathered before they are written: one to two gigabytes of memory."""

LARGE = frozenset({"name", "texts", "document", "hits", "labels"})
"""Columns read one by one."""

_FILE = re.compile(r"(\d+)-([0-9a-f]{32})\.parquet")
_MONTH, _CHAPTER = re.compile(r"month=(\d{4}-\d{2})"), re.compile(r"chapter=(\d{2}|none|header)")


class HistoryThere(Conflict):
    """The folder holds history already."""

    code = "history_there"
    title_zh = "该文件夹已有历史数据"
    title_en = "The folder holds history already"
    advice_zh = "请换一个文件夹，或加 --replace 以重新生成。"
    advice_en = "Choose another folder, or --replace what it holds."


class NoHistory(Invalid):
    """Not a folder of history."""

    code = "no_history"
    title_zh = "没有可用的历史数据"
    title_en = "There is no history"
    advice_zh = "请用 lianjian rules history 由文件生成，或用 lianjian rules export 由平台导出。"
    advice_en = "Make it from files with `lianjian rules history`, or from the platform with `lianjian rules export`."


class HistoryFile(msgspec.Struct, frozen=True):
    """One file: what it holds, the part of the month, the hash of its content, bytes."""

    path: Path
    partition: Partition
    part: int
    hash: str
    size: int


class FileColumns:
    """A table in its file, read when it is asked for."""

    def __init__(self, path: Path, *, one_by_one: bool = False) -> None:
        """``one_by_one``: few columns will be asked for; otherwise the small ones are read together."""
        self._one_by_one = one_by_one
        self._file = pq.ParquetFile(path, read_dictionary=list(DICTIONARIES), memory_map=True)
        self.num_rows: int = self._file.metadata.num_rows
        self.schema: pa.Schema = self._file.schema_arrow
        if (self.schema.metadata or {}).get(b"lianjian") != FORMAT[b"lianjian"]:
            raise NoHistory(f"{path} was not written as history")

        self._small: pa.Table | None = None

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""
        if name in LARGE or self._one_by_one:
            return self._file.read(columns=[name], use_threads=False).column(0)
        if self._small is None:
            small = [column for column in self.schema.names if column not in LARGE]
            self._small = self._file.read(columns=small, use_threads=False)
        return self._small.column(name)


class HistoryWriter:
    """Writes a folder of history, declaration by declaration; leave it (``with``) and the rest is written.

    Raises :class:`HistoryThere`; with ``replace`` what is there goes, and answers are kept for what stays the same. Until the end
    the history stands under another name: nobody ever tests against half of it.
    """

    def __init__(self, folder: Path, *, replace: bool = False) -> None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not (replace and _is_history(folder)):
            raise HistoryThere(f"{folder} is not empty")
        self.count = 0
        self._folder = folder
        self._aside = folder.with_name(f".{folder.name}.new")
        self._gathered, self._part = Gathered(), 0

    def __enter__(self) -> Self:
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)
        return self

    def add(self, past: PastDeclaration) -> None:
        """Takes one declaration."""
        self._gathered.add(past)
        self.count += 1
        if self._gathered.size >= GATHERED_ROWS:
            self._write()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self._write()
            if self._folder.exists():
                _carry_answers(self._folder, self._aside)
                shutil.rmtree(self._folder)
            self._aside.rename(self._folder)
        shutil.rmtree(self._aside, ignore_errors=True)

    def _write(self) -> None:
        for partition, table in self._gathered.tables():
            _write_table(self._aside, partition, self._part, table)
        self._part += 1


def write_history(folder: Path, history: Iterable[PastDeclaration], *, replace: bool = False) -> int:
    """Writes a folder of history; returns how many declarations it holds. Raises like :class:`HistoryWriter`."""
    with HistoryWriter(folder, replace=replace) as writer:
        for past in history:
            writer.add(past)
        return writer.count


def history_files(folder: Path) -> list[HistoryFile]:
    """The files of a folder, by month and part. Raises :class:`NoHistory`."""
    found = [one for path in sorted(folder.glob("month=*/chapter=*/*.parquet")) if (one := _file(path)) is not None]
    if not found:
        raise NoHistory(f"no history in {folder}")
    return sorted(found, key=lambda one: (one.partition.month, one.part, one.partition.chapter))


def _is_history(folder: Path) -> bool:
    return folder.is_dir() and all(_MONTH.fullmatch(one.name) or one.name == ANSWERS for one in folder.iterdir())


def _carry_answers(old: Path, new: Path) -> None:
    """Answers go by the hash of a file's content: those of months that did not change are as good as before."""
    there = {one.hash for path in new.glob("month=*/chapter=*/*.parquet") if (one := _file(path)) is not None}
    for kept in (old / ANSWERS).glob("*.*"):
        if kept.name.partition(".")[0] in there:
            (new / ANSWERS).mkdir(exist_ok=True)
            kept.rename(new / ANSWERS / kept.name)


def _write_table(folder: Path, partition: Partition, part: int, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression={name: "zstd" if name == "document" else "lz4" for name in table.schema.names},
        use_dictionary=list(DICTIONARIES),
        row_group_size=max(1, table.num_rows),
        write_statistics=False,
    )
    content = sink.getvalue()
    place = folder / f"month={partition.month}" / f"chapter={partition.chapter}"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{part}-{blake2b(content, digest_size=16).hexdigest()}.parquet").write_bytes(content)


def _file(path: Path) -> HistoryFile | None:
    name, chapter, month = (
        _FILE.fullmatch(path.name),
        _CHAPTER.fullmatch(path.parent.name),
        _MONTH.fullmatch(path.parent.parent.name),
    )
    if name is None or chapter is None or month is None:
        return None
    return HistoryFile(path, Partition(month[1], chapter[1]), int(name[1]), name[2], path.stat().st_size)
