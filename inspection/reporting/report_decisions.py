"""What conclusions lead to without a person: the report issues when nobody is waited for; the goods go, or people decide."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection import events
from inspection.carrying_over import declared
from inspection.case_tables import JointCase
from inspection.concluding import merge_inputs
from inspection.deciding import departures, disposition_rows
from inspection.deciding import disposition as rules
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.disposition import State, Type
from inspection.deciding.disposition_rows import REPLACEABLE
from inspection.events import EventType
from inspection.following_up import enforcement, recalls, reopenings
from inspection.reaction import Parts
from inspection.reporting import liabilities, report, reports
from kit.event_log import Event


async def decide_when_complete(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """Issues the report when the merge waits for nobody, and releases or proposes. As the platform; repeating changes nothing.

    The session has to be closed; the inputs have to differ from the latest report's.
    """
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(event.stream)).with_for_update())
    if case is None or case.cancelled or not await disposition_rows.field_is_over(session, case):
        return
    if await declared.waiting(session, case) is not None:  # the case follows its declaration first
        return
    inputs = await merge_inputs.gather(session, case)
    before = await reports.latest(session, case)
    stands = before is None or before.state != report.State.VOID
    if inputs is None or (before is not None and stands and before.inputs_hash == inputs.inputs_hash):
        return
    merged = inputs.merged()
    if report.missing_in(msgspec.to_builtins(merged)):
        return

    await departures.withdraw(session, case, now)
    earlier = await _replace_open_ones(session, case)
    automatic = merged.automatic and stands and _may_pass_unseen(earlier)
    issued = await reports.issue(session, case, inputs, merged, enforcement.as_printed(merged, automatic=automatic, now=now), now)
    await liabilities.keep(session, case, issued, now)
    recalled = await recalls.open_where_milder(session, case, earlier, issued, merged, inputs.policy, now)
    await reopenings.by_amendment(session, case, issued=issued.version, recalled=recalled, now=now)

    row = disposition_rows.new_row(case, issued, merged, automatic=automatic, now=now)
    session.add(row)
    await session.flush()
    if automatic:
        rules.check_automatic(Type(row.type) if row.type else None, merge_automatic=merged.automatic)
        await disposition_rows.check_current(session, case, issued)
        await enforcement.put_in_force(session, case, row, inputs.policy, None, now)
    else:
        await events.record(
            session, case, EventType.DISPOSITION_PROPOSED, disposition_rows.told_of(row, merged.outcome), by=None, at=now
        )


async def _replace_open_ones(session: AsyncSession, case: JointCase) -> list[DispositionRow]:
    """Takes away proposals that have not taken effect, which the new version replaces (the events keep them); returns the others.

    What a person had proposed is among those returned, so that it is not passed over.
    """
    rows = list(
        await session.scalars(select(DispositionRow).where(DispositionRow.port == case.port, DispositionRow.case_no == case.no))
    )
    for row in rows:
        if State(row.state) in REPLACEABLE:
            await session.delete(row)
    await session.flush()
    return [row for row in rows if State(row.state) not in REPLACEABLE or row.proposed_by is not None]


def _may_pass_unseen(earlier: list[DispositionRow]) -> bool:
    """The system releases alone only where no person has begun to decide and nothing but a release came before."""
    return all(row.type == Type.RELEASE and row.state == State.CLOSED for row in earlier)
