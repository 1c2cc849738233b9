"""What time does to an information request: its due moves, and being late is told up the line. As the platform."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines
from inspection.case_tables import JointCase
from inspection.notifying.inbox import tell
from inspection.requesting.request_tables import InfoAnswer, InfoRequest
from inspection.timekeeping.deadline_subject import asked_request


async def follow_due(session: AsyncSession, subject: str) -> None:
    """A request repeats the present due of its deadline."""
    if (deadline := await running_deadlines.newest_of(session, subject)) is not None:
        moved = update(InfoRequest).where(InfoRequest.deadline_id == deadline.id).values(due_at=deadline.due_at)
        await session.execute(moved.execution_options(synchronize_session=False))


async def on_red_rung(session: AsyncSession, subject: str, rung: int, now: datetime) -> None:
    """Nobody has answered in time: whoever asked, whoever was asked and the lead read it; unit heads are told by the catalogue.

    Repeating it, or losing to an answer, changes nothing. Silence answers nothing: the request stays open.
    """
    id_ = asked_request(subject)
    row = await session.get(InfoRequest, UUID(id_)) if id_ else None
    if row is None or row.withdrawn_at is not None or await session.get(InfoAnswer, row.id) is not None:
        return
    case = await session.get_one(JointCase, (row.port, row.case_no))
    told = {"round": f"{row.id} {rung}", "agency": row.agency, "asked": row.asked, "due": row.due_at.isoformat(), "rung": rung}
    for agency in sorted({row.agency, row.asked, case.lead_agency}):
        await tell(session, case, agency, "info_request_overdue", told, now)
