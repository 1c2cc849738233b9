"""What an agency keeps about rights holders 权利人: contacts, authorisations registered beforehand, what follows from silence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import units
from agencies.powers import Principal
from agencies.units import UnitEvent
from inspection.requesting.equivalences import Ending
from inspection.requesting.request import Short, Words
from inspection.requesting.rights_confirmation import (
    Authorisation,
    ConfirmationInvalid,
    Email,
    Name,
    RightsDiffer,
    Silence,
)
from inspection.requesting.rights_tables import RightsAuthorisation, RightsHolder, RightsSilence
from kit.errors import NotFound


class HolderRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rights holder: whom to write to, in which language, and the brands it speaks for."""

    name: Name
    email: Email
    brands: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=100)]
    language: Literal["zh-CN", "en"] = "zh-CN"


class AuthorisationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """This trader (its code) may use this brand of the holder, days included; ``reference`` is the letter or contract."""

    brand: Name
    trader: Short
    reference: Short
    valid_from: date
    valid_until: date


class SilenceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What follows when a rights holder says nothing, and why the agency wants it so."""

    rule: Silence
    reason: Words


class AuthorisationView(msgspec.Struct, frozen=True, kw_only=True):
    """An authorisation on file."""

    id: UUID
    brand: str
    trader: str
    reference: str
    valid_from: date
    valid_until: date
    revoked_at: datetime | None
    revoked_because: str | None


class HolderView(msgspec.Struct, frozen=True, kw_only=True):
    """A rights holder as the agency that registered it reads it."""

    id: UUID
    name: str
    email: str
    language: str
    brands: list[str]
    made_at: datetime
    ended_at: datetime | None
    ended_because: str | None
    authorisations: list[AuthorisationView]


class RightsDesk(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an agency keeps of rights holders at a port."""

    holders: list[HolderView]
    silence: Silence


async def register(
    session: AsyncSession, principal: Principal, port: str, agency: str, id_: UUID, request: HolderRequest, now: datetime
) -> HolderView:
    """Registers a contact under the client's id; the same again is answered again."""
    units.check_unit(principal, port, agency)
    known = await session.get(RightsHolder, id_)
    said = msgspec.structs.asdict(request) | {"brands": list(request.brands)}
    if known is not None:
        if (known.port, known.agency) != (port, agency) or any(getattr(known, name) != value for name, value in said.items()):
            raise RightsDiffer(id=str(id_))
        return await _view(session, known)

    row = said | {"id": id_, "port": port, "agency": agency, "made_by": principal.id, "made_at": now}
    written = await session.scalar(insert(RightsHolder).values(row).on_conflict_do_nothing().returning(RightsHolder))
    if written is None:
        raise RightsDiffer(id=str(id_))

    told = {"holder": str(id_), "name": request.name, "brands": list(request.brands)}
    await units.record(session, principal, port, agency, UnitEvent.RIGHTS_HOLDER_REGISTERED, told, now)
    return await _view(session, written)


async def end(
    session: AsyncSession, principal: Principal, port: str, agency: str, id_: UUID, why: Ending, now: datetime
) -> HolderView:
    """Nobody is asked there any more; what runs goes on. Again changes nothing."""
    row = await holder(session, principal, port, agency, id_)
    if row.ended_at is None:
        row.ended_at, row.ended_because = now, why.reason
        await session.flush()
        told = {"holder": str(id_), "reason": why.reason}
        await units.record(session, principal, port, agency, UnitEvent.RIGHTS_HOLDER_ENDED, told, now)
    return await _view(session, row)


async def authorise(
    session: AsyncSession,
    principal: Principal,
    port: str,
    agency: str,
    holder_id: UUID,
    id_: UUID,
    request: AuthorisationRequest,
    now: datetime,
) -> HolderView:
    """Puts an authorisation of the holder on file; the same again is answered again."""
    row = await holder(session, principal, port, agency, holder_id)
    known = await session.get(RightsAuthorisation, id_)
    said = msgspec.structs.asdict(request)
    if known is not None:
        if known.holder_id != row.id or any(getattr(known, name) != value for name, value in said.items()):
            raise RightsDiffer(id=str(id_))
        return await _view(session, row)
    if request.valid_until < request.valid_from:
        raise ConfirmationInvalid(errors=[{"path": "$.valid_until", "message": "not before valid_from"}])

    made = said | {"id": id_, "port": port, "agency": agency, "holder_id": row.id, "made_by": principal.id, "made_at": now}
    inserted = insert(RightsAuthorisation).values(made).on_conflict_do_nothing().returning(RightsAuthorisation.id)
    if await session.scalar(inserted) is None:
        raise RightsDiffer(id=str(id_))

    told = {"authorisation": str(id_), "holder": str(row.id), "brand": request.brand, "trader": request.trader}
    told |= {"valid_from": request.valid_from.isoformat(), "valid_until": request.valid_until.isoformat()}
    await units.record(session, principal, port, agency, UnitEvent.AUTHORISATION_REGISTERED, told, now)
    return await _view(session, row)


async def revoke(
    session: AsyncSession,
    principal: Principal,
    port: str,
    agency: str,
    holder_id: UUID,
    id_: UUID,
    why: Ending,
    now: datetime,
) -> HolderView:
    """The authorisation settles nothing from now on; what it has settled stays as it was. Again changes nothing."""
    row = await holder(session, principal, port, agency, holder_id)
    one = await session.get(RightsAuthorisation, id_, with_for_update=True)
    if one is None or one.holder_id != row.id:
        raise NotFound(authorisation=str(id_))
    if one.revoked_at is None:
        one.revoked_at, one.revoked_because = now, why.reason
        await session.flush()
        told = {"authorisation": str(id_), "holder": str(row.id), "reason": why.reason}
        await units.record(session, principal, port, agency, UnitEvent.AUTHORISATION_REVOKED, told, now)
    return await _view(session, row)


async def set_silence(
    session: AsyncSession, principal: Principal, port: str, agency: str, request: SilenceRequest, now: datetime
) -> RightsDesk:
    """What follows from silence from now on; whatever is chosen, silence releases nothing."""
    units.check_unit(principal, port, agency)
    row = await session.get(RightsSilence, (port, agency), with_for_update=True)
    if row is None or (row.rule, row.reason) != (request.rule, request.reason):
        if row is None:
            row = RightsSilence(port=port, agency=agency)
            session.add(row)
        row.rule, row.reason, row.set_by, row.set_at = request.rule.value, request.reason, principal.id, now
        await session.flush()
        told = {"rule": request.rule.value, "reason": request.reason}
        await units.record(session, principal, port, agency, UnitEvent.RIGHTS_SILENCE_SET, told, now)
    return await desk(session, principal, port, agency)


async def desk(session: AsyncSession, principal: Principal, port: str, agency: str) -> RightsDesk:
    """What the person's own unit keeps."""
    units.check_unit(principal, port, agency)
    of_unit = select(RightsHolder).where(RightsHolder.port == port, RightsHolder.agency == agency)
    rows = list(await session.scalars(of_unit.order_by(RightsHolder.name, RightsHolder.id)))
    return RightsDesk(holders=[await _view(session, row) for row in rows], silence=await silence_of(session, port, agency))


async def silence_of(session: AsyncSession, port: str, agency: str) -> Silence:
    """The rule in force: the agency's own, else that it decides by itself."""
    row = await session.get(RightsSilence, (port, agency))
    return Silence(row.rule) if row else Silence.AGENCY_DECIDES


async def holder(session: AsyncSession, principal: Principal, port: str, agency: str, id_: UUID) -> RightsHolder:
    """A contact of the person's own unit, locked. Raises NotFound."""
    units.check_unit(principal, port, agency)
    row = await session.get(RightsHolder, id_, with_for_update=True)
    if row is None or (row.port, row.agency) != (port, agency):
        raise NotFound(holder=str(id_))
    return row


async def authorisations(session: AsyncSession, holder_id: UUID) -> list[Authorisation]:
    """A holder's authorisations as the rules see them."""
    rows = await session.scalars(select(RightsAuthorisation).where(RightsAuthorisation.holder_id == holder_id))
    return [
        Authorisation(
            id=str(row.id),
            holder=str(row.holder_id),
            brand=row.brand,
            trader=row.trader,
            reference=row.reference,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            revoked=row.revoked_at is not None,
        )
        for row in rows
    ]


async def _view(session: AsyncSession, row: RightsHolder) -> HolderView:
    of_holder = select(RightsAuthorisation).where(RightsAuthorisation.holder_id == row.id)
    known = await session.scalars(of_holder.order_by(RightsAuthorisation.valid_from, RightsAuthorisation.id))
    fields = AuthorisationView.__struct_fields__
    return HolderView(
        **{name: getattr(row, name) for name in HolderView.__struct_fields__ if name != "authorisations"},
        authorisations=[AuthorisationView(**{name: getattr(one, name) for name in fields}) for one in known],
    )
