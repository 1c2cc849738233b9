"""Invitations: sent with a deadline, delivered, accepted with named experts, declined with a code, lapsed by the tick."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory, mandates, running_deadlines
from agencies.deadlines import runs_from
from agencies.mandate import Act
from agencies.powers import Principal
from agencies.work_calendars import calendar_for
from inspection import assignment, events, expert_draws, invitation
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase, TaskSheetRow
from inspection.events import EventType
from inspection.inbox import tell
from inspection.invitation import Action, DeclineReason, Proposal, State
from inspection.statuses import PORT_ZONE
from inspection.time_limits import invitation_terms
from kit.errors import NotAllowed, NotFound

SUBJECT = "invitation"


class AcceptRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The logins of the experts who will come."""

    experts: tuple[str, ...]


class DeclineRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agency does not come. ``text`` in words, ``recognition`` the id of a recognised result."""

    reason: DeclineReason
    text: str = ""
    recognition: str | None = None


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as members of the case see it."""

    agency: str
    round: int
    state: str
    mandatory: bool
    domains: list[str]
    points: list[dict[str, object]]
    due: datetime | None
    basis: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    late: bool
    experts: list[dict[str, object]]
    decline_reason: str | None
    decline_text: str | None
    decline_confirmed: bool


async def send(session: AsyncSession, case: JointCase, proposal: Proposal, now: datetime) -> None:
    """Sends one agency's invitation with its deadline: clock hours where a 24 h roster is on duty, else working hours."""
    on_duty = await directory.on_duty_around_the_clock(session, case.port, proposal.agency)
    deadline = await running_deadlines.start(
        session,
        port=case.port,
        stream=events.case_stream(case.no),
        subject=_subject(case.no, proposal.agency, 1),
        terms=invitation_terms(duty_24h=on_duty),
        starts=runs_from(now, None),
        calendar=await calendar_for(session, case.port, proposal.agency),
        agency=proposal.agency,
    )
    session.add(
        Invitation(
            port=case.port,
            case_no=case.no,
            agency=proposal.agency,
            round=1,
            state=invitation.advance(State.DRAFT, Action.SEND).value,
            mandatory=proposal.mandatory,
            domains=list(proposal.domains),
            points=msgspec.to_builtins(proposal.points),
            deadline_id=deadline.id,
            due_at=deadline.due_at,
            sent_at=now,
            delivered_at=None,
            answered_at=None,
            answered_by=None,
            late=False,
            experts=[],
            decline_reason=None,
            decline_text=None,
            decline_confirmed=False,
        )
    )
    await session.flush()
    told = {"agency": proposal.agency, "round": 1, "due": deadline.due_at.isoformat(), "mandatory": proposal.mandatory}
    await events.record(session, case, EventType.INVITATION_SENT, {**told, "budget": deadline.budget}, by=None, at=now)
    await tell(session, case, proposal.agency, "invitation", told, now)


async def delivered(session: AsyncSession, case: JointCase, agency: str, principal: Principal, now: datetime) -> None:
    """A terminal acknowledged the invitation: the hours run from now if that is earlier than five minutes after sending."""
    row = await _locked(session, case, agency)
    if row.delivered_at is not None or row.sent_at is None:
        return
    row.delivered_at = now
    starts = runs_from(row.sent_at, now)
    calendar = await calendar_for(session, case.port, agency)
    row.due_at = await running_deadlines.start_earlier(session, row.deadline_id, starts, calendar) or row.due_at
    told = {"agency": agency, "due": row.due_at.isoformat() if row.due_at else None}
    await events.record(session, case, EventType.INVITATION_DELIVERED, told, by=principal, at=now)


async def accept(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: AcceptRequest, now: datetime
) -> InvitationView:
    """The dispatcher accepts and names experts. In time by the server's receipt (``now``); after the lapse it counts as late."""
    case = await case_for(session, principal, case_no)
    _check_own(principal, agency)
    row = await _locked(session, case, agency)
    if row.state == State.ACCEPTED and [one["login"] for one in row.experts] == list(dict.fromkeys(request.experts)):
        return await _view(session, row)
    experts, drawn = await _experts(session, principal, case, row, request.experts, now)

    assert row.due_at is not None
    answer = invitation.accept(
        State(row.state),
        experts=len(experts),
        received_at=now,
        due=row.due_at,
        sheet_frozen=await _sheet_frozen(session, case),
    )

    row.state, row.late, row.experts = answer.state.value, answer.late, experts
    row.answered_at, row.answered_by = now, principal.id
    await running_deadlines.meet(session, row.deadline_id, now)

    told = {"agency": agency, "experts": [str(expert["name"]) for expert in experts], "late": answer.late, "drawn": drawn}
    await events.record(session, case, EventType.INVITATION_ACCEPTED, told, by=principal, at=now)
    return await _view(session, row)


async def decline(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: DeclineRequest, now: datetime
) -> InvitationView:
    """The dispatcher declines with a code; whether that removes the agency is for the lead to confirm where the rules say so."""
    case = await case_for(session, principal, case_no)
    _check_own(principal, agency)
    row = await _locked(session, case, agency)
    if row.decline_reason == request.reason and row.decline_text == request.text:
        return await _view(session, row)

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
    await running_deadlines.meet(session, row.deadline_id, now)

    told = {"agency": agency, "state": row.state, "reason": request.reason.value, "confirmed": row.decline_confirmed}
    await events.record(session, case, EventType.INVITATION_DECLINED, told, by=principal, at=now)
    return await _view(session, row)


async def confirm_decline(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, now: datetime
) -> InvitationView:
    """The lead confirms that a decline stands."""
    case = await case_for(session, principal, case_no)
    row = await _locked(session, case, agency)
    if row.decline_confirmed:
        return await _view(session, row)

    row.state = invitation.advance(State(row.state), Action.CONFIRM_DECLINE).value
    row.decline_confirmed = True
    told = {"agency": agency, "reason": row.decline_reason or ""}
    await events.record(session, case, EventType.DECLINE_CONFIRMED, told, by=principal, at=now)
    return await _view(session, row)


async def lapse(session: AsyncSession, subject: str, now: datetime) -> None:
    """Turns a reached deadline into LAPSED when nobody answered; repeating it, or losing to an answer, changes nothing."""
    kind, case_no, agency, _ = subject.split("/")
    if kind != SUBJECT:
        return
    case = await session.scalar(select(JointCase).where(JointCase.no == case_no))
    if case is None:
        return
    row = await _locked(session, case, agency)
    if row.due_at is None or not invitation.lapses(State(row.state), now=now, due=row.due_at):
        return
    row.state = invitation.advance(State(row.state), Action.LAPSE).value
    told = {"agency": agency, "due": row.due_at.isoformat(), "mandatory": row.mandatory}
    await events.record(session, case, EventType.INVITATION_LAPSED, told, by=None, at=now)
    for informed in (agency, case.lead_agency):
        await tell(session, case, informed, f"invitation_lapsed {agency}", told, now)


async def of_case(session: AsyncSession, case: JointCase) -> list[InvitationView]:
    """The case's invitations by agency and round, as far as the acting role may see them."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no)
        .order_by(Invitation.agency, Invitation.round)
    )
    bases = await running_deadlines.bases(session, events.case_stream(case.no))
    return [view_of(row, bases) for row in rows]


def view_of(row: Invitation, bases: Mapping[UUID, str]) -> InvitationView:
    """The public fields of an invitation."""
    return InvitationView(
        agency=row.agency,
        round=row.round,
        state=row.state,
        mandatory=row.mandatory,
        domains=row.domains,
        points=row.points,
        due=row.due_at,
        basis=bases.get(row.deadline_id) if row.deadline_id else None,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        answered_at=row.answered_at,
        late=row.late,
        experts=row.experts,
        decline_reason=row.decline_reason,
        decline_text=row.decline_text,
        decline_confirmed=row.decline_confirmed,
    )


def _subject(case_no: str, agency: str, round_: int) -> str:
    return f"{SUBJECT}/{case_no}/{agency}/{round_}"


def _check_own(principal: Principal, agency: str) -> None:
    if principal.agency != agency:
        raise NotAllowed(f"you answer for {principal.agency}, not for {agency}", agency=agency)


async def _locked(session: AsyncSession, case: JointCase, agency: str) -> Invitation:
    row = await session.scalar(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no, Invitation.agency == agency)
        .order_by(Invitation.round.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None:
        raise NotFound(case=case.no, agency=agency)
    return row


async def _experts(
    session: AsyncSession, principal: Principal, case: JointCase, row: Invitation, logins: tuple[str, ...], now: datetime
) -> tuple[list[dict[str, object]], bool]:
    """The named people, when every one of them may be sent and, after a draw, was drawn; and whether they were."""
    await mandates.check(session, case.port, row.agency, Act.PARTICIPATE, row.domains, now.astimezone(PORT_ZONE).date())
    named = await assignment.named_experts(session, principal, case, row.agency, row.domains, logins, now)
    drawn = await expert_draws.check_drawn(session, case, row.agency, named)
    return [msgspec.to_builtins(one) for one in named], drawn is not None


async def _sheet_frozen(session: AsyncSession, case: JointCase) -> bool:
    states = await session.scalars(
        select(TaskSheetRow.state).where(TaskSheetRow.port == case.port, TaskSheetRow.case_no == case.no)
    )
    return bool({"FROZEN", "CLOSED"} & set(states))


async def _view(session: AsyncSession, row: Invitation) -> InvitationView:
    return view_of(row, await running_deadlines.bases(session, events.case_stream(row.case_no)))
