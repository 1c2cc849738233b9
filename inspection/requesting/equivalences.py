"""Equivalences 等效标准 as they are kept: an agency's own at its port, registered, ended, never edited."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.powers import Principal
from agencies.units import UnitEvent
from inspection.requesting import recognition as rules
from inspection.requesting.recognition import Equivalence, EquivalenceDiffers
from inspection.requesting.recognition_tables import EquivalenceRow
from inspection.requesting.request import Words
from kit.errors import NotFound


class Ending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it ends."""

    reason: Words


class EquivalenceView(msgspec.Struct, frozen=True, kw_only=True):
    """An equivalence of an agency at a port."""

    id: UUID
    agency: str
    content: Equivalence
    made_at: datetime
    ended_at: datetime | None
    ended_because: str | None


async def register(
    session: AsyncSession, principal: Principal, port: str, agency: str, id_: UUID, content: Equivalence, now: datetime
) -> EquivalenceView:
    """Puts an equivalence into force under the client's id; the same again is answered again."""
    units.check_unit(principal, port, agency)
    await units.check_agency(session, agency)
    known = await session.get(EquivalenceRow, id_)
    if known is not None:
        if (known.port, known.agency) != (port, agency) or content_of(known) != content:
            raise EquivalenceDiffers(id=str(id_))
        return _view(known)

    rules.check_equivalence(content)

    row = msgspec.structs.asdict(content) | {
        "id": id_, "port": port, "agency": agency, "made_by": principal.id, "made_at": now,
        "check_kinds": [kind.value for kind in content.check_kinds],
    }  # fmt: skip
    written = await session.scalar(insert(EquivalenceRow).values(row).on_conflict_do_nothing().returning(EquivalenceRow))
    if written is None:
        raise EquivalenceDiffers(id=str(id_))

    told = {"equivalence": str(id_)} | msgspec.to_builtins(content)
    await units.record(session, principal, port, agency, UnitEvent.EQUIVALENCE_REGISTERED, told, now)
    return _view(written)


async def end(
    session: AsyncSession, principal: Principal, port: str, agency: str, id_: UUID, why: Ending, now: datetime
) -> EquivalenceView:
    """It serves no new record from now on; what was recognised by it stands. Again changes nothing."""
    units.check_unit(principal, port, agency)
    row = await session.get(EquivalenceRow, id_, with_for_update=True)
    if row is None or (row.port, row.agency) != (port, agency):
        raise NotFound(equivalence=str(id_))

    if row.ended_at is None:
        row.ended_at, row.ended_because = now, why.reason
        told = {"equivalence": str(id_), "reason": why.reason}
        await units.record(session, principal, port, agency, UnitEvent.EQUIVALENCE_ENDED, told, now)
    return _view(row)


async def listed(session: AsyncSession, principal: Principal, port: str, agency: str) -> list[EquivalenceView]:
    """An agency's equivalences at a port, newest first; officers of the port may read them."""
    units.own_port(principal, port)
    of_unit = select(EquivalenceRow).where(EquivalenceRow.port == port, EquivalenceRow.agency == agency)
    rows = await session.scalars(of_unit.order_by(EquivalenceRow.made_at.desc(), EquivalenceRow.id))
    return [_view(row) for row in rows]


async def in_force(session: AsyncSession, port: str, agency: str) -> dict[str, Equivalence]:
    """Those that have not been ended, by id."""
    of_unit = (EquivalenceRow.port == port, EquivalenceRow.agency == agency, EquivalenceRow.ended_at.is_(None))
    return {str(row.id): content_of(row) for row in await session.scalars(select(EquivalenceRow).where(*of_unit))}


def content_of(row: EquivalenceRow) -> Equivalence:
    """What the agency registered."""
    named = {name: getattr(row, name) for name in Equivalence.__struct_fields__ if name != "check_kinds"}
    return Equivalence(**named, check_kinds=msgspec.convert(row.check_kinds, rules.Kinds))


def _view(row: EquivalenceRow) -> EquivalenceView:
    named = {name: getattr(row, name) for name in ("id", "agency", "made_at", "ended_at", "ended_because")}
    return EquivalenceView(**named, content=content_of(row))
