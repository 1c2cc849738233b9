"""An agency's share of a field session: the agency itself reports it complete, or the lead inspector excuses it with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.events import EventType
from inspection.fieldwork import session as rules
from inspection.fieldwork.field_tables import FieldSession, Workstream
from inspection.fieldwork.session import State, WorkstreamState
from inspection.fieldwork.session_views import WorkstreamView, session_in, share_of, workstream_view
from inspection.fieldwork.sessions import Text, led_session
from inspection.preparing import cabin_checklists
from kit.errors import NotAllowed, NotFound


class NotYourWorkstream(NotAllowed):
    """Only the agency itself says that its share is done."""

    code = "not_your_workstream"
    title_zh = "仅本部门可报告其查验分工完成"
    title_en = "Only the agency itself reports its share complete"
    advice_zh = "如该部门无法完成，由主检说明理由后予以免除。"
    advice_en = "If that agency cannot finish, the lead inspector excuses it with a reason."


class ExcuseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agency's share is not done."""

    reason: Text


async def complete(
    session: AsyncSession, principal: Principal, case_no: str, session_id: UUID, agency: str, now: datetime
) -> WorkstreamView:
    """An officer of the agency reports its share complete; saying so again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    field_session = await session_in(session, case, session_id)
    row = await _of(session, field_session, agency)
    if principal.agency != agency:
        raise NotYourWorkstream(agency=agency)
    if row.state == WorkstreamState.COMPLETE:
        return workstream_view(row)

    _check_running(field_session, row, "complete")
    await cabin_checklists.check_done(session, case, session_id, agency)

    row.state, row.at = WorkstreamState.COMPLETE.value, now
    told = {"session": str(session_id), "agency": agency}
    await events.record(session, case, EventType.WORKSTREAM_COMPLETED, told, by=principal, at=now)
    return workstream_view(row)


async def excuse(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    session_id: UUID,
    agency: str,
    request: ExcuseRequest,
    now: datetime,
) -> WorkstreamView:
    """The lead inspector goes on without an agency's share; the same reason again changes nothing."""
    case, field_session = await led_session(session, principal, case_no, session_id)
    row = await _of(session, field_session, agency)
    if (row.state, row.reason) == (WorkstreamState.EXCUSED, request.reason):
        return workstream_view(row)

    _check_running(field_session, row, "excuse")
    excused = rules.excuse(
        share_of(row, field_session, {}),
        reason=request.reason,
        by=str(principal.id),
        lead_inspector=str(field_session.lead_inspector),
    )

    row.state, row.reason, row.at = excused.state.value, excused.reason, now
    told = {"session": str(session_id), "agency": agency, "reason": excused.reason}
    await events.record(session, case, EventType.WORKSTREAM_EXCUSED, told, by=principal, at=now)
    return workstream_view(row)


async def _of(session: AsyncSession, field_session: FieldSession, agency: str) -> Workstream:
    row = await session.get(Workstream, (field_session.id, agency))
    if row is None:
        raise NotFound(session=str(field_session.id), agency=agency)
    return row


def _check_running(field_session: FieldSession, row: Workstream, action: str) -> None:
    """An excused share stays excused, and a closed session is over; what its people still find is admitted as late."""
    if State(field_session.state) not in rules.TAKES_FINDINGS:
        raise transitions.StateForbids(state=field_session.state, action=action, allowed=[])
    if row.state != WorkstreamState.RUNNING:
        raise transitions.StateForbids(state=row.state, action=action, allowed=[])
