"""Lines of earlier versions of a declaration: by which version a session numbered them, and what they are in the present one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.carrying_over import declared
from inspection.carrying_over.carry_over_tables import FollowedVersion
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.fieldwork.field_tables import FieldSession


@dataclass(frozen=True)
class DeclaredLines:
    """``version``: the one the case is on; ``worked_by``: the version each field session went by."""

    version: int
    worked_by: dict[UUID, int]
    followed: list[FollowedVersion]

    def of_session(self, session_id: UUID) -> int:
        """The version of the declaration that a session's findings number their lines by."""
        return self.worked_by.get(session_id, self.version)

    def now(self, version: int, line: int) -> int | None:
        """The number that a line of ``version`` has in the present one; None when it was changed or removed since."""
        found: int | None = line
        for step in self.followed:
            if found is not None and step.from_version >= version:
                found = dict(step.lines["unchanged"]).get(found)
        return found


async def of_case(session: AsyncSession, case: JointCase) -> DeclaredLines:
    """The lines of a case's declaration through all versions it was on."""
    followed = await declared.followed(session, case)
    version = (await declared.present(session, case)).version
    if not followed:
        return DeclaredLines(version, {}, [])
    stated = TaskSheetRow.document["declaration"]["version"].as_integer()
    by_sheet = (TaskSheetRow.port == FieldSession.port) & (TaskSheetRow.case_no == FieldSession.case_no)
    rows = await session.execute(
        select(FieldSession.id, stated)
        .join(TaskSheetRow, by_sheet & (TaskSheetRow.version == FieldSession.sheet_version))
        .where(FieldSession.port == case.port, FieldSession.case_no == case.no)
    )
    return DeclaredLines(version, {row.id: row[1] for row in rows}, followed)
