"""A word carried over 沿用 from an earlier version of the declaration: where it was given, and who may say it again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from inspection.concluding.conclusion import ConclusionInvalid, ConclusionLine
from inspection.concluding.verdict import Basis

CARRIED_OVER: Final[Basis] = "CARRIED_OVER"


class CarriedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Where a word on ``line`` (and ``check``) was given: line and version of the declaration then, the conclusion's version.

    ``basis`` is what it rested on there, ``content_hash`` that of the conclusion its signer stands for.
    """

    line: int
    check: str | None
    from_line: int
    declaration_version: int
    conclusion_version: int
    basis: Basis | None
    content_hash: str

    @property
    def pair(self) -> tuple[int, str]:
        """What it is about, as :attr:`~inspection.concluding.conclusion.ConclusionLine.pair`."""
        return self.line, self.check or ""


def told(one: CarriedLine) -> str:
    """Where the word was given, for people: what a report prints beside it."""
    rested = f"（依据 {one.basis}）" if one.basis else ""
    return f"沿用对第 {one.declaration_version} 版申报第 {one.from_line} 项的第 {one.conclusion_version} 版结论{rested}"


def stored(document: Iterable[dict[str, Any]]) -> dict[tuple[int, str], CarriedLine]:
    """The pointers of a stored conclusion, by what they are about."""
    return {one.pair: one for one in msgspec.convert(list(document), list[CarriedLine])}


def still_carried(
    lines: Sequence[ConclusionLine], known: Iterable[ConclusionLine], carried: Iterable[CarriedLine]
) -> tuple[CarriedLine, ...]:
    """The pointers of what an amendment repeats as it was carried over.

    Raises :class:`~inspection.concluding.conclusion.ConclusionInvalid` for a line that claims to be carried over and is not:
    the platform carries, a person may only repeat it.
    """
    pointers, before = {one.pair: one for one in carried}, {line.pair: line for line in known}
    said = [line for line in lines if line.basis == CARRIED_OVER]
    wrong = [line for line in said if line.pair not in pointers or before.get(line.pair) != line]
    if wrong:
        raise ConclusionInvalid(
            errors=[
                {"path": f"$.lines[{lines.index(line)}].basis", "message": "nothing like it was carried over to this line"}
                for line in wrong
            ]
        )
    return tuple(pointers[line.pair] for line in said)
