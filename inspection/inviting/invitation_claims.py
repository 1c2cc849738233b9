"""What another agency says of points their own agency holds to be outside its scope: it claims them, or refuses them as well."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import mandates
from agencies.mandate import Act
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.inviting import hit_outcomes, invitation, invitation_views, jurisdiction
from inspection.inviting.invitation import Action, State
from inspection.inviting.invitation_answers import Text, escalate_conflict
from inspection.inviting.invitation_rows import locked, matter_of, points_of, sheet_issued
from inspection.inviting.invitation_views import InvitationView
from inspection.inviting.jurisdiction import REASSIGNED, NothingToClaim
from inspection.staffing import assignment
from inspection.statuses import PORT_ZONE
from inspection.transitions import StateForbids
from kit.database import elevated
from kit.errors import NotFound


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the points are the agency's own, and who of its people looks at everything it then has (default: those named)."""

    reason: Text
    experts: tuple[str, ...] = ()


class RefuseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the points are not this agency's either."""

    reason: Text


async def claim(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: ClaimRequest, now: datetime
) -> InvitationView:
    """The dispatcher of an agency that comes takes over the points ``agency`` declines: with that the decline is settled.

    Returns the claiming agency's invitation. Its mandate and its experts have to cover what it takes over.
    """
    case = await case_for(session, principal, case_no, lock=True)
    mine = await _own(session, principal, case, agency)
    # The other agency's invitation changes with it, and its hits are judged: the platform's, by rule.
    async with elevated(session, PLATFORM, principal.acting):
        theirs = await locked(session, case, agency)
    if theirs.decline_confirmed and _has(mine, theirs):
        return await invitation_views.view(session, mine)
    if mine.state != State.ACCEPTED:
        raise StateForbids(state=mine.state, action="claim", allowed=[])
    if not jurisdiction.refuses(matter_of(theirs)) or theirs.decline_confirmed or await sheet_issued(session, case):
        raise NothingToClaim(state=theirs.state, confirmed=theirs.decline_confirmed)
    state = invitation.advance(State(theirs.state), Action.CLAIM_ELSEWHERE)
    domains = sorted({*mine.domains, *theirs.domains})
    day = now.astimezone(PORT_ZONE).date()
    await mandates.check(session, case.port, mine.agency, Act.PARTICIPATE, domains, day)
    logins = request.experts or tuple(str(one["login"]) for one in mine.experts)
    named = await assignment.named_experts(session, principal, case, mine.agency, domains, logins, now)

    claimed = jurisdiction.taken_over(points_of(theirs), mine.agency)
    mine.points, mine.domains = [*mine.points, *msgspec.to_builtins(claimed)], domains
    mine.mandatory = mine.mandatory or theirs.mandatory
    mine.experts = [msgspec.to_builtins(one) for one in named]
    async with elevated(session, PLATFORM, principal.acting):
        theirs.state, theirs.decline_confirmed, theirs.conflict = state.value, True, False
        await hit_outcomes.mark(session, case, theirs, REASSIGNED, principal, now)

    told = {"agency": mine.agency, "declined_by": agency, "mandatory": mine.mandatory, "points": len(claimed)}
    told |= {"experts": [one.name for one in named], "reason": request.reason}
    await events.record(session, case, EventType.POINTS_CLAIMED, told, by=principal, at=now)
    return await invitation_views.view(session, mine)


async def refuse(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: RefuseRequest, now: datetime
) -> InvitationView:
    """The points ``agency`` declines are not the dispatcher's agency's either: a negative conflict, told to superiors.

    Returns the declining agency's invitation. It holds the sheet and every release, even when the lead had confirmed the decline.
    """
    case = await case_for(session, principal, case_no, lock=True)
    await _own(session, principal, case, agency)
    async with elevated(session, PLATFORM, principal.acting):
        theirs = await locked(session, case, agency)
        if theirs.conflict:
            return await invitation_views.view(session, theirs)
        assignment.check_running(case)
        if not jurisdiction.refuses(matter_of(theirs)):
            raise NothingToClaim(state=theirs.state, confirmed=theirs.decline_confirmed)

        theirs.ended_because, theirs.ended_by, theirs.ended_at = request.reason, principal.id, now
        sides = [agency, str(principal.agency)]
        await escalate_conflict(session, case, theirs, "refused_by_all", principal, now, concerns=sides)
        return await invitation_views.view(session, theirs)


async def _own(session: AsyncSession, principal: Principal, case: JointCase, agency: str) -> Invitation:
    """The invitation of the person's own agency, which is not the one that declines."""
    if principal.agency is None or principal.agency == agency:
        raise NotFound(case=case.no, agency=agency)
    return await locked(session, case, principal.agency)


def _has(mine: Invitation, theirs: Invitation) -> bool:
    """Whether what they were asked stands among what we are asked."""
    return set(jurisdiction.taken_over(points_of(theirs), mine.agency)) <= set(points_of(mine))
