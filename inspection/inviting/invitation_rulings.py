"""What the lead rules on an invitation: a decline confirmed or overruled, an answer admitted after the sheet was frozen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.events import EventType
from inspection.inviting import hit_outcomes, invitation, invitation_views
from inspection.inviting.invitation import Action, DeclineReason, State
from inspection.inviting.invitation_answers import Text, escalate_conflict, record_escalation
from inspection.inviting.invitation_rows import locked
from inspection.inviting.invitation_views import InvitationView
from inspection.inviting.jurisdiction import FALSE_POSITIVE
from inspection.transitions import StateForbids
from kit.database import elevated


class RulingRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the lead rules so."""

    reason: Text


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A late answer as it is kept until the lead admits it."""

    experts: list[dict[str, object]]
    drawn: bool
    received_at: datetime
    by: UUID
    composed_at: datetime | None = None


async def confirm_decline(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, now: datetime
) -> InvitationView:
    """The lead confirms that a decline stands. What is out of the agency's scope was called for by mistake: a false positive."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await locked(session, case, agency)
    if row.decline_confirmed:
        return await invitation_views.view(session, row)

    row.state = invitation.advance(State(row.state), Action.CONFIRM_DECLINE).value

    row.decline_confirmed = True
    out_of_scope = row.decline_reason == DeclineReason.OUT_OF_SCOPE
    marked = await hit_outcomes.mark(session, case, row, FALSE_POSITIVE, principal, now) if out_of_scope else 0
    told = {"agency": agency, "reason": row.decline_reason or "", "false_positives": marked}
    await events.record(session, case, EventType.DECLINE_CONFIRMED, told, by=principal, at=now)
    return await invitation_views.view(session, row)


async def overrule_decline(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: RulingRequest, now: datetime
) -> InvitationView:
    """The lead does not accept a decline: superiors settle it. An agency out of scope by its own word is a negative conflict."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await locked(session, case, agency)
    if row.state == State.ESCALATED and row.decline_reason and row.ended_because == request.reason:
        return await invitation_views.view(session, row)
    if row.decline_confirmed:
        raise StateForbids(state=row.state, action=Action.OVERRULE_DECLINE.value, allowed=[])

    row.state = invitation.advance(State(row.state), Action.OVERRULE_DECLINE).value
    row.ended_because, row.ended_by, row.ended_at = request.reason, principal.id, now
    if row.decline_reason == DeclineReason.OUT_OF_SCOPE:
        async with elevated(session, PLATFORM, principal.acting):  # what was said of its hits is taken back by rule
            await escalate_conflict(session, case, row, "decline_overruled", principal, now)
    else:
        await record_escalation(session, case, row, "decline_overruled", principal, now)
    return await invitation_views.view(session, row)


async def admit(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: RulingRequest, now: datetime
) -> InvitationView:
    """The lead admits an answer that came after the sheet was frozen. It counts from now on, as late."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await locked(session, case, agency)
    if row.state == State.ACCEPTED and row.late and row.offer is None:
        return await invitation_views.view(session, row)
    if row.offer is None:
        raise StateForbids(state=row.state, action="admit", allowed=[])
    offer = msgspec.convert(row.offer, Offer)

    assert row.due_at is not None
    answer = invitation.accept(
        State(row.state),
        experts=len(offer.experts),
        received_at=offer.received_at,
        due=row.due_at,
        sheet_frozen=True,
        admitted_by_lead=True,
    )

    row.state, row.late, row.experts = answer.state.value, answer.late, offer.experts
    row.answered_at, row.answered_by, row.composed_at = offer.received_at, offer.by, offer.composed_at
    row.conflict, row.offer = False, None
    row.ended_because, row.ended_by, row.ended_at = request.reason, principal.id, now
    await running_deadlines.meet(session, row.deadline_id, now)

    told = {"agency": agency, "experts": [str(one["name"]) for one in offer.experts], "late": row.late, "drawn": offer.drawn}
    told |= {"admitted": True, "reason": request.reason, "received_at": offer.received_at.isoformat()}
    if offer.composed_at:
        told["composed_at"] = offer.composed_at.isoformat()
    await events.record(session, case, EventType.INVITATION_ACCEPTED, told, by=principal, at=now)
    return await invitation_views.view(session, row)
