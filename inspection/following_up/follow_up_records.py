"""What the demanding agency puts on record about a follow-up: what exactly it wants, and what its kind cannot be done without."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events, transitions
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.following_up import demand, follow_up, follow_up_entries, follow_up_rows, follow_ups
from inspection.following_up.demand import Demand, DemandRequest
from inspection.following_up.follow_up import Action, Kind, State
from inspection.following_up.follow_up_entries import Text
from inspection.following_up.follow_up_tables import CaseFiling, FollowUp
from inspection.following_up.follow_up_views import FollowUpView, view
from kit.database import elevated
from kit.ids import uuid7

Short = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=200)]
Amount = Annotated[str, Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,2})?$", description="decimal text, e.g. 120000.00")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class RecordRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is put on record; which fields a kind cannot do without stands in ``follow_up.RECORD``."""

    reference: Short | None = None
    reason: Text | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    outcome: Literal["CONFORMS", "FAILS"] | None = None
    place: Short | None = None
    method: Short | None = None
    witnesses: Annotated[tuple[Short, ...], Meta(max_length=20)] = ()


async def state_demand(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: DemandRequest, now: datetime
) -> FollowUpView:
    """The demanding agency says exactly what it wants; the enterprise gets the merged demand anew. The same changes nothing."""
    case, row = await follow_up_rows.locked_in_case(session, principal, no, follow_up_id)
    follow_up.check_own(row.agency, principal.agency)
    before = msgspec.convert(row.demand, Demand)
    asked = demand.stated(before, request)
    if asked == before:
        return await view(session, row)
    if row.state not in follow_up.OPEN:
        raise transitions.StateForbids(state=row.state, action="state_demand", allowed=[])

    async with elevated(session, PLATFORM, principal.acting):
        row = await follow_up_rows.locked(session, row)
        row.demand = msgspec.to_builtins(asked)
        await session.flush()
        told = follow_up_rows.told_of(row) | {"what": request.what}
        await events.record(session, case, EventType.DEMAND_STATED, told, by=principal, at=now)
        return await view(session, row)


async def register(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: RecordRequest, now: datetime
) -> FollowUpView:
    """Puts on record what this kind needs, and with that it is done; the same again changes nothing."""
    case, row = await follow_up_rows.locked_in_case(session, principal, no, follow_up_id)
    record = msgspec.to_builtins(request)
    follow_up.check_own(row.agency, principal.agency)
    if row.state not in follow_up.OPEN and row.record and msgspec.convert(row.record, RecordRequest) == request:
        return await view(session, row)

    follow_up.check_way(Kind(row.kind), Action.REGISTER)
    follow_up.check_record(Kind(row.kind), record)
    follow_up.advance(State(row.state), Action.REGISTER)

    async with elevated(session, PLATFORM, principal.acting):
        row = await follow_up_rows.locked(session, row)
        row.record = record
        follow_up_entries.write(session, row, Action.REGISTER, row.agency, principal, request.reason or "", now)
        told = {name: record[name] for name in ("outcome",) if name in record}
        await follow_ups.move(session, case, row, Action.REGISTER, principal, now, **told)
        if row.kind == Kind.CASE_FILING:
            await _file(session, case, row, request, principal, now)
        await follow_ups.go_on(session, case, row.disposition_id, principal, now)
        return await view(session, row)


async def _file(
    session: AsyncSession, case: JointCase, row: FollowUp, request: RecordRequest, principal: Principal, now: datetime
) -> None:
    filed = CaseFiling(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        follow_up_id=row.id,
        agency=row.agency,
        reference=request.reference or "",
        basis=request.reason or "",
        lines=row.lines,
        state="FILED",
        outcome=None,
        filed_by=principal.id,
        filed_at=now,
        closed_by=None,
        closed_at=None,
    )
    session.add(filed)
    await session.flush()
    told = {"filing": str(filed.id), "agency": row.agency, "reference": filed.reference, "lines": row.lines}
    await events.record(session, case, EventType.CASE_FILED, told, by=principal, at=now)
