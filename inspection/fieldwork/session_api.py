"""The yard as the office sees it: sessions and their workstreams, findings and evidence."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Stream

from agencies.act import Act
from inspection.fieldwork import case_evidence, evidence_stream, field, session_views, sessions, workstreams
from inspection.fieldwork.field import FindingView
from inspection.fieldwork.session_views import SessionView, WorkstreamView
from inspection.fieldwork.sessions import CheckInRequest, CloseRequest, PauseRequest
from inspection.fieldwork.workstreams import ExcuseRequest
from kit.idempotency import Once
from media.object_store import ObjectStore
from media.uploads import Held

CASE = "/api/v1/cases/{no:str}"
SESSION = CASE + "/sessions/{session_id:uuid}"
WORKSTREAM = SESSION + "/workstreams/{agency:str}"


@get(CASE + "/sessions")
async def list_sessions(no: FromPath[str], act: NamedDependency[Act]) -> list[SessionView]:
    """The case's sessions with their workstreams, oldest first."""
    return await session_views.of_case(act.session, act.principal, no)


@post(CASE + "/sessions", status_code=200)
async def check_in(
    no: FromPath[str], data: JSONBody[CheckInRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The lead inspector checks in with at least one more customs officer."""
    return await once(lambda: sessions.check_in(act.session, act.principal, no, data, act.now))


@post(SESSION + "/open", status_code=200)
async def open_goods(
    no: FromPath[str], session_id: FromPath[UUID], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The goods are opened; the task sheet freezes."""
    return await once(lambda: sessions.open_goods(act.session, act.principal, no, session_id, act.now), required=False)


@post(SESSION + "/pause", status_code=200)
async def pause(
    no: FromPath[str],
    session_id: FromPath[UUID],
    data: JSONBody[PauseRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """Work stands still, with a reason."""
    return await once(lambda: sessions.pause(act.session, act.principal, no, session_id, data, act.now), required=False)


@post(SESSION + "/resume", status_code=200)
async def resume(
    no: FromPath[str], session_id: FromPath[UUID], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """Work goes on."""
    return await once(lambda: sessions.resume(act.session, act.principal, no, session_id, act.now), required=False)


@post(SESSION + "/close", status_code=200)
async def close(
    no: FromPath[str],
    session_id: FromPath[UUID],
    data: JSONBody[CloseRequest],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The session ends; refused with the list of workstreams that are still running."""
    return await once(lambda: sessions.close(act.session, act.principal, no, session_id, data, act.now), required=False)


@post(WORKSTREAM + "/complete", status_code=200)
async def complete(
    no: FromPath[str], session_id: FromPath[UUID], agency: FromPath[str], act: NamedDependency[Act]
) -> WorkstreamView:
    """The agency's share is done; saying so again changes nothing."""
    return await workstreams.complete(act.session, act.principal, no, session_id, agency, act.now)


@post(WORKSTREAM + "/excuse", status_code=200)
async def excuse(
    no: FromPath[str], session_id: FromPath[UUID], agency: FromPath[str], data: JSONBody[ExcuseRequest], act: NamedDependency[Act]
) -> WorkstreamView:
    """The lead inspector goes on without the agency's share."""
    return await workstreams.excuse(act.session, act.principal, no, session_id, agency, data, act.now)


@get(CASE + "/findings")
async def list_findings(no: FromPath[str], act: NamedDependency[Act]) -> list[FindingView]:
    """The case's findings in the order they arrived."""
    return await field.of_case(act.session, act.principal, no)


@get(CASE + "/evidence")
async def list_evidence(no: FromPath[str], act: NamedDependency[Act]) -> list[Held]:
    """What was declared as evidence, stored or still on its way."""
    return await case_evidence.of_case(act.session, act.principal, no)


@get(CASE + "/evidence/{evidence_id:uuid}/bytes")
async def read_bytes(
    no: FromPath[str],
    evidence_id: FromPath[UUID],
    act: NamedDependency[Act],
    store: NamedDependency[ObjectStore],
    wanted: Annotated[str | None, HeaderParameter(name="Range")] = None,
) -> Stream:
    """The original bytes, whole or the range asked for. The transaction has ended before the first of them leaves."""
    held = await case_evidence.seen_by(act.session, act.principal, no, evidence_id)
    return await evidence_stream.streamed(store, held, wanted)


HANDLERS = [
    list_sessions,
    check_in,
    open_goods,
    pause,
    resume,
    close,
    complete,
    excuse,
    list_findings,
    list_evidence,
    read_bytes,
]
