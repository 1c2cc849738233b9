"""Field sessions and their workstreams as members of the case see them, and as the rules do."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.fieldwork import session as rules
from inspection.fieldwork.field_tables import FieldSession, Workstream
from inspection.fieldwork.session import WorkstreamState
from kit.errors import NotFound


class WorkstreamView(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's share of a session; ``at`` is when it was completed or excused."""

    agency: str
    mandatory: bool
    state: str
    reason: str | None
    at: datetime | None


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session as members of the case see it. ``officers``: person, login, name, agency of each."""

    id: UUID
    state: str
    lead_inspector: UUID
    officers: list[dict[str, str]]
    attendance: str
    seals_before: list[str]
    seals_after: list[str]
    checked_in_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    workstreams: list[WorkstreamView]


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[SessionView]:
    """The case's sessions, oldest first."""
    case = await case_for(session, principal, case_no)
    return [await view_of(session, row) for row in await rows_of(session, case)]


async def rows_of(session: AsyncSession, case: JointCase) -> list[FieldSession]:
    """The case's sessions, oldest first."""
    of_case = select(FieldSession).where(FieldSession.port == case.port, FieldSession.case_no == case.no)
    return list(await session.scalars(of_case.order_by(FieldSession.checked_in_at, FieldSession.id)))


async def session_in(session: AsyncSession, case: JointCase, session_id: UUID) -> FieldSession:
    """One session of this very case, else NotFound. The case's row is the lock of its sessions."""
    row = await session.get(FieldSession, session_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(case=case.no, session=str(session_id))
    return row


async def workstreams_of(session: AsyncSession, row: FieldSession) -> list[Workstream]:
    """The shares of one session, by agency."""
    return list(await session.scalars(select(Workstream).where(Workstream.session_id == row.id).order_by(Workstream.agency)))


def share_of(one: Workstream, row: FieldSession, waiting: dict[str, int]) -> rules.Workstream:
    """A row as the rules see it. Only the session's lead inspector ever excuses, so that is who did."""
    state = WorkstreamState(one.state)
    return rules.Workstream(
        agency=one.agency,
        mandatory=one.mandatory,
        state=state,
        reason=one.reason or "",
        excused_by=str(row.lead_inspector) if state is WorkstreamState.EXCUSED else "",
        pending_uploads=waiting.get(one.agency, 0),
    )


async def view_of(session: AsyncSession, row: FieldSession) -> SessionView:
    """The public fields of a session with its workstreams."""
    fields = {name: getattr(row, name) for name in SessionView.__struct_fields__ if name != "workstreams"}
    return SessionView(**fields, workstreams=[workstream_view(one) for one in await workstreams_of(session, row)])


def workstream_view(row: Workstream) -> WorkstreamView:
    """The public fields of a workstream."""
    return WorkstreamView(agency=row.agency, mandatory=row.mandatory, state=row.state, reason=row.reason, at=row.at)
