"""Invitations as they go out: sent with a deadline, delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory, running_deadlines
from agencies.calendars import WorkCalendar
from agencies.deadlines import runs_from
from agencies.powers import Principal
from agencies.running_deadlines import Deadline
from agencies.work_calendars import calendar_for
from inspection import events
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.inviting import invitation, invitation_rows
from inspection.inviting.invitation import Action, Proposal, State
from inspection.notifying.inbox import tell
from inspection.timekeeping.time_limits import invitation_terms

SUBJECT = "invitation"
ITEM = "invitation"
"""What the inbox calls it."""


class Sent(NamedTuple):
    """An invitation as it goes out, not stored yet: its rows, and what its event and its inbox item say."""

    deadline: Deadline
    invitation: Invitation
    told: dict[str, Any]


def sent(case: JointCase, proposal: Proposal, now: datetime, *, duty_24h: bool, calendar: WorkCalendar, round_: int = 1) -> Sent:
    """One agency's invitation with its deadline: clock hours where a 24 h roster is on duty, else working hours. Pure.

    ``round_``: the second and later ones ask the agency again, because the declaration asks something else of it.
    """
    deadline = running_deadlines.begun(
        port=case.port,
        stream=events.case_stream(case.no),
        subject=_subject(case.no, proposal.agency, round_),
        terms=invitation_terms(duty_24h=duty_24h),
        starts=runs_from(now, None),
        calendar=calendar,
        agency=proposal.agency,
    )
    row = Invitation(
        port=case.port,
        case_no=case.no,
        agency=proposal.agency,
        round=round_,
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
        level=0,
        conflict=False,
    )
    told = {"agency": proposal.agency, "round": round_, "due": deadline.due_at.isoformat(), "mandatory": proposal.mandatory}
    return Sent(deadline, row, told)


async def send(session: AsyncSession, case: JointCase, proposal: Proposal, now: datetime, *, round_: int = 1) -> None:
    """Sends one agency of a running case its invitation."""
    on_duty = await directory.on_duty_around_the_clock(session, case.port, proposal.agency)
    calendar = await calendar_for(session, case.port, proposal.agency)
    one = sent(case, proposal, now, duty_24h=on_duty, calendar=calendar, round_=round_)
    await running_deadlines.start_all(session, [one.deadline])
    session.add(one.invitation)
    await session.flush()
    await events.record(session, case, EventType.INVITATION_SENT, event_data(one), by=None, at=now)
    await tell(session, case, proposal.agency, ITEM, one.told, now)


def event_data(one: Sent) -> dict[str, Any]:
    """What the event of an invitation that went out says: the budget beside what the agency is told."""
    return {**one.told, "budget": one.deadline.budget}


async def delivered(session: AsyncSession, case: JointCase, agency: str, principal: Principal, now: datetime) -> None:
    """A terminal acknowledged the invitation: the hours run from now if that is earlier than five minutes after sending."""
    row = await invitation_rows.locked(session, case, agency)
    if row.delivered_at is not None or row.sent_at is None:
        return
    row.delivered_at = now
    starts = runs_from(row.sent_at, now)
    calendar = await calendar_for(session, case.port, agency)
    row.due_at = await running_deadlines.start_earlier(session, row.deadline_id, starts, calendar) or row.due_at
    told = {"agency": agency, "due": row.due_at.isoformat() if row.due_at else None}
    await events.record(session, case, EventType.INVITATION_DELIVERED, told, by=principal, at=now)


def _subject(case_no: str, agency: str, round_: int) -> str:
    return f"{SUBJECT}/{case_no}/{agency}/{round_}"
