"""Units and their people: rosters, certificates, ties, mandates, coordinators, the watch. Each handler is one operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from agencies import certificates, coordinators, mandates, roster_views, rosters, ties, units
from agencies.act import Act
from agencies.certificates import CertificateRequest, CertificateView, RevokeRequest
from agencies.coordinators import AssignmentRequest, AssignmentView, CoordinatorView
from agencies.mandates import MandateRequest, MandateView
from agencies.roster import Role
from agencies.roster_views import OnCallView, RosterView
from agencies.rosters import AbsenceRequest, DeskRequest, ShiftRequest
from agencies.ties import TieRequest, TieView
from kit.idempotency import Once

UNIT = "/api/v1/units/{port:str}/{agency:str}"
PORT = "/api/v1/ports/{port:str}"


@get(UNIT + "/roster")
async def roster(
    port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act], at: FromQuery[datetime | None] = None
) -> RosterView:
    """A unit's roster: who is on duty, shifts, absences, and the gaps of the week ahead."""
    return await roster_views.roster_of(act.session, act.principal, port, agency, at or act.now)


@post(UNIT + "/shifts", status_code=200)
async def make_shift(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[ShiftRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A shift in the roster."""
    return await once(lambda: rosters.make_shift(act.session, act.principal, port, agency, data, act.now))


@post(UNIT + "/shifts/{shift_id:uuid}/withdraw", status_code=204)
async def withdraw_shift(port: FromPath[str], agency: FromPath[str], shift_id: FromPath[UUID], act: NamedDependency[Act]) -> None:
    """Takes a shift out of the roster."""
    await rosters.withdraw_shift(act.session, act.principal, port, agency, shift_id, act.now)


@post(UNIT + "/absences", status_code=200)
async def record_absence(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[AbsenceRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """Somebody is away, and who stands in."""
    return await once(lambda: rosters.record_absence(act.session, act.principal, port, agency, data, act.now))


@post(UNIT + "/absences/{absence_id:uuid}/withdraw", status_code=204)
async def withdraw_absence(
    port: FromPath[str], agency: FromPath[str], absence_id: FromPath[UUID], act: NamedDependency[Act]
) -> None:
    """The person is back."""
    await rosters.withdraw_absence(act.session, act.principal, port, agency, absence_id, act.now)


@get(UNIT + "/certificates")
async def list_certificates(port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> list[CertificateView]:
    """The unit's certificates as joint inspectors."""
    return await certificates.listed(act.session, act.principal, port, agency)


@post(UNIT + "/certificates", status_code=200)
async def issue_certificate(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[CertificateRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A certificate for somebody of the unit."""
    return await once(lambda: certificates.issue(act.session, act.principal, port, agency, data, act.now))


@post(UNIT + "/certificates/{certificate_id:uuid}/revoke", status_code=200)
async def revoke_certificate(
    port: FromPath[str],
    agency: FromPath[str],
    certificate_id: FromPath[UUID],
    data: JSONBody[RevokeRequest],
    act: NamedDependency[Act],
) -> CertificateView:
    """The certificate no longer counts."""
    return await certificates.revoke(act.session, act.principal, port, agency, certificate_id, data, act.now)


@get(UNIT + "/conflicts")
async def list_ties(port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> list[TieView]:
    """The unit's conflicts of interest."""
    return await ties.listed(act.session, act.principal, port, agency)


@post(UNIT + "/conflicts", status_code=200)
async def declare_tie(
    port: FromPath[str], agency: FromPath[str], data: JSONBody[TieRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """A conflict of interest of somebody of the unit."""
    return await once(lambda: ties.declare(act.session, act.principal, port, agency, data, act.now))


@post(UNIT + "/conflicts/{tie_id:uuid}/withdraw", status_code=204)
async def withdraw_tie(port: FromPath[str], agency: FromPath[str], tie_id: FromPath[UUID], act: NamedDependency[Act]) -> None:
    """The conflict of interest no longer holds."""
    await ties.withdraw(act.session, act.principal, port, agency, tie_id, act.now)


@get(UNIT + "/mandates")
async def list_mandates(port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> list[MandateView]:
    """What the agency may do at the port."""
    return await mandates.listed(act.session, act.principal, port, agency)


@post(UNIT + "/mandates", status_code=200)
async def register_mandate(
    port: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[MandateRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A signed mandate goes on file."""
    return await once(lambda: mandates.register(act.session, act.principal, port, agency, data, act.now))


@post(UNIT + "/mandates/{mandate_id:uuid}/revoke", status_code=200)
async def revoke_mandate(
    port: FromPath[str], agency: FromPath[str], mandate_id: FromPath[UUID], act: NamedDependency[Act]
) -> MandateView:
    """The mandate ends now."""
    return await mandates.revoke(act.session, act.principal, port, agency, mandate_id, act.now)


@get("/api/v1/on-call")
async def on_call(
    act: NamedDependency[Act], port: FromQuery[str | None] = None, at: FromQuery[datetime | None] = None
) -> list[OnCallView]:
    """The six roles of the port, each with whom to call now or at an instant."""
    return await roster_views.on_call_directory(act.session, act.principal, units.own_port(act.principal, port), at or act.now)


@put(PORT + "/desks/{role:str}", status_code=204)
async def set_desk(port: FromPath[str], role: FromPath[Role], data: JSONBody[DeskRequest], act: NamedDependency[Act]) -> None:
    """How the desk of a role is reached."""
    await rosters.set_desk(act.session, act.principal, port, role, data, act.now)


@get(PORT + "/coordinators")
async def list_coordinators(port: FromPath[str], act: NamedDependency[Act]) -> list[AssignmentView]:
    """Which coordinator answers which enterprise for what."""
    return await coordinators.listed(act.session, units.own_port(act.principal, port))


@post(PORT + "/coordinators", status_code=200)
async def assign_coordinator(
    port: FromPath[str], data: JSONBody[AssignmentRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """A coordinator for an enterprise and a topic."""
    where = units.own_port(act.principal, port)
    return await once(lambda: coordinators.assign(act.session, act.principal, where, data, act.now))


@get("/api/v1/coordinator")
async def coordinator(act: NamedDependency[Act], port: FromQuery[str | None] = None) -> list[CoordinatorView]:
    """Whom the enterprise reaches, topic by topic: its coordinator, the substitute on leave, the watch at night."""
    return await coordinators.of_enterprise(act.session, act.principal, port, act.now)


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
