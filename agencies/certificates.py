"""Certificates of joint inspectors: issued, revoked, and waived for one matter by an approver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.certification import JOINT_INSPECTOR, Certificate, Level, certified_until
from agencies.people_tables import CertificateRow, CertificateWaiver
from agencies.powers import Principal
from agencies.tables import Person
from agencies.units import UnitEvent
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]
Domain = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,39}$(?!\n)")]


class CertificateInvalid(Invalid):
    """The certificate ends before it begins."""

    code = "certificate_invalid"
    title_zh = "证书有效期起止颠倒"
    title_en = "The certificate ends before it begins"


class AlreadyWaived(Conflict):
    """The certificate of this person was waived for this matter before, in other words; ``details``: reason, domains."""

    code = "already_waived"
    title_zh = "本事项已对该人员作出证书豁免"
    title_en = "The certificate was waived for this matter before"


class CertificateRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate for ``login``. ``domains`` empty: every domain of the agency. Both days are included."""

    login: Text
    number: Text
    issuer: Text
    valid_from: date
    valid_until: date
    level: Level = Level.INSPECTOR
    domains: Annotated[tuple[Domain, ...], Meta(max_length=50)] = ()
    type: Text = JOINT_INSPECTOR


class RevokeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it no longer counts."""

    reason: Text


class WaiverRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For whom and which domains the certificate is not asked for, and why."""

    login: Text
    domains: Annotated[tuple[Domain, ...], Meta(min_length=1, max_length=50)]
    reason: Text


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as the unit sees it."""

    id: UUID
    login: str
    name: str
    type: str
    level: int
    domains: list[str]
    number: str
    issuer: str
    valid_from: date
    valid_until: date
    revoked_at: datetime | None
    revoked_because: str | None


async def issue(
    session: AsyncSession, principal: Principal, port: str, agency: str, request: CertificateRequest, now: datetime
) -> CertificateView:
    """A certificate for somebody of the unit."""
    units.check_unit(principal, port, agency)
    if request.valid_until < request.valid_from:
        raise CertificateInvalid(errors=[{"path": "$.valid_until", "message": "before valid_from"}])
    holder = (await units.members(session, port, agency, {"$.login": request.login}))[request.login]

    row = CertificateRow(
        id=uuid7(),
        port=port,
        agency=agency,
        person_id=holder.id,
        type=request.type,
        level=int(request.level),
        domains=sorted(set(request.domains)),
        number=request.number,
        issuer=request.issuer,
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        revoked_at=None,
        revoked_because=None,
        issued_at=now,
    )
    session.add(row)

    told = {"certificate": str(row.id), "login": holder.login, "number": row.number, "domains": row.domains}
    told |= {"valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat()}
    await units.record(session, principal, port, agency, UnitEvent.CERTIFICATE_ISSUED, told, now)
    return _view(row, holder)


async def issue_general(session: AsyncSession, person: Person, until: date, now: datetime) -> None:
    """A certificate for every domain, for somebody whose account is just being made: the account's event tells it."""
    if person.port is None or person.agency is None:
        return
    session.add(
        CertificateRow(
            id=uuid7(),
            port=person.port,
            agency=person.agency,
            person_id=person.id,
            type=JOINT_INSPECTOR,
            level=int(Level.INSPECTOR),
            domains=[],
            number=f"P-{person.login}",
            issuer=person.agency,
            valid_from=min(now.date(), until),
            valid_until=until,
            revoked_at=None,
            revoked_because=None,
            issued_at=now,
        )
    )
    await session.flush()


async def revoke(
    session: AsyncSession,
    principal: Principal,
    port: str,
    agency: str,
    certificate_id: UUID,
    request: RevokeRequest,
    now: datetime,
) -> CertificateView:
    """The certificate no longer counts, from now on. Repeating it changes nothing."""
    units.check_unit(principal, port, agency)
    row = await session.scalar(
        select(CertificateRow)
        .where(CertificateRow.id == certificate_id, CertificateRow.port == port, CertificateRow.agency == agency)
        .with_for_update()
    )
    if row is None:
        raise NotFound(certificate=str(certificate_id))
    holder = (await units.by_id(session, [row.person_id]))[row.person_id]
    if row.revoked_at is not None:
        return _view(row, holder)

    row.revoked_at, row.revoked_because = now, request.reason

    told = {"certificate": str(row.id), "login": holder.login, "number": row.number}
    await units.record(session, principal, port, agency, UnitEvent.CERTIFICATE_REVOKED, told, now)
    return _view(row, holder)


async def listed(session: AsyncSession, principal: Principal, port: str, agency: str) -> list[CertificateView]:
    """The unit's certificates, by name and last day."""
    units.check_unit(principal, port, agency)
    rows = await session.scalars(select(CertificateRow).where(CertificateRow.port == port, CertificateRow.agency == agency))
    found = list(rows)
    holders = await units.by_id(session, [row.person_id for row in found])
    views = [_view(row, holders[row.person_id]) for row in found if row.person_id in holders]
    return sorted(views, key=lambda one: (one.login, one.valid_until, str(one.id)))


async def waive(
    session: AsyncSession, principal: Principal, port: str, scope: str, request: WaiverRequest, now: datetime
) -> bool:
    """An approver lets somebody at the port work on ``scope`` without the certificate; False when that was so already."""
    person = (await units.members(session, port, None, {"$.login": request.login}))[request.login]
    held = await session.scalar(
        select(CertificateWaiver).where(
            CertificateWaiver.port == port, CertificateWaiver.scope == scope, CertificateWaiver.person_id == person.id
        )
    )
    if held is not None:
        if held.reason == request.reason and held.domains == sorted(set(request.domains)):
            return False
        raise AlreadyWaived(reason=held.reason, domains=held.domains)
    session.add(
        CertificateWaiver(
            id=uuid7(),
            port=port,
            scope=scope,
            person_id=person.id,
            domains=sorted(set(request.domains)),
            reason=request.reason,
            approver=principal.id,
            approver_name=principal.name,
            at=now,
        )
    )
    await session.flush()
    return True


async def waived(session: AsyncSession, port: str, scope: str) -> dict[str, Collection[str]]:
    """Person's id → the domains for which no certificate is asked in ``scope``."""
    rows = await session.scalars(
        select(CertificateWaiver).where(CertificateWaiver.port == port, CertificateWaiver.scope == scope)
    )
    return {str(row.person_id): tuple(row.domains) for row in rows}


async def of_unit(session: AsyncSession, port: str, agency: str) -> dict[UUID, tuple[Certificate, ...]]:
    """Every certificate of the unit's people, as rules read it."""
    rows = await session.scalars(select(CertificateRow).where(CertificateRow.port == port, CertificateRow.agency == agency))
    found: dict[UUID, list[Certificate]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(_certificate(row))
    return {person: tuple(held) for person, held in found.items()}


async def last_days(session: AsyncSession) -> dict[UUID, date | None]:
    """Person → the last certified day."""
    held: dict[UUID, list[Certificate]] = defaultdict(list)
    for row in await session.scalars(select(CertificateRow)):
        held[row.person_id].append(_certificate(row))
    return {person: certified_until(certificates) for person, certificates in held.items()}


def _certificate(row: CertificateRow) -> Certificate:
    return Certificate(
        type=row.type,
        level=row.level,
        domains=tuple(row.domains),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked=row.revoked_at is not None,
    )


def _view(row: CertificateRow, holder: units.Named) -> CertificateView:
    return CertificateView(
        id=row.id,
        login=holder.login,
        name=holder.name,
        type=row.type,
        level=row.level,
        domains=row.domains,
        number=row.number,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
    )
