"""Rights holders at the edge: what an agency keeps of them, what it asks, and the reply, which needs no signing in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.act import Act
from agencies.powers import nobody
from agencies.sign_in import token_hash
from inspection.requesting import rights_confirmations, rights_registry, rights_views
from inspection.requesting.equivalences import Ending
from inspection.requesting.rights_confirmation import Question, Reply
from inspection.requesting.rights_confirmations import AskedOfHolder
from inspection.requesting.rights_registry import AuthorisationRequest, HolderRequest, HolderView, RightsDesk, SilenceRequest
from inspection.requesting.rights_views import ConfirmationView
from kit.database import Database
from kit.rate_limit import RateLimit
from kit.settings import Settings

CONFIRMATIONS = "/api/v1/cases/{no:str}/rights-confirmations"
UNIT = "/api/v1/units/{port:str}/{agency:str}"
HOLDERS = UNIT + "/rights-holders"
HOLDER = HOLDERS + "/{holder_id:uuid}"
AUTHORISATION = HOLDER + "/authorisations/{authorisation_id:uuid}"
PUBLIC = "/public/v1/rights-confirmations/{confirmation_id:uuid}"
Secret = Annotated[str, HeaderParameter(name="X-Confirmation-Secret", description="from the link in the letter, 256 bit")]


@get(CONFIRMATIONS)
async def list_confirmations(no: FromPath[str], act: NamedDependency[Act]) -> list[ConfirmationView]:
    """What rights holders were asked in the case, and what they said."""
    return await rights_views.of_case(act.session, act.principal, no)


@put(CONFIRMATIONS + "/{confirmation_id:uuid}")
async def ask(
    no: FromPath[str],
    confirmation_id: FromPath[UUID],
    data: JSONBody[Question],
    act: NamedDependency[Act],
    settings: NamedDependency[Settings],
) -> ConfirmationView:
    """Asks a rights holder about a line, under an id that the client makes; an authorisation on file settles it at once."""
    return await rights_confirmations.ask(act.session, act.principal, no, confirmation_id, data, act.now, settings.address)


@post(CONFIRMATIONS + "/{confirmation_id:uuid}/withdraw", status_code=200)
async def withdraw(
    no: FromPath[str], confirmation_id: FromPath[UUID], data: JSONBody[Ending], act: NamedDependency[Act]
) -> ConfirmationView:
    """Takes the question back; the link is dead from now on."""
    return await rights_confirmations.withdraw(act.session, act.principal, no, confirmation_id, data, act.now)


@asynccontextmanager
async def _with_secret(
    request: Request[Any, Any, Any], secret: str, database: Database, rate: RateLimit
) -> AsyncIterator[tuple[AsyncSession, bytes]]:
    """A transaction in which only what the secret opens is visible."""
    rate.take(request.client.host if request.client else "")
    hashed = token_hash(secret)
    async with database.unit_of_work(nobody(progress_hash=hashed.hex())) as session:
        yield session, hashed


@get(PUBLIC)
async def read(
    request: Request[Any, Any, Any],
    confirmation_id: FromPath[UUID],
    secret: Secret,
    database: NamedDependency[Database],
    progress_rate: NamedDependency[RateLimit],
) -> AskedOfHolder:
    """What the rights holder is asked. A wrong secret is simply not found."""
    async with _with_secret(request, secret, database, progress_rate) as (session, hashed):
        return await rights_confirmations.read(session, hashed, confirmation_id)


@post(PUBLIC + "/reply", status_code=200)
async def reply(
    request: Request[Any, Any, Any],
    confirmation_id: FromPath[UUID],
    data: JSONBody[Reply],
    secret: Secret,
    database: NamedDependency[Database],
    progress_rate: NamedDependency[RateLimit],
    now: NamedDependency[datetime],
) -> AskedOfHolder:
    """The one reply; the same again is answered again."""
    async with _with_secret(request, secret, database, progress_rate) as (session, hashed):
        return await rights_confirmations.reply(session, hashed, confirmation_id, data, now)


@get(HOLDERS)
async def desk(port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> RightsDesk:
    """The own unit's contacts with their authorisations, and what follows from silence."""
    return await rights_registry.desk(act.session, act.principal, port, agency)


@put(HOLDER)
async def register(
    port: FromPath[str],
    agency: FromPath[str],
    holder_id: FromPath[UUID],
    data: JSONBody[HolderRequest],
    act: NamedDependency[Act],
) -> HolderView:
    """Registers a contact, under an id that the client makes."""
    return await rights_registry.register(act.session, act.principal, port, agency, holder_id, data, act.now)


@post(HOLDER + "/end", status_code=200)
async def end(
    port: FromPath[str], agency: FromPath[str], holder_id: FromPath[UUID], data: JSONBody[Ending], act: NamedDependency[Act]
) -> HolderView:
    """Nobody is asked there any more."""
    return await rights_registry.end(act.session, act.principal, port, agency, holder_id, data, act.now)


@put(AUTHORISATION)
async def authorise(
    port: FromPath[str],
    agency: FromPath[str],
    holder_id: FromPath[UUID],
    authorisation_id: FromPath[UUID],
    data: JSONBody[AuthorisationRequest],
    act: NamedDependency[Act],
) -> HolderView:
    """Puts an authorisation of the holder on file."""
    return await rights_registry.authorise(act.session, act.principal, port, agency, holder_id, authorisation_id, data, act.now)


@post(AUTHORISATION + "/revoke", status_code=200)
async def revoke(
    port: FromPath[str],
    agency: FromPath[str],
    holder_id: FromPath[UUID],
    authorisation_id: FromPath[UUID],
    data: JSONBody[Ending],
    act: NamedDependency[Act],
) -> HolderView:
    """The authorisation settles nothing from now on."""
    return await rights_registry.revoke(act.session, act.principal, port, agency, holder_id, authorisation_id, data, act.now)


@put(UNIT + "/rights-silence")
async def set_silence(
    port: FromPath[str], agency: FromPath[str], data: JSONBody[SilenceRequest], act: NamedDependency[Act]
) -> RightsDesk:
    """What follows when a rights holder says nothing; no rule releases anything."""
    return await rights_registry.set_silence(act.session, act.principal, port, agency, data, act.now)


HANDLERS = [
    list_confirmations,
    ask,
    withdraw,
    read,
    reply,
    desk,
    register,
    end,
    authorise,
    revoke,
    set_silence,
]
