"""A unit: an agency at a port. Whose papers a person may keep, who belongs to it, and its own stream of events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Power, Principal
from agencies.tables import Agency, Person
from kit import event_log
from kit.database import elevated
from kit.errors import Invalid, NotFound


class UnitEvent(StrEnum):
    """What happens to a unit's papers; the stream is ``agency:<port>/<agency>``."""

    SHIFT_MADE = "ShiftMade"
    SHIFT_WITHDRAWN = "ShiftWithdrawn"
    ABSENCE_RECORDED = "AbsenceRecorded"
    ABSENCE_WITHDRAWN = "AbsenceWithdrawn"
    CERTIFICATE_ISSUED = "CertificateIssued"
    CERTIFICATE_REVOKED = "CertificateRevoked"
    CONFLICT_DECLARED = "ConflictDeclared"
    CONFLICT_WITHDRAWN = "ConflictWithdrawn"
    MANDATE_REGISTERED = "MandateRegistered"
    MANDATE_REVOKED = "MandateRevoked"
    ACT_REFUSED = "ActRefused"
    COORDINATOR_ASSIGNED = "CoordinatorAssigned"
    DESK_SET = "DeskSet"
    CALENDAR_PUBLISHED = "CalendarPublished"
    CALENDAR_UNPUBLISHED = "CalendarUnpublished"
    CALENDAR_PROVISIONAL = "CalendarProvisional"
    CHECKLIST_PUBLISHED = "ChecklistPublished"
    EQUIVALENCE_REGISTERED = "EquivalenceRegistered"
    EQUIVALENCE_ENDED = "EquivalenceEnded"
    RIGHTS_HOLDER_REGISTERED = "RightsHolderRegistered"
    RIGHTS_HOLDER_ENDED = "RightsHolderEnded"
    AUTHORISATION_REGISTERED = "AuthorisationRegistered"
    AUTHORISATION_REVOKED = "AuthorisationRevoked"
    RIGHTS_SILENCE_SET = "RightsSilenceSet"


class PersonUnknown(Invalid):
    """Somebody named does not belong to the unit; ``details['errors']`` says who."""

    code = "person_unknown"
    title_zh = "所列人员不属于该单位"
    title_en = "A named person does not belong to the unit"
    advice_zh = "请填写本口岸、本部门在用账户的登录名。"
    advice_en = "Name people of this agency at this port by their login."


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A person as others see the person: never a private number."""

    id: UUID
    login: str
    name: str


def check_unit(principal: Principal, port: str, agency: str) -> None:
    """Raises NotFound unless it is the person's own unit, or the person administers the platform."""
    own = principal.port == port and principal.agency == agency
    if not own and Power.ADMINISTER not in principal.powers:
        raise NotFound(port=port, agency=agency)


def own_port(principal: Principal, port: str | None) -> str:
    """The port asked for: by default one's own. Raises NotFound for a foreign one (the administrator has none of his own)."""
    asked = port or principal.port
    if asked is None or (Power.ADMINISTER not in principal.powers and asked != principal.port):
        raise NotFound(port=port or "")
    return asked


async def check_agency(session: AsyncSession, agency: str) -> None:
    """Raises NotFound for an agency nobody knows."""
    if await session.get(Agency, agency) is None:
        raise NotFound(agency=agency)


async def members(session: AsyncSession, port: str, agency: str | None, logins: Mapping[str, str]) -> dict[str, Named]:
    """The unit's people by login, of ``logins`` (JSON path → login). Raises :class:`PersonUnknown` naming each who is not.

    ``agency`` None: of whichever agency at the port.
    """
    query = select(Person.id, Person.login, Person.name).where(
        Person.login.in_(set(logins.values())), Person.port == port, Person.agency.is_not(None), Person.disabled_at.is_(None)
    )
    rows = await session.execute(query if agency is None else query.where(Person.agency == agency))
    found = {row.login: Named(id=row.id, login=row.login, name=row.name) for row in rows}
    errors = [{"path": path, "message": f"{login}: nobody of this unit"} for path, login in logins.items() if login not in found]
    if errors:
        raise PersonUnknown(errors=errors)
    return found


async def by_id(session: AsyncSession, ids: Collection[UUID | None]) -> dict[UUID, Named]:
    """People by id, as far as the acting role sees them."""
    wanted = {one for one in ids if one is not None}
    rows = await session.execute(select(Person.id, Person.login, Person.name).where(Person.id.in_(wanted)))
    return {row.id: Named(id=row.id, login=row.login, name=row.name) for row in rows}


def stream_of(port: str, agency: str) -> str:
    """The stream of a unit."""
    return f"agency:{port}/{agency}"


async def record(
    session: AsyncSession, principal: Principal, port: str, agency: str, type: UnitEvent, data: dict[str, Any], now: datetime
) -> None:
    """Writes one event of the unit, in the same transaction. As the platform: a unit's log is kept by nobody of the unit."""
    async with elevated(session, PLATFORM, principal.acting):
        await event_log.append(
            session, stream_of(port, agency), type, data, by=str(principal.id), at=now, tenant=port, owner=agency
        )
