"""Findings 查验发现 from the yard: one writer per agency, repeatable by the terminal's id, kept aside when they come too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import get_args
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.case_tables import JointCase, TaskSheetRow
from inspection.events import EventType
from inspection.fieldwork import finding as rules
from inspection.fieldwork import session as session_rules
from inspection.fieldwork.field_tables import FieldSession, FindingRow, Workstream
from inspection.fieldwork.finding import FindingContent, FindingDiffers, Kind
from inspection.fieldwork.session_views import session_in
from inspection.policies import policies_in_force
from inspection.preparing import division, task_sheets
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting.document_parts import GoodsLine, SecrecyLabel
from kit.errors import Invalid, NotAllowed, NotFound
from media import uploads

EXCERPT = 500
"""Characters of an observation that watchers see at once; the whole stands in the list of findings."""

LABELS: frozenset[str] = frozenset(get_args(SecrecyLabel))


class NoWorkstream(NotAllowed):
    """The agency has no share in this session: it did not accept before the task sheet froze."""

    code = "no_workstream"
    title_zh = "本部门未参加本次现场查验"
    title_en = "Your agency has no share in this session"
    advice_zh = "请由牵头部门同意补充参加后再记录。"
    advice_en = "Ask the lead to admit your agency first."


class FindingInvalid(Invalid):
    """The content does not fit the declaration or the product's vocabulary; ``details['errors']`` names every bad field."""

    code = "finding_invalid"
    title_zh = "查验发现内容有误"
    title_en = "The finding does not fit the declaration"


class EvidenceUnknown(NotFound):
    """Evidence that this agency has not declared in this case; ``details['evidence']`` lists the ids."""

    code = "evidence_unknown"
    title_zh = "所引用的证据尚未声明"
    title_en = "Evidence referred to is not known in this case"
    advice_zh = "请先声明本部门在本案中的证据，再提交查验发现。"
    advice_en = "Declare your agency's evidence in this case first, then send the finding."


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as those see it who may."""

    id: UUID
    session_id: UUID
    agency: str
    line: int
    component: str | None
    kind: str
    grade: str
    observation: str
    evidence: list[str]
    links: list[str]
    label: str | None
    state: str
    admission: str
    content_hash: str
    submitted_by: UUID
    captured_at: datetime
    received_at: datetime


async def submit_finding(
    session: AsyncSession, principal: Principal, case_no: str, finding_id: UUID, content: FindingContent, now: datetime
) -> FindingView:
    """Records what an officer found. The same finding again is answered again; ``now`` is when the request arrived.

    After the session's close nothing is refused for its time: it is admitted as late or quarantined, and the lead decides.
    """
    case = await case_for(session, principal, case_no, lock=True)
    _check_words(content)
    content_hash = rules.content_hash(content)
    known = await session.get(FindingRow, finding_id)
    if known is not None and rules.is_resend(finding_id, known.content_hash, content_hash):
        return _view(known)

    field_session = await session_in(session, case, content.session)
    _check_takes_findings(field_session)
    sheet = await _sheet(session, case, field_session)
    rules.check_writer(principal.agency or "", content, _asked(sheet, content))
    await _check_workstream(session, field_session, content.agency)
    _check_goods(sheet, content)
    await _check_evidence(session, case, content)
    admission = session_rules.admit(
        captured_at=content.captured_at,
        received_at=now,
        closed_at=field_session.closed_at,
        window=await policies_in_force.late_sync_of(session, case),
    )

    row = _row(case, principal, finding_id, content, content_hash, admission, now)
    written = await session.scalar(insert(FindingRow).values(row).on_conflict_do_nothing().returning(FindingRow))
    if written is None:  # the id is somebody else's, hidden from us
        raise FindingDiffers(id=str(finding_id), received=content_hash)
    await events.record(
        session,
        case,
        EventType.FINDING_RECORDED,
        _told(written),
        by=principal,
        at=now,
        owner=content.agency,
        label=content.label,
    )
    return _view(written)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[FindingView]:
    """The case's findings in the order they arrived, without other agencies' secret ones."""
    case = await case_for(session, principal, case_no)
    rows = await session.scalars(
        select(FindingRow)
        .where(FindingRow.port == case.port, FindingRow.case_no == case.no)
        .where(FindingRow.label.is_(None) | (FindingRow.agency == principal.agency))
        .order_by(FindingRow.received_at, FindingRow.id)
    )
    return [_view(row) for row in rows]


def check_label(label: str | None) -> None:
    """Raises :class:`FindingInvalid` for a label that is none of the product's."""
    if label is not None and label not in LABELS:
        raise FindingInvalid(errors=[{"path": "$.label", "message": "one of " + ", ".join(sorted(LABELS))}])


def _check_words(content: FindingContent) -> None:
    check_label(content.label)
    texts = {"observation": content.observation, "component": content.component or "", "links": "".join(content.links)}
    errors = [{"path": f"$.{name}", "message": "contains a NUL character"} for name, text in texts.items() if "\x00" in text]
    if content.captured_at.tzinfo is None:
        errors.append({"path": "$.captured_at", "message": "an instant with its offset, e.g. 2026-11-20T09:12:00+08:00"})
    if errors:
        raise FindingInvalid(errors=errors)


def _check_takes_findings(field_session: FieldSession) -> None:
    state = session_rules.State(field_session.state)
    if state not in session_rules.TAKES_FINDINGS and state is not session_rules.State.CLOSED:
        raise transitions.StateForbids(state=state.value, action="submit_finding", allowed=[])


async def _sheet(session: AsyncSession, case: JointCase, field_session: FieldSession) -> TaskSheetDocument:
    """The sheet the session went by: what its terminals send late numbers its lines by that one, whatever was declared since."""
    row = await session.get(TaskSheetRow, (case.port, case.no, field_session.sheet_version))
    assert row is not None  # a session is opened on a sheet only
    return task_sheets.document_of(row)


def _asked(sheet: TaskSheetDocument, content: FindingContent) -> set[str]:
    """The check kinds that the sheet's focus points ask of this agency on this line; kinds no finding can have are not asked."""
    points = [one for one in sheet.focus_points if one.agency == content.agency and one.line in (None, content.line)]
    if sheet.division is not None:  # another agency's point, to look at by agreement
        points += division.points_given(sheet.division, sheet.focus_points, content.agency, content.line)
    return {kind for point in points for kind in point.check_kinds} & {kind.value for kind in Kind}


async def _check_workstream(session: AsyncSession, field_session: FieldSession, agency: str) -> None:
    if await session.get(Workstream, (field_session.id, agency)) is None:
        raise NoWorkstream(agency=agency, session=str(field_session.id))


def _check_goods(sheet: TaskSheetDocument, content: FindingContent) -> None:
    lines = {line.no: line for line in sheet.declaration.lines}
    if content.line not in lines:
        message = f"the declaration has no line {content.line}"
        raise FindingInvalid(errors=[{"path": "$.line", "message": message}], lines=sorted(lines))
    if content.component is not None and content.component not in _parts(sheet, lines[content.line]):
        message = f"line {content.line} has no component {content.component[:100]!r}"
        raise FindingInvalid(errors=[{"path": "$.component", "message": message}])


def _parts(sheet: TaskSheetDocument, line: GoodsLine) -> Iterator[str]:
    """Component names of a line, as declared and as the sheet's points call them."""
    yield from line.components
    yield from (point.component for point in sheet.focus_points if point.line == line.no and point.component)


async def _check_evidence(session: AsyncSession, case: JointCase, content: FindingContent) -> None:
    scope = events.case_stream(case.no)
    unknown = await uploads.unknown(session, scope=scope, owner=content.agency, ids=content.evidence)
    if unknown:
        raise EvidenceUnknown(evidence=[str(one) for one in unknown])


def _row(
    case: JointCase,
    principal: Principal,
    finding_id: UUID,
    content: FindingContent,
    content_hash: str,
    admission: session_rules.Admission,
    now: datetime,
) -> dict[str, object]:
    return {
        "id": finding_id,
        "port": case.port,
        "case_no": case.no,
        "session_id": content.session,
        "agency": content.agency,
        "line": content.line,
        "component": content.component,
        "kind": content.kind.value,
        "grade": content.grade.value,
        "observation": content.observation,
        "evidence": [str(one) for one in content.evidence],
        "links": list(content.links),
        "label": content.label,
        "state": rules.advance(rules.State.DRAFT, rules.Action.SUBMIT).value,
        "admission": admission.value,
        "content_hash": content_hash,
        "submitted_by": principal.id,
        "captured_at": content.captured_at,
        "received_at": now,
    }


def _told(row: FindingRow) -> dict[str, object]:
    named = {name: getattr(row, name) for name in ("agency", "line", "component", "kind", "grade", "evidence", "admission")}
    ids = {"finding": str(row.id), "session": str(row.session_id), "content_hash": row.content_hash}
    return named | ids | {"observation": row.observation[:EXCERPT]}


def _view(row: FindingRow) -> FindingView:
    return FindingView(**{name: getattr(row, name) for name in FindingView.__struct_fields__})
