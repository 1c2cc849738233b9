"""A folder as object store: temporary file, fsync, rename, fsync of the folder. An object is whole or it is not there.

``root/ab/cd/<sha256>`` holds objects, ``root/incoming`` what is being written. A writer holds a lock on its temporary file, so
what lies there unlocked was left by a killed one.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

from media.object_store import CHUNK, ObjectMissing, Source, StoreFull, StoreUnavailable, Tally, check_range, object_path

THREADS = 8
_STRIDE = 16  # chunks copied from a file per visit to a thread: short enough to be cancelled, long enough to cost nothing
_FULL = {errno.ENOSPC, errno.EDQUOT}
_T = TypeVar("_T")


class FileStore:
    """Objects in the folder ``root`` (made 0700 at the first use). Every call to the file system runs in a thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders = _Folders(root)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="file-store")

    async def put(self, sha256: str, source: Source, size: int, media_type: str = "application/octet-stream") -> None:
        """See :class:`media.object_store.ObjectStore`. ``media_type`` is the row's business; a folder keeps none."""
        target = self.root / object_path(sha256)
        tally = Tally(sha256, size)
        draft = await self._run(lambda: _Draft(self._folders, target, size))
        try:
            if isinstance(source, bytes):
                await self._run(lambda: draft.take(source, tally))
            elif isinstance(source, Path):
                await self._copy(source, draft, tally)
            else:
                async for chunk in source:
                    await self._run(lambda chunk=chunk: draft.take(chunk, tally))  # type: ignore[misc]
            tally.check()
            await self._run(draft.keep)
        finally:
            await self._run(draft.discard)

    async def open(self, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See :class:`media.object_store.ObjectStore`."""
        check_range(start, end)
        path = self.root / object_path(sha256)
        try:
            file = await self._run(lambda: _open_at(path, start))
        except FileNotFoundError:
            raise ObjectMissing(f"no object {sha256}", sha256=sha256) from None
        try:
            at = start
            while end is None or at < end:
                wanted = CHUNK if end is None else min(CHUNK, end - at)
                chunk = await self._run(lambda wanted=wanted: file.read(wanted))  # type: ignore[misc]
                if not chunk:
                    return
                at += len(chunk)
                yield chunk
        finally:
            file.close()

    async def size(self, sha256: str) -> int:
        """See :class:`media.object_store.ObjectStore`."""
        path = self.root / object_path(sha256)
        found = await self._run(lambda: _size_of(path))
        if found is None:
            raise ObjectMissing(f"no object {sha256}", sha256=sha256)
        return found

    async def exists(self, sha256: str) -> bool:
        """See :class:`media.object_store.ObjectStore`."""
        path = self.root / object_path(sha256)
        return await self._run(lambda: _size_of(path)) is not None

    async def delete(self, sha256: str) -> None:
        """See :class:`media.object_store.ObjectStore`."""
        path = self.root / object_path(sha256)
        await self._run(lambda: _remove(path))

    async def check(self) -> None:
        """See :class:`media.object_store.ObjectStore`."""
        await self._run(self._folders.sweep)
        probe = uuid.uuid4().bytes
        digest = hashlib.sha256(probe).hexdigest()
        await self.put(digest, probe, len(probe))
        read = b"".join([chunk async for chunk in self.open(digest)])
        await self.delete(digest)
        if read != probe:
            raise StoreUnavailable(
                f"写入 {self.root} 的内容读回后不一致，磁盘可能损坏。",
                f"what was written to {self.root} reads back differently; the disk may be failing.",
            )

    async def close(self) -> None:
        """See :class:`media.object_store.ObjectStore`."""
        self._threads.shutdown(wait=False)

    async def _copy(self, source: Path, draft: _Draft, tally: Tally) -> None:
        file = await self._run(lambda: _open_at(source, 0))
        try:
            while await self._run(lambda: draft.copy(file, tally)):
                pass
        finally:
            file.close()

    async def _run(self, call: Callable[[], _T]) -> _T:
        """``call`` in a thread. A cancelled caller waits for its end: nobody closes a file in use."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            while not future.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([future])
            raise
        except FileNotFoundError:
            raise
        except OSError as refused:
            raise self._in_plain_words(refused) from refused

    def _in_plain_words(self, refused: OSError) -> StoreUnavailable:
        if refused.errno in _FULL:
            return StoreFull(f"存放证据的磁盘已满：{self.root}。", f"the disk of {self.root} is full.")
        return StoreUnavailable(
            f"无法读写 {self.root}：{refused.strerror}。请检查目录权限和磁盘。",
            f"cannot read or write {self.root}: {refused.strerror}. Check its permissions and the disk.",
        )


class _Folders:
    """The folders of the store, each made durable before anything is renamed into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self._durable: set[Path] = set()

    def make(self, folder: Path) -> None:
        """Makes ``folder`` (inside root, or root itself) and fsyncs the folder it stands in, once per process."""
        if folder != self.root:
            self.make(folder.parent)
        try:
            folder.mkdir(mode=0o700, parents=folder == self.root)
        except FileExistsError:
            if folder in self._durable:
                return
        _fsync_folder(folder.parent)  # also when another process made it: it may not have come this far yet
        self._durable.add(folder)

    def sweep(self) -> None:
        """Removes what killed writers left in ``incoming``; what a living one writes is locked and stays."""
        for left in self.incoming.glob("*"):
            with contextlib.suppress(OSError), left.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()


class _Draft:
    """One put on its way. When the object is there already nothing is written, only counted and hashed."""

    def __init__(self, folders: _Folders, target: Path, size: int) -> None:
        self._folders = folders
        self._target = target
        self._file: BinaryIO | None = None
        self._path = folders.incoming / f"{target.name}.{uuid.uuid4().hex}"
        if _size_of(target) != size:  # another size under this name is a damaged object: written anew
            folders.make(folders.incoming)
            self._file = self._create()

    def take(self, chunk: bytes, tally: Tally) -> None:
        """Counts, hashes and writes the next bytes."""
        tally.add(chunk)
        if self._file is not None:
            self._file.write(chunk)

    def copy(self, source: BinaryIO, tally: Tally) -> bool:
        """Takes the next stride of ``source``; False when it is at its end."""
        for _ in range(_STRIDE):
            chunk = source.read(CHUNK)
            if not chunk:
                return False
            self.take(chunk, tally)
        return True

    def keep(self) -> None:
        """Makes the object visible, and durable before it returns."""
        self._folders.make(self._target.parent)
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._path.rename(self._target)
        _fsync_folder(self._target.parent)  # also for an object that was there: its writer may not have come this far yet

    def discard(self) -> None:
        """Ends the put; what was not kept is removed."""
        if self._file is None:
            return
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a full disk refuses the last buffer once more
            self._file.close()
        self._file = None

    def _create(self) -> BinaryIO:
        while True:
            file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400), "wb")
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:
                return file
            file.close()  # swept between its making and its lock


def _open_at(path: Path, start: int) -> BinaryIO:
    file = path.open("rb")
    file.seek(start)
    return file


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        return
    _fsync_folder(path.parent)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
