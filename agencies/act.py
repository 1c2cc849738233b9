"""What a handler starts from: who asks, when, and in which transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal


@dataclass(frozen=True)
class Act:
    """One request of a signed-in person: ``session`` is its unit of work, ``now`` (UTC) is when its head arrived.

    For edges only. An operation names what it needs, so that the worker and the command line may call it too.
    """

    session: AsyncSession
    principal: Principal
    now: datetime
