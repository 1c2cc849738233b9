"""The list of cases: each with whom it waits for and until when, a few queries for a whole page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadlines
from agencies.calendar_seed import seeded_calendar
from agencies.powers import Kind, Principal
from inspection.case import State
from inspection.case_tables import CaseMember, Invitation, JointCase
from inspection.cases import CaseView, view_of
from inspection.decision_tables import ConclusionRow
from inspection.declaration_tables import DeclarationRow
from inspection.field_tables import FieldSession, Workstream
from inspection.schedule_tables import Booking
from inspection.time_limits import CONCLUSION
from inspection.waiting import Asked, Standing, waiting

MOST = 200
HELD = ("CONFIRMED", "CHANGED", "IN_PROGRESS")


class CaseListed(CaseView, frozen=True, kw_only=True):
    """A case in the list: the trader's name, whom everybody waits for and the earliest date of theirs."""

    trader_name: str
    awaited: tuple[str, ...]
    due: datetime | None


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases; ``cursor`` asks for the next one, null at the end. ``as_of`` is the platform's time."""

    items: list[CaseListed]
    cursor: str | None
    as_of: datetime


async def page(
    session: AsyncSession, principal: Principal, now: datetime, *, state: str | None, q: str, cursor: str | None, limit: int
) -> CasePage:
    """Newest first: case numbers sort by day and sequence, so the last of a page is the cursor of the next."""
    size = min(max(limit, 1), MOST)
    query = _visible(principal, state=state, q=q).order_by(JointCase.no.desc()).limit(size + 1)
    rows = list(await session.scalars(query if cursor is None else query.where(JointCase.no < cursor)))
    shown = rows[:size]
    standings = await _standings(session, shown)
    names = await _trader_names(session, shown)
    items = [_listed(row, names, standings[row.no]) for row in shown]
    return CasePage(items=items, cursor=rows[size - 1].no if len(rows) > size else None, as_of=now)


def _visible(principal: Principal, *, state: str | None, q: str) -> Select[JointCase]:
    query = select(JointCase).where(JointCase.port == principal.port)
    if principal.kind is Kind.AGENCY:
        taking_part = select(CaseMember.case_no).where(CaseMember.port == principal.port, CaseMember.agency == principal.agency)
        query = query.where(JointCase.no.in_(taking_part))
    if state:
        query = query.where(JointCase.state == state)
    if q:
        query = query.where(
            JointCase.no.contains(q, autoescape=True) | JointCase.declaration_number.startswith(q, autoescape=True)
        )
    return query


def _listed(row: JointCase, names: dict[Any, str], standing: Standing) -> CaseListed:
    found = waiting(standing)
    return CaseListed(
        **msgspec.structs.asdict(view_of(row)),
        trader_name=names.get(row.declaration_id) or row.trader,
        awaited=found.awaited,
        due=found.due,
    )


async def _trader_names(session: AsyncSession, cases: Sequence[JointCase]) -> dict[Any, str]:
    name = DeclarationRow.document["trader"]["name"].astext
    rows = await session.execute(
        select(DeclarationRow.id, name).where(DeclarationRow.id.in_([case.declaration_id for case in cases]))
    )
    return {id_: found for id_, found in rows if found}


async def _standings(session: AsyncSession, cases: Sequence[JointCase]) -> dict[str, Standing]:
    """What each case's next word follows from, as far as the acting role may see it."""
    if not cases:
        return {}
    columns = (Invitation.agency, Invitation.state, Invitation.due_at, Invitation.decline_confirmed)
    invited = await _by_case(session, cases, Invitation, *columns)
    held = Booking.state.in_(HELD)
    windows = await _by_case(session, cases, Booking, Booking.starts_at, Booking.ends_at, where=held)
    at_work = await _by_case(session, cases, Workstream, Workstream.agency, where=Workstream.state == "RUNNING")
    concluded = await _by_case(session, cases, ConclusionRow, ConclusionRow.agency)
    over = FieldSession.closed_at.is_not(None)
    closed = await _by_case(session, cases, FieldSession, FieldSession.closed_at, where=over)
    return {
        case.no: Standing(
            state=State(case.state),
            lead=case.lead_agency,
            asked=_asked(invited[case.no]),
            window=next(((starts, ends) for starts, ends in windows[case.no]), None),
            at_work=frozenset(agency for (agency,) in at_work[case.no]),
            concluded=frozenset(agency for (agency,) in concluded[case.no]),
            conclusions_due=_conclusions_due(case, [at for (at,) in closed[case.no]]),
        )
        for case in cases
    }


async def _by_case(
    session: AsyncSession, cases: Sequence[JointCase], table: Any, *columns: Any, where: Any = None
) -> defaultdict[str, list[tuple[Any, ...]]]:
    """The columns of the cases' rows in ``table``, by case number."""
    query = select(table.case_no, *columns).where(table.port == cases[0].port, table.case_no.in_([case.no for case in cases]))
    found: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    rows = await session.execute(query if where is None else query.where(where))
    for no, *values in rows:
        found[no].append(tuple(values))
    return found


def _asked(rows: list[tuple[Any, ...]]) -> tuple[Asked, ...]:
    return tuple(
        Asked(agency=agency, state=state, due=due, unconfirmed=state == "DECLINED" and not confirmed)
        for agency, state, due, confirmed in rows
    )


def _conclusions_due(case: JointCase, closed: list[datetime]) -> datetime | None:
    if not closed or case.state != State.CONCLUDING:
        return None
    return deadlines.due(max(closed), CONCLUSION.budget, seeded_calendar()).due
