"""Batch intake: NDJSON lines in, one verdict line out per line, committed in pieces of 500 lines.

A bad line gets its error with line and fields; the good lines beside it go through. Sending the same batch again is a no-op.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from agencies.powers import Principal
from inspection.declaring import intake
from inspection.declaring.nomenclature import Nomenclature
from inspection.declaring.prepared import Prepared
from inspection.following_up import filing
from kit.acting import Acting
from kit.clock import Clock
from kit.database import Database
from kit.decoding import MalformedJson
from kit.errors import Invalid, LianjianError
from risk.declaration import Declaration
from risk.screening import Screens

PIECE = 500
LONGEST_LINE = 32 * 1024 * 1024


class LineTooLong(Invalid):
    """One line is longer than 32 MiB: it is no declaration, and the rest of the body cannot be trusted to be one."""

    code = "line_too_long"
    title_zh = "单行内容过长"
    title_en = "A line is too long"
    advice_zh = "每行应为一个完整的 JSON 报关单，行尾以换行符结束。"
    advice_en = "Send one whole JSON declaration a line, each ended by a newline."


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines without their newline, the last one with or without; the chunks may cut anywhere."""
    rest = bytearray()
    async for chunk in chunks:
        rest += chunk
        if b"\n" in chunk:
            *whole, tail = rest.split(b"\n")
            rest = bytearray(tail)
            for line in whole:
                yield bytes(line)
        elif len(rest) > LONGEST_LINE:
            raise LineTooLong()
    if rest.strip():
        yield bytes(rest)


async def receive(
    lines: AsyncIterator[bytes],
    database: Database,
    principal: Principal,
    clock: Clock,
    screener: Screens,
    nomenclature: Nomenclature,
) -> AsyncIterator[bytes]:
    """The verdict lines of each piece, after its commit. The next piece is read and screened while one is being stored."""
    storing: asyncio.Task[bytes] | None = None
    try:
        async for piece in _pieces(lines):
            now = clock.now()
            raws = [line for _, line in piece]
            prepared = await asyncio.to_thread(prepare_all, raws, now, screener, nomenclature, principal)
            if storing is not None:
                yield await storing
            storing = asyncio.create_task(_stored(piece, prepared, database, principal, now))
        if storing is not None:
            yield await storing
    finally:
        if storing is not None:  # the sender is gone: the piece in hand is kept whole all the same
            await asyncio.gather(storing, return_exceptions=True)


async def _pieces(lines: AsyncIterator[bytes]) -> AsyncIterator[list[tuple[int, bytes]]]:
    """Numbered lines that are not blank, 500 at a time."""
    number, piece = 0, []
    async for line in lines:
        number += 1
        if line.strip():
            piece.append((number, line))
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


async def _stored(
    piece: Sequence[tuple[int, bytes]],
    prepared: Sequence[Prepared | LianjianError],
    database: Database,
    principal: Principal,
    now: datetime,
) -> bytes:
    good = [one for one in prepared if isinstance(one, Prepared)]
    async with database.unit_of_work(principal.acting) as session:
        stored = iter(await intake.store(session, good, now, acting=principal.acting))
    answers = [next(stored) if isinstance(one, Prepared) else one for one in prepared]
    return b"".join(verdict_line(number, answer) for (number, _), answer in zip(piece, answers, strict=True))


def prepare_all(
    raws: Sequence[bytes | Declaration],
    now: datetime,
    screener: Screens,
    nomenclature: Nomenclature,
    principal: Principal | None,
    *,
    history: bool = False,
) -> list[Prepared | LianjianError]:
    """Every line prepared or refused; a refusal never stops the others. ``principal`` None: the platform imports."""
    results: list[Prepared | LianjianError] = []
    for raw in raws:
        try:
            prepared = intake.prepare(raw, now, screener, nomenclature, history=history)
            if principal is not None:
                filing.check_filer(prepared.declaration, principal)
            results.append(prepared)
        except LianjianError as refused:
            results.append(refused)
    return results


async def store_history(
    database: Database, acting: Acting, prepared: Sequence[Prepared], now: datetime
) -> list[intake.Receipt | LianjianError]:
    """One piece of an import by the platform, committed."""
    async with database.unit_of_work(acting) as session:
        return await intake.store(session, prepared, now, acting=acting)


def verdict_line(number: int, answer: intake.Receipt | LianjianError) -> bytes:
    """``{"line": 3, "verdict": "accepted", …}`` or ``{"line": 4, "verdict": "refused", "code": …, "errors": […]}``."""
    body: dict[str, Any]
    if isinstance(answer, MalformedJson):
        # Line and column of the body: the document's own line is always the first.
        where = f"line {number}, column {answer.details['column']}: {answer.details['reason']}"
        body = _refusal(answer, number, where)
    elif isinstance(answer, LianjianError):
        body = _refusal(answer, number, answer.message)
    else:
        body = {"line": number, **msgspec.to_builtins(answer)}
    return msgspec.json.encode(body) + b"\n"


def _refusal(refused: LianjianError, number: int, detail: str | None) -> dict[str, Any]:
    said = {"line": number, "verdict": "refused", "code": refused.code, "title": refused.title_zh, "title_en": refused.title_en}
    return {**said, "detail": detail, **{name: fact for name, fact in refused.details.items() if name not in said}}
