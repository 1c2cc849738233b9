"""Publishing rulebooks: drafted by a rule officer, checked as a whole, put in force by another person, retired.

Each act is an event of the rulebook's own stream; the processes that screen are told at the commit, and take the new rules
between two declarations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from kit import event_log
from kit.canonical import canonical_hash
from kit.database import elevated
from kit.errors import StaleVersion
from risk import published_rulebooks, rulebook_check, rulebook_life, rulebook_rows
from risk.pack_files import PackProblem, PackRefused
from risk.rulebook_changes import changes
from risk.rulebook_check import Beside
from risk.rulebook_life import Action, RulebookFixed, State
from risk.rulebook_rows import newest, one
from risk.rulebook_tables import RulebookVersion
from risk.rulebook_versions import Checked, Draft, Publication, Retirement, Source, WholeVersion


class RulebookEvent(StrEnum):
    """What happens to a rulebook: facts in its own stream."""

    DRAFTED = "RulebookDrafted"
    SHADOW_BEGUN = "RulebookShadowBegun"
    SHADOW_STOPPED = "RulebookShadowStopped"
    PUBLISHED = "RulebookPublished"
    RETIRED = "RulebookRetired"
    BACK_TESTED = "RulebookBackTested"


# ------------------------------------------------------------------------------------------------------------ drafting
async def draft(session: AsyncSession, principal: Principal, name: str, version: int, data: Draft, now: datetime) -> WholeVersion:
    """Writes, or writes again, the draft of a version; the same again changes nothing. A draft may still be wrong."""
    await lock(session)
    rows = await rulebook_rows.versions(session, name)
    beside = await rulebook_rows.beside(session, name, rows)
    held = next((row for row in rows if row.version == version), None)
    if held is not None and (held.source, held.note, held.author) == (data.source, data.note, principal.id):
        return await rulebook_rows.whole(session, held, now)

    if (held is not None and held.status != State.DRAFT) or version != beside.next:
        raise RulebookFixed(state=held.status if held else None, next=beside.next)
    pack, problems = await asyncio.to_thread(rulebook_check.check, name, version, data.source, beside)

    if held is None:
        held = RulebookVersion(name=name, version=version, status=State.DRAFT.value)
        session.add(held)
    held.source, held.note, held.author, held.drafted_at = data.source, data.note, principal.id, now
    sound = None if pack is None or problems else published_rulebooks.described(pack)
    for column in ("document", "sha256", "title_zh", "title_en", "rules", "agencies"):
        setattr(held, column, NOTHING[column] if sound is None else sound[column])
    await session.flush()

    said = {"version": version, "sha256": held.sha256, "note": data.note, "problems": len(problems)}
    await record(session, principal, name, RulebookEvent.DRAFTED, said, now)
    return rulebook_rows.view_of(held, problems)


NOTHING: dict[str, Any] = {"document": None, "sha256": None, "title_zh": "", "title_en": "", "rules": 0, "agencies": []}
"""What a draft with errors says."""


async def check(session: AsyncSession, data: Source) -> Checked:
    """All that is wrong with a file, its examples included, and what it would change; keeps nothing."""
    name = await asyncio.to_thread(rulebook_check.name_in, data.source)
    beside = Beside() if name is None else await rulebook_rows.beside(session, name)
    pack, problems = await asyncio.to_thread(rulebook_check.check, name or "rulebook", None, data.source, beside)
    return Checked(
        name=name,
        version=None if pack is None else pack.head.version,
        sha256=None if pack is None or problems else canonical_hash(pack),
        rules=0 if pack is None else len(pack.rules),
        problems=tuple(problems),
        changes=() if pack is None or not beside.own else changes(beside.own[0], pack),
    )


# ----------------------------------------------------------------------------------------------------------- deciding
async def publish(
    session: AsyncSession, principal: Principal, name: str, version: int, data: Publication, now: datetime
) -> WholeVersion:
    """Another person puts the version in force, from ``effective_from`` on. The same again changes nothing."""
    await lock(session)
    rows = await rulebook_rows.versions(session, name)
    row = one(rows, name, version)
    starts = max(data.effective_from or now, now)
    if row.approver == principal.id and (row.sha256, row.reason) == (data.sha256, data.reason):
        return await rulebook_rows.whole(session, row, now)

    rulebook_life.check_second_person(str(row.author) if row.author else None, str(principal.id))
    after = rulebook_life.advance(State(row.status), Action.PUBLISH)
    assert row.shadow_since is not None
    rulebook_life.check_shadowed(row.shadow_since, now, data.hastened)
    if row.sha256 != data.sha256:
        raise StaleVersion(version=version, sha256=row.sha256)
    await _check_again(session, row, rows)

    row.status, row.approver, row.published_at, row.effective_from = after.value, principal.id, now, starts
    row.reason, row.hastened = data.reason, data.hastened or ""
    await session.flush()

    said = {"version": version, "sha256": row.sha256, "effective_from": starts.isoformat(), "reason": data.reason}
    said |= {"hastened": data.hastened, **authorship(row)}
    await record(session, principal, name, RulebookEvent.PUBLISHED, said, now)
    await _wake(session)
    return await rulebook_rows.whole(session, row, now)


async def retire(
    session: AsyncSession, principal: Principal, name: str, version: int, data: Retirement, now: datetime
) -> WholeVersion:
    """The version decides no longer; the one before it does again, unless it is retired too. The same again changes nothing."""
    await lock(session)
    rows = await rulebook_rows.versions(session, name)
    row = one(rows, name, version)
    if row.retired_by == principal.id and row.retired_because == data.reason:
        return await rulebook_rows.whole(session, row, now)

    after = rulebook_life.advance(State(row.status), Action.RETIRE)

    row.status, row.retired_by, row.retired_at, row.retired_because = after.value, principal.id, now, data.reason
    await session.flush()

    left = newest([one for one in rows if one is not row], now)
    said = {"version": version, "reason": data.reason, "in_force": None if left is None else left.version, **authorship(row)}
    await record(session, principal, name, RulebookEvent.RETIRED, said, now)
    await _wake(session)
    return await rulebook_rows.whole(session, row, now)


# -------------------------------------------------------------------------------------------------------- what they share
async def lock(session: AsyncSession) -> None:
    """Writers of rulebooks queue, all of them: whether a rule belongs to another rulebook is a question about all."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("rulebooks"))))


def stream_of(name: str) -> str:
    """The stream of a rulebook."""
    return f"rulebook:{name}"


async def record(
    session: AsyncSession, principal: Principal, name: str, type: RulebookEvent, data: dict[str, Any], now: datetime
) -> None:
    """Into the rulebook's own stream, which belongs to no port's officers; the platform writes what the person did."""
    said = {"rulebook": name, **data}
    async with elevated(session, PLATFORM, principal.acting):
        tenant = principal.port or ""
        await event_log.append(session, stream_of(name), type, said, by=str(principal.id), at=now, tenant=tenant)


def authorship(row: RulebookVersion) -> dict[str, Any]:
    """Whose version it is and what it is called: what those who hear of an act want to know. ``author`` null: it ships."""
    author = None if row.author is None else str(row.author)
    return {"author": author, "title_zh": row.title_zh, "title_en": row.title_en}


async def _check_again(session: AsyncSession, row: RulebookVersion, rows: Sequence[RulebookVersion]) -> None:
    """Raises :class:`PackRefused` where another rulebook has taken a rule's id since the draft was checked."""
    beside = await rulebook_rows.beside(session, row.name, rows)
    problems: list[PackProblem]
    _, problems = await asyncio.to_thread(rulebook_check.check, row.name, row.version, row.source, beside)
    if problems:
        raise PackRefused(problems)


async def _wake(session: AsyncSession) -> None:
    """Tells every process at the commit."""
    await session.execute(select(func.pg_notify(published_rulebooks.CHANNEL, "")))
