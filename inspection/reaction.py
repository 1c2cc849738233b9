"""What a reaction is, for those who write one; which follow from what stands in ``reactions.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from inspection.reporting.seal import Seal
from kit.event_log import Event
from media.object_store import ObjectStore


@dataclass(frozen=True)
class Parts:
    """What a reaction may use besides the database."""

    store: ObjectStore
    seal: Seal | None = None
    groups: frozenset[str] = frozenset()
    """The units (``port/agency``) that have a group address for notices."""


Reaction = Callable[[AsyncSession, Event, datetime, Parts], Awaitable[None]]
"""Runs as the platform in a transaction of its own, at least once, in any order with others: it looks at the present state."""
