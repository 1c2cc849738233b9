"""Which conclusions count: per (agency, line, check) the highest version, never a dry run, never a pair nobody required.

Source: the domain page, section 3 (Select).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from inspection.concluding.merge_documents import Conclusion, RequiredPair


class Pair(NamedTuple):
    """One conclusion that the task sheet requires; ``check`` is empty where the agency concludes as a whole."""

    line: int
    agency: str
    check: str

    def __str__(self) -> str:
        return f"{self.agency}/{self.check}" if self.check else self.agency


class Required:
    """The required pairs with their states, by what a conclusion may be addressed to. Waived pairs take no conclusion."""

    def __init__(self, required: Iterable[RequiredPair]) -> None:
        self.states: dict[Pair, str | None] = {}
        for one in required:
            self.states.setdefault(Pair(one.line, one.agency, one.check or ""), one.state)
        self.pairs = sorted(self.states)
        self.waived = [pair for pair in self.pairs if self.states[pair] == "WAIVED"]
        self.open = [pair for pair in self.pairs if self.states[pair] != "WAIVED"]
        self.lines = sorted({pair.line for pair in self.pairs})
        self._addressed: dict[tuple[str, str | None, int | None], list[Pair]] = {}
        for pair in self.open:
            check = pair.check or None
            self._addressed[pair.agency, check, pair.line] = [pair]
            self._addressed.setdefault((pair.agency, check, None), []).append(pair)

    def addressed(self, conclusion: Conclusion) -> Sequence[Pair]:
        """The pairs a conclusion speaks for; none if nobody required it."""
        return self._addressed.get((conclusion.agency, conclusion.check, conclusion.line), ())


class Selection(NamedTuple):
    """``counted``: the conclusion that counts for a pair. ``superseded``, ``dry_runs``: versions that were there and do not."""

    counted: dict[Pair, Conclusion]
    superseded: dict[Pair, set[int]]
    dry_runs: dict[Pair, set[int]]


def select(required: Required, conclusions: Iterable[Conclusion]) -> Selection:
    """Picks what counts. Total over checked input; neither order nor repetition of ``conclusions`` matters."""
    selection = Selection({}, {}, {})
    for conclusion in conclusions:
        for pair in required.addressed(conclusion):
            if conclusion.dry_run:
                selection.dry_runs.setdefault(pair, set()).add(conclusion.version)
                continue
            held = selection.counted.setdefault(pair, conclusion)
            if held.version != conclusion.version:
                selection.superseded.setdefault(pair, set()).add(min(conclusion.version, held.version))
                if conclusion.version > held.version:
                    selection.counted[pair] = conclusion
    return selection
