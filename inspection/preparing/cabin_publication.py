"""Publishing checklists 查验清单: an agency's own at its port, version by version; the highest version of each is in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.powers import Principal
from agencies.units import UnitEvent
from inspection.preparing import cabin, cabin_papers
from inspection.preparing.cabin import Entry, Line
from inspection.preparing.cabin_tables import Checklist
from kit.canonical import canonical_hash


class ChecklistRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version of a checklist. ``mandatory``: the agency's people must have read it; no entries: the list ends."""

    version: cabin_papers.Version
    title: Line
    entries: Annotated[tuple[Entry, ...], Meta(max_length=200)]
    mandatory: bool = False


class ChecklistView(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an agency's checklist; the highest of a code is in force for cases that come."""

    agency: str
    code: str
    version: int
    title: str
    entries: list[Entry]
    mandatory: bool
    published_at: datetime


async def publish(
    session: AsyncSession, principal: Principal, port: str, agency: str, code: str, request: ChecklistRequest, now: datetime
) -> ChecklistView:
    """Puts a version into force for cases whose sheet issues from now on; the same again is answered again."""
    units.check_unit(principal, port, agency)
    await units.check_agency(session, agency)
    versions = await _versions(session, port, agency, code)
    if cabin.is_resend(code, request.version, [_hash(_request_of(row)) for row in versions], _hash(request)):
        return _view(versions[request.version - 1])
    cabin.check_entries(request.entries)

    row = Checklist(
        port=port,
        agency=agency,
        code=code,
        version=request.version,
        title=request.title,
        entries=msgspec.to_builtins(request.entries),
        mandatory=request.mandatory,
        published_by=principal.id,
        published_at=now,
    )
    session.add(row)
    await session.flush()
    told = {"code": code, "version": row.version, "title": row.title, "entries": len(row.entries), "mandatory": row.mandatory}
    await units.record(session, principal, port, agency, UnitEvent.CHECKLIST_PUBLISHED, told, now)
    return _view(row)


async def published(session: AsyncSession, principal: Principal, port: str, agency: str) -> list[ChecklistView]:
    """Every version of an agency's checklists at a port, the newest of each code first; officers of the port may read them."""
    units.own_port(principal, port)
    of_unit = select(Checklist).where(Checklist.port == port, Checklist.agency == agency)
    rows = await session.scalars(of_unit.order_by(Checklist.code, Checklist.version.desc()))
    return [_view(row) for row in rows]


async def in_force(session: AsyncSession, port: str, agencies: Sequence[str]) -> list[Checklist]:
    """The highest version of each code; one without entries has ended the list."""
    of_agencies = select(Checklist).where(Checklist.port == port, Checklist.agency.in_(agencies))
    rows = await session.scalars(of_agencies.order_by(Checklist.agency, Checklist.code, Checklist.version))
    highest = {(row.agency, row.code): row for row in rows}
    return [row for row in highest.values() if row.entries]


async def _versions(session: AsyncSession, port: str, agency: str, code: str) -> list[Checklist]:
    of_code = select(Checklist).where(Checklist.port == port, Checklist.agency == agency, Checklist.code == code)
    return list(await session.scalars(of_code.order_by(Checklist.version)))


def _request_of(row: Checklist) -> ChecklistRequest:
    entries = msgspec.convert(row.entries, tuple[Entry, ...])
    return ChecklistRequest(version=row.version, title=row.title, entries=entries, mandatory=row.mandatory)


def _hash(request: ChecklistRequest) -> str:
    return canonical_hash(request)


def _view(row: Checklist) -> ChecklistView:
    fields = {name: getattr(row, name) for name in ChecklistView.__struct_fields__ if name != "entries"}
    return ChecklistView(**fields, entries=msgspec.convert(row.entries, list[Entry]))
