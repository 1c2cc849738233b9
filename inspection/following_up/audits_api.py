"""Audits at the edge. Thin: one handler, one operation."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.following_up import audits
from inspection.following_up.audits import AuditRequest
from kit.idempotency import Once


@post("/api/v1/cases/{no:str}/audits")
async def announce_audit(
    no: FromPath[str], data: JSONBody[AuditRequest], act: NamedDependency[Act], once: NamedDependency[Once]
) -> msgspec.Raw:
    """The lead announces a follow-up audit to the enterprise."""
    return await once(lambda: audits.announce(act.session, act.principal, no, data, act.now))


HANDLERS = [announce_audit]
"""The routes of audits."""
