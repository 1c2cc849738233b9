"""History out of files: declarations as JSON lines, alone or with their outcomes; tables whose mapping knows outcomes (kcs)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from inspection.declaring.column_mapping import ColumnMapping
from inspection.declaring.declaration_files import Reading, read_labels, read_line, read_path
from inspection.declaring.file_lines import Limits, lines
from inspection.declaring.import_rows import Row, RowError
from kit.decoding import Problem
from risk.past import PastDeclaration

FRAUD, CRITICAL = "fraud", "critical_fraud"
"""The labels of mapped outcomes."""


class _Wrapped(msgspec.Struct, forbid_unknown_fields=True):
    declaration: msgspec.Raw
    outcomes: dict[int, tuple[str, ...]] = {}
    hits: dict[int, tuple[str, ...]] = {}


def read_history(path: Path, mapping: ColumnMapping | None = None) -> Iterator[PastDeclaration | RowError]:
    """Every declaration of a file with what is known of it; rows that are refused beside them.

    A JSON line is a declaration, or ``{"declaration": …, "outcomes": {"1": ["fraud"]}}`` (:class:`risk.past.PastDeclaration`).
    With a mapping that names outcomes the labels are ``fraud`` and ``critical_fraud``. Raises like ``read_path``.
    """
    if mapping is not None:
        yield from _mapped(path, mapping)
    elif _is_wrapped(path):
        yield from _wrapped(path)
    else:
        for row in read_path(path, Reading()):
            yield PastDeclaration(declaration=row.declaration) if isinstance(row, Row) else row


def _mapped(path: Path, mapping: ColumnMapping) -> Iterator[PastDeclaration | RowError]:
    known = read_labels(path, mapping) if mapping.outcomes is not None else {}
    for row in read_path(path, Reading(mapping=mapping)):
        if isinstance(row, RowError):
            yield row
            continue
        outcome = known.get(row.declaration.number)
        labels = () if outcome is None else tuple(name for name, found in zip((FRAUD, CRITICAL), outcome, strict=True) if found)
        outcomes = {} if outcome is None else {line.no: labels for line in row.declaration.lines}
        yield PastDeclaration(declaration=row.declaration, outcomes=outcomes)


def _is_wrapped(path: Path) -> bool:
    if path.suffix.lower() not in {".ndjson", ".jsonl", ".json"}:
        return False
    with path.open("rb") as file:
        return file.readline().lstrip().startswith(b'{"declaration"')


def _wrapped(path: Path) -> Iterator[PastDeclaration | RowError]:
    with path.open("rb") as file:
        for line in lines(file, Limits()):
            if not line.raw.strip():
                continue
            try:
                past = msgspec.json.decode(line.raw, type=_Wrapped)
            except msgspec.DecodeError as error:
                zh, en = f"不是历史报关单的一行：{error}", f"not a line of history: {error}"
                yield RowError(line.number, (Problem(path="$", code="not_history", message_zh=zh, message_en=en),))
                continue
            row = read_line(bytes(past.declaration), line.number)
            if isinstance(row, Row):
                yield PastDeclaration(declaration=row.declaration, outcomes=past.outcomes, hits=past.hits)
            else:
                yield row
