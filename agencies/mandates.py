"""Joint mandates as they are kept: registered, revoked, asked before an act; an attempt outside of one is refused and logged."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.mandate import Act, Mandate, OutsideMandate, Permission, permission
from agencies.people_tables import MandateRow
from agencies.powers import PLATFORM, Power, Principal
from agencies.units import UnitEvent
from kit import event_log
from kit.database import Database
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]
Domain = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,39}$(?!\n)")]


class MandateInvalid(Invalid):
    """The mandate ends before it begins."""

    code = "mandate_invalid"
    title_zh = "授权委托有效期起止颠倒"
    title_en = "The mandate ends before it begins"


class MandateNumberTaken(Conflict):
    """The agency holds another mandate of this number."""

    code = "mandate_number_taken"
    title_zh = "该授权委托编号已登记"
    title_en = "A mandate of this number is registered already"


class MandateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the agency may do. ``domains`` empty: all of them; ``signatories`` the people who signed, as they signed."""

    number: Text
    acts: Annotated[tuple[Act, ...], Meta(min_length=1, max_length=20)]
    signatories: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=20)]
    valid_from: date
    valid_until: date
    domains: Annotated[tuple[Domain, ...], Meta(max_length=50)] = ()
    clauses: str = ""


class MandateView(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate as every officer of the port may read it."""

    id: UUID
    port: str
    agency: str
    number: str
    acts: list[Act]
    domains: list[str]
    signatories: list[str]
    clauses: str
    valid_from: date
    valid_until: date
    revoked_at: datetime | None


async def register(
    session: AsyncSession, principal: Principal, port: str, agency: str, request: MandateRequest, now: datetime
) -> MandateView:
    """A signed mandate goes on file."""
    if request.valid_until < request.valid_from:
        raise MandateInvalid(errors=[{"path": "$.valid_until", "message": "before valid_from"}])
    await units.check_agency(session, agency)
    same = (MandateRow.port == port, MandateRow.agency == agency, MandateRow.number == request.number)
    if await session.scalar(select(MandateRow.id).where(*same)) is not None:
        raise MandateNumberTaken(number=request.number)

    row = MandateRow(
        id=uuid7(),
        port=port,
        agency=agency,
        number=request.number,
        acts=sorted(set(request.acts)),
        domains=sorted(set(request.domains)),
        signatories=list(request.signatories),
        clauses=request.clauses,
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        revoked_at=None,
        made_at=now,
    )
    session.add(row)

    told = {"mandate": str(row.id), "number": row.number, "acts": row.acts, "domains": row.domains}
    told |= {"signatories": row.signatories, "valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat()}
    await units.record(session, principal, port, agency, UnitEvent.MANDATE_REGISTERED, told, now)
    return _view(row)


async def revoke(
    session: AsyncSession, principal: Principal, port: str, agency: str, mandate_id: UUID, now: datetime
) -> MandateView:
    """The mandate ends now; repeating it changes nothing."""
    row = await session.scalar(
        select(MandateRow)
        .where(MandateRow.id == mandate_id, MandateRow.port == port, MandateRow.agency == agency)
        .with_for_update()
    )
    if row is None:
        raise NotFound(mandate=str(mandate_id))
    if row.revoked_at is None:
        row.revoked_at = now
        told = {"mandate": str(row.id), "number": row.number}
        await units.record(session, principal, port, agency, UnitEvent.MANDATE_REVOKED, told, now)
    return _view(row)


async def listed(session: AsyncSession, principal: Principal, port: str, agency: str) -> list[MandateView]:
    """An agency's mandates at a port, newest first; every officer of the port may read them."""
    if principal.port != port and Power.ADMINISTER not in principal.powers:
        raise NotFound(port=port, agency=agency)
    rows = await session.scalars(
        select(MandateRow)
        .where(MandateRow.port == port, MandateRow.agency == agency)
        .order_by(MandateRow.valid_from.desc(), MandateRow.number)
    )
    return [_view(row) for row in rows]


async def check(session: AsyncSession, port: str, agency: str, act: Act, domains: Collection[str], day: date) -> Permission:
    """What ``act`` rests on. Raises :class:`OutsideMandate`; the edge then calls :func:`log_refusal`, past the rollback."""
    rows = await session.scalars(select(MandateRow).where(MandateRow.port == port, MandateRow.agency == agency))
    found = permission([_mandate(row) for row in rows], act, domains, day)
    if not found.allowed:
        raise OutsideMandate(port=port, agency=agency, act=act.value, domains=sorted(domains), because=found.because)
    return found


async def log_refusal(database: Database, principal: Principal, refused: OutsideMandate, now: datetime) -> None:
    """Writes the attempt into the agency's stream, in a transaction of its own: the refused one leaves nothing behind."""
    async with database.unit_of_work(PLATFORM) as session:
        await record_refusal(session, refused, now, by=str(principal.id))


async def record_refusal(session: AsyncSession, refused: OutsideMandate, now: datetime, *, by: str) -> None:
    """Writes the attempt into the agency's stream, in the caller's transaction: for what is not rolled back. As the platform."""
    port, agency = refused.details["port"], refused.details["agency"]
    told = {name: value for name, value in refused.details.items() if name not in ("port", "agency")}
    stream = units.stream_of(port, agency)
    await event_log.append(session, stream, UnitEvent.ACT_REFUSED, told, by=by, at=now, tenant=port, owner=agency)


async def clauses_of(session: AsyncSession, port: str, agency: str, numbers: Collection[str]) -> list[str]:
    """What the agency's mandates of these numbers say in words, by number; empty clauses are left out."""
    of_agency = (MandateRow.port == port, MandateRow.agency == agency, MandateRow.number.in_(numbers))
    rows = await session.scalars(select(MandateRow).where(*of_agency).order_by(MandateRow.number))
    return [row.clauses for row in rows if row.clauses]


def _mandate(row: MandateRow) -> Mandate:
    return Mandate(
        number=row.number,
        acts=frozenset(Act(act) for act in row.acts),
        domains=tuple(row.domains),
        signatories=tuple(row.signatories),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked=row.revoked_at is not None,
    )


def _view(row: MandateRow) -> MandateView:
    return MandateView(
        id=row.id,
        port=row.port,
        agency=row.agency,
        number=row.number,
        acts=[Act(act) for act in row.acts],
        domains=row.domains,
        signatories=row.signatories,
        clauses=row.clauses,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
    )
