"""Units and their people: rosters, certificates, ties, mandates, coordinators, the watch. Each handler is one operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import certificates, coordinators, mandates, roster_views, rosters, ties, units
from agencies.certificates import CertificateRequest, CertificateView, RevokeRequest
from agencies.coordinators import AssignmentRequest, AssignmentView, CoordinatorView
from agencies.mandates import MandateRequest, MandateView
from agencies.powers import Principal
from agencies.roster import Role
from agencies.roster_views import OnCallView, RosterView
from agencies.rosters import AbsenceRequest, DeskRequest, ShiftRequest
from agencies.ties import TieRequest, TieView
from kit.idempotency import Once

UNIT = "/api/v1/units/{port:str}/{agency:str}"
PORT = "/api/v1/ports/{port:str}"


@get(UNIT + "/roster")
async def roster(
    port: FromPath[str],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    at: FromQuery[datetime | None] = None,
) -> RosterView:
    """A unit's roster: who is on duty, shifts, absences, and the gaps of the week ahead."""
    return await roster_views.roster_of(session, principal, port, agency, at or now)


@post(UNIT + "/shifts", status_code=200)
async def make_shift(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[ShiftRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A shift in the roster."""
    return await once(lambda: rosters.make_shift(session, principal, port, agency, data, now))


@post(UNIT + "/shifts/{shift_id:uuid}/withdraw", status_code=204)
async def withdraw_shift(
    port: FromPath[str],
    agency: FromPath[str],
    shift_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> None:
    """Takes a shift out of the roster."""
    await rosters.withdraw_shift(session, principal, port, agency, shift_id, now)


@post(UNIT + "/absences", status_code=200)
async def record_absence(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[AbsenceRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """Somebody is away, and who stands in."""
    return await once(lambda: rosters.record_absence(session, principal, port, agency, data, now))


@post(UNIT + "/absences/{absence_id:uuid}/withdraw", status_code=204)
async def withdraw_absence(
    port: FromPath[str],
    agency: FromPath[str],
    absence_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> None:
    """The person is back."""
    await rosters.withdraw_absence(session, principal, port, agency, absence_id, now)


@get(UNIT + "/certificates")
async def list_certificates(
    port: FromPath[str],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> list[CertificateView]:
    """The unit's certificates as joint inspectors."""
    return await certificates.listed(session, principal, port, agency)


@post(UNIT + "/certificates", status_code=200)
async def issue_certificate(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[CertificateRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A certificate for somebody of the unit."""
    return await once(lambda: certificates.issue(session, principal, port, agency, data, now))


@post(UNIT + "/certificates/{certificate_id:uuid}/revoke", status_code=200)
async def revoke_certificate(
    port: FromPath[str],
    agency: FromPath[str],
    certificate_id: FromPath[UUID],
    data: JSONBody[RevokeRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> CertificateView:
    """The certificate no longer counts."""
    return await certificates.revoke(session, principal, port, agency, certificate_id, data, now)


@get(UNIT + "/conflicts")
async def list_ties(
    port: FromPath[str],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> list[TieView]:
    """The unit's conflicts of interest."""
    return await ties.listed(session, principal, port, agency)


@post(UNIT + "/conflicts", status_code=200)
async def declare_tie(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[TieRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A conflict of interest of somebody of the unit."""
    return await once(lambda: ties.declare(session, principal, port, agency, data, now))


@post(UNIT + "/conflicts/{tie_id:uuid}/withdraw", status_code=204)
async def withdraw_tie(
    port: FromPath[str],
    agency: FromPath[str],
    tie_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> None:
    """The conflict of interest no longer holds."""
    await ties.withdraw(session, principal, port, agency, tie_id, now)


@get(UNIT + "/mandates")
async def list_mandates(
    port: FromPath[str],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> list[MandateView]:
    """What the agency may do at the port."""
    return await mandates.listed(session, principal, port, agency)


@post(UNIT + "/mandates", status_code=200)
async def register_mandate(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[MandateRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A signed mandate goes on file."""
    return await once(lambda: mandates.register(session, principal, port, agency, data, now))


@post(UNIT + "/mandates/{mandate_id:uuid}/revoke", status_code=200)
async def revoke_mandate(
    port: FromPath[str],
    agency: FromPath[str],
    mandate_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> MandateView:
    """The mandate ends now."""
    return await mandates.revoke(session, principal, port, agency, mandate_id, now)


@get("/api/v1/on-call")
async def on_call(
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    port: FromQuery[str | None] = None,
    at: FromQuery[datetime | None] = None,
) -> list[OnCallView]:
    """The six roles of the port, each with whom to call now or at an instant."""
    return await roster_views.on_call_directory(session, principal, units.own_port(principal, port), at or now)


@put(PORT + "/desks/{role:str}", status_code=204)
async def set_desk(
    port: FromPath[str],
    role: FromPath[Role],
    data: JSONBody[DeskRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> None:
    """How the desk of a role is reached."""
    await rosters.set_desk(session, principal, port, role, data, now)


@get(PORT + "/coordinators")
async def list_coordinators(
    port: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> list[AssignmentView]:
    """Which coordinator answers which enterprise for what."""
    return await coordinators.listed(session, units.own_port(principal, port))


@post(PORT + "/coordinators", status_code=200)
async def assign_coordinator(
    port: FromPath[str],
    data: JSONBody[AssignmentRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A coordinator for an enterprise and a topic."""
    where = units.own_port(principal, port)
    return await once(lambda: coordinators.assign(session, principal, where, data, now))


@get("/api/v1/coordinator")
async def coordinator(
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    port: FromQuery[str | None] = None,
) -> list[CoordinatorView]:
    """Whom the enterprise reaches, topic by topic: its coordinator, the substitute on leave, the watch at night."""
    return await coordinators.of_enterprise(session, principal, port, now)


HANDLERS = [
    roster,
    make_shift,
    withdraw_shift,
    record_absence,
    withdraw_absence,
    list_certificates,
    issue_certificate,
    revoke_certificate,
    list_ties,
    declare_tie,
    withdraw_tie,
    list_mandates,
    register_mandate,
    revoke_mandate,
    on_call,
    set_desk,
    list_coordinators,
    assign_coordinator,
    coordinator,
]
