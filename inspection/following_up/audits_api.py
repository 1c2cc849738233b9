"""Audits at the edge. Thin: one handler, one operation."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.following_up import audits
from inspection.following_up.audits import AuditRequest
from kit.idempotency import Once


@post("/api/v1/cases/{no:str}/audits")
async def announce_audit(
    no: FromPath[str],
    data: JSONBody[AuditRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """The lead announces a follow-up audit to the enterprise."""
    return await once(lambda: audits.announce(session, principal, no, data, now))


HANDLERS = [announce_audit]
"""The routes of audits."""
