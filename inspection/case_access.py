"""Loading a case *and* authorising it in one step: every operation on a case begins here."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Kind, Principal
from inspection.case_tables import CaseMember, JointCase
from kit.errors import NotFound


async def case_for(session: AsyncSession, principal: Principal, no: str, *, lock: bool = False) -> JointCase:
    """The case, locked if asked, when it is at the person's port and the person's agency takes part; else NotFound.

    The database's policies say the same once more; the two walls are tested apart.
    """
    query = select(JointCase).where(JointCase.no == no, JointCase.port == principal.port)
    case = await session.scalar(query.with_for_update() if lock else query)
    if case is None or not await _takes_part(session, principal, case):
        raise NotFound(case=no)
    return case


async def _takes_part(session: AsyncSession, principal: Principal, case: JointCase) -> bool:
    if principal.kind in (Kind.CUSTOMS, Kind.AUDITOR):
        return True
    if principal.kind is not Kind.AGENCY:
        return False
    return await session.get(CaseMember, (case.port, case.no, principal.agency)) is not None
