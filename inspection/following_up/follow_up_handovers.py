"""A follow-up handed over to the office at the goods' destination: handed over by the lead, taken over there, concluded there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.following_up import follow_up, follow_up_entries, follow_up_rows, follow_ups
from inspection.following_up.follow_up import Action, Kind, State
from inspection.following_up.follow_up_entries import Text
from inspection.following_up.follow_up_proofs import VerifyRequest
from inspection.following_up.follow_up_tables import FollowUp
from inspection.following_up.follow_up_views import FollowUpView, HandedOverView, handed_over_view, view
from inspection.notifying.inbox import tell
from kit.database import elevated
from kit.errors import NotFound


class HandOverRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The office that is to inspect or sample at the destination."""

    port: Annotated[str, Meta(pattern=r"^[0-9A-Z]{4,5}$")]
    agency: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    reason: Text


async def hand_over(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: HandOverRequest, now: datetime
) -> FollowUpView:
    """The lead hands an inspection or a sampling to the office at the destination; until that acknowledges, nothing goes."""
    case, row = await follow_up_rows.locked_in_case(session, principal, no, follow_up_id)
    follow_up.check_own(case.lead_agency, principal.agency)
    follow_up.check_way(Kind(row.kind), Action.HAND_OVER)
    office = f"{request.port}/{request.agency}"
    if (row.state, row.office) == (State.HANDED_OVER, office):
        return await view(session, row)
    follow_up.advance(State(row.state), Action.HAND_OVER)

    async with elevated(session, PLATFORM, principal.acting):
        row = await follow_up_rows.locked(session, row)
        row.office = office
        follow_up_entries.write(session, row, Action.HAND_OVER, case.lead_agency, principal, request.reason, now)
        await follow_ups.move(session, case, row, Action.HAND_OVER, principal, now, office=office)
        return await view(session, row)


async def acknowledge(session: AsyncSession, principal: Principal, follow_up_id: UUID, now: datetime) -> HandedOverView:
    """The office has taken it over; again, it changes nothing."""
    row = await _handed_over(session, principal, follow_up_id)
    if row.state not in (State.NOTIFIED, State.HANDED_OVER):
        return handed_over_view(row)
    follow_up.advance(State(row.state), Action.ACKNOWLEDGE)

    async with elevated(session, PLATFORM, principal.acting):
        case = await follow_up_rows.locked_case(session, row)
        row = await follow_up_rows.locked(session, row)
        follow_up_entries.write(session, row, Action.ACKNOWLEDGE, row.office or "", principal, "", now)
        await follow_ups.move(session, case, row, Action.ACKNOWLEDGE, principal, now, office=row.office)
        await follow_ups.go_on(session, case, row.disposition_id, principal, now)
        return handed_over_view(row)


async def conclude_elsewhere(
    session: AsyncSession, principal: Principal, follow_up_id: UUID, request: VerifyRequest, now: datetime
) -> HandedOverView:
    """What the office found at the destination. A failure is recorded too: the demanding agency decides what follows."""
    row = await _handed_over(session, principal, follow_up_id)
    follow_up.advance(State(row.state), Action.VERIFY)

    async with elevated(session, PLATFORM, principal.acting):
        case = await follow_up_rows.locked_case(session, row)
        row = await follow_up_rows.locked(session, row)
        outcome = "CONFORMS" if request.passed else "FAILS"
        row.record = {"outcome": outcome, "reason": request.reason}
        follow_up_entries.write(session, row, Action.VERIFY, row.office or "", principal, request.reason, now)
        await follow_ups.move(session, case, row, Action.VERIFY, principal, now, outcome=outcome)
        await tell(session, case, row.agency, f"follow_up_result {row.id}", {"kind": row.kind, "outcome": outcome}, now)
        await follow_ups.go_on(session, case, row.disposition_id, principal, now)
        return handed_over_view(row)


async def _handed_over(session: AsyncSession, principal: Principal, follow_up_id: UUID) -> FollowUp:
    """What was handed over to the person's own office."""
    row = await session.get(FollowUp, follow_up_id)
    if row is None or row.office != f"{principal.port}/{principal.agency}":
        raise NotFound(follow_up=str(follow_up_id))
    return row
