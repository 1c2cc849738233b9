"""Confirmations of rights holders as members of a case read them, and as the rules see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.requesting import rights_confirmation as rules
from inspection.requesting.rights_confirmation import Confirmation, Outcome, State
from inspection.requesting.rights_tables import RightsConfirmation, RightsReply


class ReplyView(msgspec.Struct, frozen=True, kw_only=True):
    """What the rights holder said, and who said so for it."""

    outcome: Outcome
    text: str
    name: str
    late: bool
    at: datetime


class ConfirmationView(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a rights holder about one line; ``outcome`` by its reply, or by ``authorisation`` (its reference).

    ``silence`` is the rule that followed where nobody replied in time.
    """

    id: UUID
    agency: str
    line: int
    brand: str
    question: str
    holder: str
    state: State
    outcome: Outcome | None
    by: str
    opened_at: datetime
    due: datetime | None
    authorisation: str | None
    silence: str | None
    withdrawn_because: str | None
    reply: ReplyView | None


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[ConfirmationView]:
    """Every confirmation of the case in the order they were opened."""
    case = await case_for(session, principal, case_no)
    return [view_of(row, reply) for row, reply in await rows_of(session, case)]


async def confirmations(session: AsyncSession, case: JointCase) -> list[Confirmation]:
    """The same as the rules see them."""
    return [confirmation_of(row, reply) for row, reply in await rows_of(session, case)]


async def rows_of(session: AsyncSession, case: JointCase) -> Sequence[tuple[RightsConfirmation, RightsReply | None]]:
    """The case's confirmations with what was replied, in the order they were opened."""
    query = select(RightsConfirmation, RightsReply).outerjoin(RightsReply, RightsReply.confirmation_id == RightsConfirmation.id)
    of_case = query.where(RightsConfirmation.port == case.port, RightsConfirmation.case_no == case.no)
    found = await session.execute(of_case.order_by(RightsConfirmation.opened_at, RightsConfirmation.id))
    return [(row, reply) for row, reply in found]


def confirmation_of(row: RightsConfirmation, reply: RightsReply | None) -> Confirmation:
    """The rows as the rules see them."""
    outcome = rules.outcome_of(replied=reply.outcome if reply else None, authorised=row.authorisation_id is not None)
    state = rules.state_of(outcome, lapsed=row.lapsed_at is not None, withdrawn=row.withdrawn_at is not None)
    return Confirmation(id=str(row.id), agency=row.agency, line=row.line, state=state, outcome=outcome)


def view_of(row: RightsConfirmation, reply: RightsReply | None) -> ConfirmationView:
    """The rows as people read them."""
    known = confirmation_of(row, reply)
    same = ("id", "agency", "line", "brand", "question", "opened_at", "authorisation", "silence", "withdrawn_because")
    return ConfirmationView(
        **{name: getattr(row, name) for name in same},
        holder=row.holder_name,
        state=known.state,
        outcome=known.outcome,
        by=row.name,
        due=row.due_at,
        reply=reply_view(reply) if reply else None,
    )


def reply_view(row: RightsReply) -> ReplyView:
    """What the holder said."""
    return ReplyView(outcome=Outcome(row.outcome), **{name: getattr(row, name) for name in ("text", "name", "late", "at")})
