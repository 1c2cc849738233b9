"""What an agency answers: it accepts with named experts, in time or late, replaces them, or declines with a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import mandates, running_deadlines
from agencies.mandate import Act
from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.inviting import hit_outcomes, invitation, invitation_views, jurisdiction
from inspection.inviting.invitation import Action, DeclineReason, State
from inspection.inviting.invitation_rows import check_own, latest, locked, matter_of, sheet_frozen
from inspection.inviting.invitation_views import InvitationView
from inspection.requesting import recognitions
from inspection.staffing import assignment, expert_draws
from inspection.statuses import PORT_ZONE
from kit.database import elevated
from kit.errors import Conflict

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]


class AcceptRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The logins of the experts who will come. ``composed_at``: when a device without network wrote this; it never decides."""

    experts: tuple[str, ...]
    composed_at: datetime | None = None


class ReplaceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The logins of all experts who will come now, and why."""

    experts: tuple[str, ...]
    reason: Text


class DeclineRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agency does not come. ``text`` in words, ``recognition`` the id of a recognised result."""

    reason: DeclineReason
    text: str = ""
    recognition: str | None = None


class NotLate(Conflict):
    """Only an answer after the lapse is offered to the lead; ``details``: state."""

    code = "not_late"
    title_zh = "该邀请并未逾期"
    title_en = "This invitation has not lapsed"
    advice_zh = "时限内请直接接受或谢绝。"
    advice_en = "Accept or decline it as usual."


async def accept(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: AcceptRequest, now: datetime
) -> InvitationView:
    """The dispatcher accepts and names experts. In time by the server's receipt (``now``); after the lapse it counts as late."""
    case = await case_for(session, principal, case_no, lock=True)
    check_own(principal, agency)
    row = await locked(session, case, agency)
    if row.state == State.ACCEPTED and _logins(row.experts) == _once(request.experts):
        return await invitation_views.view(session, row)
    experts, drawn = await _experts(session, principal, case, row, request.experts, now)

    assert row.due_at is not None
    answer = invitation.accept(
        State(row.state),
        experts=len(experts),
        received_at=now,
        due=row.due_at,
        sheet_frozen=await sheet_frozen(session, case),
    )

    row.state, row.late, row.experts = answer.state.value, answer.late, experts
    row.answered_at, row.answered_by, row.composed_at = now, principal.id, request.composed_at
    row.conflict, row.offer = False, None
    row.ended_at = row.ended_by = row.ended_because = None
    await running_deadlines.meet(session, row.deadline_id, now)

    told = {"agency": agency, "experts": _names(experts), "late": answer.late, "drawn": drawn} | _composed(request.composed_at)
    await events.record(session, case, EventType.INVITATION_ACCEPTED, told, by=principal, at=now)
    return await invitation_views.view(session, row)


async def offer_late(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: AcceptRequest, now: datetime
) -> InvitationView:
    """An answer after the sheet was frozen: kept for the lead, who admits it; until then it does not count.

    While the sheet is open a late answer needs nobody's leave, and this accepts.
    """
    case = await case_for(session, principal, case_no, lock=True)
    check_own(principal, agency)
    row = await locked(session, case, agency)
    if row.offer is not None and _logins(row.offer["experts"]) == _once(request.experts):
        return await invitation_views.view(session, row)
    if not await sheet_frozen(session, case):
        return await accept(session, principal, case_no, agency, request, now)
    experts, drawn = await _experts(session, principal, case, row, request.experts, now)

    assert row.due_at is not None
    answer = invitation.accept(
        State(row.state), experts=len(experts), received_at=now, due=row.due_at, sheet_frozen=True, admitted_by_lead=True
    )
    if not answer.late:
        raise NotLate(state=row.state)

    composed = _composed(request.composed_at)
    row.offer = {"experts": experts, "drawn": drawn, "received_at": now.isoformat(), "by": str(principal.id)} | composed

    told = {"agency": agency, "experts": _names(experts), "received_at": now.isoformat()} | composed
    await events.record(session, case, EventType.LATE_ANSWER_OFFERED, told, by=principal, at=now)
    return await invitation_views.view(session, row)


async def replace_experts(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: ReplaceRequest, now: datetime
) -> InvitationView:
    """The dispatcher sends other people. Who may be sent is asked again, and the window follows them."""
    case = await case_for(session, principal, case_no, lock=True)
    check_own(principal, agency)
    row = await locked(session, case, agency)
    if row.state == State.ACCEPTED and _logins(row.experts) == _once(request.experts):
        return await invitation_views.view(session, row)

    assignment.check_running(case)
    state = invitation.advance(State(row.state), Action.REPLACE_EXPERT)
    experts, drawn = await _experts(session, principal, case, row, request.experts, now)
    if not experts:
        raise invitation.ExpertMissing(errors=[{"path": "experts", "message": "at least one"}])

    row.state, before, row.experts = state.value, row.experts, experts
    told = {"agency": agency, "experts": _names(experts), "before": _names(before), "reason": request.reason, "drawn": drawn}
    await events.record(session, case, EventType.EXPERT_REPLACED, told, by=principal, at=now)
    return await invitation_views.view(session, row)


async def decline(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: DeclineRequest, now: datetime
) -> InvitationView:
    """The dispatcher declines with a code; whether that removes the agency is for the lead to confirm where the rules say so.

    Where another agency refuses the same matter, nobody is left to confirm it to: it escalates by itself.
    """
    case = await case_for(session, principal, case_no, lock=True)
    check_own(principal, agency)
    row = await locked(session, case, agency)
    if row.decline_reason == request.reason and row.decline_text == request.text:
        return await invitation_views.view(session, row)
    # What two refusals lead to concerns the other agency's invitation as well: the platform's, by rule.
    async with elevated(session, PLATFORM, principal.acting):
        everybody = {one.agency: one for one in await latest(session, case, lock=True)}

    covered = await _covered(session, case, row, request, now)

    assert row.due_at is not None
    answer = invitation.decline(
        State(row.state),
        request.reason,
        mandatory=row.mandatory,
        received_at=now,
        due=row.due_at,
        text=request.text,
        recognition=request.recognition,
    )

    row.state, row.decline_reason, row.decline_text = answer.state.value, request.reason.value, request.text
    row.decline_confirmed = not invitation.needs_confirmation(request.reason, mandatory=row.mandatory)
    row.answered_at, row.answered_by = now, principal.id
    row.substitute = covered or row.substitute
    await running_deadlines.meet(session, row.deadline_id, now)

    told = {"agency": agency, "state": row.state, "reason": request.reason.value, "confirmed": row.decline_confirmed}
    await events.record(session, case, EventType.INVITATION_DECLINED, told, by=principal, at=now)
    if row.state == State.ESCALATED:
        await record_escalation(session, case, row, request.reason.value, principal, now)
    async with elevated(session, PLATFORM, principal.acting):
        await _escalate_when_nobody_is_left(session, case, everybody, row, principal, now)
    return await invitation_views.view(session, row)


async def _covered(
    session: AsyncSession, case: JointCase, row: Invitation, request: DeclineRequest, now: datetime
) -> dict[str, Any] | None:
    """The recognised result that stands in for the agency, as a decline that cites a record keeps it. Raises RecognitionInvalid
    unless the record exists, is the agency's own and covers everything it was invited for."""
    if request.reason is not DeclineReason.ALREADY_COVERED or not request.recognition:
        return None
    record = await recognitions.check_covers(session, case, row, request.recognition, now)
    result = {"kind": "RECOGNISED_RESULT", "name": record.issuer, "reference": record.number, "verdict": record.verdict}
    result |= {"valid_until": record.reusable_until.isoformat(), "reason": request.text.strip() or "结果互认"}
    return {"recognition": str(record.id), "under": record.mandates, "covered_by": result}


async def _escalate_when_nobody_is_left(
    session: AsyncSession,
    case: JointCase,
    everybody: Mapping[str, Invitation],
    row: Invitation,
    principal: Principal,
    now: datetime,
) -> None:
    if row.decline_reason != DeclineReason.OUT_OF_SCOPE:
        return
    refusing = jurisdiction.left_to_nobody(matter_of(row), [matter_of(one) for one in everybody.values()])
    for agency in (*refusing, row.agency) if refusing else ():
        await escalate_conflict(
            session, case, everybody[agency], "refused_by_all", principal, now, concerns=[*refusing, row.agency]
        )


async def escalate_conflict(
    session: AsyncSession,
    case: JointCase,
    row: Invitation,
    because: str,
    principal: Principal,
    now: datetime,
    *,
    concerns: Sequence[str] = (),
) -> None:
    """A negative conflict of jurisdiction: superiors settle it, and nothing is issued or released meanwhile. As the platform.

    ``concerns``: the agencies on either side of it.
    """
    if row.conflict:
        return
    if row.state == State.DECLINED:
        row.state = invitation.advance(State(row.state), Action.ESCALATE).value
    row.conflict, row.decline_confirmed = True, False
    await hit_outcomes.revoke(session, case, row.agency, now)
    await record_escalation(session, case, row, because, principal, now, concerns=sorted(set(concerns)))


async def record_escalation(
    session: AsyncSession,
    case: JointCase,
    row: Invitation,
    because: str,
    by: Principal | None,
    now: datetime,
    **more: object,
) -> None:
    """Writes where the invitation stands after a step up."""
    told = {"agency": row.agency, "state": row.state, "level": row.level, "conflict": row.conflict, "because": because}
    told |= {"round": row.round, "mandatory": row.mandatory, **more}
    await events.record(session, case, EventType.INVITATION_ESCALATED, told, by=by, at=now)


async def _experts(
    session: AsyncSession, principal: Principal, case: JointCase, row: Invitation, logins: tuple[str, ...], now: datetime
) -> tuple[list[dict[str, object]], bool]:
    """The named people, when every one of them may be sent and, after a draw, was drawn; and whether they were."""
    await mandates.check(session, case.port, row.agency, Act.PARTICIPATE, row.domains, now.astimezone(PORT_ZONE).date())
    named = await assignment.named_experts(session, principal, case, row.agency, row.domains, logins, now)
    drawn = await expert_draws.check_drawn(session, case, row.agency, named)
    return [msgspec.to_builtins(one) for one in named], drawn is not None


def _names(experts: list[dict[str, object]]) -> list[str]:
    return [str(expert["name"]) for expert in experts]


def _logins(experts: list[dict[str, object]]) -> list[str]:
    return [str(expert["login"]) for expert in experts]


def _once(logins: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(logins))


def _composed(at: datetime | None) -> dict[str, object]:
    return {"composed_at": at.isoformat()} if at else {}
