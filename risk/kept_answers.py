"""What tables of a history answered, kept beside them by the hash of the file: ``.answers/<hash>.known`` and ``.hits``.

What a file tells of its lines is apart from what rules hit in it: most often only one of them is needed. A file that does not
read counts as not there; on a folder that may not be written nothing is kept.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TypeVar

import msgspec

from risk.backtest import Known
from risk.history_files import ANSWERS, HistoryFile

MEANING = b"1"
"""Raised when evaluators change what they mean: what was kept before is asked again."""

Kept = TypeVar("Kept")


def known_of(file: HistoryFile) -> Known | None:
    """What is known of the lines of a file."""
    return _read(_place(file, "known"), Known)


def hits_in(file: HistoryFile) -> dict[str, bytes]:
    """By key of the question the places it hits in the file."""
    return _read(_place(file, "hits"), dict[str, bytes]) or {}


def keep_known(file: HistoryFile, known: Known) -> None:
    """Keeps what is known of the lines."""
    _write(_place(file, "known"), known)


def keep_hits(file: HistoryFile, hits: dict[str, bytes]) -> None:
    """Keeps the hits, in place of those kept before."""
    _write(_place(file, "hits"), hits)


def _place(file: HistoryFile, kind: str) -> Path:
    return file.path.parents[2] / ANSWERS / f"{file.hash}.{kind}"


def _read(place: Path, kind: type[Kept]) -> Kept | None:
    try:
        raw = place.read_bytes()
        return msgspec.msgpack.decode(memoryview(raw)[len(MEANING) :], type=kind) if raw.startswith(MEANING) else None
    except (OSError, msgspec.DecodeError):
        return None


def _write(place: Path, answers: object) -> None:
    """Aside and renamed, so that nobody ever reads half."""
    aside = place.with_suffix(f"{place.suffix}.{os.getpid()}-{threading.get_ident()}")
    try:
        place.parent.mkdir(exist_ok=True)
        aside.write_bytes(MEANING + msgspec.msgpack.encode(answers))
        aside.replace(place)
    except OSError:
        aside.unlink(missing_ok=True)
