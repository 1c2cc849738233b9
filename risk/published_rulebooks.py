"""Rulebooks in force: what is ACTIVE as the screening reads it, and what ships. A version's rules never change once they run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.canonical import canonical_hash
from kit.errors import NotFound
from risk.pack_files import SHIPPED, load_packs, pack_paths
from risk.rule import Pack
from risk.rulebook_life import State
from risk.rulebook_tables import RulebookVersion, RuleSet
from risk.rulebook_versions import Deciding, Member

CHANNEL = "rulebook"
"""Notified when a version was put in force or retired; every process listens."""

SHIPPED_FROM = datetime(2000, 1, 1, tzinfo=UTC)
"""What ships is in force before any declaration."""


class UnlikeShipped(msgspec.Struct, frozen=True, kw_only=True):
    """A version that the platform stored otherwise than it ships now. ``stored``, ``shipped``: SHA-256 of the rules.

    What is stored decides. ``stored`` null: a draft with errors took the number.
    """

    name: str
    version: int
    stored: str | None
    shipped: str


_KNOWN: dict[str, Pack] = {}
"""Packs by the hash of their document: read once in a process, and never another under the same hash."""

REMEMBERED = 40


async def members(session: AsyncSession, now: datetime) -> tuple[Member, ...]:
    """The version of each rulebook that decides at ``now``, by name."""
    rows = await session.execute(
        select(RulebookVersion.name, RulebookVersion.version, RulebookVersion.sha256)
        .where(RulebookVersion.status == State.ACTIVE.value, RulebookVersion.effective_from <= now)
        .order_by(RulebookVersion.name, RulebookVersion.version.desc())
        .ext(distinct_on(RulebookVersion.name))
    )
    return tuple(Member(name=name, version=version, sha256=sha256 or "") for name, version, sha256 in rows)


async def packs(session: AsyncSession, wanted: Sequence[Member]) -> tuple[Pack, ...]:
    """The packs of these versions, in their order."""
    return tuple([await pack(session, one) for one in wanted])


async def pack(session: AsyncSession, wanted: Member) -> Pack:
    """The pack of a version, as its hash names it; NotFound for a draft that was written anew since."""
    known = _KNOWN.get(wanted.sha256)
    if known is None:
        document = await session.scalar(
            select(cast(RulebookVersion.document, Text)).where(
                RulebookVersion.name == wanted.name,
                RulebookVersion.version == wanted.version,
                RulebookVersion.sha256 == wanted.sha256,
            )
        )
        if document is None:
            raise NotFound(rulebook=wanted.name, version=wanted.version, sha256=wanted.sha256)
        known = msgspec.json.decode(document, type=Pack)
        if len(_KNOWN) >= REMEMBERED:
            _KNOWN.clear()
        _KNOWN[wanted.sha256] = known
    return known


async def note_set(session: AsyncSession, deciding: Deciding, now: datetime) -> None:
    """Keeps which versions stand behind a set's name. As the platform; repeating changes nothing."""
    said = msgspec.to_builtins(deciding.members)
    add = insert(RuleSet).values(ruleset=deciding.ruleset, members=said, first_at=now)
    await session.execute(add.on_conflict_do_nothing())


async def set_of(session: AsyncSession, ruleset: str) -> Deciding | None:
    """The versions behind the name that a result carries; None for a name no process of this platform took."""
    found = await session.scalar(select(RuleSet.members).where(RuleSet.ruleset == ruleset))
    return None if found is None else Deciding(ruleset=ruleset, members=msgspec.convert(found, tuple[Member, ...]))


async def add_shipped(session: AsyncSession) -> None:
    """Puts the packs that ship in force, where that version is not there yet. As the platform; repeating changes nothing."""
    for path in pack_paths([SHIPPED]):
        (shipped,) = load_packs([path])
        values = described(shipped) | {
            "name": shipped.head.pack,
            "version": shipped.head.version,
            "status": State.ACTIVE.value,
            "source": path.read_text(encoding="utf-8"),
            "effective_from": SHIPPED_FROM,
        }
        await session.execute(insert(RulebookVersion).values(**values).on_conflict_do_nothing())


async def unlike_shipped(session: AsyncSession) -> tuple[UnlikeShipped, ...]:
    """The packs that ship and whose version the platform stored otherwise: changed without a new number, they have no effect."""
    texts = {path: path.read_text(encoding="utf-8") for path in pack_paths([SHIPPED])}
    stored = set(await session.scalars(select(RulebookVersion.source).where(RulebookVersion.source.in_(texts.values()))))
    changed = [path for path, text in texts.items() if text not in stored]
    found = []
    for one in await asyncio.to_thread(load_packs, changed):
        name, version, sha256 = one.head.pack, one.head.version, canonical_hash(one)
        key = (RulebookVersion.name == name, RulebookVersion.version == version)
        row = (await session.execute(select(RulebookVersion.sha256).where(*key))).one_or_none()
        if row is not None and row.sha256 != sha256:
            found.append(UnlikeShipped(name=name, version=version, stored=row.sha256, shipped=sha256))
    return tuple(found)


def described(shown: Pack) -> dict[str, object]:
    """The columns that say what a pack holds."""
    return {
        "document": msgspec.to_builtins(shown),
        "sha256": canonical_hash(shown),
        "title_zh": shown.head.title.zh,
        "title_en": shown.head.title.en,
        "rules": len(shown.rules),
        "agencies": sorted({rule.then.agency for rule in shown.rules}),
    }
