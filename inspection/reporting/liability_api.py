"""The liability record at the edge: as JSON, CSV and PDF of one case, and a port's as CSV. Thin."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from agencies.act import Act
from inspection.reporting import liabilities, typesetting
from inspection.reporting.liabilities import TagRequest
from inspection.reporting.liability_document import LiabilityDocument, TaggedEntry, as_csv

CASE = "/api/v1/cases/{no:str}"
PRIVATE = {"Cache-Control": "private, no-cache"}
DEFAULT_SPAN = timedelta(days=30)
CSV, PDF = "text/csv; charset=utf-8", "application/pdf"


@get(CASE + "/liability")
async def read_liability(
    no: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None
) -> LiabilityDocument:
    """Who answers for which check of which line: as known now, or when a version of the report issued."""
    return await liabilities.of_case(act.session, act.principal, no, version, act.now)


@get(CASE + "/liability.csv")
async def liability_csv(no: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None) -> Response[str]:
    """The same as a table, one row per check."""
    found = await liabilities.of_case(act.session, act.principal, no, version, act.now, "csv")
    return _table([(found.case, found.as_of_version, found.entries)], f"L-{no}.csv")


@get(CASE + "/liability.pdf")
async def liability_pdf(no: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None) -> Response[bytes]:
    """The same on paper, its JSON attached."""
    found = await liabilities.of_case(act.session, act.principal, no, version, act.now, "pdf")
    printed = await asyncio.to_thread(typesetting.liability_pdf, found)
    headers = PRIVATE | {"Content-Disposition": f'inline; filename="L-{no}.pdf"'}
    return Response(printed, headers=headers, media_type=PDF)


@put(CASE + "/liability/insurance")
async def tag_insurance(no: FromPath[str], data: JSONBody[TagRequest], act: NamedDependency[Act]) -> LiabilityDocument:
    """An approver notes which insurance or fund stands behind an agency's checks of a line; "" takes the note away."""
    return await liabilities.tag(act.session, act.principal, no, data, act.now)


@get("/api/v1/ports/{port:str}/liability.csv")
async def port_csv(
    port: FromPath[str],
    act: NamedDependency[Act],
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
) -> Response[str]:
    """Every record that was stored with a report of the port in that time, for the auditor; by default the last thirty days."""
    until = until or act.now
    since = since or until - DEFAULT_SPAN
    return _table(await liabilities.of_port(act.session, act.principal, port, since, until, act.now), f"L-{port}.csv")


def _table(documents: Iterable[tuple[str, int, Iterable[TaggedEntry]]], name: str) -> Response[str]:
    headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + "".join(as_csv(documents)), headers=headers, media_type=CSV)


HANDLERS = [read_liability, liability_csv, liability_pdf, tag_insurance, port_csv]
