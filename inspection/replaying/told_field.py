"""What the events of an inspection in the yard tell a watcher: sessions, shares, findings, evidence. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from inspection.replaying.case_state import CaseState, EvidenceState, FindingState, SessionState
from inspection.replaying.told import Told, changed


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
            sessions=changed(state.sessions, self.session, state="OPEN", workstreams=running),
            sheet=state.sheet and replace(state.sheet, state="FROZEN"),
            booking=state.booking and replace(state.booking, state="IN_PROGRESS"),
        )


class SessionPaused(Told, frozen=True):
    session: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, sessions=changed(state.sessions, self.session, state="PAUSED"))


class SessionResumed(Told, frozen=True):
    session: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, sessions=changed(state.sessions, self.session, state="OPEN"))


class SessionClosed(Told, frozen=True):
    """The window is over with it."""

    session: str

    def change(self, state: CaseState) -> CaseState:
        return replace(
            state,
            sessions=changed(state.sessions, self.session, state="CLOSED"),
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


def _share(state: CaseState, session: str, agency: str, share: str) -> CaseState:
    one = state.sessions.get(session)
    shares = one.workstreams | {agency: share} if one is not None else {}
    return replace(state, sessions=changed(state.sessions, session, workstreams=shares))


def _evidence(state: CaseState, evidence: str, to: str, admission: str) -> CaseState:
    return replace(state, evidence=state.evidence | {evidence: EvidenceState(state=to, admission=admission)})
