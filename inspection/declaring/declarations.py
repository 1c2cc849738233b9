"""Reading declarations: one, a page, all of them for an export. The acting role sees its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Kind, Principal
from inspection.case_tables import CaseMember, JointCase
from inspection.declaring.declaration_tables import DeclarationRow, ScreeningRun
from inspection.enterprise_tables import ProgressKey
from kit.errors import NotFound

MOST = 200
EXPORTED = 100_000


class DeclarationView(msgspec.Struct, frozen=True, kw_only=True):
    """One version in a list."""

    id: UUID
    number: str
    version: int
    port: str
    trader: str
    state: str
    declared_at: datetime
    received_at: datetime
    lines: int
    flags: list[dict[str, Any]]


class DeclarationPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; ``cursor`` asks for the next one, null at the end."""

    items: list[DeclarationView]
    cursor: UUID | None


def _mine(principal: Principal, q: str) -> Select[DeclarationRow]:
    query = select(DeclarationRow).order_by(DeclarationRow.id.desc())
    if principal.kind is Kind.ENTERPRISE:
        own = (DeclarationRow.trader == principal.enterprise) | (DeclarationRow.broker == principal.enterprise)
        query = query.where(own)
    else:
        query = query.where(DeclarationRow.port == principal.port, DeclarationRow.history.is_(False))
    if principal.kind is Kind.AGENCY:
        called = (
            (CaseMember.port == JointCase.port) & (CaseMember.case_no == JointCase.no) & (CaseMember.agency == principal.agency)
        )
        query = query.where(DeclarationRow.id.in_(select(JointCase.declaration_id).join(CaseMember, called)))
    return query.where(DeclarationRow.number.startswith(q, autoescape=True)) if q else query


async def page(session: AsyncSession, principal: Principal, q: str, cursor: UUID | None, limit: int) -> DeclarationPage:
    """Newest first; ids sort by time, so the last id of a page is the cursor of the next."""
    size = min(max(limit, 1), MOST)
    query = _mine(principal, q).limit(size + 1)
    rows = list(await session.scalars(query if cursor is None else query.where(DeclarationRow.id < cursor)))
    return DeclarationPage(items=[_view(row) for row in rows[:size]], cursor=rows[size - 1].id if len(rows) > size else None)


async def everything(session: AsyncSession, principal: Principal, q: str) -> list[DeclarationView]:
    """All of the person's declarations, for an export (at most 100,000)."""
    return [_view(row) for row in await session.scalars(_mine(principal, q).limit(EXPORTED))]


async def one(session: AsyncSession, principal: Principal, number: str, version: int | None) -> dict[str, Any]:
    """One version with its document; officers also see the screening, the enterprise its case and progress secret."""
    query = _mine(principal, "").where(DeclarationRow.number == number).limit(1)
    row = await session.scalar(query if version is None else query.where(DeclarationRow.version == version))
    if row is None:
        raise NotFound(declaration=number)
    found: dict[str, Any] = {**msgspec.to_builtins(_view(row)), "document": row.document}
    if principal.kind is Kind.ENTERPRISE:
        found["progress_secret"] = await session.scalar(select(ProgressKey.secret).where(ProgressKey.declaration_id == row.id))
        return found
    found["case"] = await session.scalar(select(JointCase.no).where(JointCase.declaration_id == row.id))
    if principal.kind in (Kind.CUSTOMS, Kind.AUDITOR):
        found["screening"] = await screening_of(session, row.id)
    return found


async def screening_of(session: AsyncSession, declaration_id: UUID) -> dict[str, Any] | None:
    """The stored result of the declaration's screening, as far as the acting role may see it."""
    return await session.scalar(select(ScreeningRun.result).where(ScreeningRun.declaration_id == declaration_id))


def _view(row: DeclarationRow) -> DeclarationView:
    return DeclarationView(
        id=row.id,
        number=row.number,
        version=row.version,
        port=row.port,
        trader=row.trader,
        state=row.state,
        declared_at=row.declared_at,
        received_at=row.received_at,
        lines=len(row.document["lines"]),
        flags=row.flags,
    )
