"""The task sheet 协同查验任务单: what it says, and how its state moves. Pure.

One sheet per case carries the work of every agency: lead, participants, focus points with their legal bases, time and place.
It issues by itself as soon as nothing holds it (``sheet_issue.py``); a re-issue is the next version, never an edit.
Source: joint-inspection guide A.二.1; states from the domain page, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Literal

import msgspec

from inspection import transitions
from inspection.inviting.focus_points import estimate, printing_order, with_plain_bases
from inspection.preparing.division import Division
from inspection.reporting.document_parts import (
    Agency,
    Appointment,
    DeclarationSummary,
    DocumentInvalid,
    FocusPoint,
    Lead,
    Participant,
    document_number,
    each_once,
    in_zone,
)

Mode = Literal["ON_SITE", "REMOTE_VIDEO", "SELF_CHECK_PLUS_REVIEW", "DESTINATION"]
Priority = Literal["HAZARD", "PERISHABLE", "LARGE_COMPLETE_EQUIPMENT", "HIGH_TECH_MATERIAL", "AGRI_FOOD", "AEO", "NORMAL"]


class TaskSheetDocument(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="format", tag="lianjian.task_sheet.v1"
):
    """One version of the sheet, as issued, printed and hashed (``kit.canonical``).

    ``changed_for`` have to acknowledge it again; ``division``: who looks at which of ``focus_points``, once that is agreed on.
    """

    number: str
    case: str
    version: int
    mode: Mode
    priority: Priority
    issued_at: datetime
    declaration: DeclarationSummary
    lead: Lead
    agencies: tuple[Agency, ...]
    participants: tuple[Participant, ...]
    focus_points: tuple[FocusPoint, ...]
    estimated_minutes: int
    appointment: Appointment | None = None
    amended_because: str = ""
    changed_for: tuple[str, ...] = ()
    division: Division | None = None
    demo: bool = False


# --- states ---------------------------------------------------------------------------------------------------------------


class State(StrEnum):
    """State of a case's sheet, kept on its latest version; ``AMENDED`` is issued again as vN+1, earlier versions stay as read."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    AMENDED = "AMENDED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    FROZEN = "FROZEN"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class Action(StrEnum):
    """What moves it. ``ACKNOWLEDGE_ALL`` is the last participant's acknowledgement of the current version.

    ``FOLLOW``: the declaration has a new version. People may not amend a frozen sheet; a declaration amends it all the same, and
    what was opened stays opened.
    """

    ISSUE = "issue"
    AMEND = "amend"
    FOLLOW = "follow"
    ACKNOWLEDGE_ALL = "acknowledge_all"
    FREEZE = "freeze"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


_OPEN = (State.ISSUED, State.AMENDED, State.ACKNOWLEDGED)

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.ISSUE): State.ISSUED,
    **{(state, Action.AMEND): State.AMENDED for state in _OPEN},
    **{(state, Action.FOLLOW): State.AMENDED for state in _OPEN},
    (State.FROZEN, Action.FOLLOW): State.FROZEN,
    (State.ISSUED, Action.ACKNOWLEDGE_ALL): State.ACKNOWLEDGED,
    (State.AMENDED, Action.ACKNOWLEDGE_ALL): State.ACKNOWLEDGED,
    **{(state, Action.FREEZE): State.FROZEN for state in _OPEN},
    (State.FROZEN, Action.CLOSE): State.CLOSED,
    (State.CLOSED, Action.REOPEN): State.FROZEN,  # with its case: what was opened stays opened
    **{(state, Action.CANCEL): State.CANCELLED for state in (State.DRAFT, *_OPEN, State.FROZEN)},
}


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises StateForbids with the current one when the table has no such step."""
    return transitions.advance(TRANSITIONS, state, action)


# --- building -------------------------------------------------------------------------------------------------------------


def build(
    *,
    case: str,
    version: int,
    declaration: DeclarationSummary,
    lead: Lead,
    agencies: Iterable[Agency],
    participants: Iterable[Participant],
    focus_points: Iterable[FocusPoint],
    issued_at: datetime,
    zone: tzinfo,
    mode: Mode = "ON_SITE",
    priority: Priority = "NORMAL",
    estimated_minutes: int | None = None,
    appointment: Appointment | None = None,
    amended_because: str = "",
    demo: bool = False,
) -> TaskSheetDocument:
    """The document of one version. The order of what is handed in does not matter; instants come out in the port's ``zone``.

    Raises DocumentInvalid naming each focus point on a line the declaration does not have, and a re-issue without a reason.
    The guard is not asked here: the operation does so under the same lock first.
    """
    plain = map(with_plain_bases, focus_points)
    points = each_once(plain, lambda point: (point.agency != lead.agency, *printing_order(point)))
    _check(points, declaration, version, amended_because)
    document = TaskSheetDocument(
        number=document_number("T", case, version),
        case=case,
        version=version,
        mode=mode,
        priority=priority,
        issued_at=issued_at,
        declaration=declaration,
        lead=lead,
        agencies=each_once(agencies, lambda agency: (agency.code,)),
        participants=each_once(participants, lambda participant: (participant.agency,)),
        focus_points=points,
        estimated_minutes=estimate(points) if estimated_minutes is None else estimated_minutes,
        appointment=appointment,
        amended_because=amended_because,
        demo=demo,
    )
    return in_zone(document, zone)


def changed_for(before: TaskSheetDocument, after: TaskSheetDocument) -> tuple[str, ...]:
    """The agencies for which ``after`` asks something else than ``before``, by code: they have to read it again.

    A line that only got another number asks the same of everybody; a line with other goods behind its number does not.
    """
    asked, asks = _asked_of(before), _asked_of(after)
    return tuple(sorted(agency for agency in asked.keys() | asks.keys() if asked.get(agency) != asks.get(agency)))


def _asked_of(document: TaskSheetDocument) -> dict[str, list[bytes]]:
    """What the sheet asks of each agency, spelled with the goods themselves in place of their line's number."""
    goods = {line.no: msgspec.structs.replace(line, no=0) for line in document.declaration.lines}
    asked: dict[str, list[bytes]] = {}
    for point in document.focus_points:
        about = [goods[point.line]] if point.line is not None else sorted(goods.values(), key=msgspec.json.encode)
        spelled = msgspec.json.encode((msgspec.structs.replace(point, line=None), about))
        asked.setdefault(point.agency, []).append(spelled)
    return {agency: sorted(points) for agency, points in asked.items()}


class RequiredPair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conclusion the merge must wait for, in the merge input's own words."""

    agency: str
    line: int
    state: str | None = None


def required_pairs(document: TaskSheetDocument, states: Mapping[str, str]) -> tuple[RequiredPair, ...]:
    """Who must conclude on which line, from the frozen sheet and the invitations' present ``states`` by agency."""
    every = [line.no for line in document.declaration.lines]
    pairs = {(p.agency, no) for p in document.focus_points for no in (every if p.line is None else [p.line])}
    carried = {agency: state for agency, state in states.items() if state in ("LAPSED", "WITHDRAWN", "WAIVED")}
    return tuple(RequiredPair(agency=agency, line=no, state=carried.get(agency)) for agency, no in sorted(pairs))


def _check(points: Sequence[FocusPoint], declaration: DeclarationSummary, version: int, amended_because: str) -> None:
    known = {line.no for line in declaration.lines}
    errors = [
        {"path": f"focus_points[{i}].line", "message": f"the declaration has no line {point.line}"}
        for i, point in enumerate(points)
        if point.line is not None and point.line not in known
    ]
    if version > 1 and not amended_because.strip():
        errors.append({"path": "amended_because", "message": "a re-issue says why"})
    if errors:
        raise DocumentInvalid(errors=errors)
