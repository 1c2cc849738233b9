"""Follow-ups 后续任务 from a disposition to its end: opened when it takes effect, begun in order, closed when all is verified.

What people do about one stands beside it: ``follow_up_proofs.py``, ``follow_up_records.py``, ``follow_up_handovers.py``,
``detention_time.py``. Every function here runs as the platform with the case locked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from agencies.powers import Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.concluding import merge_inputs
from inspection.concluding.conclusion import stored_lines
from inspection.concluding.merge_inputs import MergeInputs
from inspection.concluding.merge_selection import Required
from inspection.concluding.merge_selection import select as counted_of
from inspection.deciding import appeal_windows, conditions, disposition
from inspection.deciding.decision_tables import ConclusionRow, DispositionRow
from inspection.deciding.disposition import Action as Step
from inspection.deciding.disposition import Type
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.events import EventType
from inspection.following_up import demand, follow_up, follow_up_deadlines, follow_up_plan, follow_up_rows
from inspection.following_up.demand import Demand
from inspection.following_up.follow_up import Action, State
from inspection.following_up.follow_up_plan import Planned
from inspection.following_up.follow_up_tables import FollowUp
from inspection.notifying.inbox import tell
from inspection.policies import policies_in_force
from inspection.policies.policy import Policy
from inspection.preparing import task_sheets
from kit.ids import uuid7

TOLD = (disposition.State.NOTIFIED, disposition.State.UPHELD)


async def open_for(
    session: AsyncSession, case: JointCase, row: DispositionRow, policy: Policy, by: Principal | None, now: datetime
) -> None:
    """Opens what follows from a disposition that takes effect, in place of whatever followed from those before it."""
    await _replace(session, case, row, policy, by, now)
    inputs = await merge_inputs.gather(session, case)
    asked_by = _asked(inputs) if inputs else {}
    planned = follow_up_plan.plan(conditions.lines_of(row), asked_by, case.lead_agency, policy.appealable)
    if not planned:
        return
    declared = await session.get_one(DeclarationRow, case.declaration_id)
    notes, names = await _notes(session, case), await directory.agency_names(session)
    rows = []
    for one in planned:
        name = names[one.agency].zh if one.agency in names else one.agency
        said = next((notes[one.agency, line] for line in (*one.lines, None) if (one.agency, line) in notes), "")
        asked = demand.usual(one.kind, note=said, contact=f"{name}（{case.no}）")
        rows.append(_row(case, row, declared, one, asked, now))
    session.add_all(rows)
    await session.flush()
    if any(one.kind in policy.appealable for one in rows):
        await appeal_windows.begin(session, case, row, rows, policy, now)
    begun = [one for one in rows if one.state == State.NOTIFIED]
    await follow_up_deadlines.start(session, case, begun, policy, now)
    await _tell_opened(session, case, row, rows, by, now)


async def move(
    session: AsyncSession,
    case: JointCase,
    row: FollowUp,
    action: Action,
    by: Principal | None,
    now: datetime,
    **told: Any,
) -> None:
    """One step of one follow-up; its clock ends with it, and its disposition goes on as far as it can."""
    row.state = follow_up.advance(State(row.state), action).value
    row.holder = follow_up_rows.holder_of(case, row)
    if row.state not in follow_up.OPEN:
        row.ended_at, row.overdue = now, False
    await session.flush()
    if row.state not in follow_up.OPEN:
        await follow_up_deadlines.end(session, row, now, met=True)
    await events.record(
        session, case, EventType.FOLLOW_UP_MOVED, follow_up_rows.told_of(row) | {"action": action.value} | told, by=by, at=now
    )


async def go_on(session: AsyncSession, case: JointCase, disposition_id: UUID, by: Principal | None, now: datetime) -> None:
    """What follows from where a disposition's follow-ups stand: what was queued begins, a release takes effect, it closes."""
    row = await session.get(DispositionRow, disposition_id, with_for_update=True)
    if row is None or disposition.State(row.state) not in disposition.IN_FORCE:
        return
    policy = (await policies_in_force.of_case(session, case)).policy
    items = await follow_up_rows.of_disposition(session, row.id)
    await _begin_in_turn(session, case, row, items, policy, by, now)
    standing = follow_up_rows.standings(items)
    released = _releases(row, policy) and disposition.State(row.state) in TOLD and follow_up.let_go(standing)
    started = not _releases(row, policy) and any(one.state not in (*follow_up.NOT_BEGUN, State.NOTIFIED) for one in standing)
    before = row.state
    if disposition.State(row.state) in TOLD and (released or started):
        _step(row, Step.EXECUTE)
    if released:
        await session.flush()
        await conditions.take_effect(session, case, row, policy, by, now, at_once=False)
        before = row.state
    if row.state == disposition.State.IN_EXECUTION and follow_up.all_done(standing):
        _step(row, Step.VERIFY)
        if not follow_up.needs_new_decision(standing):
            await _close(session, case, row, items, now)
    if row.state != before:
        await session.flush()
        await events.record(session, case, EventType.DISPOSITION_MOVED, _moved(row), by=by, at=now)


async def cancel(session: AsyncSession, case: JointCase, disposition_id: UUID, by: Principal | None, now: datetime) -> None:
    """The disposition was revoked: what followed from it is asked of nobody any more."""
    await _end(session, case, await follow_up_rows.of_disposition(session, disposition_id), by, now)


async def _end(session: AsyncSession, case: JointCase, items: Sequence[FollowUp], by: Principal | None, now: datetime) -> None:
    ended = [one for one in items if one.state not in follow_up.FINAL]
    for one in ended:
        done = one.state == State.VERIFIED
        one.state = follow_up.advance(State(one.state), Action.CLOSE if done else Action.CANCEL).value
        one.holder, one.ended_at, one.overdue = None, one.ended_at or now, False
    await session.flush()
    for one in ended:
        await follow_up_deadlines.end(session, one, now, met=False)
    if ended:
        told = {"follow_ups": [{"follow_up": str(one.id), "state": one.state} for one in ended]}
        await events.record(session, case, EventType.FOLLOW_UPS_REPLACED, told, by=by, at=now)


async def _replace(
    session: AsyncSession, case: JointCase, row: DispositionRow, policy: Policy, by: Principal | None, now: datetime
) -> None:
    """What earlier decisions asked for is asked no more; those that waited only for this one are closed, the others revoked."""
    query = select(DispositionRow).where(
        DispositionRow.port == case.port, DispositionRow.case_no == case.no, DispositionRow.id != row.id
    )
    await _end(session, case, await follow_up_rows.of_case(session, case), by, now)
    for other in await session.scalars(query.order_by(DispositionRow.report_version)):
        if disposition.State(other.state) not in disposition.IN_FORCE or other.state == disposition.State.CLOSED:
            continue
        gone = other.state == disposition.State.VERIFIED or (
            _releases(other, policy) and disposition.State(other.state) in disposition.LET_GO
        )
        for step in (Step.VERIFY, Step.CLOSE) if gone else (Step.REVOKE,):
            if (disposition.State(other.state), step) in disposition.TRANSITIONS:
                _step(other, step)
        await session.flush()
        await events.record(session, case, EventType.DISPOSITION_MOVED, _moved(other) | {"over": False}, by=by, at=now)


async def _begin_in_turn(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    items: Sequence[FollowUp],
    policy: Policy,
    by: Principal | None,
    now: datetime,
) -> None:
    """What is queued begins when its turn has come; what cannot be undone when nobody may object to it any more."""
    kinds = follow_up.to_begin(follow_up_rows.standings(items))
    final = await appeal_windows.is_over(session, case, row, now)
    moved: list[tuple[FollowUp, Action]] = []
    for one in items:
        if one.state in follow_up.NOT_BEGUN and one.kind in kinds:
            may_begin = final or one.kind not in policy.appealable
            if may_begin or one.state == State.QUEUED:
                moved.append((one, Action.BEGIN if may_begin else Action.WAIT))
    for one, action in moved:
        one.state = follow_up.advance(State(one.state), action).value
        one.holder = follow_up_rows.holder_of(case, one)
    begun = [one for one, _ in moved]
    if begun:
        await session.flush()
        await appeal_windows.end(session, case, row, [one for one, action in moved if action is Action.BEGIN], now)
        await appeal_windows.hang(session, case, row, [one for one, action in moved if action is Action.WAIT])
        await follow_up_deadlines.start(session, case, [one for one in begun if one.state == State.NOTIFIED], policy, now)
        await _tell_opened(session, case, row, begun, by, now)


async def _close(session: AsyncSession, case: JointCase, row: DispositionRow, items: Sequence[FollowUp], now: datetime) -> None:
    _step(row, Step.CLOSE)
    for one in items:
        if one.state == State.VERIFIED:
            one.state, one.holder = follow_up.advance(State.VERIFIED, Action.CLOSE).value, None
    kept = {line["type"] for line in row.lines}
    if row.type in conditions.KEEPS or (kept and kept <= {*conditions.KEEPS, Type.DETAIN}):
        await conditions.keep_for_good(session, case, now)
    await task_sheets.close(session, case)


async def _tell_opened(
    session: AsyncSession, case: JointCase, row: DispositionRow, rows: Sequence[FollowUp], by: Principal | None, now: datetime
) -> None:
    """One event for everything that begins now: the enterprise reads one merged demand, each agency its own part."""
    told = {"disposition": str(row.id), "type": row.type, "report_version": row.report_version}
    listed = [follow_up_rows.told_of(one) for one in rows]
    seq = await events.record(session, case, EventType.FOLLOW_UPS_OPENED, told | {"follow_ups": listed}, by=by, at=now)
    by_agency: defaultdict[str, set[str]] = defaultdict(set)
    for one in rows:
        by_agency[one.agency].add(one.kind)
    for agency, kinds in sorted(by_agency.items()):
        await tell(session, case, agency, "follow_up", {"kinds": sorted(kinds), "round": seq}, now)


def _releases(row: DispositionRow, policy: Policy) -> bool:
    return conditions.lets_go(row.type, policy) is not None


def _step(row: DispositionRow, step: Step) -> None:
    row.state = disposition.advance(disposition.State(row.state), step).value


def _moved(row: DispositionRow) -> dict[str, Any]:
    """``over``: nothing is left to do with the goods."""
    named = {name: getattr(row, name) for name in ("type", "report_version", "automatic", "state")}
    return named | {"disposition": str(row.id), "over": row.state == disposition.State.CLOSED}


def _row(case: JointCase, row: DispositionRow, declared: DeclarationRow, one: Planned, asked: Demand, now: datetime) -> FollowUp:
    made = FollowUp(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        disposition_id=row.id,
        declaration_number=declared.number,
        trader=declared.trader,
        broker=declared.broker,
        kind=one.kind.value,
        code=one.code,
        agency=one.agency,
        lines=list(one.lines),
        state=one.state.value,
        holder=None,
        office=None,
        before_release=one.before_release,
        demand=msgspec.to_builtins(asked),
        record=None,
        deadline_id=None,
        overdue=False,
        opened_at=now,
        ended_at=None,
    )
    made.holder = follow_up_rows.holder_of(case, made)
    return made


def _asked(inputs: MergeInputs) -> follow_up_plan.Asked:
    """Which agencies ask for what on each line: their measures and conditions, and what their verdict implies."""
    verdicts = {one.code: one for one in inputs.policy.verdicts}
    found: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for pair, said in counted_of(Required(inputs.required), inputs.conclusions).counted.items():
        verdict = verdicts.get(said.verdict)
        codes = {*said.measures, *said.conditions}
        if verdict is not None and verdict.implies and not codes & set(inputs.policy.strength):
            codes.add(verdict.implies)
        codes |= set(inputs.policy.offence.measures) if said.offence else set()
        codes |= set(inputs.policy.offence.with_evidence) if said.offence and said.evidence_needed else set()
        for code in codes:
            found[pair.line, code].add(pair.agency)
    return found


async def _notes(session: AsyncSession, case: JointCase) -> dict[tuple[str, int | None], str]:
    """What each agency wrote beside its latest conclusion, by line (None: on all of them)."""
    rows = await session.scalars(
        select(ConclusionRow)
        .where(ConclusionRow.port == case.port, ConclusionRow.case_no == case.no)
        .order_by(ConclusionRow.version)
    )
    latest = {row.agency: row for row in rows}
    return {(row.agency, line.line): line.note for row in latest.values() for line in stored_lines(row.lines) if line.note}
