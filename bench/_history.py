"""A folder of history from the seed of ``_rulebook.py``, and the same declarations as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from _rulebook import declarations

from risk.declaration import Declaration
from risk.history_files import HistoryWriter
from risk.past import PastDeclaration

EACH = 5_000
"""Declarations drawn at a time; their numbers repeat, which back-tests do not mind."""

own = msgspec.json.Decoder(Declaration).decode


def drawn(lines: int, seed: int = 5_000) -> Iterator[tuple[bytes, Declaration]]:
    """Declarations until they have so many lines."""
    while lines > 0:
        for raw in declarations(EACH, seed=seed):
            declaration = own(raw)
            yield raw, declaration
            lines -= len(declaration.lines)
            if lines <= 0:
                return
        seed += 1


def write(folder: Path, lines: int) -> list[bytes]:
    """Writes the folder; returns the declarations as JSON."""
    raws: list[bytes] = []
    with HistoryWriter(folder, replace=True) as writer:
        for raw, declaration in drawn(lines):
            raws.append(raw)
            writer.add(PastDeclaration(declaration=declaration))
    return raws
