"""The enterprise shows that it has done its part of a follow-up, and the demanding agency checks it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.following_up import follow_up, follow_up_entries, follow_up_files, follow_up_rows, follow_ups
from inspection.following_up.follow_up import Action, Kind, State
from inspection.following_up.follow_up_entries import Text
from inspection.following_up.follow_up_files import Document
from inspection.following_up.follow_up_views import FollowUpView, OwnFollowUpView, own_view, view
from inspection.notifying.inbox import tell
from kit.database import elevated


class ProofRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the enterprise says it has done, and the documents that show it."""

    text: Text
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The re-check: enough, or back to the enterprise; with the reason in both cases."""

    passed: bool
    reason: Text


async def prove(
    session: AsyncSession, principal: Principal, number: str, follow_up_id: UUID, request: ProofRequest, now: datetime
) -> OwnFollowUpView:
    """The enterprise sends what shows that it has done its part; sending more before the check adds to it."""
    seen = await follow_up_rows.own(session, principal, number, follow_up_id)
    # By rule: whose it is has been checked; the case's rows and log are the platform's to write.
    async with elevated(session, PLATFORM, principal.acting):
        case = await follow_up_rows.locked_case(session, seen)
        row = await follow_up_rows.locked(session, seen)

        follow_up.check_way(Kind(row.kind), Action.SUBMIT)
        follow_up.advance(State(row.state), Action.SUBMIT)
        documents = await follow_up_files.taken(session, row, principal.enterprise or "", request.documents)

        written = [msgspec.to_builtins(one) for one in documents]
        follow_up_entries.write(session, row, Action.SUBMIT, "enterprise", principal, request.text, now, documents=written)
        await follow_ups.move(session, case, row, Action.SUBMIT, principal, now, documents=written)
        await tell(session, case, row.agency, f"follow_up_proof {row.id}", {"kind": row.kind, "round": now.isoformat()}, now)
        await follow_ups.go_on(session, case, row.disposition_id, principal, now)
        return await own_view(session, row)


async def verify(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: VerifyRequest, now: datetime
) -> FollowUpView:
    """The demanding agency checks again: done, or back with the reason. Raises VerifiedByAnother for anybody else's."""
    case, row = await follow_up_rows.locked_in_case(session, principal, no, follow_up_id)
    follow_up.check_own(row.agency, principal.agency)
    follow_up.check_way(Kind(row.kind), Action.VERIFY)
    action = Action.VERIFY if request.passed else Action.SEND_BACK
    follow_up.advance(State(row.state), action)

    async with elevated(session, PLATFORM, principal.acting):
        row = await follow_up_rows.locked(session, row)
        follow_up_entries.write(session, row, action, row.agency, principal, request.reason, now)
        await follow_ups.move(session, case, row, action, principal, now, reason=request.reason)
        await follow_ups.go_on(session, case, row.disposition_id, principal, now)
        return await view(session, row)
