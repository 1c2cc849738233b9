"""How an unanswered invitation ends by a person's decision: an approver waives it, or the lead accepts a substitute."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import mandates, running_deadlines
from agencies.powers import Power, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.inviting import invitation, invitation_views, silence, substitution
from inspection.inviting.invitation import Action, State
from inspection.inviting.invitation_answers import Text
from inspection.inviting.invitation_rows import latest, locked
from inspection.inviting.invitation_views import InvitationView
from inspection.inviting.substitution import ACTS, Substitute
from inspection.policies import policies_in_force
from inspection.staffing.draw_tables import CaseDuty
from inspection.statuses import PORT_ZONE


class WaiverRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the case goes on without the agency."""

    reason: Text


class Accepted(Substitute, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A substitute as it is kept: with the numbers of the mandates it rests on."""

    under: tuple[str, ...]


async def waive(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: WaiverRequest, now: datetime
) -> InvitationView:
    """An approver lets the case go on without a silent agency. It is printed, and the system then releases nothing alone.

    The same person and reason again change nothing.
    """
    case = await case_for(session, principal, case_no, lock=True)
    row = await locked(session, case, agency)
    if (row.state, row.ended_by, row.ended_because) == (State.WAIVED, principal.id, request.reason):
        return await invitation_views.view(session, row)

    invited = await latest(session, case)
    state = invitation.advance(State(row.state), Action.WAIVE)
    silence.check_waiver(
        str(principal.id),
        may_lead=Power.COORDINATE in principal.powers,
        holder=await _holder(session, case),
        ruled=[str(person) for person in (case.lead_inspector, *(one.ended_by for one in invited)) if person],
    )

    row.state, row.conflict, row.offer = state.value, False, None
    row.ended_at, row.ended_by, row.ended_because = now, principal.id, request.reason
    await running_deadlines.withdraw(session, row.deadline_id, now)
    told = {"agency": agency, "reason": request.reason, "by": principal.name}
    await events.record(session, case, EventType.INVITATION_WAIVED, told, by=principal, at=now)
    return await invitation_views.view(session, row)


async def substitute(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: Substitute, now: datetime
) -> InvitationView:
    """The lead accepts an accredited institution or a recognised result in a silent agency's place, under its mandate.

    Sent again with the result that was awaited of it, the result is recorded; the same again changes nothing.
    """
    case = await case_for(session, principal, case_no, lock=True)
    row = await locked(session, case, agency)
    known = _accepted(row)
    if known is not None:
        substitution.check_same(_request_of(known), request)
        if known.verdict == request.verdict:
            return await invitation_views.view(session, row)

    state = State(row.state) if known else invitation.advance(State(row.state), Action.SUBSTITUTE)
    day = now.astimezone(PORT_ZONE).date()
    policy = (await policies_in_force.of_case(session, case)).policy
    plain = {one.code for one in policy.verdicts if not one.needs}
    substitution.check_substitute(request, day=day, verdicts=plain)
    under = (await mandates.check(session, case.port, agency, ACTS[request.kind], row.domains, day)).under

    row.state, row.conflict, row.offer = state.value, False, None
    row.substitute = msgspec.to_builtins(request) | {"under": list(under)}
    row.ended_at, row.ended_by, row.ended_because = now, principal.id, request.reason
    await running_deadlines.withdraw(session, row.deadline_id, now)
    told: dict[str, Any] = {
        "agency": agency,
        "kind": request.kind,
        "name": request.name,
        "reference": request.reference,
        "under": list(under),
    }
    told |= {"verdict": request.verdict, "reason": request.reason}
    await events.record(session, case, EventType.INVITATION_SUBSTITUTED, told, by=principal, at=now)
    return await invitation_views.view(session, row)


async def _holder(session: AsyncSession, case: JointCase) -> str | None:
    """Who holds the case on the lead's side; None until it was handed over to somebody by name."""
    of_lead = (CaseDuty.port == case.port, CaseDuty.case_no == case.no, CaseDuty.agency == case.lead_agency)
    person = await session.scalar(select(CaseDuty.person_id).where(*of_lead))
    return str(person) if person else None


def _accepted(row: Invitation) -> Accepted | None:
    """The substitute that stands in; None while there are proposals at most."""
    return msgspec.convert(row.substitute, Accepted) if row.state == State.SUBSTITUTED and row.substitute else None


def _request_of(known: Accepted) -> Substitute:
    return Substitute(**{name: getattr(known, name) for name in Substitute.__struct_fields__})
