"""Cases an agency has filed 立案: registered with its reference, closed with its outcome, whatever became of the goods."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.events import EventType
from inspection.following_up import follow_up
from inspection.following_up.follow_up_tables import CaseFiling
from kit.database import elevated
from kit.errors import NotFound

FILED, CLOSED = "FILED", "CLOSED"


class OutcomeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the filed case ended."""

    outcome: Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]


class FilingView(msgspec.Struct, frozen=True, kw_only=True):
    """A filed case."""

    id: UUID
    agency: str
    reference: str
    basis: str
    lines: list[int]
    state: str
    outcome: str | None
    filed_at: datetime
    closed_at: datetime | None


async def of_case(session: AsyncSession, principal: Principal, no: str) -> list[FilingView]:
    """The filed cases that hang on this one, oldest first."""
    case = await case_for(session, principal, no)
    query = select(CaseFiling).where(CaseFiling.port == case.port, CaseFiling.case_no == case.no)
    return [_view(row) for row in await session.scalars(query.order_by(CaseFiling.filed_at, CaseFiling.id))]


async def close(
    session: AsyncSession, principal: Principal, no: str, filing_id: UUID, request: OutcomeRequest, now: datetime
) -> FilingView:
    """The agency that filed it says how it ended; the same again changes nothing. Raises VerifiedByAnother for another's."""
    case = await case_for(session, principal, no, lock=True)
    row = await session.get(CaseFiling, filing_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(filing=str(filing_id))

    follow_up.check_own(row.agency, principal.agency)
    if row.state == CLOSED:
        if row.outcome == request.outcome:
            return _view(row)
        raise follow_up.NotThisWay(kind="CASE_FILING", action="close", instead=[])

    async with elevated(session, PLATFORM, principal.acting):
        row.state, row.outcome, row.closed_by, row.closed_at = CLOSED, request.outcome, principal.id, now
        await session.flush()
        told = {"filing": str(row.id), "agency": row.agency, "reference": row.reference}
        await events.record(session, case, EventType.CASE_FILING_CLOSED, told, by=principal, at=now)
    return _view(row)


def _view(row: CaseFiling) -> FilingView:
    return FilingView(**{name: getattr(row, name) for name in FilingView.__struct_fields__})
