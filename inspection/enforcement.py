"""What follows once a disposition is decided: it takes effect, the goods are released.

The rest of a rectification, return, destruction, detention or condition is followed up elsewhere; here they only begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM, Principal
from inspection import declaration_state, disposition, events, task_sheet, task_sheets
from inspection.case_tables import CaseMember, JointCase
from inspection.decision_tables import DispositionRow
from inspection.declaration_tables import DeclarationRow
from inspection.disposition import Action, State, Type
from inspection.events import EventType
from inspection.inbox import tell
from inspection.line_outcome import CONFLICT
from inspection.merge_documents import MergeOutput
from inspection.merge_sentences import because_zh
from inspection.merge_trace import title_of
from inspection.policy import Policy
from inspection.report_document import Disposition
from kit import event_log

BEGUN: Final = (Action.APPROVE, Action.NOTIFY, Action.EXECUTE)
DONE: Final = (*BEGUN, Action.VERIFY, Action.CLOSE)
APPEALABLE: Final = (Action.APPROVE, Action.NOTIFY)
DECIDED: Final = frozenset({State.APPROVED, State.VARIED})
"""Decided before it takes effect: a departure that waited, a disposition that an appeal has varied."""


def steps_of(type_: Type, policy: Policy) -> tuple[Action, ...]:
    """How far a disposition goes when it is approved.

    What the system may do alone is done with; what cannot be undone waits for its follow-up, so that an appeal comes first;
    everything else begins at once.
    """
    if type_ in policy.automatic:
        return DONE
    return APPEALABLE if type_ in policy.appealable else BEGUN


def lets_go(type_: str, policy: Policy) -> declaration_state.Action | None:
    """What of the declaration is released with it, if anything. Conditions and recalls live in the disposition."""
    if type_ in policy.releasing:
        return declaration_state.Action.RELEASE
    return declaration_state.Action.RELEASE_PARTLY if type_ == Type.SPLIT else None


def as_printed(merged: MergeOutput, *, automatic: bool, now: datetime) -> Disposition:
    """The disposition as the report prints it, at the moment of issue: released by the system, or put to people."""
    first = first_state(merged)
    return Disposition(
        state=(_after(first, DONE) if automatic else first).value,
        type=merged.disposition,
        automatic=automatic,
        decided_at=now if automatic else None,
        reason=reason_of(merged),
    )


def first_state(merged: MergeOutput) -> State:
    """Where a disposition begins: proposed, or a conflict that a person has to resolve."""
    return disposition.advance(State.PROPOSED, Action.FIND_CONFLICT) if merged.outcome == CONFLICT else State.PROPOSED


def reason_of(merged: MergeOutput) -> str:
    """Why the merge decided the whole case as it did: its last steps, first in Chinese, then in English."""
    steps = [step for step in merged.trace if step.rule.startswith("case.")]
    zh = "；".join(because_zh(step.rule, step.because) or title_of(step.rule)[0] for step in steps)
    return f"{zh} / {'; '.join(f'{title_of(step.rule)[1]}: {step.because}' for step in steps)}"


def leads_to(row: DispositionRow, policy: Policy) -> State:
    """How far the disposition goes by itself once it is approved or found automatic."""
    steps, state = steps_of(_said(row), policy), State(row.state)
    return _after(state, steps[1:] if state in DECIDED else steps)


async def put_in_force(
    session: AsyncSession, case: JointCase, row: DispositionRow, policy: Policy, by: Principal | None, now: datetime
) -> None:
    """Moves an approved or automatic disposition (``by`` None) as far as it goes by itself. As the platform, case locked."""
    row.state = leads_to(row, policy).value
    row.approved_at = row.approved_at or now
    if row.state == State.CLOSED:
        await _close_sheet(session, case)
    await session.flush()
    if (freed := lets_go(_said(row), policy)) is not None:
        await _let_go(session, case, freed, now)
        named = {name: getattr(row, name) for name in ("type", "report_version", "automatic", "state")}
        lines = [line["line"] for line in row.lines if line["type"] in policy.releasing]
        told = named | {"disposition": str(row.id), "lines": lines}
        await events.record(session, case, EventType.RELEASED, told, by=by, at=now)
    await tell_everybody(session, case, "disposition", row, now)


def _said(row: DispositionRow) -> Type:
    assert row.type is not None  # whoever approves, or the merge, has said what
    return Type(row.type)


def _after(state: State, steps: Sequence[Action]) -> State:
    for step in steps:
        state = disposition.advance(state, step)
    return state


async def _close_sheet(session: AsyncSession, case: JointCase) -> None:
    sheet = await task_sheets.latest(session, case)
    if sheet is not None and sheet.state == task_sheet.State.FROZEN:
        sheet.state = task_sheet.advance(task_sheet.State.FROZEN, task_sheet.Action.CLOSE).value


async def _let_go(session: AsyncSession, case: JointCase, freed: declaration_state.Action, now: datetime) -> None:
    """The declaration's own state; one that is final already stays as it is."""
    row = await session.get_one(DeclarationRow, case.declaration_id, with_for_update=True)
    if declaration_state.State(row.state) in declaration_state.FINAL:
        return
    row.state = declaration_state.advance(declaration_state.State(row.state), freed, history=row.history).value
    await session.flush()
    stream, told = events.declaration_stream(row.id), {"state": row.state, "case": case.no}
    await event_log.append(session, stream, EventType.DECLARATION_CLOSED, told, by=SYSTEM, at=now, tenant=row.port)


async def tell_everybody(session: AsyncSession, case: JointCase, kind: str, row: DispositionRow, now: datetime) -> None:
    """Every agency of the case learns what was decided."""
    members = await session.scalars(
        select(CaseMember.agency).where(CaseMember.port == case.port, CaseMember.case_no == case.no).order_by(CaseMember.agency)
    )
    for agency in members:
        await tell(session, case, agency, kind, {"type": row.type, "round": row.report_version}, now)
