"""Dissent 不同意见: an agency objects to a departure from its conclusion within its window; a superior decides."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from agencies.powers import PLATFORM, Kind, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.deciding import adoption, departed_dispositions, departures
from inspection.deciding.adoption import Action, Departure, State
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.dissent_tables import DepartureRow
from inspection.deciding.proposal import Reason
from inspection.events import EventType
from inspection.fieldwork.session_views import rows_of
from inspection.notifying.inbox import tell
from kit.database import elevated
from kit.errors import NotAllowed, NotFound


class Decision(StrEnum):
    """What a superior says: the departure stands, or the conclusion is followed."""

    UPHOLD = "UPHOLD"
    FOLLOW = "FOLLOW"


class DissentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agency holds to its conclusion."""

    ground: Reason


class DissentDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """UPHOLD the departure, or FOLLOW the conclusion, and why."""

    decision: Decision
    reason: Reason


class DepartureView(msgspec.Struct, frozen=True, kw_only=True):
    """A departure from one agency's conclusion: what was decided otherwise and why, until when the agency may dissent, what it
    said, and who decided. ``notified_at`` null: proposed, and not approved yet."""

    id: UUID
    agency: str
    report_version: int
    state: str
    lines: tuple[Departure, ...]
    reason: str
    proposed_by: UUID
    notified_at: datetime | None
    due_at: datetime | None
    ground: str | None
    dissented_by: UUID | None
    dissented_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    decided_because: str | None


async def dissent(
    session: AsyncSession, principal: Principal, case_no: str, request: DissentRequest, now: datetime
) -> DepartureView:
    """The agency dissents; ``now`` is when the request was received. The same again changes nothing.

    Raises :class:`~inspection.deciding.adoption.DissentTooLate`, StateForbids, NotFound where nothing departs from the agency.
    """
    case = await case_for(session, principal, case_no, lock=True)
    one = await _latest(session, case, principal.agency if principal.kind is Kind.AGENCY else None)
    if (one.dissented_by, one.ground) == (principal.id, request.ground):
        return _view(one)

    one.state = adoption.check_dissent(State(one.state), now, one.due_at).value
    one.ground, one.dissented_by, one.dissented_at = request.ground, principal.id, now
    await session.flush()

    told = {"departure": str(one.id), "agency": one.agency, "state": one.state, "reason": request.ground}
    await events.record(session, case, EventType.DISSENT_RAISED, told, by=principal, at=now)
    async with elevated(session, PLATFORM, principal.acting):  # the deadline and the lead's inbox are the platform's
        await running_deadlines.meet(session, one.deadline_id, now)
        news = {"agency": one.agency, "ground": request.ground, "round": str(one.id)}
        await tell(session, case, case.lead_agency, "dissent", news, now)
    return _view(one)


async def decide(
    session: AsyncSession, principal: Principal, case_no: str, agency: str, request: DissentDecision, now: datetime
) -> DepartureView:
    """A superior who took no part decides on the agency's dissent. The same again changes nothing.

    Raises :class:`~inspection.deciding.adoption.DecidedBefore`, StateForbids, NotFound.
    """
    case = await case_for(session, principal, case_no, lock=True)
    one = await _latest(session, case, agency)
    action = Action.UPHOLD if request.decision is Decision.UPHOLD else Action.FOLLOW
    if (one.decided_by, one.decided_because) == (principal.id, request.reason):
        return _view(one)

    row = await session.get_one(DispositionRow, one.disposition_id) if one.state == State.DISSENTED else None
    adoption.advance(State(one.state), action)
    leads = {str(field.lead_inspector) for field in await rows_of(session, case)}
    approved_by = str(row.approved_by) if row is not None and row.approved_by else None
    adoption.check_decides(str(principal.id), proposed_by=str(one.proposed_by), approved_by=approved_by, lead_inspectors=leads)

    one.decided_by, one.decided_at, one.decided_because = principal.id, now, request.reason
    async with elevated(session, PLATFORM, principal.acting):  # what follows is the platform's, whoever decided
        await departures.settle(session, case, one, action, principal, now)
        await tell(session, case, agency, "dissent_decided", {"state": one.state, "round": str(one.id)}, now)
        if row is not None and request.decision is Decision.UPHOLD:
            await departed_dispositions.take_effect(session, case, row, now)
        elif row is not None:
            await departed_dispositions.fall(session, case, row, principal, now)
    return _view(one)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[DepartureView]:
    """Every departure of the case and what was said to it, in the order they were proposed."""
    case = await case_for(session, principal, case_no)
    return [_view(one) for one in await departures.in_case(session, case)]


async def _latest(session: AsyncSession, case: JointCase, agency: str | None) -> DepartureRow:
    """The latest departure the agency was told of."""
    if agency is None:
        raise NotAllowed("an agency dissents, not the lead", lead_agency=case.lead_agency)
    told = [one for one in await departures.in_case(session, case) if one.agency == agency and one.notified_at is not None]
    if not told:
        raise NotFound(case=case.no, agency=agency, because="nothing departs from its conclusion")
    return told[-1]


def _view(one: DepartureRow) -> DepartureView:
    computed: dict[str, Any] = {"lines": departures.departures_of(one)}
    named = {name: getattr(one, name) for name in DepartureView.__struct_fields__ if name not in computed}
    return DepartureView(**named, **computed)
