"""The seal at the edge: the certificate for whoever checks, and the enterprise's edition of its report."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from agencies.act import Act
from inspection.deciding.decision_api import PRIVATE, kept_pdf
from inspection.reporting import enterprise_reports
from inspection.reporting.seal import Seal
from kit.canonical import canonical_bytes
from kit.errors import NotFound
from media.object_store import ObjectStore

OWN = "/api/v1/declarations/{number:str}"


@get("/public/v1/seal.pem")
async def certificate(seal: NamedDependency[Seal | None]) -> Response[bytes]:
    """The certificate (PEM) of the seal on this platform's reports; compare its fingerprint by another way before trusting it."""
    if seal is None:
        raise NotFound(because="this platform seals nothing")
    return Response(seal.pem, media_type="application/x-pem-file", headers={"Cache-Control": "public, max-age=3600"})


@get(OWN + "/report.json")
async def own_report_json(
    number: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None
) -> Response[bytes]:
    """The enterprise's edition as canonical JSON: SHA-256 of the body is the ETag, and the same bytes lie in the PDF."""
    row = await enterprise_reports.of_declaration(act.session, act.principal, number, version)
    headers = PRIVATE | {"ETag": f'"{row.document_hash}"'}
    return Response(canonical_bytes(row.document), media_type="application/json", headers=headers)


@get(OWN + "/report.pdf")
async def own_report_pdf(
    number: FromPath[str], act: NamedDependency[Act], store: NamedDependency[ObjectStore], version: FromQuery[int | None] = None
) -> Stream:
    """The enterprise's edition, printed and sealed."""
    row = await enterprise_reports.of_declaration(act.session, act.principal, number, version)
    return await kept_pdf(store, row.pdf_sha256, row.seal, f"R-{number}-v{row.version}.pdf")


HANDLERS = [certificate, own_report_json, own_report_pdf]
