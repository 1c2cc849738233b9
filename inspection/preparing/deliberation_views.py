"""What members read of the deliberation: messages, proposals with where they stand, a draft to start from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.preparing import deliberation, division, sheet_acknowledgements, task_sheets
from inspection.preparing.deliberation import MessageView
from inspection.preparing.deliberation_tables import DivisionAnswer, DivisionProposal
from inspection.preparing.division import Answer, Division, Step


class ProposalRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A division of the points of one version of the sheet, by their numbers in its order."""

    sheet_version: Annotated[int, Meta(ge=1)]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=200)]


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency says to a proposal."""

    agency: str
    agrees: bool
    reason: str
    name: str
    at: datetime


class ProposalView(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal: OPEN, ADOPTED (on ``adopted_version`` of the sheet), or OUTDATED by a later one or another sheet.

    ``awaited`` has yet to agree; ``foreign`` are the points of other agencies that are given to an agency, by its code.
    """

    id: UUID
    number: int
    state: str
    sheet_version: int
    agency: str
    name: str
    at: datetime
    steps: list[Step]
    answers: list[AnswerView]
    awaited: list[str]
    foreign: dict[str, list[int]]
    adopted_version: int | None


class ThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole deliberation. ``draft`` is the plainest division of the newest sheet, to start from."""

    messages: list[MessageView]
    proposals: list[ProposalView]
    draft: ProposalRequest | None


async def thread(session: AsyncSession, principal: Principal, case_no: str) -> ThreadView:
    """Messages and proposals of a case, oldest first."""
    case = await case_for(session, principal, case_no)
    views = [await view_of(session, case, row) for row in await proposals_of(session, case)]
    sheet = await task_sheets.latest(session, case)
    draft = None
    if sheet is not None:
        document = task_sheets.document_of(sheet)
        taking_part = await sheet_acknowledgements.taking_part(session, case)
        plain = division.own_points(document.focus_points, taking_part, case.lead_agency)
        draft = ProposalRequest(sheet_version=sheet.version, steps=plain.steps)
    return ThreadView(messages=await deliberation.messages_of(session, case), proposals=views, draft=draft)


async def proposals_of(session: AsyncSession, case: JointCase) -> list[DivisionProposal]:
    """The case's proposals by number."""
    of_case = select(DivisionProposal).where(DivisionProposal.port == case.port, DivisionProposal.case_no == case.no)
    return list(await session.scalars(of_case.order_by(DivisionProposal.number)))


async def answers_to(session: AsyncSession, row: DivisionProposal) -> list[DivisionAnswer]:
    """What the agencies say to it, by agency; one that thought again says the new thing."""
    of_proposal = select(DivisionAnswer).where(DivisionAnswer.proposal_id == row.id).order_by(DivisionAnswer.agency)
    return list(await session.scalars(of_proposal, execution_options={"populate_existing": True}))


def division_of(row: DivisionProposal) -> Division:
    """What is proposed."""
    return msgspec.convert(row.document, Division)


def state_of(row: DivisionProposal, proposals: Sequence[DivisionProposal], sheet_version: int) -> str:
    """OPEN, ADOPTED or OUTDATED, among the case's ``proposals`` and with the newest version of its sheet."""
    if row.adopted_at is not None:
        return "ADOPTED"
    return "OPEN" if row.number == len(proposals) and row.sheet_version == sheet_version else "OUTDATED"


async def view_of(session: AsyncSession, case: JointCase, row: DivisionProposal) -> ProposalView:
    """A proposal as members of the case read it."""
    sheet = await task_sheets.latest(session, case)
    made_on = await session.get_one(TaskSheetRow, (case.port, case.no, row.sheet_version))
    document = task_sheets.document_of(made_on)
    answers = await answers_to(session, row)
    said = [Answer(agency=one.agency, agrees=one.agrees, reason=one.reason or "") for one in answers]
    return ProposalView(
        id=row.id,
        number=row.number,
        state=state_of(row, await proposals_of(session, case), sheet.version if sheet else 0),
        sheet_version=row.sheet_version,
        agency=row.agency,
        name=row.name,
        at=row.at,
        steps=list(division_of(row).steps),
        answers=[
            AnswerView(agency=one.agency, agrees=one.agrees, reason=one.reason or "", name=one.name, at=one.at) for one in answers
        ],
        awaited=list(division.awaited(await sheet_acknowledgements.accepted(session, case), said)),
        foreign={who: list(numbers) for who, numbers in division.strangers(division_of(row), document.focus_points).items()},
        adopted_version=row.adopted_version,
    )
