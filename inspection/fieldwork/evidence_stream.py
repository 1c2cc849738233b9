"""The bytes of stored evidence as an answer: whole or the range asked for, locked down, whoever is allowed to read them."""

from __future__ import annotations

from urllib.parse import quote

from litestar.response import Stream

from media import byte_range, uploads
from media.object_store import ObjectStore
from media.photo import SHOWN_INLINE
from media.uploads import Held

LOCKED_DOWN = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}
"""Evidence was made by strangers: a browser must not run, guess or share any of it."""


async def streamed(store: ObjectStore, held: Held, wanted: str | None) -> Stream:
    """``held`` as a stream; ``wanted`` is the Range header. The transaction has ended before the first byte leaves."""
    part = byte_range.asked(wanted, held.size)
    start, end = part or (0, held.size)
    headers = LOCKED_DOWN | {
        "Content-Disposition": _disposition(held),
        "Content-Length": str(end - start),
        "ETag": f'"{held.sha256}"',
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{held.size}"
    content = await uploads.read_bytes(store, held, start, end)
    return Stream(content, headers=headers, media_type=held.media_type, status_code=200 if part is None else 206)


def _disposition(held: Held) -> str:
    """``inline`` only for types whose bytes were checked when they were stored; the name as RFC 8187 spells it."""
    how = "inline" if held.media_type in SHOWN_INLINE else "attachment"
    return f"{how}; filename*=UTF-8''{quote(held.file_name, safe='')}"
