"""A case follows its declaration 改单: what is the same carries over, what changed reopens, who is not needed is let go.

One case stays with one declaration number. A version filed while somebody is at the goods is received and waits: a session works
by the version it was opened with, so that "line 3" means the same to everybody on site, and what terminals send later. The case's
row is the lock: an opening and a filing have one order, and each sees what the other did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM
from inspection import cases, events
from inspection.carrying_over import carried_conclusions, carry_over, declared, followed_invitations
from inspection.carrying_over.carry_over import DeclaredLine, Pair, Plan
from inspection.carrying_over.carry_over_tables import FollowedVersion
from inspection.case_tables import JointCase
from inspection.declaring import declaration_hashes, declaration_state
from inspection.declaring.declaration_state import Action, State
from inspection.declaring.declaration_tables import DeclarationRow, ScreeningRun
from inspection.events import EventType
from inspection.fieldwork import session as session_rules
from inspection.fieldwork import session_views
from inspection.inviting import invitation
from inspection.inviting.focus_points import lead_points
from inspection.notifying.inbox import tell
from inspection.planning.priority import priority_of
from inspection.planning.schedule_tables import PreferredWindows
from kit import event_log
from kit.event_log import Event
from risk.declaration import Declaration
from risk.screening_result import ScreeningResult

WISHED = ("port", "number", "trader", "broker", "windows", "off_hours", "stated_at")
"""What a wish for one version says for the next one as well."""


async def take_up(session: AsyncSession, case: JointCase, filed: DeclarationRow, now: datetime) -> bool:
    """The case follows the version just filed, at once or, while somebody is at the goods, when the session has closed.

    Returns whether it did. As the platform, with the case locked.
    """
    if await _at_the_goods(session, case):
        told = {"version": filed.version, "waits": True, "round": filed.version}
        await tell(session, case, case.lead_agency, "declaration_waits", told, now)
        await cases.settle(session, case, now)
        return False
    await follow(session, case, filed, now)
    return True


async def follow_when_closed(session: AsyncSession, event: Event, now: datetime, parts: object) -> None:
    """The version that waited for the field session to end is taken up; without one nothing happens. As the platform."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(event.stream)).with_for_update())
    if case is None or case.cancelled or await _at_the_goods(session, case):
        return
    filed = await declared.waiting(session, case)
    if filed is not None:
        await follow(session, case, filed, now)


async def follow(session: AsyncSession, case: JointCase, filed: DeclarationRow, now: datetime) -> None:
    """The case goes to ``filed``. As the platform, with the case locked and nobody at the goods."""
    before = await declared.present(session, case)
    old, new = (msgspec.convert(row.document, Declaration) for row in (before, filed))
    screened = msgspec.convert(
        (await session.scalars(select(ScreeningRun.result).where(ScreeningRun.declaration_id == filed.id))).one(), ScreeningResult
    )
    plan = carry_over.plan(
        _lines(old),
        _lines(new),
        await followed_invitations.invited(session, case),
        invitation.collapse(screened.hits, new.lines, lead_agency=case.lead_agency),
        lead_points(case.lead_agency),
        opened=case.openings > 0,
    )
    because = f"申报改为第 {filed.version} 版 · superseded by version {filed.version}"

    await supersede(session, before, filed.version, now)
    if not plan.needed:
        await cases.cancel(session, case, because, now)
        return
    case.declaration_id, case.broker, case.priority_class = filed.id, filed.broker, priority_of(new)
    case.version += 1
    row = _row(case, plan, before.version, filed.version, now)
    session.add(row)
    await session.flush()

    await events.record(session, case, EventType.CASE_FOLLOWED_DECLARATION, _told(row, plan), by=None, at=now)
    await _take_wishes_along(session, case, before, filed, now)
    await followed_invitations.apply(session, case, plan.steps, because, now)
    await carried_conclusions.carry(session, case, plan, from_version=before.version, to_version=filed.version, now=now)
    told = {"from_version": before.version, "to_version": filed.version, "round": filed.version} | row.lines
    await tell(session, case, case.lead_agency, "case_followed", told, now)
    await cases.settle(session, case, now)


async def supersede(session: AsyncSession, row: DeclarationRow, by_version: int, now: datetime) -> None:
    """Ends a version that is still open."""
    if State(row.state) in declaration_state.FINAL:
        return
    row.state = declaration_state.advance(State(row.state), Action.SUPERSEDE, history=row.history).value
    await event_log.append(
        session,
        events.declaration_stream(row.id),
        EventType.DECLARATION_SUPERSEDED,
        {"by_version": by_version},
        by=SYSTEM,
        at=now,
        tenant=row.port,
    )


async def _at_the_goods(session: AsyncSession, case: JointCase) -> bool:
    return any(
        session_rules.State(row.state) in session_rules.TAKES_FINDINGS for row in await session_views.rows_of(session, case)
    )


def _lines(declaration: Declaration) -> list[DeclaredLine]:
    return [DeclaredLine(line.no, declaration_hashes.goods_hash(line)) for line in declaration.lines]


def _row(case: JointCase, plan: Plan, from_version: int, to_version: int, now: datetime) -> FollowedVersion:
    return FollowedVersion(
        port=case.port,
        case_no=case.no,
        to_version=to_version,
        from_version=from_version,
        lines=msgspec.to_builtins(plan.lines),
        pairs={"carried": _plain(plan.carried), "reopened": _plain(plan.reopened)},
        at=now,
    )


def _plain(pairs: tuple[Pair, ...]) -> list[dict[str, Any]]:
    return [{name: value for name, value in pair._asdict().items() if value is not None} for pair in pairs]


def _told(row: FollowedVersion, plan: Plan) -> dict[str, Any]:
    """``asked`` says of each agency that stays whether it must come; ``steps`` what becomes of each."""
    steps: Mapping[str, str] = {one.agency: one.step.value for one in plan.steps}
    stays = {one.agency: one.proposal for one in plan.steps if one.proposal is not None}
    told: dict[str, Any] = {"from_version": row.from_version, "to_version": row.to_version, **row.lines}
    told |= {"steps": dict(steps), "mandatory": {agency: asked.mandatory for agency, asked in stays.items()}}
    return told | {"carried": row.pairs["carried"], "reopened": row.pairs["reopened"]}


async def _take_wishes_along(
    session: AsyncSession, case: JointCase, before: DeclarationRow, filed: DeclarationRow, now: datetime
) -> None:
    """The windows the enterprise would like hang on a version: those it stated for the new one count, else the earlier ones."""
    stated, earlier = await session.get(PreferredWindows, filed.id), await session.get(PreferredWindows, before.id)
    if stated is not None:
        data = {"windows": stated.windows, "off_hours": stated.off_hours}
        await events.record(session, case, EventType.PREFERRED_WINDOWS_STATED, data, by=None, at=now)
    elif earlier is not None:
        named = {
            name: getattr(earlier, name) for name in ("port", "number", "trader", "broker", "windows", "off_hours", "stated_at")
        }
        session.add(PreferredWindows(declaration_id=filed.id, **named))
        await session.flush()
