"""Conclusions 部门结论: each agency's own word on the lines it was asked about, amended by a next version, never edited.

A conclusion may be submitted as soon as the goods have been opened: an agency that is done need not wait for the others. The
report waits until the session is closed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import signing_keys
from agencies.powers import PLATFORM, Principal
from agencies.signature import encoded
from inspection import events, transitions
from inspection.carrying_over import carried_line, declared
from inspection.carrying_over.carried_line import CarriedLine
from inspection.case_access import case_for
from inspection.case_tables import Invitation, JointCase
from inspection.concluding import conclusion as rules
from inspection.concluding import conclusion_deadlines, conclusion_grounds, merge_check, merge_inputs
from inspection.concluding.conclusion import ConclusionContent, ConclusionInvalid, ConclusionLine, TakenBack
from inspection.concluding.line_outcome import WAIT
from inspection.concluding.merge_documents import MergeInputInvalid
from inspection.concluding.merge_inputs import MergeInputs
from inspection.concluding.merge_selection import Pair, Required
from inspection.deciding.decision_tables import ConclusionRow
from inspection.events import EventType
from inspection.fieldwork import session_views
from inspection.policies import policies_in_force
from inspection.reporting import reports
from kit.database import elevated
from kit.errors import Conflict, NotAllowed, StaleVersion


class NotYourConclusion(NotAllowed):
    """Only the agency itself concludes, through an expert its invitation names, or an officer of the lead agency."""

    code = "not_your_conclusion"
    title_zh = "仅本部门被指定的人员可提交本部门结论"
    title_en = "Only a person of the agency who was named concludes for it"
    advice_zh = "请由接受邀请时所列的本部门专家提交。"
    advice_en = "An expert named when the agency accepted has to submit it."


class NothingAsked(NotAllowed):
    """The frozen task sheet asks nothing of this agency."""

    code = "nothing_asked_of_you"
    title_zh = "任务单未要求本部门作出结论"
    title_en = "The task sheet asks nothing of your agency"
    advice_zh = "请联系牵头部门。"
    advice_en = "Contact the lead agency."


class NotOpenedYet(Conflict):
    """Nobody has opened the goods, so there is nothing to conclude from; ``details['state']`` is the case's."""

    code = "not_opened_yet"
    title_zh = "尚未开验，不能提交结论"
    title_en = "The goods have not been opened yet"
    advice_zh = "请在现场查验开始后提交。"
    advice_en = "Submit it once the inspection has begun."


class ConclusionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an agency's conclusion; ``superseded`` when a later one, or a new version of the declaration, replaced it.

    ``signer`` is a person's id. ``signature`` (base64url) is theirs over the UTF-8 bytes of ``statement`` by the key ``key_id``;
    all three are null in versions from before keys could be enrolled, and in those the platform carried over: ``carried`` says
    of each line with basis CARRIED_OVER where it was given and signed, ``reopened`` on which lines it has to speak again.
    """

    agency: str
    version: int
    lines: tuple[ConclusionLine, ...]
    late: bool
    superseded: bool
    content_hash: str
    signer: UUID
    submitted_at: datetime
    key_id: str | None
    signature: str | None
    statement: str | None
    declaration_version: int
    carried: tuple[CarriedLine, ...]
    reopened: list[int]


async def submit(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    agency: str,
    content: ConclusionContent,
    sent: Any,
    expected: int,
    now: datetime,
) -> ConclusionView:
    """Records the next version, signed by the sender. The latest content is answered again.

    ``sent`` is the JSON of the content's lines as it came: what the signature covers. ``expected`` is the version it was made
    from (0: none).

    After the report has issued an amendment, or a word that comes late, makes the report's next version.
    """
    case = await case_for(session, principal, case_no, lock=True)
    await _check_speaks_for(session, principal, case, agency)
    lines = rules.settled(content, (await policies_in_force.of_case(session, case)).policy.undecided)
    known = await _latest(session, case, agency)
    content_hash = rules.content_hash(case.no, agency, lines)
    declaration = (await declared.present(session, case)).version
    spoken = known if known is not None and known.declaration_version == declaration else None
    if spoken is not None and spoken.content_hash == content_hash:
        return _view(spoken, spoken.version)

    current = known.version if known else 0
    if expected != current:
        raise StaleVersion(version=current)
    version = current + 1
    signed = rules.statement(case.no, agency, version, sent)
    signature = await signing_keys.check_signed(session, principal, content.key_id, content.signature, signed)
    closed_at = await _check_opened(session, case)
    due = await conclusion_deadlines.due(session, case, agency, closed_at) if closed_at is not None else None
    # The merge looks at every agency's word, not only at what this one may see.
    async with elevated(session, PLATFORM, principal.acting):
        inputs = await merge_inputs.gather(session, case, speaking=agency)
        report = await reports.latest(session, case)
    if inputs is None or not inputs.required_of(agency):
        raise NothingAsked(agency=agency)
    # What was said of an earlier version of the declaration binds nobody, but where it was carried over.
    issued = report is not None and reports.document_of(report).declaration.version == declaration
    carried = _still_carried(lines, spoken)
    _check_allowed(inputs, agency, version, lines)
    await conclusion_grounds.check(session, case, agency, inputs, lines, now)
    _check_nothing_taken_back(inputs, agency, version, lines, spoken, issued=issued)

    row = ConclusionRow(
        port=case.port,
        case_no=case.no,
        agency=agency,
        version=version,
        lines=[msgspec.to_builtins(line) for line in lines],
        late=(issued and spoken is None) or (due is not None and now > due),
        content_hash=content_hash,
        signer=principal.id,
        submitted_at=now,
        key_id=content.key_id,
        signature=signature,
        signed=signed,
        declaration_version=declaration,
        carried=[msgspec.to_builtins(one) for one in carried],
        reopened=[],
    )
    session.add(row)
    await session.flush()
    type_ = EventType.CONCLUSION_AMENDED if known else EventType.CONCLUSION_SUBMITTED
    await events.record(session, case, type_, _told(row), by=principal, at=now, owner=agency)
    return _view(row, version)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[ConclusionView]:
    """Every version of every agency's conclusion, by agency and version."""
    case = await case_for(session, principal, case_no)
    declaration = (await declared.present(session, case)).version
    rows = list(
        await session.scalars(
            select(ConclusionRow)
            .where(ConclusionRow.port == case.port, ConclusionRow.case_no == case.no)
            .order_by(ConclusionRow.agency, ConclusionRow.version)
        )
    )
    latest = {row.agency: row.version for row in rows if row.declaration_version == declaration}
    return [_view(row, latest.get(row.agency)) for row in rows]


async def _check_speaks_for(session: AsyncSession, principal: Principal, case: JointCase, agency: str) -> None:
    """The route has asked for a power of the field; here it is this agency's, by a person it has named."""
    if principal.agency != agency:
        raise NotYourConclusion(agency=agency)
    if agency == case.lead_agency:
        return
    invitation = await session.scalar(
        select(Invitation)
        .where(Invitation.port == case.port, Invitation.case_no == case.no, Invitation.agency == agency)
        .order_by(Invitation.round.desc())
        .limit(1)
    )
    named = {str(expert["person"]) for expert in invitation.experts} if invitation is not None else set()
    if invitation is None or invitation.state != "ACCEPTED" or str(principal.id) not in named:
        raise NotYourConclusion(agency=agency)


async def _check_opened(session: AsyncSession, case: JointCase) -> datetime | None:
    """Raises unless the goods were opened; returns when the last session closed (None: one is still running)."""
    if case.cancelled:
        raise transitions.StateForbids(state=case.state, action="conclude", allowed=[])
    rows = [row for row in await session_views.rows_of(session, case) if row.opened_at is not None]
    if not rows:
        raise NotOpenedYet(state=case.state)
    closed = [row.closed_at for row in rows]
    return max((at for at in closed if at is not None), default=None) if all(closed) else None


def _check_allowed(inputs: MergeInputs, agency: str, version: int, lines: tuple[ConclusionLine, ...]) -> None:
    """What the merge would refuse is refused here, at the path where the sender wrote it."""
    try:
        merge_check.check(inputs.policy, inputs.required, rules.for_merge(agency, version, lines), inputs.context)
    except MergeInputInvalid as refused:
        errors = [one | {"path": one["path"].replace("$.conclusions[", "$.lines[", 1)} for one in refused.details["errors"]]
        raise ConclusionInvalid(errors=errors) from refused


def _check_nothing_taken_back(
    inputs: MergeInputs,
    agency: str,
    version: int,
    lines: tuple[ConclusionLine, ...],
    known: ConclusionRow | None,
    *,
    issued: bool,
) -> None:
    """An amendment speaks wherever its predecessor spoke, and once a report has issued it leaves nothing undecided."""
    required = Required(inputs.required)
    said = rules.for_merge(agency, version, lines)
    before = rules.for_merge(agency, version, rules.stored_lines(known.lines)) if known is not None else []
    speaks: set[Pair] = {pair for one in said for pair in required.addressed(one)}
    spoke: set[Pair] = {pair for one in before for pair in required.addressed(one)}
    if lost := sorted(spoke - speaks):
        raise TakenBack(errors=[{"path": "$.lines", "message": f"nothing is said on line {pair.line} any more"} for pair in lost])
    if issued and inputs.also(said).merged().outcome == WAIT:
        raise TakenBack(errors=[{"path": "$.lines", "message": "the report has issued: say a decided verdict on every line"}])


def _still_carried(lines: tuple[ConclusionLine, ...], spoken: ConclusionRow | None) -> tuple[CarriedLine, ...]:
    if spoken is None:
        return carried_line.still_carried(lines, (), ())
    return carried_line.still_carried(lines, rules.stored_lines(spoken.lines), carried_line.stored(spoken.carried).values())


async def _latest(session: AsyncSession, case: JointCase, agency: str) -> ConclusionRow | None:
    return await session.scalar(
        select(ConclusionRow)
        .where(ConclusionRow.port == case.port, ConclusionRow.case_no == case.no, ConclusionRow.agency == agency)
        .order_by(ConclusionRow.version.desc())
        .limit(1)
    )


def _told(row: ConclusionRow) -> dict[str, Any]:
    """What watchers see at once: the verdicts; notes stand in the conclusion."""
    said = [{key: value for key, value in line.items() if key != "note"} for line in row.lines]
    return {
        "agency": row.agency,
        "version": row.version,
        "lines": said,
        "late": row.late,
        "content_hash": row.content_hash,
        "key_id": row.key_id,
    }


def _view(row: ConclusionRow, latest: int | None) -> ConclusionView:
    computed: dict[str, Any] = {
        "lines": rules.stored_lines(row.lines),
        "superseded": row.version != latest,
        "signature": encoded(row.signature) if row.signature else None,
        "statement": row.signed.decode() if row.signed else None,
        "carried": tuple(carried_line.stored(row.carried).values()),
    }
    named = {name: getattr(row, name) for name in ConclusionView.__struct_fields__ if name not in computed}
    return ConclusionView(**named, **computed)
