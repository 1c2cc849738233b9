"""A follow-up audit 稽查 is announced to the enterprise after the disposition: what it is about, on which day, whom to ask.

The announcement is an event of the case and a notice; the audit itself is customs' own business and no part of the case.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.deciding import disposition, disposition_rows
from inspection.events import EventType
from inspection.statuses import PORT_ZONE
from kit.errors import Invalid

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]


class AuditDateInvalid(Invalid):
    """An audit is announced for a day to come, by the port's calendar; ``details['errors']``."""

    code = "audit_date_invalid"
    title_zh = "稽查日期须为今日之后"
    title_en = "An audit is announced for a day to come"


class AuditRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the audit is about, the day, and a desk to ask (never an officer's own number)."""

    matter: Text
    on: date
    contact: Text


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """An audit as it was announced."""

    matter: str
    on: date
    contact: str
    announced_at: datetime


async def announce(session: AsyncSession, principal: Principal, no: str, request: AuditRequest, now: datetime) -> AuditView:
    """The lead announces an audit of what was decided. StateForbids before a disposition is in force, AuditDateInvalid."""
    case = await case_for(session, principal, no, lock=True)
    row = await disposition_rows.current(session, case)
    if row is None or disposition.State(row.state) not in disposition.IN_FORCE:
        raise transitions.StateForbids(state=case.state, action="announce_audit", allowed=[])
    today = now.astimezone(PORT_ZONE).date()
    if request.on <= today:
        raise AuditDateInvalid(errors=[{"path": "$.on", "message": f"after {today.isoformat()}"}])

    told = {"matter": request.matter, "on": request.on.isoformat(), "contact": request.contact}
    await events.record(session, case, EventType.AUDIT_ANNOUNCED, told, by=principal, at=now)
    return AuditView(matter=request.matter, on=request.on, contact=request.contact, announced_at=now)
