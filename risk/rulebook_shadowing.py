"""A rulebook's version in the shadow: begun and stopped by its author, what it would have done kept beside what was decided.

The screenings themselves belong to whoever stores them; this keeps the comparisons and tells their figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from kit.database import elevated
from risk import published_rulebooks, rulebook_life, rulebook_rows
from risk.pack_files import PackRefused
from risk.rulebook_life import Action, State
from risk.rulebook_publishing import RulebookEvent, authorship, lock, record
from risk.rulebook_rows import one
from risk.rulebook_tables import RulebookVersion, ShadowResult
from risk.rulebook_versions import LaneMove, Member, RuleShadow, ShadowComparison, WholeVersion, Workload
from risk.screening import Screener
from risk.shadow import Compared, Shadow

HEADINGS = 5
"""How many headings are named for a rule."""


class InShadow(msgspec.Struct, frozen=True, kw_only=True):
    """A version that runs in the shadow now, and since when."""

    member: Member
    since: datetime


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One screening compared: its id, port and instant."""

    screening: UUID
    port: str
    at: datetime
    compared: Compared


async def begin(session: AsyncSession, principal: Principal, name: str, version: int, now: datetime) -> WholeVersion:
    """From now on every screening is also done with this version, afterwards and apart. Begun already: nothing changes."""
    await lock(session)
    row = one(await rulebook_rows.versions(session, name), name, version)
    if row.status == State.SHADOW and row.author == principal.id:
        return await rulebook_rows.whole(session, row, now)

    after = rulebook_life.advance(State(row.status), Action.SHADOW)
    rulebook_life.check_author(str(row.author), str(principal.id))
    checked = await rulebook_rows.whole(session, row, now)
    if checked.problems:
        raise PackRefused(checked.problems)

    row.status, row.shadow_since = after.value, now
    await session.flush()

    until = now + rulebook_life.SHADOW_LEAST
    said = {"version": version, "sha256": row.sha256, "until": until.isoformat(), **authorship(row)}
    await record(session, principal, name, RulebookEvent.SHADOW_BEGUN, said, now)
    return await rulebook_rows.whole(session, row, now)


async def stop(session: AsyncSession, principal: Principal, name: str, version: int, now: datetime) -> WholeVersion:
    """The version is a draft again, to be corrected; what it would have done so far stays readable while its text does."""
    await lock(session)
    row = one(await rulebook_rows.versions(session, name), name, version)
    if row.status == State.DRAFT and row.author == principal.id:
        return await rulebook_rows.whole(session, row, now)

    after = rulebook_life.advance(State(row.status), Action.STOP)
    rulebook_life.check_author(str(row.author), str(principal.id))

    row.status = after.value
    await session.flush()

    await record(session, principal, name, RulebookEvent.SHADOW_STOPPED, {"version": version, "sha256": row.sha256}, now)
    return await rulebook_rows.whole(session, row, now)


# ------------------------------------------------------------------------------------------------------ as the platform
async def running(session: AsyncSession) -> list[InShadow]:
    """What runs in the shadow now. As the platform."""
    rows = await session.execute(
        select(RulebookVersion.name, RulebookVersion.version, RulebookVersion.sha256, RulebookVersion.shadow_since)
        .where(RulebookVersion.status == State.SHADOW.value)
        .order_by(RulebookVersion.name, RulebookVersion.version)
    )
    return [
        InShadow(member=Member(name=name, version=version, sha256=sha256), since=since)
        for name, version, sha256, since in rows
        if sha256 is not None and since is not None
    ]


async def ready(session: AsyncSession, running: InShadow) -> Shadow:
    """The version as it compares. As the platform."""
    rows = await rulebook_rows.versions(session, running.member.name)
    own = await published_rulebooks.pack(session, running.member)
    before = (await rulebook_rows.beside(session, running.member.name, rows)).own
    return Shadow(Screener([own]), {rule.meta.id for pack in (own, *before) for rule in pack.rules})


async def keep(session: AsyncSession, running: InShadow, seen: Sequence[Seen], now: datetime) -> None:
    """Keeps comparisons, each once. As the platform."""
    if seen:
        add = insert(ShadowResult).values([_row(running, one, now) for one in seen])
        await session.execute(add.on_conflict_do_nothing())


def _row(running: InShadow, seen: Seen, now: datetime) -> dict[str, Any]:
    compared: dict[str, Any] = msgspec.to_builtins(seen.compared)
    own = {"sha256": running.member.sha256, "screening_id": seen.screening, "port": seen.port, "screened_at": seen.at}
    return {**own, "at": now, **compared}


# ------------------------------------------------------------------------------------------------------------- figures
async def comparison(session: AsyncSession, principal: Principal, name: str, version: int) -> ShadowComparison:
    """What the version would have done since it went into the shadow.

    As the platform: rule officers see how their rules would do at every port, not the declarations.
    """
    row = one(await rulebook_rows.versions(session, name), name, version)
    async with elevated(session, PLATFORM, principal.acting):
        of = ShadowResult.sha256 == row.sha256
        hits = ShadowResult.kept, *map(func.jsonb_array_length, (ShadowResult.gained, ShadowResult.lost))
        sums = [func.coalesce(func.sum(each), 0) for each in hits]
        total = select(func.count(), func.max(ShadowResult.screened_at), *sums).where(of)
        screenings, through, kept, more, fewer = (await session.execute(total)).one()
        return ShadowComparison(
            name=name,
            version=version,
            sha256=row.sha256 or "",
            since=row.shadow_since,
            through=through,
            screenings=screenings,
            kept=kept,
            gained=more,
            lost=fewer,
            rules=await _rules(session, of),
            workload=await _workload(session, of),
            lanes=await _lanes(session, of),
        )


async def _rules(session: AsyncSession, of: Any) -> tuple[RuleShadow, ...]:
    counts: dict[tuple[str, str], dict[str, int]] = {}
    headings: dict[tuple[str, str], dict[str, int]] = {}
    for column in (ShadowResult.gained, ShadowResult.lost):
        hit = func.jsonb_array_elements(column).table_valued("value").lateral("hit")
        rule, agency, hs = (hit.c.value.op("->>")(name) for name in ("rule", "agency", "hs"))
        heading = func.left(hs, 4)
        query = select(rule, agency, heading, func.count()).select_from(ShadowResult).join(hit, literal_column("true")).where(of)
        for of_rule, called, codes, count in await session.execute(query.group_by(rule, agency, heading)):
            key = (of_rule, called)
            counts.setdefault(key, {"gained": 0, "lost": 0})[column.key] += count
            if codes:
                headings.setdefault(key, {})[codes] = headings.get(key, {}).get(codes, 0) + count
    return tuple(
        RuleShadow(rule=rule, agency=agency, **counts[rule, agency], headings=_most(headings.get((rule, agency), {})))
        for rule, agency in sorted(counts)
    )


def _most(counted: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counted, key=lambda code: (-counted[code], code))[:HEADINGS])


async def _workload(session: AsyncSession, of: Any) -> tuple[Workload, ...]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for column, name in ((ShadowResult.agencies_gained, "more"), (ShadowResult.agencies_lost, "fewer")):
        agency = func.unnest(column).table_valued("agency").render_derived(name="called")
        query = select(ShadowResult.port, agency.c.agency, func.count()).select_from(ShadowResult)
        query = query.join(agency, literal_column("true")).where(of).group_by(ShadowResult.port, agency.c.agency)
        for port, called, count in await session.execute(query):
            found.setdefault((port, called), {"more": 0, "fewer": 0})[name] += count
    return tuple(Workload(port=port, agency=agency, **found[port, agency]) for port, agency in sorted(found))


async def _lanes(session: AsyncSession, of: Any) -> tuple[LaneMove, ...]:
    lanes = ShadowResult.lane, ShadowResult.shadow_lane
    moved = select(*lanes, func.count()).where(of, ShadowResult.lane != ShadowResult.shadow_lane)
    rows = await session.execute(moved.group_by(*lanes).order_by(*lanes))
    return tuple(LaneMove(lane=lane, shadow_lane=shadow_lane, declarations=count) for lane, shadow_lane, count in rows)
