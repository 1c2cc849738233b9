"""The part of a file that a ``Range`` header asks for (RFC 9110, section 14): players of long videos read in pieces. Pure."""

from __future__ import annotations

import re

_ONE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{0,18})|-(?P<tail>[0-9]{1,18}))")


def asked(header: str | None, size: int) -> tuple[int, int] | None:
    """``(start, end)`` with ``end`` excluded, inside a file of ``size`` bytes; None to send all of it.

    Several parts at once, other units and ranges outside the file are answered with the whole file, as the standard allows.
    """
    found = _ONE.fullmatch(header.replace(" ", "")) if header else None
    if found is None:
        return None
    if found["tail"] is not None:
        start, end = max(0, size - int(found["tail"])), size
    else:
        start = int(found["first"])
        end = min(size, int(found["last"]) + 1) if found["last"] else size
    return (start, end) if start < end else None
