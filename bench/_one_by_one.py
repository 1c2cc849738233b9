"""Declarations filed one at a time over HTTP, next to raw asyncpg inserting the very rows that each has left."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import asyncpg

Rows = dict[str, list[tuple[Any, ...]]]


class Filing:
    """Keep-alive connections to the server: a client so thin that what is measured is the server."""

    def __init__(self, address: str, token: str) -> None:
        self._host, _, port = address.removeprefix("http://").rstrip("/").partition(":")
        self._port = int(port)
        self._head = f"POST /api/v1/declarations HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {token}\r\n"
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def file(self, body: bytes) -> None:
        """Files one declaration; the answer has to be a receipt."""
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        writer.write(f"{self._head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        answer = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        assert b'"verdict":"accepted"' in answer, answer[:500]
        self._free.append((reader, writer))

    async def one_after_another(self, bodies: list[bytes]) -> list[float]:
        """Seconds of each."""
        took: list[float] = []
        for body in bodies:
            began = time.perf_counter()
            await self.file(body)
            took.append(time.perf_counter() - began)
        self.close()
        return took

    async def at_a_rate(self, bodies: list[bytes], per_second: float) -> list[float]:
        """Seconds of each from the moment it was due, whether or not those before it are answered."""
        start = time.perf_counter()

        async def due(number: int, body: bytes) -> float:
            at = start + number / per_second
            await asyncio.sleep(at - time.perf_counter())
            await self.file(body)
            return time.perf_counter() - at

        took = await asyncio.gather(*(due(number, body) for number, body in enumerate(bodies)))
        self.close()
        return took

    def close(self) -> None:
        """Closes the connections: the server does with those that idle between two rounds."""
        while self._free:
            self._free.pop()[1].close()


def of_each(rows: Rows) -> list[Rows]:
    """The rows of each declaration: those that hold its id, alone or in the name of its stream."""
    found = {row[0]: defaultdict[str, list[tuple[Any, ...]]](list) for row in rows["declaration"]}
    whose = {spelled: id_ for id_ in found for spelled in (id_, f"declaration:{id_}")}
    for table, listed in rows.items():
        for row in listed:
            ids = {whose[value] for value in row if isinstance(value, str | UUID) and value in whose}
            for id_ in ids:
                found[id_][table].append(row)
    return [dict(tables) for tables in found.values()]


async def inserted(owner: asyncpg.Connection[Any], each: list[Rows]) -> list[float]:
    """Seconds of each declaration's rows inserted by prepared statements in one transaction, durable."""
    took: list[float] = []
    for rows in each:
        began = time.perf_counter()
        async with owner.transaction():
            for table, listed in rows.items():
                places = ", ".join(f"${n}" for n in range(1, len(listed[0]) + 1))
                await owner.executemany(f"INSERT INTO {table} VALUES ({places})", listed)
        took.append(time.perf_counter() - began)
    return took


def milliseconds(took: list[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    return median(took) * 1e3, quantiles(took, n=100)[98] * 1e3
