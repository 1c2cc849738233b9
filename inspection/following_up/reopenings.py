"""A closed case is taken up again 重新开启: by an approver with a reason, or because a conclusion was amended after the end.

What was decided and issued stays as it was; the new round ends with a report and a disposition of its own.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import case as rules
from inspection import cases, events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.deciding.proposal import Reason
from inspection.events import EventType
from inspection.following_up.reopening_tables import CaseReopening
from inspection.notifying.inbox import tell_members
from inspection.preparing import task_sheets
from inspection.reporting import reports
from kit.database import elevated

AMENDED: Final = "结案后部门结论有变化 / a conclusion was amended after the case had closed"


class Ground(StrEnum):
    """Why the case is taken up again."""

    NEW_FACTS = "NEW_FACTS"
    RECALL = "RECALL"
    REINSPECTION = "REINSPECTION"


class ReopenRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why, in a word of the list and in a sentence."""

    ground: Ground
    reason: Reason


class ReopeningView(msgspec.Struct, frozen=True, kw_only=True):
    """One reopening; ``reopened_by`` null: the platform, because a conclusion was amended."""

    number: int
    ground: str
    reason: str
    after_report: int
    reopened_by: UUID | None
    reopened_at: datetime


async def reopen(
    session: AsyncSession, principal: Principal, case_no: str, request: ReopenRequest, now: datetime
) -> ReopeningView:
    """An approver takes a closed case up again. The same again changes nothing; StateForbids while it is not closed."""
    case = await case_for(session, principal, case_no, lock=True)
    last = await cases.last_reopening(session, case)
    wanted = (principal.id, request.ground, request.reason)
    if last is not None and case.closed_at is None and (last.reopened_by, last.ground, last.reason) == wanted:
        return _view(last)

    rules.advance(rules.State(case.state), rules.Action.REOPEN)

    async with elevated(session, PLATFORM, principal.acting):  # the case's state is the platform's to derive
        newest = await reports.latest(session, case)
        assert newest is not None  # no case closes without a report
        row = await _begin_round(session, case, request.ground, request.reason, newest.version, principal, now)
        await cases.settle(session, case, now)
    return _view(row)


async def by_amendment(session: AsyncSession, case: JointCase, *, issued: int, recalled: bool, now: datetime) -> None:
    """A new version of the report has issued for a case that had closed. As the platform, with the case locked."""
    if case.closed_at is not None:
        ground = Ground.RECALL if recalled else Ground.NEW_FACTS
        await _begin_round(session, case, ground, AMENDED, issued - 1, None, now)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[ReopeningView]:
    """Every reopening of the case, oldest first."""
    case = await case_for(session, principal, case_no)
    of_case = (CaseReopening.port == case.port, CaseReopening.case_no == case.no)
    return [_view(row) for row in await session.scalars(select(CaseReopening).where(*of_case).order_by(CaseReopening.number))]


async def _begin_round(
    session: AsyncSession,
    case: JointCase,
    ground: Ground,
    reason: str,
    after_report: int,
    by: Principal | None,
    now: datetime,
) -> CaseReopening:
    last = await cases.last_reopening(session, case)
    row = CaseReopening(
        port=case.port,
        case_no=case.no,
        number=1 if last is None else last.number + 1,
        ground=ground.value,
        reason=reason,
        after_report=after_report,
        reopened_by=by.id if by is not None else None,
        reopened_at=now,
    )
    session.add(row)
    case.closed_at = None
    await task_sheets.reopen(session, case)
    await session.flush()
    told = {"number": row.number, "ground": row.ground, "reason": reason, "after_report": row.after_report}
    await events.record(session, case, EventType.CASE_REOPENED, told, by=by, at=now)
    await tell_members(session, case, "case_reopened", {"reason": reason, "round": row.number}, now)
    return row


def _view(row: CaseReopening) -> ReopeningView:
    return ReopeningView(**{name: getattr(row, name) for name in ReopeningView.__struct_fields__})
