"""Joint cases: keeping the cached state of one and the enterprise's status equal to what follows from its children."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from inspection import case as rules
from inspection import events, statuses
from inspection.carrying_over import declared, followed_invitations
from inspection.case_tables import Invitation, JointCase, TaskSheetRow
from inspection.deciding import disposition
from inspection.deciding.decision_tables import ConclusionRow, DispositionRow, ReportRow
from inspection.events import EventType
from inspection.fieldwork import session as session_rules
from inspection.fieldwork.field_tables import FieldSession
from inspection.following_up import follow_up, recall
from inspection.following_up.follow_up_tables import FollowUp
from inspection.following_up.recall_tables import RecallRow
from inspection.following_up.reopening_tables import CaseReopening
from inspection.inviting import invitation
from inspection.notifying.inbox import tell
from inspection.planning.schedule_tables import Booking
from inspection.preparing import task_sheets

SLOT_HELD = frozenset({"CONFIRMED", "CHANGED", "IN_PROGRESS", "DONE"})


async def settle_stream(session: AsyncSession, stream: str, now: datetime) -> None:
    """:func:`settle` for the case whose stream this is."""
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(stream)).with_for_update())
    if case is not None:
        await settle(session, case, now)


async def settle(session: AsyncSession, case: JointCase, now: datetime) -> None:
    """Makes the cached state what follows from the children, and publishes the enterprise's status when it changed.

    The only writer of ``JointCase.state``. Repeating it changes nothing. As the platform, with the case locked.
    """
    facts = await facts_of(session, case)
    state = rules.derive_state(facts)
    if state is rules.State.CLOSED and case.closed_at is None:
        case.closed_at = now
    if state.value != case.state:
        before, case.state = case.state, state.value
        case.closed_at = now if state is rules.State.CLOSED else None
        case.version += 1
        await events.record(session, case, EventType.CASE_STATE_CHANGED, {"from": before, "to": state.value}, by=None, at=now)
    await statuses.publish_case(session, case, facts, now)


async def facts_of(session: AsyncSession, case: JointCase) -> rules.CaseFacts:
    """The children of a case, as far as its state follows from them."""
    round_ = await last_reopening(session, case)
    after = round_.after_report if round_ is not None else 0
    children = select(
        _states(case, Invitation.state).label("invitations"),
        _states(case, TaskSheetRow.state).label("sheets"),
        _states(case, Booking.state).label("bookings"),
        _states(case, FieldSession.state).label("sessions"),
        _states(case, ReportRow.state, ReportRow.version > after).label("reports"),
        _states(case, DispositionRow.state, DispositionRow.report_version > after).label("dispositions"),
        _states(case, RecallRow.state, RecallRow.state.in_(recall.OPEN)).label("recalls"),  # goods not yet there
        _states(case, FollowUp.state, FollowUp.state.in_(follow_up.OPEN)).label("follow_ups"),
    )
    found = (await session.execute(children)).one()
    return rules.CaseFacts(
        opened=True,
        invitations=tuple(map(invitation.State, found.invitations)),
        sheet_issued=bool(found.sheets),
        slot_held=not SLOT_HELD.isdisjoint(found.bookings),
        sessions=tuple(map(session_rules.State, found.sessions)),
        conclusions_missing=await _conclusions_missing(session, case),
        report_issued=bool(found.reports),
        dispositions=tuple(map(disposition.State, found.dispositions)),
        follow_ups_open=len(found.recalls) + len(found.follow_ups),
        cancelled=case.cancelled,
        reopened=round_ is not None and not await _concluded_since(session, case, round_.reopened_at),
    )


def _states(case: JointCase, state: InstrumentedAttribute[str], *only: ColumnElement[bool]) -> ColumnElement[Sequence[str]]:
    """The states of one kind of children, as one column: all kinds are read in one statement."""
    child = state.class_
    rows = select(state).where(child.port == case.port, child.case_no == case.no, *only)
    return func.array(rows.scalar_subquery(), type_=ARRAY(Text))


async def last_reopening(session: AsyncSession, case: JointCase) -> CaseReopening | None:
    """The reopening that began the present round; None in the first one."""
    of_case = (CaseReopening.port == case.port, CaseReopening.case_no == case.no)
    return await session.scalar(select(CaseReopening).where(*of_case).order_by(CaseReopening.number.desc()).limit(1))


async def _concluded_since(session: AsyncSession, case: JointCase, instant: datetime) -> bool:
    of_case = (ConclusionRow.port == case.port, ConclusionRow.case_no == case.no, ConclusionRow.submitted_at >= instant)
    return await session.scalar(select(ConclusionRow.agency).where(*of_case).limit(1)) is not None


async def _conclusions_missing(session: AsyncSession, case: JointCase) -> bool:
    """Whether an agency of the latest sheet has not concluded yet on the version the case is on."""
    document = await session.scalar(
        select(TaskSheetRow.document)
        .where(TaskSheetRow.port == case.port, TaskSheetRow.case_no == case.no)
        .order_by(TaskSheetRow.version.desc())
        .limit(1)
    )
    if document is None:
        return True
    version = (await declared.present(session, case)).version
    of_version = (ConclusionRow.port == case.port, ConclusionRow.case_no == case.no, ConclusionRow.declaration_version == version)
    concluded = await session.scalars(select(ConclusionRow.agency).where(*of_version))
    return bool({point["agency"] for point in document["focus_points"]} - set(concluded))


async def cancel(session: AsyncSession, case: JointCase, because: str, now: datetime) -> None:
    """Ends a case for which nobody is called any more, before anybody opened the goods. As the platform, with the case locked."""
    case.cancelled = True
    for one in await task_sheets.invited_to(session, case):
        if invitation.State(one.state) not in invitation.FINAL:
            await followed_invitations.withdraw(session, case, one, because, now)
    await tell(session, case, case.lead_agency, "case_cancelled", {"because": because}, now)
    await session.flush()
    await settle(session, case, now)


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list of cases."""

    no: str
    port: str
    state: str
    declaration: str
    trader: str
    lead_agency: str
    mode: str
    priority_class: str
    policy: str
    policy_version: int
    openings: int
    opened_at: datetime
    closed_at: datetime | None
    version: int


def view_of(case: JointCase) -> CaseView:
    """The public fields of a case."""
    return CaseView(
        no=case.no,
        port=case.port,
        state=case.state,
        declaration=case.declaration_number,
        trader=case.trader,
        lead_agency=case.lead_agency,
        mode=case.mode,
        priority_class=case.priority_class,
        policy=case.policy,
        policy_version=case.policy_version,
        openings=case.openings,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        version=case.version,
    )
