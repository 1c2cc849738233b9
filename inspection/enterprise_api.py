"""What an enterprise does: file declarations, one or many; list and export its own; read its one status."""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from agencies.act import Act
from agencies.powers import Principal
from inspection import statuses
from inspection.declaring import batches, declaration_check, declarations, intake
from inspection.declaring.declaration_check import DeclarationCheck
from inspection.declaring.declarations import DeclarationPage, DeclarationView
from inspection.declaring.intake import Receipt
from inspection.declaring.nomenclature import Nomenclature
from inspection.status import PublicStatus
from kit.clock import Clock
from kit.database import Database
from kit.errors import Invalid
from risk.rulebook_in_force import RulebookInForce

MAX_DECLARATION = 32 * 1024 * 1024
MAX_BATCH = 1024 * 1024 * 1024
NDJSON = "application/x-ndjson"


class BatchBroken(Invalid):
    """The sender went away before the last line; the pieces before are kept."""

    code = "batch_broken"
    title_zh = "批量申报中断"
    title_en = "The batch broke off"
    advice_zh = "请重新发送全部内容；已接收的不会重复。"
    advice_en = "Send all of it again: what was received is not doubled."


@post("/api/v1/declarations", status_code=200, request_max_body_size=MAX_DECLARATION)
async def file_declaration(
    request: Request[Any, Any, Any],
    act: NamedDependency[Act],
    rulebook: NamedDependency[RulebookInForce],
    nomenclature: NamedDependency[Nomenclature],
) -> Receipt:
    """Files one declaration: stored, screened and answered in one request. Number and version make it repeatable."""
    raw = await request.body()
    prepared = await asyncio.to_thread(intake.prepare, raw, act.now, rulebook, nomenclature)
    return await intake.receive(act.session, act.principal, prepared, act.now)


@post("/api/v1/declarations/check", status_code=200, request_max_body_size=MAX_DECLARATION)
async def check_declaration(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    rulebook: NamedDependency[RulebookInForce],
    nomenclature: NamedDependency[Nomenclature],
) -> DeclarationCheck:
    """What filing it would be answered, and which certificates its goods need; keeps nothing."""
    raw = await request.body()
    return await asyncio.to_thread(declaration_check.check, raw, principal, now, rulebook, nomenclature)


@post("/api/v1/declarations/batch", status_code=200, request_max_body_size=MAX_BATCH)
async def file_batch(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    principal: NamedDependency[Principal],
    clock: NamedDependency[Clock],
    rulebook: NamedDependency[RulebookInForce],
    nomenclature: NamedDependency[Nomenclature],
) -> Stream:
    """NDJSON in, one verdict line out per line, in order.

    Commits pieces of 500 lines (the one exception, with uploads, to a transaction a request) and spools each piece's verdicts
    after its commit. The answer starts after the last line is read: sending everything again is a no-op.
    """
    spool = tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024)  # noqa: SIM115 - closed by the stream that reads it
    try:
        async for verdicts in batches.receive(
            batches.lines_of(_body(request)), database, principal, clock, rulebook, nomenclature
        ):
            await asyncio.to_thread(spool.write, verdicts)
    except BaseException:
        spool.close()
        raise
    return Stream(_replay(spool), media_type=NDJSON)


async def _body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as gone:  # the framework's word for a client that went away
        raise BatchBroken() from gone


async def _replay(spool: Any) -> AsyncIterator[bytes]:
    with spool:
        spool.seek(0)
        while chunk := await asyncio.to_thread(spool.read, 64 * 1024):
            yield chunk


@get("/api/v1/declarations")
async def list_declarations(
    request: Request[Any, Any, Any],
    act: NamedDependency[Act],
    q: FromQuery[str] = "",
    cursor: FromQuery[UUID | None] = None,
    limit: FromQuery[int] = 50,
) -> Response[Any]:
    """The declarations the person may see, newest first. ``Accept: text/csv`` or ``application/x-ndjson`` exports all of them."""
    accept = request.headers.get("accept", "")
    if "text/csv" in accept or NDJSON in accept:
        rows = await declarations.everything(act.session, act.principal, q)
        if NDJSON in accept:
            return Response(b"".join(msgspec.json.encode(row) + b"\n" for row in rows), media_type=NDJSON)
        return Response(_csv(rows), media_type="text/csv; charset=utf-8")
    page: DeclarationPage = await declarations.page(act.session, act.principal, q, cursor, limit)
    return Response(page)


def _csv(rows: list[DeclarationView]) -> str:
    """One row per declaration; a spreadsheet must not take a text for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(DeclarationView.__struct_fields__)
    for row in rows:
        values = msgspec.to_builtins(row)
        writer.writerow([_harmless(values[name]) for name in DeclarationView.__struct_fields__])
    return "\ufeff" + out.getvalue()


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


@get("/api/v1/declarations/{number:str}")
async def one_declaration(
    number: FromPath[str], act: NamedDependency[Act], version: FromQuery[int | None] = None
) -> dict[str, Any]:
    """One version (the newest unless asked) of a declaration: its document, state, flags and, for officers, its screening."""
    return await declarations.one(act.session, act.principal, number, version)


@get("/api/v1/declarations/{number:str}/status")
async def status(number: FromPath[str], act: NamedDependency[Act]) -> PublicStatus:
    """The one status: holder, next step, due, as-of, sequence."""
    return await statuses.of_own(act.session, act.principal, number)


HANDLERS = [file_declaration, check_declaration, file_batch, list_declarations, one_declaration, status]
