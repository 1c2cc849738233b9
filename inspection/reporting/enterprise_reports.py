"""The enterprise's edition of the report: published once a decision has been made on it, printed and sealed like the full one.

It says nothing that is labelled secret and nothing of the deliberation (:func:`inspection.reporting.report.enterprise_edition`).
Before the decision the enterprise has its status and no report: a proposal is no answer.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.deciding.decision_tables import ReportRow
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.enterprise_tables import EnterpriseReport
from inspection.reaction import Parts
from inspection.reporting import report, reports
from kit.canonical import canonical_hash
from kit.errors import NotFound
from kit.event_log import Event


async def publish(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Publishes the edition of the version that was decided on; one that is published stays as it is. As the platform."""
    key = (event.tenant, events.case_no_of(event.stream), event.data["report_version"])
    row = await session.get(ReportRow, key)
    if row is None or await session.get(EnterpriseReport, key) is not None:
        return
    case = await session.get_one(JointCase, (row.port, row.case_no))
    declared = await session.get_one(DeclarationRow, case.declaration_id)

    document = report.enterprise_edition(reports.document_of(row))
    made = await reports.printed(session, parts, document, now)

    edition = {
        "port": row.port,
        "case_no": row.case_no,
        "version": row.version,
        "declaration_number": declared.number,
        "trader": declared.trader,
        "broker": declared.broker,
        "document": msgspec.to_builtins(document),
        "document_hash": canonical_hash(document),
        "pdf_sha256": await reports.keep(parts.store, made.pdf),
        "seal": made.seal or None,
        "published_at": now,
    }
    await session.execute(insert(EnterpriseReport).values(edition).on_conflict_do_nothing())


async def of_declaration(session: AsyncSession, principal: Principal, number: str, version: int | None) -> EnterpriseReport:
    """The latest edition, or the one asked for, of a declaration of one's own. NotFound before a decision has been made."""
    own = or_(EnterpriseReport.trader == principal.enterprise, EnterpriseReport.broker == principal.enterprise)
    query = select(EnterpriseReport).where(EnterpriseReport.declaration_number == number, own)
    newest = query.order_by(EnterpriseReport.published_at.desc(), EnterpriseReport.version.desc()).limit(1)
    row = await session.scalar(newest if version is None else newest.where(EnterpriseReport.version == version))
    if row is None:
        raise NotFound(declaration=number, version=version, because="no report has been published yet")
    return row
