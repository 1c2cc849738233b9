"""A task sheet's next version: what has changed, for whom, and why. The version before it stays as it was read.

Whoever changes what the agencies are asked amends the sheet through :func:`amend`: an agreed division of the work, a new version
of the declaration. An agency whose points stay as they were need not acknowledge them again; the others have to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.carrying_over import declared
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.events import EventType
from inspection.notifying.inbox import tell
from inspection.preparing import task_sheet, task_sheets
from inspection.preparing.division import Division
from inspection.preparing.task_sheet import Action, State, TaskSheetDocument
from inspection.reporting.document_parts import FocusPoint
from kit.errors import NotFound


async def amend(
    session: AsyncSession,
    case: JointCase,
    *,
    because: str,
    now: datetime,
    by: Principal | None = None,
    focus_points: Sequence[FocusPoint] | None = None,
    division: Division | None = None,
    changed: Collection[str] = (),
    action: Action = Action.AMEND,
) -> TaskSheetRow:
    """Issues the next version of the case's sheet and tells everybody on it. As the platform, with the case locked.

    The rest of the document is the case as it stands: declaration, participants, window. ``focus_points`` None: what the lead
    does everywhere and what the invitations ask. ``by``: whose act it is (None: the platform's). ``action`` FOLLOW: the
    declaration has a new version, which a frozen sheet follows too. ``changed``: who has to read it again besides those whose
    points differ. ``division`` None: the one agreed on before stands as long as the points stay the same. Raises
    :class:`~kit.errors.NotFound` before a sheet has issued, :class:`~inspection.transitions.StateForbids` when it can no longer
    be amended.
    """
    before = await task_sheets.latest(session, case)
    if before is None:
        raise NotFound(case=case.no, because="no task sheet has issued yet")
    state = task_sheet.advance(State(before.state), action)
    known = task_sheets.document_of(before)
    document = await task_sheets.compose(
        session, case, version=before.version + 1, because=because, lead=known.lead, focus_points=focus_points, now=now
    )
    again = sorted({*changed, *task_sheet.changed_for(known, document)} & {one.agency for one in document.focus_points})
    kept = known.division if document.focus_points == known.focus_points else None
    document = replace(document, division=division or kept, changed_for=tuple(again))

    row = task_sheets.row_of(case, document, state, now)
    session.add(row)
    await session.flush()

    told = _told(row, document, because, again)
    await events.record(session, case, EventType.TASK_SHEET_AMENDED, told, by=by, at=now)
    noted = {"number": document.number, "because": because, "changed": again, "round": document.version}
    for agency in sorted({case.lead_agency, *(one.agency for one in document.participants if one.state == "ACCEPTED")}):
        await tell(session, case, agency, "task_sheet_amended", noted, now)
    return row


async def follow_when_ready(session: AsyncSession, stream: str, now: datetime) -> None:
    """Amends a sheet that is of an earlier version of the declaration than its case, once nothing holds it. As the platform."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    sheet = await task_sheets.latest(session, case) if case is not None and not case.cancelled else None
    if case is None or sheet is None:
        return
    known = task_sheets.document_of(sheet)
    version = (await declared.present(session, case)).version
    if known.declaration.version == version or await task_sheets.held(session, case, known.lead, now):
        return
    since = [row for row in await declared.followed(session, case) if row.to_version > known.declaration.version]
    again = {pair["agency"] for row in since for pair in row.pairs["reopened"]}
    because = f"申报改为第 {version} 版"
    await amend(session, case, because=because, changed=again, action=Action.FOLLOW, now=now)


def _told(row: TaskSheetRow, document: TaskSheetDocument, because: str, again: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"number": row.number, "version": row.version, "state": row.state, "because": because}
    return told | {
        "changed": again,
        "participants": [one.agency for one in document.participants],
        "declaration_version": document.declaration.version,
        "document_hash": row.document_hash,
    }
