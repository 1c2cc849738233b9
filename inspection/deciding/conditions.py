"""When a release takes effect: once everything that has to be registered before it is. Security first, goods afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM, Principal
from inspection import events
from inspection.case_tables import JointCase
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.disposition import Type
from inspection.declaring import declaration_state
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.events import EventType
from inspection.following_up import follow_up_plan
from inspection.following_up.follow_up_plan import Line
from inspection.policies.policy import Policy
from kit import event_log


def lets_go(type_: str | None, policy: Policy) -> declaration_state.Action | None:
    """What of the declaration is released with it, if anything. Conditions and recalls live in the disposition."""
    if type_ in policy.releasing:
        return declaration_state.Action.RELEASE
    return declaration_state.Action.RELEASE_PARTLY if type_ == Type.SPLIT else None


KEEPS: Final = frozenset({Type.RETURN, Type.DESTROY})
"""Once these are done the goods are gone, and were never released."""


def lines_of(row: DispositionRow) -> tuple[Line, ...]:
    """What was decided on each line, as far as something follows from it."""
    known = set(Line.__struct_fields__)
    return tuple(msgspec.convert({name: value for name, value in one.items() if name in known}, Line) for one in row.lines)


def waits(row: DispositionRow, policy: Policy) -> bool:
    """Whether this release, approved, still waits for something to be registered."""
    return lets_go(row.type, policy) is not None and follow_up_plan.must_wait(lines_of(row))


async def take_effect(
    session: AsyncSession,
    case: JointCase,
    row: DispositionRow,
    policy: Policy,
    by: Principal | None,
    now: datetime,
    *,
    at_once: bool,
) -> None:
    """The goods are let go. ``at_once``: with the approval itself, and told with it. As the platform, case locked."""
    freed = lets_go(row.type, policy)
    assert freed is not None
    await _declaration(session, case, freed, now)
    named = {name: getattr(row, name) for name in ("type", "report_version", "automatic", "state")}
    lines = [line["line"] for line in row.lines if line["type"] in policy.releasing]
    told = named | {"disposition": str(row.id), "lines": lines, "at_once": at_once and row.type != Type.RELEASE}
    await events.record(session, case, EventType.RELEASED, told, by=by, at=now)


async def keep_for_good(session: AsyncSession, case: JointCase, now: datetime) -> None:
    """The goods were returned or destroyed: the declaration ends without a release."""
    await _declaration(session, case, declaration_state.Action.REFUSE_RELEASE, now)


async def _declaration(session: AsyncSession, case: JointCase, action: declaration_state.Action, now: datetime) -> None:
    """The declaration's own state; one that is final already stays as it is."""
    row = await session.get_one(DeclarationRow, case.declaration_id, with_for_update=True)
    if declaration_state.State(row.state) in declaration_state.FINAL:
        return
    row.state = declaration_state.advance(declaration_state.State(row.state), action, history=row.history).value
    await session.flush()
    stream, told = events.declaration_stream(row.id), {"state": row.state, "case": case.no}
    await event_log.append(session, stream, EventType.DECLARATION_CLOSED, told, by=SYSTEM, at=now, tenant=row.port)
