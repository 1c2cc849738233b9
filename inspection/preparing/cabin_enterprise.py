"""What of a case's cabin is meant for the enterprise: papers by the number of its declaration, and the bytes behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events
from inspection.declaring import declarations
from inspection.preparing.cabin import Kind
from inspection.preparing.cabin_tables import CabinPaper
from kit.database import elevated
from kit.errors import NotFound
from media import uploads
from media.uploads import Held


class EnterprisePaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that is meant for the enterprise, as the enterprise sees it: no officer's name, no requirement."""

    id: UUID
    version: int
    kind: str
    agency: str
    title: str
    content: dict[str, Any]
    filed_at: datetime


async def of_declaration(session: AsyncSession, principal: Principal, number: str) -> list[EnterprisePaper]:
    """The newest version of every paper of a declaration that is meant for this enterprise."""
    rows = await _for_enterprise(session, principal, number)
    return [EnterprisePaper(**{name: getattr(row, name) for name in EnterprisePaper.__struct_fields__}) for row in rows]


async def bytes_for_enterprise(session: AsyncSession, principal: Principal, number: str, paper_id: UUID) -> Held:
    """The document behind such a paper; NotFound for any other."""
    row = next((row for row in await _for_enterprise(session, principal, number) if row.id == paper_id), None)
    if row is None or row.kind != Kind.DOCUMENT:
        raise NotFound(paper=str(paper_id))
    # Evidence belongs to agencies; that this piece was handed to the enterprise stands in the paper just read.
    async with elevated(session, PLATFORM, principal.acting):
        scope = events.case_stream(row.case_no)
        return await uploads.find(session, scope=scope, evidence_id=UUID(row.content["evidence"]))


async def _for_enterprise(session: AsyncSession, principal: Principal, number: str) -> list[CabinPaper]:
    """The newest versions of what is meant for the enterprise; a paper is so from its first version on, or never."""
    await declarations.one(session, principal, number, None)  # NotFound for somebody else's
    rows = await session.scalars(
        select(CabinPaper).where(
            CabinPaper.declaration_number == number,
            or_(CabinPaper.trader == principal.enterprise, CabinPaper.broker == principal.enterprise),
        )
    )
    highest: dict[UUID, CabinPaper] = {}
    for row in rows:
        if row.id not in highest or row.version > highest[row.id].version:
            highest[row.id] = row
    return sorted(highest.values(), key=lambda row: (row.filed_at, row.id))
