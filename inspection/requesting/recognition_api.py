"""Recognition at the edge: an agency's equivalences at a port, and what it recognises in a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import mandates
from agencies.mandate import OutsideMandate
from agencies.powers import Principal
from inspection.requesting import equivalences, recognitions
from inspection.requesting.equivalences import Ending, EquivalenceView
from inspection.requesting.recognition import Equivalence, Result
from inspection.requesting.recognitions import RecognitionView
from kit.database import Database

RECOGNITIONS = "/api/v1/cases/{no:str}/recognitions"
EQUIVALENCES = "/api/v1/units/{port:str}/{agency:str}/equivalences"


@get(RECOGNITIONS)
async def list_recognitions(
    no: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> list[RecognitionView]:
    """What the agencies recognise in the case, and whether each may be relied on today."""
    return await recognitions.of_case(session, principal, no, now)


@put(RECOGNITIONS + "/{recognition_id:uuid}")
async def recognise(
    no: FromPath[str],
    recognition_id: FromPath[UUID],
    data: JSONBody[Result],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    database: NamedDependency[Database],
) -> RecognitionView:
    """The person's agency recognises a result. An attempt outside its mandate is refused and stays on record."""
    try:
        return await recognitions.recognise(session, principal, no, recognition_id, data, now)
    except OutsideMandate as refused:
        await mandates.log_refusal(database, principal, refused, now)
        raise


@post(RECOGNITIONS + "/{recognition_id:uuid}/revoke", status_code=200)
async def revoke(
    no: FromPath[str],
    recognition_id: FromPath[UUID],
    data: JSONBody[Ending],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> RecognitionView:
    """Nothing new may rest on the record."""
    return await recognitions.revoke(session, principal, no, recognition_id, data, now)


@get(EQUIVALENCES)
async def list_equivalences(
    port: FromPath[str],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> list[EquivalenceView]:
    """Which results an agency holds equivalent to its own standards at a port."""
    return await equivalences.listed(session, principal, port, agency)


@put(EQUIVALENCES + "/{equivalence_id:uuid}")
async def register(
    port: FromPath[str],
    agency: FromPath[str],
    equivalence_id: FromPath[UUID],
    data: JSONBody[Equivalence],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> EquivalenceView:
    """Puts an equivalence into force, under an id that the client makes."""
    return await equivalences.register(session, principal, port, agency, equivalence_id, data, now)


@post(EQUIVALENCES + "/{equivalence_id:uuid}/end", status_code=200)
async def end(
    port: FromPath[str],
    agency: FromPath[str],
    equivalence_id: FromPath[UUID],
    data: JSONBody[Ending],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> EquivalenceView:
    """It serves no new record from now on."""
    return await equivalences.end(session, principal, port, agency, equivalence_id, data, now)


HANDLERS = [list_recognitions, recognise, revoke, list_equivalences, register, end]
