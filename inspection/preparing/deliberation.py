"""The deliberation before the yard 预会商: what the agencies say to each other in a case's thread."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.fieldwork.field import EXCERPT
from inspection.preparing.deliberation_tables import DeliberationMessage
from kit.errors import Conflict, NotFound


class MessageDiffers(Conflict):
    """The id is known with another text, or somebody else's; what was said stands."""

    code = "message_differs"
    title_zh = "同一编号的发言内容不一致"
    title_en = "This id was already used for another message"
    advice_zh = "原发言保持不变；请以新编号发送。"
    advice_en = "The first one stands; send the other under a new id."


class MessageRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says, perhaps in reply to a message of the same case."""

    text: Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=10_000)]
    reply_to: UUID | None = None


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the members of the case read it."""

    id: UUID
    agency: str
    name: str
    text: str
    reply_to: UUID | None
    at: datetime


async def post(
    session: AsyncSession, principal: Principal, case_no: str, message_id: UUID, request: MessageRequest, now: datetime
) -> MessageView:
    """Says something under the client's id; the same again is answered again."""
    case = await case_for(session, principal, case_no, lock=True)
    known = await _message(session, case, message_id)
    if known is not None:
        if (known.person_id, known.text, known.reply_to) != (principal.id, request.text, request.reply_to):
            raise MessageDiffers(id=str(message_id))
        return _view(known)
    if request.reply_to is not None and await _message(session, case, request.reply_to) is None:
        raise NotFound(message=str(request.reply_to))

    row = {
        "id": message_id, "port": case.port, "case_no": case.no, "agency": principal.agency, "person_id": principal.id,
        "name": principal.name, "text": request.text, "reply_to": request.reply_to, "at": now,
    }  # fmt: skip
    written = await session.scalar(
        insert(DeliberationMessage).values(row).on_conflict_do_nothing().returning(DeliberationMessage)
    )
    if written is None:  # the id stands in another case
        raise MessageDiffers(id=str(message_id))
    told = {"message": str(message_id), "agency": principal.agency, "name": principal.name, "text": request.text[:EXCERPT]}
    told |= {"reply_to": str(request.reply_to)} if request.reply_to else {}
    await events.record(session, case, EventType.MESSAGE_POSTED, told, by=principal, at=now)
    return _view(written)


async def messages_of(session: AsyncSession, case: JointCase) -> list[MessageView]:
    """Everything that was said, in order."""
    of_case = select(DeliberationMessage).where(DeliberationMessage.port == case.port, DeliberationMessage.case_no == case.no)
    rows = await session.scalars(of_case.order_by(DeliberationMessage.at, DeliberationMessage.id))
    return [_view(row) for row in rows]


async def _message(session: AsyncSession, case: JointCase, message_id: UUID) -> DeliberationMessage | None:
    row = await session.get(DeliberationMessage, message_id)
    return row if row is not None and (row.port, row.case_no) == (case.port, case.no) else None


def _view(row: DeliberationMessage) -> MessageView:
    return MessageView(id=row.id, agency=row.agency, name=row.name, text=row.text, reply_to=row.reply_to, at=row.at)
