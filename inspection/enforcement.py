"""What follows once a disposition is decided: it takes effect, the goods are released, a release that proved wrong is recalled.

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

STEPS: Final[dict[Type, tuple[Action, ...]]] = {
    Type.RELEASE: DONE,
    Type.RETURN: APPEALABLE,
    Type.DESTROY: APPEALABLE,
}
"""How far a disposition goes when it is approved. A release is done with; what cannot be undone waits for its follow-up, so that
an appeal comes first; everything else begins at once."""

LETS_GO: Final[dict[Type, declaration_state.Action]] = {
    Type.RELEASE: declaration_state.Action.RELEASE,
    Type.CONDITIONAL_RELEASE: declaration_state.Action.RELEASE,
    Type.SPLIT: declaration_state.Action.RELEASE_PARTLY,
}
"""What of the declaration is released with it. Conditions and recalls live in the disposition."""


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


def leads_to(row: DispositionRow) -> State:
    """How far the disposition goes by itself once it is approved or found automatic."""
    return _after(State(row.state), STEPS.get(_said(row), BEGUN))


async def put_in_force(session: AsyncSession, case: JointCase, row: DispositionRow, by: Principal | None, now: datetime) -> None:
    """Moves an approved or automatic disposition (``by`` None) as far as it goes by itself. As the platform, case locked."""
    row.state = leads_to(row).value
    row.approved_at = now
    if row.state == State.CLOSED:
        await _close_sheet(session, case)
    await session.flush()
    if (type_ := _said(row)) in LETS_GO:
        await _let_go(session, case, type_, now)
        named = {name: getattr(row, name) for name in ("type", "report_version", "automatic", "state")}
        lines = [line["line"] for line in row.lines if line["type"] in disposition.RELEASING]
        told = named | {"disposition": str(row.id), "lines": lines}
        await events.record(session, case, EventType.RELEASED, told, by=by, at=now)
    await _tell_everybody(session, case, "disposition", row, now)


async def recall_milder(
    session: AsyncSession,
    case: JointCase,
    earlier: Sequence[DispositionRow],
    merged: MergeOutput,
    policy: Policy,
    now: datetime,
) -> None:
    """Recalls each release that is in force and milder than what the conclusions now ask for. As the platform, case locked."""
    strength = {code: place for place, code in enumerate(policy.strength)}

    def strictness(type_: str | None) -> int:
        """Open (null) is no permission to keep the goods; a split is as strict as its released part."""
        return len(strength) if type_ is None else strength.get(type_, strength[Type.RELEASE])

    for row in earlier:
        if row.type is None or State(row.state) not in disposition.IN_FORCE or Type(row.type) not in LETS_GO:
            continue
        if strictness(merged.disposition) <= strictness(row.type):
            continue
        row.state = disposition.advance(State(row.state), Action.RECALL, Type(row.type)).value
        told = {"disposition": str(row.id), "type": row.type, "report_version": row.report_version}
        await events.record(session, case, EventType.RECALLED, told | {"now": merged.disposition}, by=None, at=now)
        await _tell_everybody(session, case, "recall", row, now)
    await session.flush()


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


async def _let_go(session: AsyncSession, case: JointCase, type_: Type, now: datetime) -> None:
    """The declaration's own state; one that is final already stays as it is."""
    row = await session.get_one(DeclarationRow, case.declaration_id, with_for_update=True)
    if declaration_state.State(row.state) in declaration_state.FINAL:
        return
    row.state = declaration_state.advance(declaration_state.State(row.state), LETS_GO[type_], history=row.history).value
    await session.flush()
    stream, told = events.declaration_stream(row.id), {"state": row.state, "case": case.no}
    await event_log.append(session, stream, EventType.DECLARATION_CLOSED, told, by=SYSTEM, at=now, tenant=row.port)


async def _tell_everybody(session: AsyncSession, case: JointCase, kind: str, row: DispositionRow, now: datetime) -> None:
    """Every agency of the case learns what was decided."""
    members = await session.scalars(
        select(CaseMember.agency).where(CaseMember.port == case.port, CaseMember.case_no == case.no).order_by(CaseMember.agency)
    )
    for agency in members:
        await tell(session, case, agency, kind, {"type": row.type, "round": row.report_version}, now)
