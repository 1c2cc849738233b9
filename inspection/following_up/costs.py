"""Costs of a case 费用, and the cases an agency has filed: put on record, read by everybody who takes part."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.concluding.merge_documents import MergeOutput
from inspection.events import EventType
from inspection.following_up import cost
from inspection.following_up.cost import Cause, Kind
from inspection.following_up.follow_up_tables import CostRecord
from inspection.reporting import reports
from kit.ids import uuid7

NO_PROBLEM = frozenset({"PASS"})


class CostRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was paid for, why it arose, and how much."""

    kind: Kind
    cause: Cause
    amount: Annotated[str, Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,2})?$")]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    note: Annotated[str, Meta(pattern=r"^[^\x00]*$", max_length=1_000)] = ""


class CostView(msgspec.Struct, frozen=True, kw_only=True):
    """A cost, and who bears it as things stand."""

    id: UUID
    kind: str
    cause: str
    amount: str
    currency: str
    note: str
    at: datetime
    bearer: str
    because_zh: str
    because_en: str


async def record(session: AsyncSession, principal: Principal, no: str, request: CostRequest, now: datetime) -> CostView:
    """Customs puts a cost on record. Who bears it nobody chooses: it follows."""
    case = await case_for(session, principal, no, lock=True)
    found = await _problem_found(session, case)
    named = {name: getattr(request, name) for name in CostRequest.__struct_fields__}
    row = CostRecord(id=uuid7(), port=case.port, case_no=case.no, by=principal.id, at=now, **named)
    session.add(row)
    await session.flush()
    told = {"cost": str(row.id), "kind": row.kind, "cause": row.cause, "amount": row.amount, "currency": row.currency}
    await events.record(session, case, EventType.COST_RECORDED, told, by=principal, at=now)
    return _view(row, found)


async def of_case(session: AsyncSession, principal: Principal, no: str) -> list[CostView]:
    """The costs of the case, oldest first."""
    case = await case_for(session, principal, no)
    found = await _problem_found(session, case)
    query = select(CostRecord).where(CostRecord.port == case.port, CostRecord.case_no == case.no)
    return [_view(row, found) for row in await session.scalars(query.order_by(CostRecord.at, CostRecord.id))]


async def _problem_found(session: AsyncSession, case: JointCase) -> bool | None:
    """Whether the latest report says anything but pass on a line; None before the first."""
    issued = await reports.latest(session, case)
    if issued is None:
        return None
    return any(line.verdict not in NO_PROBLEM for line in msgspec.convert(issued.merge, MergeOutput).lines)


def _view(row: CostRecord, problem_found: bool | None) -> CostView:
    named = {name: getattr(row, name) for name in ("id", "kind", "cause", "amount", "currency", "note", "at")}
    return CostView(**named, **msgspec.to_builtins(cost.borne(Cause(row.cause), problem_found)))
