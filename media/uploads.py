"""Uploads: evidence is declared with its hash, its bytes follow, and it is read back by whoever may see it.

``scope`` and ``label`` are opaque here. Authorising comes before: the caller has decided that ``owner`` acts in ``scope``, and
the database's policies decide it once more. Bytes flow between two short transactions, never inside one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, null, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import NotFound
from media import custody, photo
from media.custody import Action, EvidenceDeclaration, State
from media.exif import PhotoFacts
from media.object_store import EvidenceDiffers, ObjectStore
from media.tables import Evidence

_COLUMNS = ("sha256", "size", "media_type", "file_name", "captured_at", "device_id", "device_seq", "label")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence as others see it. ``facts`` is what the camera wrote into the file, once it is stored.

    ``admission`` is whatever the caller said it is worth; ``declared_by`` a person's id.
    """

    id: UUID
    owner: str
    label: str | None
    declared_by: UUID
    sha256: str
    size: int
    media_type: str
    file_name: str
    captured_at: datetime
    device_id: str
    device_seq: int
    geo: dict[str, Any] | None
    facts: dict[str, Any] | None
    state: str
    admission: str
    declared_at: datetime
    stored_at: datetime | None


async def declare(
    session: AsyncSession,
    *,
    port: str,
    scope: str,
    owner: str,
    declared_by: UUID,
    evidence_id: UUID,
    declaration: EvidenceDeclaration,
    admission: str,
    now: datetime,
    largest: int = photo.LARGEST,
) -> tuple[Held, bool]:
    """Declares a piece of evidence; returns it and whether it is new. The same declaration again changes nothing.

    Raises :class:`~media.custody.DeclarationDiffers` when the id carries another one (or somebody else's, which is not told
    apart), and what :func:`media.photo.check_acceptable` refuses.
    """
    content = custody.content_hash(declaration)
    if await _known(session, scope, owner, evidence_id, content):
        return await find(session, scope=scope, evidence_id=evidence_id), False
    photo.check_acceptable(declaration.media_type, declaration.size, largest=largest)
    row = {name: getattr(declaration, name) for name in _COLUMNS} | {
        "id": evidence_id,
        "port": port,
        "scope": scope,
        "owner": owner,
        "declared_by": declared_by,
        "geo": null() if declaration.geo is None else msgspec.to_builtins(declaration.geo),
        "content_hash": content,
        "state": State.DECLARED.value,
        "admission": admission,
        "declared_at": now,
    }
    # The key decides, not the look before: of two at the same moment one inserts, and an id that is hidden from us is taken.
    written = await session.scalar(insert(Evidence).values(row).on_conflict_do_nothing().returning(Evidence))
    if written is None and not await _known(session, scope, owner, evidence_id, content):
        raise custody.DeclarationDiffers(id=str(evidence_id), received=content)
    return await find(session, scope=scope, evidence_id=evidence_id), written is not None


async def _known(session: AsyncSession, scope: str, owner: str, evidence_id: UUID, content: str) -> bool:
    row = await session.get(Evidence, evidence_id)
    if row is None:
        return False
    stored = row.content_hash if (row.scope, row.owner) == (scope, owner) else "somebody else's"
    return custody.is_resend(evidence_id, stored, content)


async def find(session: AsyncSession, *, scope: str, evidence_id: UUID, owner: str | None = None) -> Held:
    """The evidence when it is in ``scope`` (and of ``owner``, if named) and not hidden from who asks; else NotFound."""
    row = await session.get(Evidence, evidence_id)
    if row is None or row.scope != scope or (owner is not None and row.owner != owner):
        raise NotFound(evidence=str(evidence_id))
    return _held(row)


async def store_bytes(store: ObjectStore, held: Held, source: AsyncIterator[bytes], announced: int | None = None) -> PhotoFacts:
    """Keeps the bytes durably and returns what the camera says in them. No transaction may be open: this can take minutes.

    Raises :class:`~media.photo.MediaTypeDiffers` before anything is written, :class:`~media.object_store.EvidenceDiffers` when
    hash or size are not the declared ones (nothing is kept then). ``announced`` is the length the sender named, if any. What is
    stored already is read to its end and compared, not written again.
    """
    if announced is not None and announced != held.size:
        raise EvidenceDiffers(f"{announced} bytes instead of {held.size}", expected=held.size, received=announced)
    head = bytearray()
    async for chunk in source:
        head += chunk
        if len(head) >= photo.HEAD:
            break
    photo.check_magic(held.media_type, bytes(head[: photo.HEAD]))
    await store.put(held.sha256, _from_the_start(bytes(head), source), held.size, held.media_type)
    return photo.facts(held.media_type, bytes(head[: photo.HEAD]))


async def _from_the_start(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk


async def mark_stored(
    session: AsyncSession, held: Held, facts: PhotoFacts, *, admission: str, now: datetime
) -> tuple[Held, bool]:
    """Writes down that the bytes are kept; returns the evidence and whether that is news."""
    row = (await session.scalars(select(Evidence).where(Evidence.id == held.id).with_for_update())).one()
    state = State(row.state)
    if state is State.STORED:
        return _held(row), False
    row.state = custody.advance(state, Action.STORE).value
    row.facts = photo.plain(facts)
    row.admission = admission
    row.stored_at = now
    await session.flush()
    return _held(row), True


async def read_bytes(store: ObjectStore, held: Held, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """The bytes of stored evidence from ``start`` up to ``end``; NotFound when they have not come yet."""
    if held.state != State.STORED:
        raise NotFound(evidence=str(held.id), state=held.state)
    await store.size(held.sha256)
    return store.open(held.sha256, start, end)


async def listed(session: AsyncSession, scope: str) -> list[Held]:
    """Everything declared in ``scope`` that is not hidden from who asks, oldest first."""
    rows = await session.scalars(select(Evidence).where(Evidence.scope == scope).order_by(Evidence.declared_at, Evidence.id))
    return [_held(row) for row in rows]


async def unknown(session: AsyncSession, *, scope: str, owner: str, ids: Collection[UUID]) -> list[UUID]:
    """Those of ``ids`` that are no evidence of ``owner`` in ``scope``, in the order given."""
    if not ids:
        return []
    known = set(
        await session.scalars(select(Evidence.id).where(Evidence.id.in_(ids), Evidence.scope == scope, Evidence.owner == owner))
    )
    return [one for one in ids if one not in known]


async def pending(session: AsyncSession, scope: str) -> dict[str, int]:
    """How many declared pieces of each owner still wait for their bytes, as far as who asks may see them."""
    counted = await session.execute(
        select(Evidence.owner, func.count())
        .where(Evidence.scope == scope, Evidence.state == State.DECLARED.value)
        .group_by(Evidence.owner)
    )
    return dict(counted.all())


def _held(row: Evidence) -> Held:
    return Held(**{name: getattr(row, name) for name in Held.__struct_fields__})
