"""Who is told how an invitation went on: the coordinator and the agency's leader of every red rung, both sides of a conflict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection import events
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.inviting import invitation_rows
from inspection.notifying.inbox import tell

KINDS: dict[str, str] = {
    EventType.INVITATION_ESCALATED: "invitation_escalated",
    EventType.INVITATION_DEEMED: "invitation_deemed",
    EventType.INVITATION_WAIVED: "invitation_waived",
    EventType.INVITATION_SUBSTITUTED: "invitation_substituted",
    EventType.LATE_ANSWER_OFFERED: "late_answer_offered",
    EventType.POINTS_CLAIMED: "points_claimed",
}
"""What an inbox calls it. The inbox of an agency is its leader's as well as its dispatcher's."""

TOLD_TO_ALL = frozenset({EventType.INVITATION_DEEMED, EventType.INVITATION_WAIVED, EventType.INVITATION_SUBSTITUTED})
"""Who works on a case without one of its agencies has to know."""


async def announce(session: AsyncSession, stream: str, type_: str, data: dict[str, Any], now: datetime) -> None:
    """Puts it into the inboxes of the lead agency and of everybody it concerns; repeating it changes nothing. As the platform."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)))
    if case is None:
        return
    concerned = {case.lead_agency, data["agency"], data.get("declined_by"), *data.get("concerns", ())} - {None}
    if type_ in TOLD_TO_ALL:
        concerned |= {one.agency for one in await invitation_rows.latest(session, case)}
    once = f"{KINDS[type_]} {data['agency']} {data.get('level', 0)} {data.get('because', '')}".rstrip()
    for agency in sorted(str(one) for one in concerned):
        await tell(session, case, agency, once, data, now)
