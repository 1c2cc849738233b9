"""Recognition at the edge: an agency's equivalences at a port, and what it recognises in a case."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies import mandates
from agencies.act import Act
from agencies.mandate import OutsideMandate
from inspection.requesting import equivalences, recognitions
from inspection.requesting.equivalences import Ending, EquivalenceView
from inspection.requesting.recognition import Equivalence, Result
from inspection.requesting.recognitions import RecognitionView
from kit.database import Database

RECOGNITIONS = "/api/v1/cases/{no:str}/recognitions"
EQUIVALENCES = "/api/v1/units/{port:str}/{agency:str}/equivalences"


@get(RECOGNITIONS)
async def list_recognitions(no: FromPath[str], act: NamedDependency[Act]) -> list[RecognitionView]:
    """What the agencies recognise in the case, and whether each may be relied on today."""
    return await recognitions.of_case(act.session, act.principal, no, act.now)


@put(RECOGNITIONS + "/{recognition_id:uuid}")
async def recognise(
    no: FromPath[str],
    recognition_id: FromPath[UUID],
    data: JSONBody[Result],
    act: NamedDependency[Act],
    database: NamedDependency[Database],
) -> RecognitionView:
    """The person's agency recognises a result. An attempt outside its mandate is refused and stays on record."""
    try:
        return await recognitions.recognise(act.session, act.principal, no, recognition_id, data, act.now)
    except OutsideMandate as refused:
        await mandates.log_refusal(database, act.principal, refused, act.now)
        raise


@post(RECOGNITIONS + "/{recognition_id:uuid}/revoke", status_code=200)
async def revoke(
    no: FromPath[str], recognition_id: FromPath[UUID], data: JSONBody[Ending], act: NamedDependency[Act]
) -> RecognitionView:
    """Nothing new may rest on the record."""
    return await recognitions.revoke(act.session, act.principal, no, recognition_id, data, act.now)


@get(EQUIVALENCES)
async def list_equivalences(port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> list[EquivalenceView]:
    """Which results an agency holds equivalent to its own standards at a port."""
    return await equivalences.listed(act.session, act.principal, port, agency)


@put(EQUIVALENCES + "/{equivalence_id:uuid}")
async def register(
    port: FromPath[str],
    agency: FromPath[str],
    equivalence_id: FromPath[UUID],
    data: JSONBody[Equivalence],
    act: NamedDependency[Act],
) -> EquivalenceView:
    """Puts an equivalence into force, under an id that the client makes."""
    return await equivalences.register(act.session, act.principal, port, agency, equivalence_id, data, act.now)


@post(EQUIVALENCES + "/{equivalence_id:uuid}/end", status_code=200)
async def end(
    port: FromPath[str], agency: FromPath[str], equivalence_id: FromPath[UUID], data: JSONBody[Ending], act: NamedDependency[Act]
) -> EquivalenceView:
    """It serves no new record from now on."""
    return await equivalences.end(act.session, act.principal, port, agency, equivalence_id, data, act.now)


HANDLERS = [list_recognitions, recognise, revoke, list_equivalences, register, end]
