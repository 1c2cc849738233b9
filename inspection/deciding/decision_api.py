"""The decision at the edge: conclusions, the report, the disposition. Thin: each handler is one operation."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.response import Stream

from agencies.act import Act
from inspection.concluding import conclusions
from inspection.concluding.conclusion import ConclusionContent
from inspection.concluding.conclusions import ConclusionView
from inspection.deciding import dispositions
from inspection.deciding.disposition_rows import DispositionView
from inspection.deciding.dispositions import ApproveRequest
from inspection.deciding.proposal import Proposal
from inspection.reaction import Parts
from inspection.reporting import reports
from inspection.reporting.seal import Seal
from kit.canonical import canonical_bytes
from kit.idempotency import Once
from kit.preconditions import etag, expected_version
from media.object_store import ObjectStore

CASE = "/api/v1/cases/{no:str}"
PRIVATE = {"Cache-Control": "private, no-cache"}


@put(CASE + "/conclusions/{agency:str}")
async def put_conclusion(
    no: FromPath[str],
    agency: FromPath[str],
    data: JSONBody[ConclusionContent],
    request: Request[Any, Any, Any],
    act: NamedDependency[Act],
    if_match: Annotated[str | None, HeaderParameter(name="If-Match")] = None,
) -> Response[ConclusionView]:
    """The agency's conclusion, made from the version in ``If-Match`` ("v0": none yet); the same content again changes nothing."""
    sent = msgspec.json.decode(await request.body())["lines"]  # the signature covers the lines as they came
    view = await conclusions.submit(act.session, act.principal, no, agency, data, sent, expected_version(if_match), act.now)
    return Response(view, headers={"ETag": etag(view.version)})


@get(CASE + "/conclusions")
async def list_conclusions(no: FromPath[str], act: NamedDependency[Act]) -> list[ConclusionView]:
    """Every version of every agency's conclusion."""
    return await conclusions.of_case(act.session, act.principal, no)


@get(CASE + "/report.json")
async def report_json(no: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None) -> Response[bytes]:
    """The report's canonical JSON: SHA-256 of the body is the report's hash (and the ETag), and the same bytes lie in the PDF."""
    row = await reports.report_for(act.session, act.principal, no, version)
    headers = PRIVATE | {"ETag": f'"{row.document_hash}"'}
    return Response(canonical_bytes(row.document), media_type="application/json", headers=headers)


@get(CASE + "/report.pdf")
async def report_pdf(
    no: FromPath[str],
    act: NamedDependency[Act],
    store: NamedDependency[ObjectStore],
    seal: NamedDependency[Seal | None],
    version: FromQuery[int | None] = None,
) -> Stream | Response[bytes]:
    """The printed and sealed report, PDF/A-3 with its JSON attached; printed on the spot in the moments before it has been."""
    row = await reports.report_for(act.session, act.principal, no, version)
    name = f"R-{no}-v{row.version}.pdf"
    if row.pdf_sha256 is None:
        parts = Parts(store=store, seal=seal)
        whole = await reports.printed_now(act.session, act.principal, parts, reports.document_of(row), act.now)
        return Response(whole.pdf + whole.seal, headers=_as_file(name), media_type=reports.PDF)
    return await kept_pdf(store, row.pdf_sha256, row.seal, name)


async def kept_pdf(store: ObjectStore, sha256: str, seal: bytes | None, name: str) -> Stream:
    """The stored bytes and, behind them, the seal."""
    size = await store.size(sha256) + len(seal or b"")
    headers = _as_file(name) | {"Content-Length": str(size), "ETag": f'"{sha256}"'}
    return Stream(reports.with_seal(store, sha256, seal), headers=headers, media_type=reports.PDF)


def _as_file(name: str) -> dict[str, str]:
    return PRIVATE | {"Content-Disposition": f'inline; filename="{name}"'}


@get(CASE + "/disposition")
async def get_disposition(no: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None) -> DispositionView:
    """The disposition of the latest report version, or of the one asked for."""
    return await dispositions.of_case(act.session, act.principal, no, version)


@post(CASE + "/disposition", status_code=200)
async def propose(
    no: FromPath[str], data: JSONBody[Proposal], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The lead proposes with a reason; never past a veto, never silently milder than what was concluded."""
    return await once(lambda: dispositions.propose(act.session, act.principal, no, data, act.now))


@post(CASE + "/disposition/resolve", status_code=200)
async def resolve(
    no: FromPath[str], data: JSONBody[Proposal], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """Measures that exclude each other, or what the merge left to a person, are decided with a reason."""
    return await once(lambda: dispositions.resolve(act.session, act.principal, no, data, act.now))


@post(CASE + "/disposition/approve", status_code=200)
async def approve(
    no: FromPath[str], act: NamedDependency[Act], once: NamedDependency[Once], data: JSONBody[ApproveRequest | None] = None
) -> msgspec.Raw:
    """Another person approves; the body may name the report version that was read."""
    request = data or ApproveRequest()
    return await once(lambda: dispositions.approve(act.session, act.principal, no, request, act.now), required=False)


HANDLERS = [
    put_conclusion,
    list_conclusions,
    report_json,
    report_pdf,
    get_disposition,
    propose,
    resolve,
    approve,
]
