"""UUIDv7 (RFC 9562): ids that sort by time of creation; clients make their own, the server makes the rest."""

from __future__ import annotations

import os
import time
from uuid import UUID


def uuid7(unix_ms: int | None = None) -> UUID:
    """A UUIDv7 of ``unix_ms`` (milliseconds since 1970; now by the system clock when absent: an id is not a deadline)."""
    ms = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    random = int.from_bytes(os.urandom(10), "big")
    value = (ms & ((1 << 48) - 1)) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
