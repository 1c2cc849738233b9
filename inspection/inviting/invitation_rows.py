"""Loading invitations: the latest round of an agency, locked, and what decides about all of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_tables import Invitation, JointCase, TaskSheetRow
from inspection.inviting import jurisdiction
from inspection.inviting.jurisdiction import Matter
from inspection.reporting.document_parts import FocusPoint
from kit.errors import NotAllowed, NotFound

FROZEN = frozenset({"FROZEN", "CLOSED"})


async def locked(session: AsyncSession, case: JointCase, agency: str, round_: int | None = None) -> Invitation:
    """The agency's latest invitation, or that of a round, locked; raises NotFound."""
    query = _of(case).where(Invitation.agency == agency).order_by(Invitation.round.desc()).limit(1)
    row = await session.scalar((query if round_ is None else query.where(Invitation.round == round_)).with_for_update())
    if row is None:
        raise NotFound(case=case.no, agency=agency)
    return row


async def every_round(session: AsyncSession, case: JointCase) -> Sequence[Invitation]:
    """All invitations of the case by agency and round."""
    return list(await session.scalars(_of(case).order_by(Invitation.agency, Invitation.round)))


async def latest(session: AsyncSession, case: JointCase, *, lock: bool = False) -> list[Invitation]:
    """The latest invitation of each agency, by agency."""
    query = _of(case).order_by(Invitation.agency, Invitation.round)
    rows = await session.scalars(query.with_for_update() if lock else query)
    return list({row.agency: row for row in rows}.values())


def _of(case: JointCase) -> Select[Invitation]:
    return select(Invitation).where(Invitation.port == case.port, Invitation.case_no == case.no)


def check_own(principal: Principal, agency: str) -> None:
    """Raises NotAllowed when the person speaks for another agency."""
    if principal.agency != agency:
        raise NotAllowed(f"you answer for {principal.agency}, not for {agency}", agency=agency)


async def sheet_frozen(session: AsyncSession, case: JointCase) -> bool:
    """Whether the goods were opened under the case's task sheet."""
    return bool(FROZEN & set(await _sheet_states(session, case)))


async def sheet_issued(session: AsyncSession, case: JointCase) -> bool:
    """Whether the case has a task sheet."""
    return bool(await _sheet_states(session, case))


async def _sheet_states(session: AsyncSession, case: JointCase) -> Sequence[str]:
    of_case = (TaskSheetRow.port == case.port, TaskSheetRow.case_no == case.no)
    return list(await session.scalars(select(TaskSheetRow.state).where(*of_case)))


def points_of(row: Invitation) -> tuple[FocusPoint, ...]:
    """What the agency is asked to look at."""
    return msgspec.convert(row.points, tuple[FocusPoint, ...])


def matter_of(row: Invitation) -> Matter:
    """The invitation as far as competence goes."""
    return jurisdiction.matter(row.agency, row.state, row.decline_reason, row.domains, points_of(row))
