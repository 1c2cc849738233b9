"""The laboratories listed for a port: where a second test may be made."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Kind, Principal
from inspection.deciding.dissent_tables import LaboratoryRow
from kit.errors import NotFound

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]


class Laboratory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A laboratory by name, what it may test, and whether it is on the list now."""

    name: Text
    scope: Text
    listed: bool = True


class LaboratoryView(Laboratory, frozen=True, kw_only=True):
    """A laboratory of the port's list, by its code."""

    code: str


async def put(session: AsyncSession, principal: Principal, port: str, code: str, laboratory: Laboratory) -> LaboratoryView:
    """The administrator lists a laboratory, changes it or takes it off. The same again changes nothing."""
    row = await session.get(LaboratoryRow, (port, code), with_for_update=True)
    if row is None:
        row = LaboratoryRow(port=port, code=code)
        session.add(row)
    row.name, row.scope, row.listed = laboratory.name, laboratory.scope, laboratory.listed
    await session.flush()
    return _view(row)


async def of_port(session: AsyncSession, principal: Principal, port: str) -> list[LaboratoryView]:
    """The list of the person's own port; the administrator reads any."""
    if principal.kind is not Kind.ADMIN and principal.port != port:
        raise NotFound(port=port)
    rows = await session.scalars(select(LaboratoryRow).where(LaboratoryRow.port == port).order_by(LaboratoryRow.code))
    return [_view(row) for row in rows]


def _view(row: LaboratoryRow) -> LaboratoryView:
    return LaboratoryView(code=row.code, name=row.name, scope=row.scope, listed=row.listed)
