"""A sliding-window limit per sender, in one process: enough to slow guessing down; accounts lock in the database as well."""

from __future__ import annotations

import time
from collections import OrderedDict, deque

from kit.errors import LianjianError

REMEMBERED = 10_000


class TooManyRequests(LianjianError):
    """More requests than allowed; ``details['retry_after']`` says in how many seconds to try again."""

    code = "too_many_requests"
    title_zh = "请求过于频繁"
    title_en = "Too many requests"
    advice_zh = "请稍后重试。"
    advice_en = "Try again later."


class RateLimit:
    """At most ``allowed`` requests per ``seconds`` from one sender; the longest-unseen senders are forgotten first."""

    def __init__(self, allowed: int, seconds: float) -> None:
        self._allowed = allowed
        self._seconds = seconds
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, sender: str, at: float | None = None) -> None:
        """Counts one request of ``sender``; raises :class:`TooManyRequests` when the window is full."""
        now = time.monotonic() if at is None else at
        times = self._seen.setdefault(sender, deque())
        self._seen.move_to_end(sender)
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._allowed:
            raise TooManyRequests(retry_after=int(times[0] + self._seconds - now) + 1)
        times.append(now)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
