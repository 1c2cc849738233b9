"""The liability record 责任认定 of cases: kept with every version of the report, read as of a version or as of now, exported.

What was known when a version issued is stored with it and stays; what is known now is gathered when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import PLATFORM, Kind, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.concluding import merge_inputs
from inspection.deciding.decision_tables import DispositionRow, ReportRow
from inspection.events import EventType
from inspection.fieldwork import session_views
from inspection.preparing import task_sheets
from inspection.reporting import liability, liability_checks, report_parts, reports
from inspection.reporting.document_parts import Agency, in_zone
from inspection.reporting.liability import Check, Entry
from inspection.reporting.liability_document import LiabilityDocument, Procedure, TaggedEntry
from inspection.reporting.liability_tables import LiabilityRow
from inspection.reporting.report_document import ReportDocument
from inspection.statuses import PORT_ZONE
from kit import event_log
from kit.database import elevated
from kit.errors import NotFound

NOW = 0
MOST_ROWS = 100_000


class TagRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The insurance or fund that stands behind an agency's checks of a line, as recorded with the newest report version."""

    agency: str
    line: int
    tag: Annotated[str, Meta(max_length=200)]


async def keep(session: AsyncSession, case: JointCase, issued: ReportRow, now: datetime) -> None:
    """Stores what is known as a version of the report issues. As the platform, with the case locked."""
    document = reports.document_of(issued)
    departed = await _departed(session, case)
    for entry in liability.record(await _checks_of(session, case, document, departed), case.lead_agency):
        session.add(
            LiabilityRow(
                port=case.port,
                case_no=case.no,
                report_version=issued.version,
                line=entry.check.line,
                check_code=entry.check.check,
                agency=entry.check.agency or liability.RULE_OWNER,
                matter=entry.attributions[0].matter.value,
                responsible=list(entry.responsible),
                document=msgspec.to_builtins(entry),
                insurance=None,
                at=now,
            )
        )
    await session.flush()


async def of_case(
    session: AsyncSession, principal: Principal, case_no: str, version: int | None, now: datetime, form: str = "json"
) -> LiabilityDocument:
    """The record as known now, or as known when ``version`` issued. An agency reads its own part.

    That an auditor has read it, and in which ``form``, is written into the case. Raises NotFound before there is a task sheet,
    and for a version that has not issued.
    """
    case = await case_for(session, principal, case_no)
    # An agency does not see the screening; what is not its own is left out below.
    async with elevated(session, PLATFORM, principal.acting):
        sheet = await task_sheets.latest(session, case)
        if sheet is None:
            raise NotFound(case=case_no, because="nobody was asked about anything yet")
        stored = await _stored(session, case)
        if version is not None and version not in {row.report_version for row in stored}:
            raise NotFound(case=case_no, version=version, because="no such version of the report has issued")
        tags = {(row.line, row.check_code, row.agency): row.insurance or "" for row in stored}
        known = await _now(session, case) if version is None else [_entry(row) for row in stored if row.report_version == version]
        document = LiabilityDocument(
            number=f"L-{case.no.removeprefix('JC-')}/{f'v{version}' if version else 'now'}",
            case=case.no,
            issued_at=now,
            as_of_version=version or NOW,
            lead=case.lead_agency,
            declaration=task_sheets.document_of(sheet).declaration,
            agencies=await _agencies(session, known, case.lead_agency),
            entries=tuple(_tagged(entry, tags) for entry in known if _own(entry, principal)),
            procedures=tuple([await _procedure(session, case, row) for row in await _reports(session, case, version)]),
            demo=await directory.is_demo(session, case.trader),
        )
        if principal.kind is Kind.AUDITOR:  # who writes nothing; the platform writes that he read
            read = {"form": form, "version": version or NOW}
            await events.record(session, case, EventType.LIABILITY_READ, read, by=principal, at=now)
    return in_zone(document, PORT_ZONE)


async def tag(session: AsyncSession, principal: Principal, case_no: str, request: TagRequest, now: datetime) -> LiabilityDocument:
    """An approver notes the insurance behind an agency's checks of a line; the same again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    newest = await reports.latest(session, case)
    if newest is None:
        raise NotFound(case=case_no, because="no report has issued yet")
    of_entry = (
        *(LiabilityRow.port == case.port, LiabilityRow.case_no == case.no, LiabilityRow.report_version == newest.version),
        *(LiabilityRow.agency == request.agency, LiabilityRow.line == request.line),
    )
    tagged = update(LiabilityRow).where(*of_entry).values(insurance=request.tag or None).returning(LiabilityRow.line)
    if not list(await session.scalars(tagged)):
        raise NotFound(case=case_no, agency=request.agency, line=request.line)
    return await of_case(session, principal, case_no, newest.version, now)


async def of_port(
    session: AsyncSession, principal: Principal, port: str, since: datetime, until: datetime, now: datetime
) -> list[tuple[str, int, list[TaggedEntry]]]:
    """Every record of the port stored in that time, by case and version: what an auditor takes along, and is logged."""
    if port != principal.port:
        raise NotFound(port=port)
    query = select(LiabilityRow).where(LiabilityRow.port == port, LiabilityRow.at >= since, LiabilityRow.at < until)
    key = (LiabilityRow.case_no, LiabilityRow.report_version, LiabilityRow.line, LiabilityRow.check_code, LiabilityRow.agency)
    rows = await session.scalars(query.order_by(*key).limit(MOST_ROWS))
    by_version = groupby(rows, key=lambda row: (row.case_no, row.report_version))
    found = [
        (case, version, [TaggedEntry(entry=in_zone(_entry(row), PORT_ZONE), insurance=row.insurance or "") for row in of_version])
        for (case, version), of_version in by_version
    ]
    if principal.kind is Kind.AUDITOR:
        read = {"form": "csv", "from": since.isoformat(), "to": until.isoformat(), "records": len(found)}
        async with elevated(session, PLATFORM, principal.acting):  # as above
            type_, by = EventType.LIABILITY_READ, str(principal.id)
            await event_log.append(session, f"port:{port}", type_, read, by=by, at=now, tenant=port)
    return found


async def _checks_of(session: AsyncSession, case: JointCase, document: ReportDocument, departed: frozenset[int]) -> list[Check]:
    return await liability_checks.gather(
        session,
        case,
        document.declaration,
        conclusions=document.conclusions,
        findings=document.findings,
        evidence=document.evidence,
        departed=departed,
    )


async def _now(session: AsyncSession, case: JointCase) -> list[Entry]:
    """From what is recorded at this moment, whether or not a report has issued."""
    sheet = await task_sheets.latest(session, case)
    assert sheet is not None  # the caller has looked
    declaration = task_sheets.document_of(sheet).declaration
    inputs = await merge_inputs.gather(session, case)
    if inputs is None:
        checks = await liability_checks.gather(session, case, declaration, conclusions=(), findings=(), evidence=())
    else:
        parts = await report_parts.gather(session, case, inputs.merged(), {one.code for one in inputs.sheet.agencies})
        checks = await liability_checks.gather(
            session,
            case,
            declaration,
            conclusions=parts.conclusions,
            findings=parts.findings,
            evidence=parts.evidence,
            departed=await _departed(session, case),
        )
    return list(liability.record(checks, case.lead_agency))


async def _departed(session: AsyncSession, case: JointCase) -> frozenset[int]:
    """Lines of the newest version on which somebody decided otherwise than the conclusions led to."""
    newest = await reports.latest(session, case)
    row = None if newest is None else await _disposition(session, newest)
    if newest is None or row is None:
        return frozenset()
    merged = {line["line"]: line["disposition"] for line in newest.merge["lines"]}
    return frozenset(line["line"] for line in row.lines if merged.get(line["line"]) not in (None, line["type"]))


async def _stored(session: AsyncSession, case: JointCase) -> Sequence[LiabilityRow]:
    """In order of version, so that the newest tag of an entry is the last."""
    of_case = (LiabilityRow.port == case.port, LiabilityRow.case_no == case.no)
    key = (LiabilityRow.report_version, LiabilityRow.line, LiabilityRow.check_code, LiabilityRow.agency)
    return list(await session.scalars(select(LiabilityRow).where(*of_case).order_by(*key)))


async def _reports(session: AsyncSession, case: JointCase, version: int | None) -> Sequence[ReportRow]:
    """Up to the version asked for: a decision on a later one was not known then."""
    query = select(ReportRow).where(ReportRow.port == case.port, ReportRow.case_no == case.no).order_by(ReportRow.version)
    return list(await session.scalars(query if version is None else query.where(ReportRow.version <= version)))


async def _procedure(session: AsyncSession, case: JointCase, row: ReportRow) -> Procedure:
    document = reports.document_of(row)
    decided = await _disposition(session, row)
    leads = {one.lead_inspector for one in await session_views.rows_of(session, case)}
    people = {person for person in (decided.proposed_by, decided.approved_by) if person} if decided else set()
    names = await directory.names_of(session, {*leads, *people})
    return Procedure(
        report_version=row.version,
        report_state=row.state,
        document_hash=row.document_hash,
        lead_agency=case.lead_agency,
        policy=document.policy,
        disposition=(decided.type or "") if decided else "",
        state=decided.state if decided else "",
        automatic=decided.automatic if decided else False,
        lead_inspectors=tuple(sorted(names[one] for one in leads if one in names)),
        proposed_by=names.get(decided.proposed_by, "") if decided and decided.proposed_by else "",
        approved_by=(names.get(decided.approved_by, ""),) if decided and decided.approved_by else (),
        approved_at=decided.approved_at if decided else None,
    )


async def _disposition(session: AsyncSession, row: ReportRow) -> DispositionRow | None:
    of_version = (
        *(DispositionRow.port == row.port, DispositionRow.case_no == row.case_no),
        DispositionRow.report_version == row.version,
    )
    return await session.scalar(select(DispositionRow).where(*of_version))


async def _agencies(session: AsyncSession, entries: Iterable[Entry], lead: str) -> tuple[Agency, ...]:
    known = await directory.agency_names(session)
    codes = {lead, *(entry.check.agency for entry in entries)} & known.keys()
    return tuple(Agency(code=code, zh=known[code].zh, en=known[code].en) for code in sorted(codes))


def _entry(row: LiabilityRow) -> Entry:
    return msgspec.convert(row.document, Entry)


def _tagged(entry: Entry, tags: dict[tuple[int, str, str], str]) -> TaggedEntry:
    key = (entry.check.line, entry.check.check, entry.check.agency or liability.RULE_OWNER)
    return TaggedEntry(entry=entry, insurance=tags.get(key, ""))


def _own(entry: Entry, principal: Principal) -> bool:
    return principal.kind is not Kind.AGENCY or entry.check.agency == principal.agency
