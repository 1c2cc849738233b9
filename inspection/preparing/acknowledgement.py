"""Who still has to take note of the task sheet 签收: everybody of the first version, then whom a later one changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inspection.preparing.task_sheet import TaskSheetDocument


def awaited(
    versions: Sequence[TaskSheetDocument], taking_part: Iterable[str], acknowledged: Iterable[tuple[str, int]]
) -> tuple[str, ...]:
    """The agencies ``taking_part`` whose acknowledgement (agency, version) of the last of ``versions`` is missing, by code.

    Whoever has acknowledged a version need not do so again until one changes what the agency is asked.
    """
    latest: dict[str, int] = {}
    for agency, version in acknowledged:
        latest[agency] = max(version, latest.get(agency, 0))
    return tuple(
        agency
        for agency in sorted(set(taking_part))
        if latest.get(agency, 0) < max([1, *(one.version for one in versions if agency in one.changed_for)])
    )
