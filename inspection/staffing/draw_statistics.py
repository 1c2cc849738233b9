"""The figures of a public page about draws: how many, how often there was no choice, why people were left out. No names."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.staffing.draw_tables import DrawRow
from inspection.statuses import PORT_ZONE
from kit.errors import Invalid

LONGEST = timedelta(days=366)
DEFAULT = timedelta(days=30)


class PeriodInvalid(Invalid):
    """The first day is after the last, or more than a year lies between."""

    code = "period_invalid"
    title_zh = "统计期间不成立"
    title_en = "Not a period of a year at most"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over some draws. ``only_one`` are the draws without a choice; ``reasons`` why people were left out, by code."""

    draws: int
    drawn: int
    eligible: int
    excluded: int
    only_one: int
    reasons: dict[str, int]


class PublishedDraw(msgspec.Struct, frozen=True, kw_only=True):
    """One draw without names: who holds its record finds it again by commitment and digest."""

    day: date
    port: str
    agency: str
    purpose: str
    eligible: int
    excluded: int
    drawn: int
    commitment: str
    digest: str


class DrawStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The draws of a period, both days included, at one port or all: in total, by agency, and each by itself."""

    port: str | None
    first: date
    last: date
    total: Figures
    agencies: dict[str, Figures]
    draws: list[PublishedDraw]


async def statistics(
    session: AsyncSession, *, port: str | None, first: date | None, last: date | None, now: datetime
) -> DrawStatistics:
    """The figures from ``first`` to ``last`` (default: the last thirty days). As the platform; nothing in them is a name."""
    until = last or now.astimezone(PORT_ZONE).date()
    since = first or until - DEFAULT
    if not timedelta() <= until - since <= LONGEST:
        raise PeriodInvalid(errors=[{"path": "$.first", "message": "at most a year before last, and not after it"}])
    opens = datetime.combine(since, time(), PORT_ZONE)
    closes = datetime.combine(until + timedelta(days=1), time(), PORT_ZONE)
    query = select(DrawRow).where(DrawRow.drawn_at >= opens, DrawRow.drawn_at < closes)
    rows = list(await session.scalars((query.where(DrawRow.port == port) if port else query).order_by(DrawRow.drawn_at)))
    return DrawStatistics(
        port=port,
        first=since,
        last=until,
        total=_figures(rows),
        agencies={
            agency: _figures([row for row in rows if row.agency == agency]) for agency in sorted({row.agency for row in rows})
        },
        draws=[_published(row) for row in rows],
    )


def _figures(rows: list[DrawRow]) -> Figures:
    reasons = Counter(code for row in rows for one in row.document["exclusions"] for code in one["reasons"])
    return Figures(
        draws=len(rows),
        drawn=sum(row.drawn for row in rows),
        eligible=sum(row.eligible for row in rows),
        excluded=sum(row.excluded for row in rows),
        only_one=sum(row.document["only_one"] for row in rows),
        reasons=dict(sorted(reasons.items())),
    )


def _published(row: DrawRow) -> PublishedDraw:
    return PublishedDraw(
        day=row.drawn_at.astimezone(PORT_ZONE).date(),
        port=row.port,
        agency=row.agency,
        purpose=row.purpose,
        eligible=row.eligible,
        excluded=row.excluded,
        drawn=row.drawn,
        commitment=row.commitment,
        digest=row.document["digest"],
    )
