"""What follows from a disposition 后续任务: which follow-ups it brings, of whom, and which of them begin at once. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from inspection.deciding.disposition import RELEASING, Type
from inspection.following_up.follow_up import BEFORE_RELEASE, CONDITIONS, KINDS, NEVER_QUEUED, Kind, State


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up a disposition brings. ``agency`` demands and verifies it; ``code`` as the policy spells it."""

    kind: Kind
    code: str
    agency: str
    lines: tuple[int, ...]
    state: State
    before_release: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided on a line, as far as something follows from it."""

    line: int
    type: str | None
    measures: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    queued: tuple[str, ...] = ()


Asked = Mapping[tuple[int, str], Collection[str]]
"""Line and code → the agencies whose conclusions ask for it."""


def plan(lines: Iterable[Line], asked: Asked, lead: str, appealable: Collection[str] = ()) -> tuple[Planned, ...]:
    """What follows from a disposition, in a fixed order: one item for each kind and demanding agency, a rectification by line.

    What nobody asked for in particular is the lead's, and so is a security. Where goods are moved to a safe site everything else
    waits for that; what was queued behind a measure waits for it to be lifted. What is ``appealable`` cannot be undone: it
    begins when nobody may object to it any more.
    """
    found: dict[tuple[Kind, str, str, int], tuple[State, list[int]]] = {}
    for line in lines:
        for kind, code, state in _of_line(line, appealable):
            agencies = {lead} if kind is Kind.SECURITY else set(asked.get((line.line, code), ())) or {lead}
            for agency in agencies:
                key = (kind, code, agency, line.line if kind is Kind.RECTIFY else 0)
                known = found.setdefault(key, (state, []))
                found[key] = (State.QUEUED if State.QUEUED in (known[0], state) else state, [*known[1], line.line])
    order = {kind: at for at, kind in enumerate(Kind)}
    return tuple(
        Planned(
            kind=kind,
            code=code,
            agency=agency,
            lines=tuple(sorted({*lines_})),
            state=state,
            before_release=kind in BEFORE_RELEASE,
        )
        for (kind, code, agency, at), (state, lines_) in sorted(
            found.items(), key=lambda one: (order[one[0][0]], one[0][1], one[0][2], one[0][3])
        )
    )


def must_wait(lines: Iterable[Line]) -> bool:
    """Whether a release of these lines takes effect only once something has been registered."""
    return any(kind in BEFORE_RELEASE for line in lines for kind, _, _ in _of_line(line))


def _of_line(line: Line, appealable: Collection[str] = ()) -> list[tuple[Kind, str, State]]:
    sides = (Kind.CASE_FILING,) if line.type in RELEASING else (Kind.MOVE_TO_SAFE_SITE, Kind.CASE_FILING)
    moved_first = Kind.MOVE_TO_SAFE_SITE in line.measures and Kind.MOVE_TO_SAFE_SITE in sides
    now: list[tuple[Kind, str]] = []
    if line.type in RELEASING:
        conditions = line.conditions if line.type == Type.CONDITIONAL_RELEASE else ()
        now += [(Kind(code) if code in CONDITIONS else Kind.DOCUMENT_BY, code) for code in conditions]
    elif line.type is not None and line.type in KINDS:
        now.append((Kind(line.type), line.type))
    now += [(side, side.value) for side in sides if side in line.measures and side != line.type]
    later = [(Kind(code), code) for code in line.queued if code in KINDS and code not in sides and code != line.type]

    def begins(code: str) -> State:
        return State.APPEALABLE if code in appealable else State.NOTIFIED

    first = {Kind.MOVE_TO_SAFE_SITE, *NEVER_QUEUED}
    return [
        *((kind, code, State.QUEUED if moved_first and kind not in first else begins(code)) for kind, code in now),
        *((kind, code, State.QUEUED) for kind, code in later),
    ]
