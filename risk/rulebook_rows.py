"""Reading the rows of rulebooks: the versions a person may see, what a draft stands beside, and how a version is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import NotFound
from risk import published_rulebooks, rulebook_changes, rulebook_check
from risk.pack_files import PackProblem, PackRefused, check_text
from risk.rule import Pack
from risk.rulebook_changes import RuleChange
from risk.rulebook_check import Beside
from risk.rulebook_life import State
from risk.rulebook_tables import RulebookVersion
from risk.rulebook_versions import Member, VersionView, WholeVersion

PUBLISHED = (State.ACTIVE.value, State.RETIRED.value)


async def versions(session: AsyncSession, name: str) -> list[RulebookVersion]:
    """The versions of a rulebook that the reader may see, the newest first."""
    query = select(RulebookVersion).where(RulebookVersion.name == name).order_by(RulebookVersion.version.desc())
    return list(await session.scalars(query))


def one(rows: Sequence[RulebookVersion], name: str, version: int) -> RulebookVersion:
    """The row of a version; NotFound for one that is not there or that the reader may not see."""
    row = next((row for row in rows if row.version == version), None)
    if row is None:
        raise NotFound(rulebook=name, version=version)
    return row


def newest(rows: Sequence[RulebookVersion], now: datetime) -> RulebookVersion | None:
    """Which of them decides at ``now``."""
    running = [row for row in rows if row.status == State.ACTIVE and row.effective_from and row.effective_from <= now]
    return max(running, key=lambda row: row.version, default=None)


async def listed(session: AsyncSession, now: datetime) -> list[VersionView]:
    """Every version that the reader may see, by name, the newest first."""
    rows = list(await session.scalars(select(RulebookVersion).order_by(RulebookVersion.name, RulebookVersion.version.desc())))
    running = {name: newest([row for row in rows if row.name == name], now) for name in {row.name for row in rows}}
    return [VersionView(**_fields(row), in_force=running[row.name] is row) for row in rows]


async def whole(session: AsyncSession, row: RulebookVersion, now: datetime) -> WholeVersion:
    """A version as it is shown, with the problems of a draft."""
    rows = await versions(session, row.name)
    problems: list[PackProblem] = []
    if row.status == State.DRAFT:
        around = await beside(session, row.name, rows)
        _, problems = await asyncio.to_thread(rulebook_check.check, row.name, row.version, row.source, around)
    return view_of(row, problems, in_force=newest(rows, now) is row)


def view_of(row: RulebookVersion, problems: Sequence[PackProblem], *, in_force: bool = False) -> WholeVersion:
    """A version whose problems are known."""
    return WholeVersion(**_fields(row), in_force=in_force, source=row.source, problems=tuple(problems))


async def differences(session: AsyncSession, name: str, version: int, since: int) -> list[RuleChange]:
    """What the version says otherwise than another of the same rulebook; a draft with errors says nothing yet."""
    rows = await versions(session, name)
    before, after = (one(rows, name, number) for number in (since, version))
    return list(rulebook_changes.changes(_read(before), _read(after)))


async def beside(session: AsyncSession, name: str, rows: Sequence[RulebookVersion] | None = None) -> Beside:
    """What a rulebook's next version stands beside. Its own versions the newest first."""
    rows = await versions(session, name) if rows is None else rows
    own = [_member(row) for row in rows if row.status in PUBLISHED]
    others = await session.scalars(
        select(RulebookVersion).where(RulebookVersion.name != name, RulebookVersion.status == State.ACTIVE.value)
    )
    taken = {
        rule.meta.id: other.name for other in others for rule in (await published_rulebooks.pack(session, _member(other))).rules
    }
    return Beside(own=await published_rulebooks.packs(session, own), taken=taken)


def _member(row: RulebookVersion) -> Member:
    return Member(name=row.name, version=row.version, sha256=row.sha256 or "")


def _read(row: RulebookVersion) -> Pack:
    if row.document is not None:
        return msgspec.convert(row.document, Pack)
    pack, problems = check_text(row.source, rulebook_check.file_of(row.name))
    if pack is None:
        raise PackRefused(problems)
    return pack


def _fields(row: RulebookVersion) -> dict[str, Any]:
    return {name: getattr(row, name) for name in VersionView.__struct_fields__ if name != "in_force"}
