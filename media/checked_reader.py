"""A file-like reader for SDKs that pull: checks hash and size on the way, over a file, bytes or an async iterator."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from media.object_store import CHUNK, Source, Tally


class Readable(Protocol):
    """The part of a binary file that is needed here."""

    def read(self, wanted: int, /) -> bytes:
        """At most ``wanted`` bytes, none at the end."""

    def close(self) -> None:
        """Frees it."""


class _PulledFromLoop:
    """A file to the thread, an async iterator on the event loop: each read asks the loop for the next chunk."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._asked: Future[bytes | None] | None = None
        self._left = b""
        self._lock = threading.Lock()
        self._closed = False

    def read(self, wanted: int, /) -> bytes:
        while not self._left:
            with self._lock:
                if self._closed:
                    raise OSError("the upload was given up")
                self._asked = asyncio.run_coroutine_threadsafe(self._next(), self._loop)
            chunk = self._asked.result()
            if chunk is None:
                return b""
            self._left = chunk
        taken, self._left = self._left[:wanted], self._left[wanted:]
        return taken

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._asked is not None:
                self._asked.cancel()

    async def _next(self) -> bytes | None:
        return await anext(self._source, None)


class CheckedReader:
    """What the SDK reads from. The last bytes are handed over only when size and hash are the announced ones."""

    def __init__(self, source: Readable, tally: Tally, size: int) -> None:
        self._source = source
        self._tally = tally
        self._size = size

    def read(self, wanted: int) -> bytes:
        """Exactly ``wanted`` bytes, fewer only at the end. Raises EvidenceDiffers instead of giving the last of them."""
        taken = bytearray()
        while len(taken) < wanted:
            chunk = self._source.read(min(CHUNK, wanted - len(taken)))
            self._tally.add(chunk)
            taken += chunk
            if not chunk or self._tally.seen == self._size:
                self._tally.add(self._source.read(1))
                self._tally.check()
                break
        return bytes(taken)

    def drain(self) -> None:
        """Reads to the end, only to check."""
        while self.read(CHUNK):
            pass

    def stop(self) -> None:
        """Closes the source; a read that waits for it fails."""
        self._source.close()


async def opened(source: Source) -> Readable:
    """``source`` as a file to read in a thread. An async iterator goes on being run by the loop this is called on."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, Path):
        return await asyncio.to_thread(source.open, "rb")
    return _PulledFromLoop(source)
