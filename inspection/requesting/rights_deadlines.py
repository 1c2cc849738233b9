"""What time does to a rights holder's reply: the due moves, and silence follows the agency's rule. As the platform.

Whatever the rule, silence settles nothing: the agency's pair stays missing until it concludes.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from agencies.work_calendars import calendar_for
from inspection import events
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.requesting import rights_confirmation as rules
from inspection.requesting import rights_registry, rights_views
from inspection.requesting.rights_confirmation import Action, Silence, State
from inspection.requesting.rights_tables import RightsConfirmation, RightsReply
from inspection.timekeeping.deadline_subject import asked_holder
from inspection.timekeeping.time_limits import IP_DETERMINATION


async def follow_due(session: AsyncSession, subject: str) -> None:
    """A confirmation repeats the present due of its deadline."""
    if (deadline := await running_deadlines.newest_of(session, subject)) is not None:
        moved = update(RightsConfirmation).where(RightsConfirmation.deadline_id == deadline.id).values(due_at=deadline.due_at)
        await session.execute(moved.execution_options(synchronize_session=False))


async def on_red_rung(session: AsyncSession, subject: str, now: datetime) -> None:
    """The holder has said nothing in time. Repeating it, or losing to a reply, changes nothing."""
    id_ = asked_holder(subject)
    row = await session.get(RightsConfirmation, UUID(id_)) if id_ else None
    if row is None:
        return
    case = await session.get(JointCase, (row.port, row.case_no), with_for_update=True)
    await session.refresh(row)
    state = rights_views.confirmation_of(row, await session.get(RightsReply, row.id)).state
    if case is None or state is not State.OPEN:
        return
    rules.advance(state, Action.LAPSE)
    rule = await rights_registry.silence_of(session, row.port, row.agency)

    row.lapsed_at, row.silence = now, rule.value
    if rule is Silence.DETERMINATION:
        await _begin_determination(session, case, row, now)
    await session.flush()

    told = {"confirmation": str(row.id), "agency": row.agency, "line": row.line, "brand": row.brand, "rule": rule.value}
    told |= {"due": row.due_at.isoformat() if row.due_at else None}
    await events.record(session, case, EventType.RIGHTS_CONFIRMATION_LAPSED, told, by=None, at=now, owner=row.agency)
    await tell(session, case, row.agency, "rights_holder_silent", told | {"round": str(row.id)}, now)


async def meet_determination(session: AsyncSession, stream: str, agency: str, at: datetime) -> None:
    """The agency has concluded: nothing is left to determine. Again changes nothing."""
    prefix = f"{IP_DETERMINATION.type}/{events.case_no_of(stream)}/{agency}/"
    for subject in sorted(await running_deadlines.open_subjects(session, stream)):
        if subject.startswith(prefix) and (deadline := await running_deadlines.open_of(session, subject)) is not None:
            await running_deadlines.meet(session, deadline.id, at)


async def _begin_determination(session: AsyncSession, case: JointCase, row: RightsConfirmation, now: datetime) -> None:
    await running_deadlines.start(
        session,
        port=case.port,
        stream=events.case_stream(case.no),
        subject=f"{IP_DETERMINATION.type}/{case.no}/{row.agency}/{row.id}",
        terms=IP_DETERMINATION,
        starts=now,
        calendar=await calendar_for(session, case.port, row.agency),
        agency=row.agency,
    )
