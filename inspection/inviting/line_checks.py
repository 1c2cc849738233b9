"""The checks of one line side by side, under a policy that never merges them: the line is released only if each of them is.

Measures, vetoes and missing conclusions of one check decide nothing about another; the line shows what its strictest check says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inspection.concluding.line_outcome import AUTOMATIC, HELD, PROPOSED
from inspection.concluding.merge_documents import CheckOutcome, LineOutcome
from inspection.policies.policy_reading import Reading


def checks_together(reading: Reading, line: int, outcomes: Mapping[str, LineOutcome]) -> LineOutcome:
    """The line made of its checks; ``outcomes`` by the check's name, empty where the agency concludes as a whole."""
    parts = list(outcomes.values())
    held = next((outcome for outcome in HELD if any(part.outcome == outcome for part in parts)), None)
    automatic = all(part.outcome == AUTOMATIC for part in parts)
    ranks = [reading.verdicts[part.verdict].rank for part in parts if part.verdict is not None]
    return LineOutcome(
        line=line,
        verdict=reading.code_of_rank[max(ranks)] if ranks else None,
        outcome=held or (AUTOMATIC if automatic else PROPOSED),
        disposition=None if held else reading.strongest(part.disposition for part in parts if part.disposition),
        releasable=all(part.releasable for part in parts),
        measures=_all(part.measures for part in parts),
        conditions=_all(part.conditions for part in parts),
        missing=tuple(sorted((one for part in parts for one in part.missing), key=lambda one: (one.agency, one.check or ""))),
        vetoed_by=_all(part.vetoed_by for part in parts),
        conflicts=tuple(one for part in parts for one in part.conflicts),
        advice=_all(part.advice for part in parts),
        queued=_all(part.queued for part in parts),
        checks=tuple(_check(name, outcome) for name, outcome in sorted(outcomes.items())),
    )


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({code for listed in lists for code in listed}))


def _check(name: str, outcome: LineOutcome) -> CheckOutcome:
    same = {field: getattr(outcome, field) for field in CheckOutcome.__struct_fields__ if field != "check"}
    return CheckOutcome(check=name or None, **same)
