"""Which version of its declaration a case is on, and whether a later one waits for the field session to end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.carrying_over.carry_over_tables import FollowedVersion
from inspection.case_tables import JointCase
from inspection.declaring.declaration_state import FINAL, State
from inspection.declaring.declaration_tables import DeclarationRow


async def present(session: AsyncSession, case: JointCase) -> DeclarationRow:
    """The version the case is on."""
    row = await session.get_one(DeclarationRow, case.declaration_id)
    # The session holds rows weakly, and nearly every rule asks for this large one again: it is read once per transaction.
    session.info.setdefault("declarations", set()).add(row)
    return row


async def waiting(session: AsyncSession, case: JointCase) -> DeclarationRow | None:
    """The newest version the case has yet to follow. None once the declaration is over: what comes then is not its business."""
    row = await present(session, case)
    if State(row.state) in FINAL:
        return None
    same = (DeclarationRow.port == row.port, DeclarationRow.trader == row.trader, DeclarationRow.number == row.number)
    later = (DeclarationRow.version > row.version, DeclarationRow.state == State.UNDER_JOINT_CASE, ~DeclarationRow.history)
    return await session.scalar(select(DeclarationRow).where(*same, *later).order_by(DeclarationRow.version.desc()).limit(1))


async def followed(session: AsyncSession, case: JointCase) -> list[FollowedVersion]:
    """Every version the case went to, the first first."""
    rows = await session.scalars(
        select(FollowedVersion)
        .where(FollowedVersion.port == case.port, FollowedVersion.case_no == case.no)
        .order_by(FollowedVersion.to_version)
    )
    return list(rows)
