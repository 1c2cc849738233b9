"""What was done about a follow-up, one entry an act: by which party, in which words, with which documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.following_up.follow_up import Action
from inspection.following_up.follow_up_tables import FollowUp, FollowUpEntry
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]


def write(
    session: AsyncSession,
    row: FollowUp,
    action: Action,
    party: str,
    by: Principal,
    text: str,
    now: datetime,
    *,
    documents: Sequence[dict[str, Any]] = (),
) -> None:
    """Writes the entry of an act; ``party`` is ``enterprise``, an agency's code or an office, never a person."""
    session.add(
        FollowUpEntry(
            id=uuid7(),
            follow_up_id=row.id,
            port=row.port,
            case_no=row.case_no,
            trader=row.trader,
            broker=row.broker,
            office=row.office,
            action=action.value,
            party=party,
            by=by.id,
            at=now,
            text=text,
            documents=list(documents),
        )
    )
