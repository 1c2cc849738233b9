"""Rows of a declaration file, read: what the tests of the formats and of the mappings share."""

from __future__ import annotations

import io
import json
from typing import Any

from inspection.declaring.declaration_files import Format, Reading, read
from inspection.declaring.declaration_schema import EXAMPLE
from inspection.declaring.import_rows import Row, RowError

PLAIN_HEADER = (
    "number,direction,declared_at,port,transport_mode,trader.code,trader.name,line.no,line.hs,line.name,line.value,line.currency"
)
PLAIN_ROW = "531620261160000001,import,2026-11-20T09:12:00+08:00,5316,sea,91440300000000000E,Hengtong,1,847989,生产线,10.5,EUR"


def numbered(serial: int) -> dict[str, Any]:
    """The example declaration under another number."""
    return {**EXAMPLE, "number": f"531620261{serial:09d}"}


def ndjson(*documents: Any) -> bytes:
    """One JSON document a line."""
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)


def outcomes(content: bytes | str, kind: Format | None = None, **how: Any) -> list[Row | RowError]:
    """What reading a file's content makes of each row; ``how``: fields of ``Reading``."""
    raw = content.encode() if isinstance(content, str) else content
    return list(read(io.BytesIO(raw), kind, Reading(**how)))


def only_row(found: list[Row | RowError]) -> Row:
    """The one row there is, which went through."""
    (row,) = found
    assert isinstance(row, Row), row
    return row


def told(found: list[Row | RowError]) -> list[tuple[int, str]]:
    """(line, number) of what went through, (line, "path code …") of what did not."""
    return [
        (
            one.line_number,
            one.declaration.number if isinstance(one, Row) else " ".join(f"{p.path} {p.code}" for p in one.problems),
        )
        for one in found
    ]
