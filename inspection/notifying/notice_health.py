"""Whether notices get through: what was given up lately, for whoever runs the platform. As the platform."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.notifying.notice_tables import Notice
from inspection.notifying.notices import State

LATELY: Final = timedelta(days=1)
TRIED_FOR: Final = timedelta(days=30)
"""Longer than all attempts of a notice take, and a downtime between them: the index is read no further back."""


async def given_up(session: AsyncSession, now: datetime) -> int:
    """How many notices were given up within the last day; each is FAILED in the list of whoever it was for."""
    lately = select(func.count()).where(
        Notice.state == State.FAILED.value, Notice.at > now - LATELY - TRIED_FOR, Notice.done_at > now - LATELY
    )
    return await session.scalar(lately) or 0
