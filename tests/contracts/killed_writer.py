"""Run by a test, to be killed: puts a large object and stops half way. Arguments: folder or S3 address, sha256, size."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

from store_address import store_at

PIECE = b"x" * 1024 * 1024


async def half(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 2 // len(PIECE)):
        yield PIECE
    print("half way", flush=True)
    await asyncio.sleep(60)


async def write(address: str, sha256: str, size: int) -> None:
    await store_at(address).put(sha256, half(size), size)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3])))
