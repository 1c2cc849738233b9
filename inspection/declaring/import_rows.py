"""What comes out of reading declarations: a row, or the reasons why not; and the count of both. No I/O."""

from __future__ import annotations

from collections import Counter

import msgspec

from kit.decoding import Problem
from risk.declaration import Declaration

EXCERPT = 200


class Row(msgspec.Struct, frozen=True):
    """A declaration that validates, where it stood in the file, and its flags."""

    line_number: int
    declaration: Declaration
    flags: tuple[Problem, ...] = ()


class RowError(msgspec.Struct, frozen=True):
    """A row that is refused: every bad field of it, and its first characters as they stood in the file."""

    line_number: int
    problems: tuple[Problem, ...]
    excerpt: str = ""

    @property
    def field(self) -> str:
        """The first bad field: a column for CSV, a path for JSON."""
        return self.problems[0].path

    @property
    def message_zh(self) -> str:
        """Every problem in one Chinese line."""
        return "；".join(f"{problem.path}：{problem.message_zh}" for problem in self.problems)

    @property
    def message_en(self) -> str:
        """Every problem in one English line."""
        return "; ".join(f"{problem.path}: {problem.message_en}" for problem in self.problems)


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The last line of ``lianjian import --json``. rows = accepted + already + refused; flagged are among the first two."""

    rows: int = 0
    accepted: int = 0
    already: int = 0
    refused: int = 0
    flagged: int = 0


class Tally:
    """Counts an import as it goes. ``hs_codes`` says how many lines carry each code that the nomenclature lacks."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.hs_codes: dict[str, Counter[str]] = {"hs_retired": Counter(), "hs_unknown": Counter()}

    def accepted(self, row: Row) -> None:
        """Stored now."""
        self._kept("accepted", row)

    def already(self, row: Row) -> None:
        """The same version with the same content was there before."""
        self._kept("already", row)

    def refused(self) -> None:
        """Not stored: a :class:`RowError`, or refused by the platform."""
        self._counts["refused"] += 1

    def summary(self) -> ImportSummary:
        """The counts so far."""
        kept = {name: self._counts[name] for name in ("accepted", "already", "refused")}
        return ImportSummary(rows=sum(kept.values()), flagged=self._counts["flagged"], **kept)

    def _kept(self, name: str, row: Row) -> None:
        self._counts[name] += 1
        self._counts["flagged"] += bool(row.flags)
        for flag in row.flags:
            self.flags[flag.code] += 1
            if flag.code in self.hs_codes:
                self.hs_codes[flag.code][str(flag.facts["hs"])] += 1
