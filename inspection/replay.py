"""What a watcher of a case knows, and how each event changes it: the reducer that every client of the live feed runs. Pure.

``apply`` is total: an event type nobody told it about, a withheld frame, data of another shape and a frame that came already
all leave what is known as it is; only the number moves on. So a client that replays the frames it may see holds the same as
one that reads everything afresh, and a client of today survives the events of tomorrow. Described in docs/live-feed.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from inspection.case_state import (
    START,
    BookingState,
    CaseState,
    ConclusionState,
    DispositionState,
    EvidenceState,
    FindingState,
    InvitationState,
    LineVerdict,
    SessionState,
    SheetState,
    Wish,
    YardState,
)

K = TypeVar("K")
S = TypeVar("S", bound=msgspec.Struct)


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One event as ``WS /live/v1/cases/{no}`` and ``GET /api/v1/cases/{no}/events`` show it; a withheld one has no data."""

    seq: int
    type: str
    data: Mapping[str, Any] = {}


REPLACEABLE: Final = frozenset({"PROPOSED", "CONFLICT", "RESOLVED"})
"""Dispositions nobody has approved: the next report version takes their place."""


def apply(state: CaseState, frame: Frame) -> CaseState:
    """What is known after ``frame``. One that came before changes nothing, so a feed may repeat itself."""
    if frame.seq <= state.seq:
        return state
    after = replace(state, seq=frame.seq)
    told = EVENTS.get(frame.type)
    if told is None:
        return after
    try:
        return msgspec.convert(dict(frame.data), told).change(after)
    except msgspec.ValidationError:
        return after


def replay(frames: Iterable[Frame], state: CaseState = START) -> CaseState:
    """What is known after ``frames``, which come in the order of their numbers."""
    for frame in frames:
        state = apply(state, frame)
    return state


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an event tells a watcher, under the event's own name; fields it does not need are passed over."""

    def change(self, state: CaseState) -> CaseState:
        """What is known afterwards."""
        raise NotImplementedError


class CaseOpened(Told, frozen=True):
    state: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, state=self.state)


class CaseStateChanged(Told, frozen=True):
    to: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, state=self.to)


class InvitationSent(Told, frozen=True):
    agency: str
    mandatory: bool
    due: datetime

    def change(self, state: CaseState) -> CaseState:
        sent = InvitationState(state="PENDING", mandatory=self.mandatory, due=self.due)
        return replace(state, invitations=state.invitations | {self.agency: sent})


class InvitationDelivered(Told, frozen=True):
    agency: str
    due: datetime | None

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=_changed(state.invitations, self.agency, due=self.due))


class InvitationAccepted(Told, frozen=True):
    agency: str
    experts: tuple[str, ...]
    late: bool

    def change(self, state: CaseState) -> CaseState:
        answer = {"state": "ACCEPTED", "experts": self.experts, "late": self.late}
        return replace(state, invitations=_changed(state.invitations, self.agency, **answer))


class InvitationDeclined(Told, frozen=True):
    agency: str
    state: str
    reason: str
    confirmed: bool

    def change(self, state: CaseState) -> CaseState:
        answer = {"state": self.state, "decline_reason": self.reason, "decline_confirmed": self.confirmed}
        return replace(state, invitations=_changed(state.invitations, self.agency, **answer))


class DeclineConfirmed(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=_changed(state.invitations, self.agency, decline_confirmed=True))


class InvitationLapsed(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=_changed(state.invitations, self.agency, state="LAPSED"))


class InvitationWithdrawn(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=_changed(state.invitations, self.agency, state="WITHDRAWN"))


class DrawHeld(Told, frozen=True):
    """``standing`` is who is drawn now, earlier draws of the same matter included."""

    purpose: str
    agency: str
    standing: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        return replace(state, drawn=state.drawn | {f"{self.purpose}/{self.agency}": self.standing})


class CertificateWaived(Told, frozen=True):
    login: str
    domains: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        return replace(state, waived=state.waived | {self.login: self.domains})


class CaseHandedOver(Told, frozen=True):
    agency: str
    to: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, holders=state.holders | {self.agency: self.to})


class TaskSheetIssued(Told, frozen=True):
    number: str
    version: int

    def change(self, state: CaseState) -> CaseState:
        return replace(state, sheet=SheetState(number=self.number, version=self.version))


class ScheduleProposed(Told, frozen=True):
    """Whatever happens to a window tells it whole, as it then is."""

    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime
    state: str
    agreed: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        window = {name: getattr(self, name) for name in BookingState.__struct_fields__}
        return replace(state, booking=BookingState(**window))


class ScheduleAgreed(ScheduleProposed, frozen=True):
    """One agency's yes."""


class ScheduleConfirmed(ScheduleProposed, frozen=True):
    """Everybody who has to has agreed."""


class ScheduleChanged(ScheduleProposed, frozen=True):
    """Another window, and everybody is asked again."""


class ScheduleRefused(ScheduleProposed, frozen=True):
    """An agency cannot come then; the window is given back."""


class ScheduleCancelled(ScheduleProposed, frozen=True):
    """The window is given back, or its hold has run out."""


class NoShowRecorded(ScheduleProposed, frozen=True):
    """Somebody did not come."""


class PreferredWindowsStated(Told, frozen=True):
    windows: tuple[Wish, ...]

    def change(self, state: CaseState) -> CaseState:
        return replace(state, wishes=self.windows)


class GoodsMoved(Told, frozen=True):
    unit: str
    to: YardState

    def change(self, state: CaseState) -> CaseState:
        return replace(state, yard=state.yard | {self.unit: self.to})


class SessionCheckedIn(Told, frozen=True):
    session: str
    attendance: str

    def change(self, state: CaseState) -> CaseState:
        arrived = SessionState(state="CHECK_IN", attendance=self.attendance)
        return replace(state, sessions=state.sessions | {self.session: arrived})


class SessionOpened(Told, frozen=True):
    """The sheet freezes and the window is in use."""

    session: str
    opening: int
    workstreams: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        running = dict.fromkeys(self.workstreams, "RUNNING")
        return replace(
            state,
            openings=self.opening,
            sessions=_changed(state.sessions, self.session, state="OPEN", workstreams=running),
            sheet=state.sheet and replace(state.sheet, state="FROZEN"),
            booking=state.booking and replace(state.booking, state="IN_PROGRESS"),
        )


class SessionPaused(Told, frozen=True):
    session: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, sessions=_changed(state.sessions, self.session, state="PAUSED"))


class SessionResumed(Told, frozen=True):
    session: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, sessions=_changed(state.sessions, self.session, state="OPEN"))


class SessionClosed(Told, frozen=True):
    """The window is over with it."""

    session: str

    def change(self, state: CaseState) -> CaseState:
        return replace(
            state,
            sessions=_changed(state.sessions, self.session, state="CLOSED"),
            booking=state.booking and replace(state.booking, state="DONE"),
        )


class WorkstreamCompleted(Told, frozen=True):
    session: str
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return _share(state, self.session, self.agency, "COMPLETE")


class WorkstreamExcused(Told, frozen=True):
    session: str
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return _share(state, self.session, self.agency, "EXCUSED")


class FindingRecorded(Told, frozen=True):
    finding: str
    agency: str
    kind: str
    grade: str
    line: int
    admission: str

    def change(self, state: CaseState) -> CaseState:
        seen = {name: getattr(self, name) for name in FindingState.__struct_fields__}
        return replace(state, findings=state.findings | {self.finding: FindingState(**seen)})


class EvidenceDeclared(Told, frozen=True):
    evidence: str
    admission: str

    def change(self, state: CaseState) -> CaseState:
        return _evidence(state, self.evidence, "DECLARED", self.admission)


class EvidenceStored(Told, frozen=True):
    evidence: str
    admission: str

    def change(self, state: CaseState) -> CaseState:
        return _evidence(state, self.evidence, "STORED", self.admission)


class ConclusionSubmitted(Told, frozen=True):
    agency: str
    version: int
    late: bool
    lines: tuple[LineVerdict, ...]

    def change(self, state: CaseState) -> CaseState:
        said = ConclusionState(version=self.version, late=self.late, lines=self.lines)
        return replace(state, conclusions=state.conclusions | {self.agency: said})


class ConclusionAmended(ConclusionSubmitted, frozen=True):
    """The next version replaces the one before."""


class ReportIssued(Told, frozen=True):
    """Proposals nobody approved end with the version they were made for."""

    version: int

    def change(self, state: CaseState) -> CaseState:
        kept = {version: one for version, one in state.dispositions.items() if one.state not in REPLACEABLE}
        return replace(state, report=self.version, dispositions=kept)


class DispositionProposed(Told, frozen=True):
    """Also what an approval and an automatic release tell."""

    report_version: int
    type: str | None
    state: str
    automatic: bool

    def change(self, state: CaseState) -> CaseState:
        decided = DispositionState(type=self.type, state=self.state, automatic=self.automatic)
        return replace(state, dispositions=state.dispositions | {self.report_version: decided})


class DispositionApproved(DispositionProposed, frozen=True):
    """``state`` is where the approval has led to: it takes effect at once."""


class Released(DispositionProposed, frozen=True):
    """The goods are let go; where nothing is left to do the task sheet closes."""

    def change(self, state: CaseState) -> CaseState:
        after = replace(super().change(state), released=True)
        over = self.state == "CLOSED" and after.sheet is not None
        return replace(after, sheet=replace(after.sheet, state="CLOSED")) if over and after.sheet else after


class Recalled(Told, frozen=True):
    report_version: int

    def change(self, state: CaseState) -> CaseState:
        return replace(state, dispositions=_changed(state.dispositions, self.report_version, state="RECALLED"))


def _changed(known: dict[K, S], key: K, **new: Any) -> dict[K, S]:
    """``known`` with some fields of one entry replaced; of an entry nobody was told about nothing is known afterwards either."""
    return known | {key: replace(known[key], **new)} if key in known else known


def _share(state: CaseState, session: str, agency: str, share: str) -> CaseState:
    one = state.sessions.get(session)
    shares = one.workstreams | {agency: share} if one is not None else {}
    return replace(state, sessions=_changed(state.sessions, session, workstreams=shares))


def _evidence(state: CaseState, evidence: str, to: str, admission: str) -> CaseState:
    return replace(state, evidence=state.evidence | {evidence: EvidenceState(state=to, admission=admission)})


def _names(told: type[Told]) -> dict[str, type[Told]]:
    return {told.__name__: told} | {name: one for below in told.__subclasses__() for name, one in _names(below).items()}


EVENTS: Final[Mapping[str, type[Told]]] = {name: told for name, told in _names(Told).items() if told is not Told}
"""The events that tell a watcher something, by name."""
