"""A field session 现场查验: who may open it, what keeps it open, and what of the terminals' uploads counts after it closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from inspection import transitions
from kit.errors import Conflict, Invalid, NotAllowed

MIN_CUSTOMS_OFFICERS = 2
LATE_SYNC_WINDOW = timedelta(hours=24)


class State(StrEnum):
    """Where a session stands. Another opening of the same goods is another session."""

    PLANNED = "PLANNED"
    CHECK_IN = "CHECK_IN"
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What the lead inspector does."""

    CHECK_IN = "check_in"
    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    BEGIN_CLOSING = "begin_closing"
    CLOSE = "close"


FINAL = frozenset({State.CLOSED})

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.PLANNED, Action.CHECK_IN): State.CHECK_IN,
    (State.CHECK_IN, Action.OPEN): State.OPEN,
    (State.OPEN, Action.PAUSE): State.PAUSED,
    (State.PAUSED, Action.RESUME): State.OPEN,
    (State.OPEN, Action.BEGIN_CLOSING): State.CLOSING,
    (State.CLOSING, Action.CLOSE): State.CLOSED,
}

TAKES_FINDINGS = frozenset({State.OPEN, State.PAUSED, State.CLOSING})


class Attendance(StrEnum):
    """How the enterprise attended: itself, by delegate, by waiver, or absent with a witness (径行开验)."""

    ATTENDED = "ATTENDED"
    DELEGATED = "DELEGATED"
    WAIVED = "WAIVED"
    ABSENT_WITH_WITNESS = "ABSENT_WITH_WITNESS"


class WorkstreamState(StrEnum):
    """One agency's share of the session."""

    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    EXCUSED = "EXCUSED"


class Admission(StrEnum):
    """What becomes of a finding or a photo on receipt. QUARANTINED is kept, and the lead decides."""

    ADMITTED = "admitted"
    LATE_SYNC = "late_sync"
    QUARANTINED = "quarantined"


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """A person who checked in."""

    person: str
    agency: str


class Workstream(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's share; EXCUSED carries the lead's reason. Pending uploads are listed, they do not hold the close."""

    agency: str
    mandatory: bool
    state: WorkstreamState
    reason: str = ""
    excused_by: str = ""
    pending_uploads: int = 0


class Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """One workstream that keeps the session open, and the sentence for people."""

    agency: str
    zh: str
    en: str


class OpeningNotStaffed(Conflict):
    """The lead inspector or a second customs officer is not there; ``details``: missing, officers."""

    code = "opening_not_staffed"
    title_zh = "现场人员不足，不能开验"
    title_en = "The session is not staffed"
    advice_zh = "主检人员须到场，且海关查验人员不得少于两人。"
    advice_en = "The lead inspector and at least two customs officers must have checked in."


class SessionRunning(Conflict):
    """One session at a time; ``details``: session, state."""

    code = "session_running"
    title_zh = "本案已有未结束的现场作业"
    title_en = "A session of this case is still running"
    advice_zh = "请先结束现有现场作业。"
    advice_en = "Close the present session first."


class NotTheLeadInspector(NotAllowed):
    """Only the lead inspector of this session opens, pauses and closes it, and excuses a workstream."""

    code = "not_the_lead_inspector"
    title_zh = "仅主检人员可办理"
    title_en = "Only the lead inspector may do this"


class CloseHeld(Conflict):
    """Mandatory workstreams are still running; ``details['blockers']`` lists them."""

    code = "close_held"
    title_zh = "仍有未完成的查验分工，不能结束现场作业"
    title_en = "Workstreams are still open"
    advice_zh = "请等待所列部门完成，或由主检说明理由后予以免除。"
    advice_en = "Wait for the agencies listed, or excuse them with a reason."


class ExcuseIncomplete(Invalid):
    """A workstream is excused by the lead inspector with a reason, or not at all."""

    code = "excuse_incomplete"
    title_zh = "免除查验分工须写明理由"
    title_en = "An excuse needs a reason"


def advance(state: State, action: Action) -> State:
    """The state after ``action``; guards are asked separately, with what they need to know."""
    return transitions.advance(TRANSITIONS, state, action)


def check_lead_inspector(person: str, lead_inspector: str) -> None:
    """Raises :class:`NotTheLeadInspector`."""
    if person != lead_inspector:
        raise NotTheLeadInspector


def check_opening(lead_inspector: str, officers: Iterable[Officer], *, lead_agency: str = "customs") -> None:
    """The lead inspector is there, for the lead agency, among at least two of its officers; else :class:`OpeningNotStaffed`."""
    present = sorted({officer.person for officer in officers if officer.agency == lead_agency})
    missing = [] if lead_inspector in present else ["lead_inspector"]
    if len(present) < MIN_CUSTOMS_OFFICERS:
        missing.append("second_officer")
    if missing:
        raise OpeningNotStaffed(missing=missing, officers=len(present))


def excuse(workstream: Workstream, *, reason: str, by: str, lead_inspector: str) -> Workstream:
    """The workstream, excused; only the lead inspector may, and only with a reason."""
    check_lead_inspector(by, lead_inspector)
    if not reason.strip():
        raise ExcuseIncomplete(errors=[{"path": "reason", "message": "say why this agency's share is not done"}])
    return msgspec.structs.replace(workstream, state=WorkstreamState.EXCUSED, reason=reason, excused_by=by)


def closing_blockers(workstreams: Iterable[Workstream]) -> tuple[Blocker, ...]:
    """Every mandatory workstream that is neither COMPLETE nor EXCUSED with reason and lead, sorted by agency."""
    held = (w for w in workstreams if w.mandatory and not _is_done(w))
    return tuple(
        Blocker(agency=w.agency, zh=f"{w.agency} 的查验分工尚未完成", en=f"The workstream of {w.agency} is not complete")
        for w in sorted(held, key=lambda w: w.agency)
    )


def _is_done(workstream: Workstream) -> bool:
    excused = workstream.state is WorkstreamState.EXCUSED and workstream.reason.strip() and workstream.excused_by
    return workstream.state is WorkstreamState.COMPLETE or bool(excused)


def check_close(workstreams: Iterable[Workstream]) -> dict[str, int]:
    """Raises :class:`CloseHeld`, or returns the uploads still pending per agency, to be printed with the close."""
    shares = tuple(workstreams)
    if blockers := closing_blockers(shares):
        raise CloseHeld(blockers=msgspec.to_builtins(blockers))
    return {share.agency: share.pending_uploads for share in shares if share.pending_uploads}


def closing_of(captured_at: datetime, openings: Sequence[tuple[datetime, datetime | None]]) -> datetime | None:
    """When the session closed during which something was captured; None while it runs, and when nothing was opened yet.

    ``openings`` are (opened, closed) in order of time. What was captured between two sessions belongs to the first of them, so
    that it counts as captured after that one's close; what was captured before the first one belongs to it (seals, documents).
    """
    before = [closed for opened, closed in openings if opened <= captured_at]
    if before:
        return before[-1]
    return openings[0][1] if openings else None


def admit(
    *,
    captured_at: datetime,
    received_at: datetime,
    closed_at: datetime | None,
    enrolled: bool = True,
    window: timedelta = LATE_SYNC_WINDOW,
) -> Admission:
    """Whether what a terminal sends counts. ``captured_at`` is device time corrected by the server's clock samples.

    Nothing is ever refused here: after the close it is LATE_SYNC (captured by then, received within the window) or QUARANTINED;
    from a device no longer enrolled it is QUARANTINED whenever it comes.
    """
    if not enrolled:
        return Admission.QUARANTINED
    if closed_at is None or received_at <= closed_at:
        return Admission.ADMITTED
    on_time = captured_at <= closed_at and received_at <= closed_at + window
    return Admission.LATE_SYNC if on_time else Admission.QUARANTINED
