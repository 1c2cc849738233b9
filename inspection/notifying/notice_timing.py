"""When a notice is sent: quiet hours, and how long to wait after a failure. Pure: time and chance are arguments."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import Final

import msgspec

from inspection.notifying.notice_catalogue import Kind

ATTEMPTS: Final = 10
"""After as many failures a notice is given up: FAILED, for a person to look at."""

FIRST_WAIT: Final = timedelta(seconds=5)
GROWTH: Final = 4
LONGEST_WAIT: Final = timedelta(hours=6)
JITTER: Final = 0.2

LEASE: Final = timedelta(minutes=2)
"""How long a worker that took a notice has for one attempt; after that another one sends it again, under the same id."""


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """Local times between which nothing of convenience is sent; ``until`` before ``since`` is on the next day."""

    since: time
    until: time


def send_at(kind: Kind, *, to_enterprise: bool, now: datetime, quiet: Quiet | None, zone: tzinfo) -> datetime:
    """The instant from which the notice may go out. Only what is convenience, and only to an enterprise, ever waits."""
    if kind is Kind.STATUTORY or not to_enterprise or quiet is None or quiet.since == quiet.until:
        return now
    local = now.astimezone(zone)
    at = local.time()
    over_midnight = quiet.until < quiet.since
    inside = (at >= quiet.since or at < quiet.until) if over_midnight else quiet.since <= at < quiet.until
    if not inside:
        return now
    day = local.date() + timedelta(days=1 if over_midnight and at >= quiet.since else 0)
    return datetime.combine(day, quiet.until, zone).astimezone(now.tzinfo)


def next_try(attempt: int, now: datetime, chance: float) -> datetime | None:
    """When to try again after ``attempt`` failures (1, 2 …); None: given up. ``chance`` in [0, 1) spreads those that failed
    together by ± 20 %."""
    if attempt >= ATTEMPTS:
        return None
    wait = min(FIRST_WAIT * float(GROWTH ** (attempt - 1)), LONGEST_WAIT)
    return now + wait * (1 - JITTER + 2 * JITTER * chance)
