"""What follows once a disposition is decided: it takes effect, the goods are released.

What has to happen afterwards is opened here and followed up in ``follow_ups.py``; a release may have to wait (``conditions.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_tables import JointCase
from inspection.concluding.line_outcome import CONFLICT
from inspection.concluding.merge_documents import MergeOutput
from inspection.concluding.merge_sentences import because_zh
from inspection.concluding.merge_trace import title_of
from inspection.deciding import conditions, disposition
from inspection.deciding.conditions import lets_go
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.disposition import Action, State, Type
from inspection.following_up import follow_ups
from inspection.notifying.inbox import tell_members
from inspection.policies.policy import Policy
from inspection.preparing import task_sheets
from inspection.reporting.report_document import Disposition

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
    steps = APPEALABLE if conditions.waits(row, policy) else steps_of(_said(row), policy)
    state = State(row.state)
    return _after(state, steps[1:] if state in DECIDED else steps)


async def put_in_force(
    session: AsyncSession, case: JointCase, row: DispositionRow, policy: Policy, by: Principal | None, now: datetime
) -> None:
    """Moves an approved or automatic disposition (``by`` None) as far as it goes by itself. As the platform, case locked."""
    row.state = leads_to(row, policy).value
    row.approved_at = row.approved_at or now
    if row.state == State.CLOSED:
        await task_sheets.close(session, case)
    await session.flush()
    await follow_ups.open_for(session, case, row, policy, by, now)
    if lets_go(row.type, policy) is not None and not conditions.waits(row, policy):
        await conditions.take_effect(session, case, row, policy, by, now, at_once=True)
    await tell_everybody(session, case, "disposition", row, now)


def _said(row: DispositionRow) -> Type:
    assert row.type is not None  # whoever approves, or the merge, has said what
    return Type(row.type)


def _after(state: State, steps: Sequence[Action]) -> State:
    for step in steps:
        state = disposition.advance(state, step)
    return state


async def tell_everybody(session: AsyncSession, case: JointCase, kind: str, row: DispositionRow, now: datetime) -> None:
    """Every agency of the case learns what was decided."""
    await tell_members(session, case, kind, {"type": row.type, "round": row.report_version}, now)
