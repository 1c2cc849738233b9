"""What is made from evidence, once, and kept beside it: a photo scaled for paper. The original is never touched.

As the platform throughout: nobody else reads or writes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.canonical import sha256_hex
from media import scaling
from media.custody import State
from media.derivative_tables import PrintablePhoto
from media.object_store import ObjectStore
from media.scaling import Scaled
from media.tables import Evidence

JPEG: Final = "image/jpeg"
_scaling = ThreadPoolExecutor(max_workers=2, thread_name_prefix="scaling")
"""Two photos at a time: a yard that comes back into the network sends hundreds at once."""


async def make_printable(session: AsyncSession, store: ObjectStore, evidence_id: UUID, now: datetime) -> None:
    """Scales a stored photo and keeps the result; what there is already stays, and what is no photo is left alone."""
    held = await session.get(Evidence, evidence_id)
    if held is None or held.state != State.STORED or held.media_type not in scaling.FORMATS:
        return
    if await session.get(PrintablePhoto, evidence_id) is None:
        await _made(session, store, held, now)


async def printable(
    session: AsyncSession, store: ObjectStore, wanted: Collection[UUID], most: int, now: datetime
) -> dict[UUID, Scaled]:
    """The photos of ``wanted`` for paper, in the order asked for and at most ``most`` bytes of them.

    What has not been scaled yet is scaled now; what cannot be read as a photo is left out.
    """
    photos = Evidence.id.in_(wanted), Evidence.state == State.STORED, Evidence.media_type.in_(scaling.FORMATS)
    held = {one.id: one for one in await session.scalars(select(Evidence).where(*photos))}
    made = {
        one.evidence_id: one
        for one in await session.scalars(select(PrintablePhoto).where(PrintablePhoto.evidence_id.in_(list(held))))
    }
    found: dict[UUID, Scaled] = {}
    for one in wanted:
        if one not in held:
            continue
        kept = made.get(one) or await _made(session, store, held[one], now)
        if kept.sha256 is None or kept.size is None or kept.size > most:
            continue
        assert kept.width is not None and kept.height is not None  # the table says so
        found[one] = Scaled(await _read(store, kept.sha256), kept.width, kept.height)
        most -= kept.size
    return found


async def _made(session: AsyncSession, store: ObjectStore, held: Evidence, now: datetime) -> PrintablePhoto:
    """Of two at the same moment the first one written stays."""
    small = await _scaled(store, held)
    row = {"evidence_id": held.id, "made_at": now}
    if small is not None:
        digest = sha256_hex(small.jpeg)
        await store.put(digest, small.jpeg, len(small.jpeg), JPEG)
        row |= {"sha256": digest, "size": len(small.jpeg), "width": small.width, "height": small.height}
    await session.execute(insert(PrintablePhoto).values(row).on_conflict_do_nothing())
    return await session.get_one(PrintablePhoto, held.id)


async def _scaled(store: ObjectStore, held: Evidence) -> Scaled | None:
    if held.size > scaling.LARGEST:
        return None
    original = await _read(store, held.sha256)
    return await asyncio.get_running_loop().run_in_executor(_scaling, scaling.scaled, original)


async def _read(store: ObjectStore, sha256: str) -> bytes:
    return b"".join([chunk async for chunk in store.open(sha256)])
