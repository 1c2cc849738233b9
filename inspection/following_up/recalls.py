"""Recalls 召回: a release that proved too mild is called back by a date, until customs says what became of the goods.

The release itself, the report it rests on and the papers that went out stay as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, work_calendars
from agencies.powers import PLATFORM, Power, Principal
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.concluding.merge_documents import MergeOutput
from inspection.deciding import conditions, disposition
from inspection.deciding.decision_tables import DispositionRow, ReportRow
from inspection.deciding.disposition import Type
from inspection.events import EventType
from inspection.following_up import enforcement, recall
from inspection.following_up.recall import Action, Outcome, State
from inspection.following_up.recall_tables import RecallRow
from inspection.notifying.inbox import tell
from inspection.policies import policies_in_force
from inspection.policies.policy import Policy
from inspection.reporting import reports
from inspection.timekeeping import time_limits
from inspection.timekeeping.deadline_subject import RECALL, recalled_version
from kit.database import elevated
from kit.errors import NotAllowed, NotFound

Said = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2000)]


class AnswerRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the enterprise says: where the goods are, how many, when they come back."""

    text: Said


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of the goods and why this is the end; LIFTED is an approver's."""

    outcome: Outcome
    reason: Said


class RecallView(msgspec.Struct, frozen=True, kw_only=True):
    """A recall as members of the case, and the enterprise, see it. ``report_version`` released, ``found_version`` found out."""

    declaration: str
    report_version: int
    found_version: int
    lines: tuple[int, ...]
    released_as: str
    now_asked: str | None
    state: str
    opened_at: datetime
    due: datetime
    overdue: bool
    answer: str | None
    answered_at: datetime | None
    outcome: str | None
    closing_reason: str | None
    closed_at: datetime | None


async def open_where_milder(
    session: AsyncSession,
    case: JointCase,
    earlier: Sequence[DispositionRow],
    issued: ReportRow,
    merged: MergeOutput,
    policy: Policy,
    now: datetime,
) -> bool:
    """Recalls each release in force of which a line is asked for more strictly by ``issued``; whether there was one.

    As the platform, with the case locked.
    """
    recalled = False
    asked = {line.line: line.disposition for line in merged.lines}
    for row in earlier:
        if row.type is None or disposition.State(row.state) not in disposition.LET_GO:
            continue  # nothing has been released under it yet: the next version takes its place
        if conditions.lets_go(row.type, policy) is None:
            continue
        if lines := recall.recalled_lines(_released(row), asked, policy):
            await _open(session, case, row, issued, lines, merged.disposition, policy, now)
            recalled = True
    return recalled


async def overdue(session: AsyncSession, subject: str, now: datetime) -> None:
    """The date has passed and the goods are not back: customs and its superior learn of it, once. As the platform."""
    version = recalled_version(subject)
    if version is None:
        return
    case = await session.scalar(select(JointCase).where(JointCase.no == subject.split("/")[1]).with_for_update())
    row = await session.get(RecallRow, (case.port, case.no, version)) if case else None
    if case is None or row is None or State(row.state) not in recall.OPEN or row.escalated_at is not None:
        return

    row.escalated_at = now
    await session.flush()

    told = {"report_version": version, "lines": row.lines, "due": row.due_at.isoformat(), "agency": case.lead_agency}
    await events.record(session, case, EventType.RECALL_ESCALATED, told, by=None, at=now)
    await tell(session, case, case.lead_agency, "recall_overdue", {"round": version, "lines": row.lines}, now)


async def follow_due(session: AsyncSession, subject: str) -> None:
    """The due of a recall's deadline moved: the recall says the present one. As the platform; again, it changes nothing."""
    version, deadline = recalled_version(subject), await running_deadlines.newest_of(session, subject)
    if version is not None and deadline is not None:
        moved = update(RecallRow).where(RecallRow.deadline_id == deadline.id).values(due_at=deadline.due_at)
        await session.execute(moved.execution_options(synchronize_session=False))


async def answer(session: AsyncSession, principal: Principal, number: str, request: AnswerRequest, now: datetime) -> RecallView:
    """The enterprise says what it does about its recalled goods. The same words again change nothing."""
    known = await _own(session, principal, number)
    # An enterprise sees neither the case nor its log: the platform writes down what it says.
    async with elevated(session, PLATFORM, principal.acting):
        case = await session.scalar(select(JointCase).where(JointCase.no == known.case_no).with_for_update())
        assert case is not None  # the recall hangs on it
        row = await _locked(session, case, known.report_version)
        if (row.answer, row.answered_by) != (request.text, principal.id):
            row.state = recall.advance(State(row.state), Action.ANSWER).value
            row.answer, row.answered_by, row.answered_at = request.text, principal.id, now
            told = {"report_version": row.report_version, "text": request.text}
            await events.record(session, case, EventType.RECALL_ANSWERED, told, by=principal, at=now, owner=case.lead_agency)
            data = {"round": f"{row.report_version} {now.isoformat()}", "text": request.text}
            await tell(session, case, case.lead_agency, "recall_answered", data, now)
    return _view(row)


async def close(
    session: AsyncSession, principal: Principal, case_no: str, version: int, request: CloseRequest, now: datetime
) -> RecallView:
    """Customs says what became of the goods, or an approver lifts the recall. The same again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _seen(session, case, version)
    if (row.outcome, row.closing_reason, row.closed_by) == (request.outcome, request.reason, principal.id):
        return _view(row)

    lifting = request.outcome is Outcome.LIFTED
    if lifting and Power.APPROVE not in principal.powers:
        raise NotAllowed("an approver lifts a recall", power=Power.APPROVE.value)
    after = recall.advance(State(row.state), Action.LIFT if lifting else Action.CLOSE)
    if lifting:
        await _check_lift(session, case, row)

    # A recall is the platform's record: nobody writes it but by these acts.
    async with elevated(session, PLATFORM, principal.acting):
        row = await _locked(session, case, version)
        row.state, row.outcome, row.closing_reason = after.value, request.outcome.value, request.reason
        row.closed_by, row.closed_at = principal.id, now
        await running_deadlines.meet(session, row.deadline_id, now)

    told = {"report_version": version, "outcome": row.outcome, "reason": request.reason, "state": row.state}
    await events.record(session, case, EventType.RECALL_CLOSED, told, by=principal, at=now)
    return _view(row)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[RecallView]:
    """Every recall of the case in the order of the versions that released."""
    case = await case_for(session, principal, case_no)
    return [_view(row) for row in await rows_of(session, case)]


async def of_declaration(session: AsyncSession, principal: Principal, number: str) -> list[RecallView]:
    """The recalls of a declaration of one's own; NotFound when nothing was recalled."""
    rows = await _own_rows(session, principal, number)
    if not rows:
        raise NotFound(declaration=number, because="nothing was recalled")
    return [_view(row) for row in rows]


async def rows_of(session: AsyncSession, case: JointCase) -> list[RecallRow]:
    """The case's recalls by version."""
    of_case = (RecallRow.port == case.port, RecallRow.case_no == case.no)
    return list(await session.scalars(select(RecallRow).where(*of_case).order_by(RecallRow.report_version)))


async def _open(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    issued: ReportRow,
    lines: tuple[int, ...],
    now_asked: str | None,
    policy: Policy,
    now: datetime,
) -> None:
    assert row.type is not None  # it let something go
    row.state = disposition.advance(disposition.State(row.state), disposition.Action.RECALL, Type(row.type)).value
    deadline = await running_deadlines.start(
        session,
        port=case.port,
        stream=events.case_stream(case.no),
        subject=f"{RECALL}/{case.no}/{case.lead_agency}/{row.report_version}",
        terms=time_limits.of_policy(time_limits.RECALL, policy.windows.get("recall", "7wd")),
        starts=now,
        calendar=await work_calendars.calendar_for(session, case.port),
    )
    known = {name: getattr(case, name) for name in ("port", "declaration_number", "trader", "broker")}
    opened = RecallRow(
        **known,
        case_no=case.no,
        report_version=row.report_version,
        found_version=issued.version,
        lines=list(lines),
        released_as=row.type,
        now_asked=now_asked,
        state=State.OPEN.value,
        opened_at=now,
        deadline_id=deadline.id,
        due_at=deadline.due_at,
    )
    session.add(opened)
    await session.flush()
    told: dict[str, Any] = {"disposition": str(row.id), "type": row.type, "report_version": row.report_version}
    told |= {"found_version": issued.version, "lines": list(lines), "now": now_asked, "due": deadline.due_at.isoformat()}
    await events.record(session, case, EventType.RECALLED, told, by=None, at=now)
    await enforcement.tell_everybody(session, case, "recall", row, now)


async def _check_lift(session: AsyncSession, case: JointCase, row: RecallRow) -> None:
    newest = await reports.latest(session, case)
    released = await session.scalar(
        select(DispositionRow).where(
            DispositionRow.port == case.port,
            DispositionRow.case_no == case.no,
            DispositionRow.report_version == row.report_version,
        )
    )
    assert newest is not None and released is not None  # both stand behind the recall
    asked = {line["line"]: line["disposition"] for line in newest.merge["lines"]}
    recall.check_lift(_released(released), asked, (await policies_in_force.of_case(session, case)).policy)


def _released(row: DispositionRow) -> dict[int, str | None]:
    return {line["line"]: line["type"] for line in row.lines}


async def _seen(session: AsyncSession, case: JointCase, version: int) -> RecallRow:
    row = await session.get(RecallRow, (case.port, case.no, version))
    if row is None:
        raise NotFound(case=case.no, version=version, because="nothing of this version was recalled")
    return row


async def _locked(session: AsyncSession, case: JointCase, version: int) -> RecallRow:
    return await session.get_one(RecallRow, (case.port, case.no, version), with_for_update=True, populate_existing=True)


async def _own_rows(session: AsyncSession, principal: Principal, number: str) -> list[RecallRow]:
    own = or_(RecallRow.trader == principal.enterprise, RecallRow.broker == principal.enterprise)
    query = select(RecallRow).where(RecallRow.declaration_number == number, own).order_by(RecallRow.report_version)
    return list(await session.scalars(query))


async def _own(session: AsyncSession, principal: Principal, number: str) -> RecallRow:
    """The newest that is open, else the newest."""
    rows = await _own_rows(session, principal, number)
    if not rows:
        raise NotFound(declaration=number, because="nothing was recalled")
    return next((row for row in reversed(rows) if State(row.state) in recall.OPEN), rows[-1])


def _view(row: RecallRow) -> RecallView:
    computed: dict[str, Any] = {"declaration": row.declaration_number, "lines": tuple(row.lines), "due": row.due_at}
    computed["overdue"] = row.escalated_at is not None
    named = {name: getattr(row, name) for name in RecallView.__struct_fields__ if name not in computed}
    return RecallView(**named, **computed)
