"""Follow-ups as people read them: members of the case, the enterprise, and the office something was handed over to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from agencies.running_deadlines import Deadline
from inspection.case_access import case_for
from inspection.declaring import declarations
from inspection.following_up import follow_up_deadlines, follow_up_rows
from inspection.following_up.demand import Demand
from inspection.following_up.follow_up_tables import FollowUp, FollowUpEntry
from kit.database import elevated


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """What was done: by which party, never by which officer."""

    at: datetime
    party: str
    action: str
    text: str
    documents: list[dict[str, Any]]


class FollowUpView(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up as members of the case see it. ``holder`` has the next word, ``agency`` alone verifies.

    ``due`` is null where no limit of ours runs, ``provisional``: the calendar has not been published that far.
    """

    id: UUID
    disposition: UUID
    kind: str
    code: str
    agency: str
    lines: list[int]
    state: str
    holder: str | None
    office: str | None
    before_release: bool
    demand: Demand
    record: dict[str, Any] | None
    due: datetime | None
    provisional: bool
    overdue: bool
    opened_at: datetime
    ended_at: datetime | None
    entries: list[EntryView]


class OwnFollowUpView(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up as the enterprise reads it: what to do, where, until when, and what became of what it sent."""

    id: UUID
    kind: str
    agency: str
    lines: list[int]
    state: str
    yours: bool
    demand: Demand
    due: datetime | None
    provisional: bool
    overdue: bool
    entries: list[EntryView]


class HandedOverView(msgspec.Struct, frozen=True, kw_only=True):
    """What an office at the destination has taken over, or is asked to: of the case it sees this, and nothing else."""

    id: UUID
    case: str
    declaration: str
    kind: str
    agency: str
    lines: list[int]
    state: str
    demand: Demand
    record: dict[str, Any] | None


async def of_case(session: AsyncSession, principal: Principal, no: str) -> list[FollowUpView]:
    """Everything that followed from the dispositions of the case, in the order it was opened. Raises NotFound."""
    case = await case_for(session, principal, no)
    rows = await follow_up_rows.of_case(session, case)
    clocks, entries = await follow_up_deadlines.dues(session, rows), await _entries(session, rows)
    return [_view(row, clocks, entries[row.id]) for row in rows]


async def view(session: AsyncSession, row: FollowUp) -> FollowUpView:
    """One of them."""
    await session.flush()
    return _view(row, await follow_up_deadlines.dues(session, [row]), (await _entries(session, [row]))[row.id])


async def of_own(session: AsyncSession, principal: Principal, number: str) -> list[OwnFollowUpView]:
    """What follows for a declaration of one's own. Raises NotFound."""
    await declarations.one(session, principal, number, None)
    own = or_(FollowUp.trader == principal.enterprise, FollowUp.broker == principal.enterprise)
    query = select(FollowUp).where(FollowUp.declaration_number == number, own).order_by(FollowUp.opened_at, FollowUp.id)
    rows = list(await session.scalars(query))
    # A clock is the case's; that it runs for this enterprise stands in the rows just read.
    async with elevated(session, PLATFORM, principal.acting):
        clocks = await follow_up_deadlines.dues(session, rows)
    entries = await _entries(session, rows)
    return [_own_view(row, clocks, entries[row.id]) for row in rows]


async def own_view(session: AsyncSession, row: FollowUp) -> OwnFollowUpView:
    """One of them. As the platform."""
    await session.flush()
    return _own_view(row, await follow_up_deadlines.dues(session, [row]), (await _entries(session, [row]))[row.id])


async def handed_over(session: AsyncSession, principal: Principal) -> list[HandedOverView]:
    """What was handed over to the person's office, newest first."""
    office = f"{principal.port}/{principal.agency}"
    query = select(FollowUp).where(FollowUp.office == office).order_by(FollowUp.opened_at.desc(), FollowUp.id)
    return [handed_over_view(row) for row in await session.scalars(query)]


def handed_over_view(row: FollowUp) -> HandedOverView:
    """One of them."""
    named = {name: getattr(row, name) for name in ("id", "kind", "agency", "lines", "state", "record")}
    asked = msgspec.convert(row.demand, Demand)
    return HandedOverView(**named, case=row.case_no, declaration=row.declaration_number, demand=asked)


def _view(row: FollowUp, clocks: dict[UUID, Deadline], entries: list[EntryView]) -> FollowUpView:
    copied = ("id", "kind", "code", "agency", "lines", "state", "holder", "office", "before_release", "record", "overdue")
    named = {name: getattr(row, name) for name in (*copied, "opened_at", "ended_at")}
    return FollowUpView(
        **named,
        disposition=row.disposition_id,
        demand=msgspec.convert(row.demand, Demand),
        **_limit(row, clocks),
        entries=entries,
    )


def _own_view(row: FollowUp, clocks: dict[UUID, Deadline], entries: list[EntryView]) -> OwnFollowUpView:
    named = {name: getattr(row, name) for name in ("id", "kind", "agency", "lines", "state", "overdue")}
    asked = msgspec.convert(row.demand, Demand)
    return OwnFollowUpView(**named, yours=row.holder == "enterprise", demand=asked, **_limit(row, clocks), entries=entries)


def _limit(row: FollowUp, clocks: dict[UUID, Deadline]) -> dict[str, Any]:
    clock = clocks.get(row.deadline_id) if row.deadline_id is not None else None
    return {"due": clock.due_at if clock else None, "provisional": clock is not None and clock.provisional}


async def _entries(session: AsyncSession, rows: Iterable[FollowUp]) -> defaultdict[UUID, list[EntryView]]:
    ids = [row.id for row in rows]
    query = select(FollowUpEntry).where(FollowUpEntry.follow_up_id.in_(ids)).order_by(FollowUpEntry.at, FollowUpEntry.id)
    found: defaultdict[UUID, list[EntryView]] = defaultdict(list)
    for one in await session.scalars(query) if ids else ():
        copied = {name: getattr(one, name) for name in EntryView.__struct_fields__}
        found[one.follow_up_id].append(EntryView(**copied))
    return found
