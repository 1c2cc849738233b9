"""Figures of elapsed time: what each party was awaited for at a port in a period, and whether the targets were met.

They are made of cases that ended in the period: what is still running has no final length, so it is only counted, by whom it
waits for now. One query each over ``case_time`` and ``party_time``; no log is read. Customs and auditors see every party of their
port, an agency its own line.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from agencies.powers import Kind, Principal
from inspection.case_tables import JointCase
from inspection.timekeeping import standings
from inspection.timekeeping.elapsed_tables import CaseTime, PartyTime
from inspection.timekeeping.elapsed_time import Party
from inspection.timekeeping.time_targets import INSPECTION, LIMITS, TO_INSPECTION
from inspection.timekeeping.waiting import OVER, kind_of, waiting
from kit.errors import Invalid, NotFound

PERIOD = timedelta(days=30)
"""What is looked at when no beginning is named."""

LONGEST = timedelta(days=366)
Seconds = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


class FiguresPeriodInvalid(Invalid):
    """The period is turned round, or longer than a year; ``details['errors']`` says which."""

    code = "figures_period_invalid"
    title_zh = "统计期间不正确"
    title_en = "This period cannot be counted"
    advice_zh = "请填写不超过一年的期间，并写明时区偏移。"
    advice_en = "State a period of at most a year, with offsets."


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Whole seconds: the sum, the one in the middle, and the one that nine of ten do not exceed; null without a case."""

    total: int
    median: int | None
    p90: int | None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What one party was awaited for: in how many cases, how long in either clock, and its share of those cases' whole time.

    ``alone`` is the part (clock, working: sums of seconds) in which nobody else was awaited.
    """

    party: Party
    cases: int
    clock: Spread
    working: Spread
    alone_clock: int
    alone_working: int
    share_clock: float
    share_working: float


class TargetFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A target in clock time: how many cases had an inspection, and how many of them met it."""

    code: str
    limit_seconds: int
    cases: int
    met: int
    clock: Spread
    working: Spread


class NowAwaited(msgspec.Struct, frozen=True, kw_only=True):
    """How many running cases wait for a party at this moment."""

    party: Party
    cases: int


class PortFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a port for cases that ended in ``[since, until)``, as far as the reader may see them."""

    port: str
    since: datetime
    until: datetime
    as_of: datetime
    cases: int
    clock: Spread
    working: Spread
    parties: list[Figure]
    targets: list[TargetFigure]
    running: int
    awaited_now: list[NowAwaited]


async def of_port(
    session: AsyncSession, principal: Principal, port: str, since: datetime | None, until: datetime | None, now: datetime
) -> PortFigures:
    """The figures of one's own port; another one is not found."""
    if port != principal.port:
        raise NotFound(port=port)
    end = until or now
    start = since or end - PERIOD
    _check(start, end)
    of_cases = (CaseTime.port == port, CaseTime.ended_at >= start, CaseTime.ended_at < end)
    columns = (*_spread(CaseTime.clock), *_spread(CaseTime.working))
    whole = (await session.execute(select(func.count(), *columns).where(*of_cases))).one()
    running, awaited = await _running(session, principal, now)
    return PortFigures(
        port=port,
        since=start,
        until=end,
        as_of=now,
        cases=whole[0],
        clock=_as_spread(whole, 1),
        working=_as_spread(whole, 4),
        parties=await _parties(session, port, start, end),
        targets=[
            await _target(session, of_cases, TO_INSPECTION, CaseTime.to_inspection_clock, CaseTime.to_inspection_working),
            await _target(session, of_cases, INSPECTION, CaseTime.inspection_clock, CaseTime.inspection_working),
        ],
        running=running,
        awaited_now=awaited,
    )


async def _parties(session: AsyncSession, port: str, start: datetime, end: datetime) -> list[Figure]:
    sums = [func.sum(column) for column in (PartyTime.alone_clock, PartyTime.alone_working)]
    cases = [func.sum(column) for column in (PartyTime.case_clock, PartyTime.case_working)]
    query = (
        select(
            func.count(), *_spread(PartyTime.clock), *_spread(PartyTime.working), *sums, *cases, PartyTime.kind, PartyTime.agency
        )
        .where(PartyTime.port == port, PartyTime.ended_at >= start, PartyTime.ended_at < end)
        .group_by(PartyTime.kind, PartyTime.agency)
        .order_by(func.sum(PartyTime.clock).desc(), PartyTime.agency)
    )
    return [_figure(row) for row in await session.execute(query)]


def _figure(row: Row[Any]) -> Figure:
    *_, alone_clock, alone_working, case_clock, case_working, kind, agency = tuple(row)
    clock, working = _as_spread(row, 1), _as_spread(row, 4)
    return Figure(
        party=Party(kind=kind, code=agency),
        cases=row[0],
        clock=clock,
        working=working,
        alone_clock=int(alone_clock),
        alone_working=int(alone_working),
        share_clock=_share(clock.total, case_clock),
        share_working=_share(working.total, case_working),
    )


async def _target(
    session: AsyncSession, of_cases: tuple[ColumnElement[bool], ...], code: str, clock: Seconds, working: Seconds
) -> TargetFigure:
    limit = LIMITS[code] // timedelta(seconds=1)
    in_time = clock < limit if code == INSPECTION else clock <= limit
    query = select(func.count(clock), *_spread(clock), *_spread(working), func.count().filter(in_time)).where(*of_cases)
    row = (await session.execute(query)).one()
    return TargetFigure(
        code=code, limit_seconds=limit, cases=row[0], met=row[7], clock=_as_spread(row, 1), working=_as_spread(row, 4)
    )


async def _running(session: AsyncSession, principal: Principal, now: datetime) -> tuple[int, list[NowAwaited]]:
    """Cases that are not over and whom they wait for now; an agency reads of itself only."""
    over = [state.value for state in OVER]
    cases = list(await session.scalars(select(JointCase).where(JointCase.port == principal.port, JointCase.state.not_in(over))))
    standing = await standings.of_cases(session, cases)
    counted = Counter((kind_of(party, one.lead).value, party) for one in standing.values() for party in waiting(one, now).awaited)
    return len(cases), [
        NowAwaited(party=Party(kind=kind, code=code), cases=number)
        for (kind, code), number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        if principal.kind is not Kind.AGENCY or code == principal.agency
    ]


def _spread(column: Seconds) -> tuple[ColumnElement[Any], ...]:
    middle, most = (func.percentile_disc(part).within_group(column) for part in (0.5, 0.9))
    return func.coalesce(func.sum(column), 0), middle, most


def _as_spread(row: Row[Any], first: int) -> Spread:
    total, median, p90 = row[first : first + 3]
    return Spread(total=int(total), median=median, p90=p90)


def _share(part: int, whole: int) -> float:
    return round(part / int(whole), 4) if whole else 0.0


def _check(start: datetime, end: datetime) -> None:
    path = "$.since"
    if start.tzinfo is None or end.tzinfo is None:
        raise FiguresPeriodInvalid(errors=[{"path": path, "message": "an instant needs its offset"}])
    if not timedelta(0) < end - start <= LONGEST:
        raise FiguresPeriodInvalid(
            errors=[{"path": path, "message": f"a period of at most {LONGEST.days} days that does not end first"}]
        )
