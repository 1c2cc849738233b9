"""Recognition records 结果互认: an agency takes an earlier result as its own in a case, under its mandate and an equivalence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import mandates
from agencies.mandate import Act
from agencies.powers import Principal
from inspection import events
from inspection.carrying_over import declared
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.events import EventType
from inspection.fieldwork.field import EvidenceUnknown
from inspection.inviting import invitation_rows
from inspection.policies import policies_in_force
from inspection.reporting.document_parts import FocusPoint
from inspection.requesting import equivalences
from inspection.requesting import recognition as rules
from inspection.requesting.equivalences import Ending
from inspection.requesting.recognition import RecognitionDiffers, Record, Result
from inspection.requesting.recognition_tables import RecognitionRow
from inspection.requesting.request_rows import check_running
from inspection.statuses import PORT_ZONE
from kit.errors import NotAllowed, NotFound
from media import uploads
from risk.declaration import Declaration


class NotYourRecognition(NotAllowed):
    """An agency revokes its own records only."""

    code = "not_your_recognition"
    title_zh = "该互认记录属其他部门"
    title_en = "This record is another agency's"


class RecognitionView(msgspec.Struct, frozen=True, kw_only=True):
    """A record: the result, the equivalence and the mandates it rests on, and whether it may be relied on today."""

    id: UUID
    agency: str
    result: Result
    equivalence: UUID
    mandates: list[str]
    reusable_until: date
    usable: bool
    by: str
    at: datetime
    revoked_at: datetime | None
    revoked_because: str | None


async def recognise(
    session: AsyncSession, principal: Principal, case_no: str, id_: UUID, result: Result, now: datetime
) -> RecognitionView:
    """Records under the client's id that the person's agency recognises a result; the same again is answered again.

    Raises RecognitionInvalid with what stands against it, and OutsideMandate.
    """
    case = await case_for(session, principal, case_no, lock=True)
    agency = principal.agency or ""
    content_hash = rules.content_hash(f"{case.no}/{agency}", result)
    known = await session.get(RecognitionRow, id_)
    if known is not None and known.content_hash == content_hash:
        return view_of(known, _day(now))

    check_running(case)
    day = _day(now)
    declaration = msgspec.convert((await declared.present(session, case)).document, Declaration)
    certificates: dict[str, set[int]] = {}
    for line in declaration.lines:
        for one in line.certificates:
            certificates.setdefault(one.number, set()).add(line.no)
    policy = (await policies_in_force.of_case(session, case)).policy
    verdicts = {one.code for one in policy.verdicts}
    rules.check_result(
        result, day=day, lines=[line.no for line in declaration.lines], certificates=certificates, verdicts=verdicts
    )
    equivalents = await equivalences.in_force(session, case.port, agency)
    chosen = rules.equivalent(result, equivalents, day)
    permission = await mandates.check(session, case.port, agency, Act.RECOGNISE, await _domains(session, case, agency), day)
    cited = () if result.evidence is None else (result.evidence,)
    if unknown := await uploads.unknown(session, scope=events.case_stream(case.no), owner=agency, ids=cited):
        raise EvidenceUnknown(evidence=[str(one) for one in unknown])

    row = msgspec.structs.asdict(result) | {
        "id": id_, "port": case.port, "case_no": case.no, "agency": agency, "kind": result.kind.value,
        "lines": sorted({*result.lines}), "check_kinds": sorted({kind.value for kind in result.check_kinds}),
        "evidence": str(result.evidence) if result.evidence else None, "equivalence_id": UUID(chosen),
        "reusable_until": rules.reusable_until(result, equivalents[chosen]), "mandates": list(permission.under),
        "content_hash": content_hash, "person_id": principal.id, "name": principal.name, "at": now,
    }  # fmt: skip
    written = await session.scalar(insert(RecognitionRow).values(row).on_conflict_do_nothing().returning(RecognitionRow))
    if written is None:
        raise RecognitionDiffers(id=str(id_))

    told = {"recognition": str(id_), "agency": agency, "number": result.number, "issuer": result.issuer}
    told |= {"lines": written.lines, "check_kinds": written.check_kinds, "standard": result.standard}
    told |= {"stands_for": result.stands_for, "reusable_until": written.reusable_until.isoformat()}
    told |= {"mandates": written.mandates, "verdict": result.verdict}
    await events.record(session, case, EventType.RESULT_RECOGNISED, told, by=principal, at=now)
    return view_of(written, day)


async def revoke(
    session: AsyncSession, principal: Principal, case_no: str, id_: UUID, why: Ending, now: datetime
) -> RecognitionView:
    """Nothing new may rest on the record; what was concluded stands until its agency amends it. Again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await session.get(RecognitionRow, id_)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(recognition=str(id_))
    if row.agency != principal.agency:
        raise NotYourRecognition(agency=row.agency)
    if row.revoked_at is not None:
        return view_of(row, _day(now))

    row.revoked_at, row.revoked_because = now, why.reason
    await session.flush()

    told = {"recognition": str(id_), "agency": row.agency, "number": row.number, "reason": why.reason}
    await events.record(session, case, EventType.RECOGNITION_REVOKED, told, by=principal, at=now)
    return view_of(row, _day(now))


async def of_case(session: AsyncSession, principal: Principal, case_no: str, now: datetime) -> list[RecognitionView]:
    """The case's records in the order they were made."""
    case = await case_for(session, principal, case_no)
    return [view_of(row, _day(now)) for row in await rows_of(session, case)]


async def rows_of(session: AsyncSession, case: JointCase) -> list[RecognitionRow]:
    """The case's records in the order they were made."""
    of_case = select(RecognitionRow).where(RecognitionRow.port == case.port, RecognitionRow.case_no == case.no)
    return list(await session.scalars(of_case.order_by(RecognitionRow.at, RecognitionRow.id)))


async def records(session: AsyncSession, case: JointCase) -> dict[str, Record]:
    """The case's records as the rules see them, by id."""
    return {str(row.id): record_of(row) for row in await rows_of(session, case)}


async def check_covers(session: AsyncSession, case: JointCase, row: Invitation, cited: str, now: datetime) -> RecognitionRow:
    """The record a decline cites. Raises RecognitionInvalid unless it covers, today, all the agency is invited for."""
    found = {str(one.id): one for one in await rows_of(session, case)}
    record = record_of(found[cited]) if cited in found else None
    lines = [line.no for line in msgspec.convert((await declared.present(session, case)).document, Declaration).lines]
    errors = []
    for line, kinds in kinds_by_line(invitation_rows.points_of(row), lines).items():
        problem = rules.problem(record, agency=row.agency, line=line, kinds=kinds, day=_day(now))
        if problem is not None and problem not in errors:
            errors.append(problem)
    if errors or record is None:
        raise rules.RecognitionInvalid(errors=[{"path": "$.recognition", "message": one} for one in errors])
    return found[cited]


def kinds_by_line(points: Collection[FocusPoint], lines: Collection[int]) -> dict[int, frozenset[str]]:
    """The checks asked for on each line that ``points`` are about."""
    found: dict[int, frozenset[str]] = {}
    for point in points:
        for line in lines if point.line is None else (point.line,):
            found[line] = found.get(line, frozenset()) | {*point.check_kinds}
    return found


def record_of(row: RecognitionRow) -> Record:
    """The row as the rules see it."""
    return Record(
        id=str(row.id),
        agency=row.agency,
        number=row.number,
        verdict=row.verdict,
        lines=frozenset(row.lines),
        check_kinds=frozenset(row.check_kinds),
        issued_on=row.issued_on,
        reusable_until=row.reusable_until,
        revoked=row.revoked_at is not None,
    )


def view_of(row: RecognitionRow, day: date) -> RecognitionView:
    """The row as people read it."""
    said = {name: getattr(row, name) for name in Result.__struct_fields__}
    result = msgspec.convert(said | {"evidence": row.evidence and UUID(row.evidence)}, Result)
    same = ("id", "agency", "mandates", "reusable_until", "at", "revoked_at", "revoked_because")
    return RecognitionView(
        **{name: getattr(row, name) for name in same},
        result=result,
        equivalence=row.equivalence_id,
        usable=rules.valid_on(record_of(row), day),
        by=row.name,
    )


async def _domains(session: AsyncSession, case: JointCase, agency: str) -> list[str]:
    invited = {row.agency: row.domains for row in await invitation_rows.latest(session, case)}
    return invited.get(agency, [])


def _day(now: datetime) -> date:
    return now.astimezone(PORT_ZONE).date()
