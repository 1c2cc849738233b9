"""Files of a proof at the edge: the enterprise declares and sends them, it and the agencies of the case read them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Stream

from agencies.act import Act
from agencies.powers import Principal
from inspection.fieldwork import evidence_stream
from inspection.fieldwork.upload_body import chunks
from inspection.following_up import follow_up_files
from kit.clock import Clock
from kit.database import Database
from kit.settings import Settings
from media import uploads
from media.custody import EvidenceDeclaration
from media.object_store import ObjectStore
from media.uploads import Held

OWN = "/api/v1/declarations/{number:str}/follow-ups/{follow_up_id:uuid}/files/{file_id:uuid}"
OF_CASE = "/api/v1/cases/{no:str}/follow-ups/{follow_up_id:uuid}/files/{file_id:uuid}"
Range = Annotated[str | None, HeaderParameter(name="Range")]


@put(OWN)
async def declare_file(
    number: FromPath[str],
    follow_up_id: FromPath[UUID],
    file_id: FromPath[UUID],
    data: JSONBody[EvidenceDeclaration],
    act: NamedDependency[Act],
    settings: NamedDependency[Settings],
) -> Held:
    """Declares a file by hash, under an id that the client makes, before its bytes follow."""
    largest = settings.max_upload_bytes
    return await follow_up_files.declare(
        act.session, act.principal, number, follow_up_id, file_id, data, act.now, largest=largest
    )


@put(OWN + "/bytes", request_max_body_size=None)
async def put_file(
    request: Request[Any, Any, Any],
    number: FromPath[str],
    follow_up_id: FromPath[UUID],
    file_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    database: NamedDependency[Database],
    store: NamedDependency[ObjectStore],
    clock: NamedDependency[Clock],
) -> Held:
    """The whole file as the body. Two transactions of its own, as in the field: none is open while bytes flow."""
    async with database.unit_of_work(principal.acting) as session:
        held = await follow_up_files.expected(session, principal, number, follow_up_id, file_id)
    facts = await uploads.store_bytes(store, held, chunks(request), request.content_length)
    async with database.unit_of_work(principal.acting) as session:
        return await follow_up_files.stored(session, principal, number, follow_up_id, file_id, facts, clock.now())


@get(OWN + "/bytes")
async def own_file(
    number: FromPath[str],
    follow_up_id: FromPath[UUID],
    file_id: FromPath[UUID],
    act: NamedDependency[Act],
    store: NamedDependency[ObjectStore],
    wanted: Range = None,
) -> Stream:
    """The file as the enterprise sent it."""
    held = await follow_up_files.of_own(act.session, act.principal, number, follow_up_id, file_id)
    return await evidence_stream.streamed(store, held, wanted)


@get(OF_CASE + "/bytes")
async def file_of_case(
    no: FromPath[str],
    follow_up_id: FromPath[UUID],
    file_id: FromPath[UUID],
    act: NamedDependency[Act],
    store: NamedDependency[ObjectStore],
    wanted: Range = None,
) -> Stream:
    """A file that was handed in, for the agencies of the case."""
    held = await follow_up_files.of_case(act.session, act.principal, no, follow_up_id, file_id)
    return await evidence_stream.streamed(store, held, wanted)


HANDLERS = [declare_file, put_file, own_file, file_of_case]
