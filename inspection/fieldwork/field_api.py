"""What terminals send: findings, evidence and its bytes. Frozen for years: old terminals live long."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from agencies.powers import Principal
from inspection.fieldwork import case_evidence, field
from inspection.fieldwork.field import FindingView
from inspection.fieldwork.finding import FindingContent
from inspection.fieldwork.upload_body import chunks
from kit.clock import Clock
from kit.database import Database
from kit.settings import Settings
from media import uploads
from media.custody import EvidenceDeclaration
from media.object_store import ObjectStore
from media.uploads import Held

CASE = "/field/v1/cases/{no:str}"


@put(CASE + "/findings/{finding_id:uuid}")
async def put_finding(
    no: FromPath[str], finding_id: FromPath[UUID], data: JSONBody[FindingContent], act: NamedDependency[Act]
) -> FindingView:
    """A finding under the terminal's id; the same one again is answered again, another one under that id refused."""
    return await field.submit_finding(act.session, act.principal, no, finding_id, data, act.now)


@put(CASE + "/evidence/{evidence_id:uuid}")
async def declare_evidence(
    no: FromPath[str],
    evidence_id: FromPath[UUID],
    data: JSONBody[EvidenceDeclaration],
    act: NamedDependency[Act],
    settings: NamedDependency[Settings],
) -> Held:
    """Declares a photo, video or document by hash before its bytes follow."""
    return await case_evidence.declare(
        act.session, act.principal, no, evidence_id, data, act.now, largest=settings.max_upload_bytes
    )


@put(CASE + "/evidence/{evidence_id:uuid}/bytes", request_max_body_size=None)
async def put_bytes(
    request: Request[Any, Any, State],
    no: FromPath[str],
    evidence_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    database: NamedDependency[Database],
    store: NamedDependency[ObjectStore],
    clock: NamedDependency[Clock],
) -> Held:
    """The whole file as the body. The answer comes when the bytes are durable and written down.

    Two transactions of its own instead of the request's: none is open while bytes flow, which can take minutes. The size
    declared is the limit of the body.
    """
    async with database.unit_of_work(principal.acting) as session:
        held = await case_evidence.expected(session, principal, no, evidence_id)
    facts = await uploads.store_bytes(store, held, chunks(request), request.content_length)
    async with database.unit_of_work(principal.acting) as session:
        return await case_evidence.stored(session, principal, no, evidence_id, facts, now, clock.now())


HANDLERS = [put_finding, declare_evidence, put_bytes]
