"""Progress without signing in: by case or declaration number, with the secret the declaration's receipt carried."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter

from agencies.powers import nobody
from agencies.sign_in import token_hash
from inspection import statuses
from inspection.status import PublicStatus
from kit.database import Database
from kit.rate_limit import RateLimit


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The one status of one declaration, with its case number when there is one."""

    declaration: str
    case: str | None
    status: PublicStatus


@get("/public/v1/progress/{case:str}")
async def progress(
    request: Request[Any, Any, Any],
    case: FromPath[str],
    secret: Annotated[str, HeaderParameter(name="X-Progress-Secret", description="from the receipt, at least 128 bit")],
    database: NamedDependency[Database],
    progress_rate: NamedDependency[RateLimit],
) -> Progress:
    """Status, holder, next step, due, as-of, sequence. A wrong number or secret is simply not found."""
    progress_rate.take(request.client.host if request.client else "")
    hashed = token_hash(secret)
    async with database.unit_of_work(nobody(progress_hash=hashed.hex())) as session:
        row, status = await statuses.by_secret(session, hashed, case)
    return Progress(declaration=row.number, case=row.case_no, status=status)


HANDLERS = [progress]
