"""Merge policies in force 处置策略: what is published, as cases read it, and what ships.

A version's text never changes once it is published. What is in force is asked with the present time; a case keeps the version it
was opened with, so a later version, or a retired one, changes nothing about it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from inspection.policies import policy_files
from inspection.policies.policy import Policy
from inspection.policies.policy_life import State
from inspection.policies.policy_tables import MergePolicy
from kit.errors import NotFound

DEFAULT = "graded"
"""The policy of a port that has chosen none."""
SHIPPED_FROM = datetime(2000, 1, 1, tzinfo=UTC)
"""What ships is in force before any case."""

_KNOWN: dict[str, Policy] = {}
"""Policies by the hash of their document: read once in a process, and never another under the same hash."""


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as cases use it, and the hash of its document."""

    policy: Policy
    sha256: str


async def names_in_force(session: AsyncSession, now: datetime) -> dict[str, list[int]]:
    """The versions of every policy that a case opened now could get, by name, the newest first."""
    rows = await session.scalars(
        select(MergePolicy)
        .where(MergePolicy.status == State.PUBLISHED.value)
        .order_by(MergePolicy.name, MergePolicy.version.desc())
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        if in_force(row, now):
            found.setdefault(row.name, []).append(row.version)
    return found


async def load(session: AsyncSession, name: str, version: int) -> InForce:
    """The policy of a case by the version it was opened with, published or since retired."""
    key = (MergePolicy.name == name, MergePolicy.version == version)
    sha256 = await session.scalar(select(MergePolicy.sha256).where(*key))
    if sha256 is None:
        raise NotFound(policy=name, version=version)
    policy = _KNOWN.get(sha256)
    if policy is None:
        document = await session.scalar(select(MergePolicy.document).where(*key))
        policy = _KNOWN.setdefault(sha256, msgspec.convert(document, Policy))
    return InForce(policy=policy, sha256=sha256)


async def add_shipped(session: AsyncSession) -> None:
    """Publishes the versions that ship, where they are not published yet. As the platform; repeating changes nothing."""
    for name in policy_files.shipped_names():
        policy = policy_files.shipped(name)
        values = {
            "name": name,
            "version": policy.version,
            "status": State.PUBLISHED.value,
            "source": policy_files.shipped_text(name),
        }
        values |= {"document": msgspec.to_builtins(policy), "sha256": policy_files.document_hash(policy)}
        add = insert(MergePolicy).values(**values, effective_from=SHIPPED_FROM)
        await session.execute(add.on_conflict_do_nothing())


def in_force(row: MergePolicy, now: datetime) -> bool:
    """Whether a case opened now may get this version."""
    return row.status == State.PUBLISHED and row.effective_from is not None and row.effective_from <= now
