"""The list of cases: each with whom it waits for and until when, a few queries for a whole page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import deadline_levels
from agencies.deadline_levels import OpenDeadline
from agencies.powers import Kind, Principal
from inspection import events
from inspection.case_tables import CaseMember, JointCase
from inspection.cases import CaseView, view_of
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.timekeeping import standings
from inspection.timekeeping.waiting import OVER, Standing, waiting

MOST = 200


class CaseListed(CaseView, frozen=True, kw_only=True):
    """A case in the list: the trader's name, whom everybody waits for and the earliest date of theirs.

    ``level`` is how late its open deadlines are at worst: yellow half gone, orange nearly, red past; null: not yet.
    ``provisional`` when one of them lies beyond the published calendar, ``paused`` when a clock stands.
    """

    trader_name: str
    awaited: tuple[str, ...]
    due: datetime | None
    level: str | None
    provisional: bool
    paused: bool


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases; ``cursor`` asks for the next one, null at the end. ``as_of`` is the platform's time."""

    items: list[CaseListed]
    cursor: str | None
    as_of: datetime


async def page(
    session: AsyncSession,
    principal: Principal,
    now: datetime,
    *,
    state: str | None,
    q: str,
    cursor: str | None,
    limit: int,
    late: bool = False,
) -> CasePage:
    """Newest first: case numbers sort by day and sequence, so the last of a page is the cursor of the next.

    ``late``: only cases with an open deadline of which at least half has gone.
    """
    size = min(max(limit, 1), MOST)
    query = _visible(principal, state=state, q=q).order_by(JointCase.no.desc()).limit(size + 1)
    if late:
        streams = await deadline_levels.late_streams(session, principal.port or "")
        query = query.where(JointCase.no.in_([events.case_no_of(one) for one in streams]), JointCase.state.not_in(OVER))
    rows = list(await session.scalars(query if cursor is None else query.where(JointCase.no < cursor)))
    shown = rows[:size]
    standing = await standings.of_cases(session, shown)
    names = await _trader_names(session, shown)
    open_ones = await deadline_levels.of_streams(session, [events.case_stream(row.no) for row in shown])
    items = [_listed(row, names, standing[row.no], open_ones.get(events.case_stream(row.no), []), now) for row in shown]
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


def _listed(
    row: JointCase, names: dict[Any, str], standing: Standing, open_ones: Sequence[OpenDeadline], now: datetime
) -> CaseListed:
    found = waiting(standing, now)
    running = [] if standing.state in OVER else open_ones
    level = deadline_levels.worst(running, now)
    return CaseListed(
        **msgspec.structs.asdict(view_of(row)),
        trader_name=names.get(row.declaration_id) or row.trader,
        awaited=found.awaited,
        due=found.due,
        level=level.value if level else None,
        provisional=any(one.provisional for one in running),
        paused=any(one.paused is not None for one in running),
    )


async def _trader_names(session: AsyncSession, cases: Sequence[JointCase]) -> dict[Any, str]:
    name = DeclarationRow.document["trader"]["name"].astext
    rows = await session.execute(
        select(DeclarationRow.id, name).where(DeclarationRow.id.in_([case.declaration_id for case in cases]))
    )
    return {id_: found for id_, found in rows if found}
