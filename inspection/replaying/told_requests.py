"""What the events of the evidence chain tell a watcher: requests, minutes, recognised results, rights holders. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from inspection.replaying.case_state import CaseState, ConfirmationState, RecognitionState, RequestState
from inspection.replaying.told import Told, changed


class InfoRequestSent(Told, frozen=True):
    request: str
    finding: str
    agency: str
    asked: str
    blocking: bool

    def change(self, state: CaseState) -> CaseState:
        asked = RequestState(finding=self.finding, agency=self.agency, asked=self.asked, blocking=self.blocking)
        return replace(state, requests=state.requests | {self.request: asked})


class InfoRequestAnswered(Told, frozen=True):
    request: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, requests=changed(state.requests, self.request, state="ANSWERED"))


class InfoRequestDeclined(Told, frozen=True):
    """A decline is no answer: the chain stays open."""

    request: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, requests=changed(state.requests, self.request, state="DECLINED"))


class InfoRequestWithdrawn(Told, frozen=True):
    request: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, requests=changed(state.requests, self.request, state="WITHDRAWN"))


class MinutesFiled(Told, frozen=True):
    minutes: str
    finding: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, minutes=state.minutes | {self.minutes: self.finding})


class ResultRecognised(Told, frozen=True):
    recognition: str
    agency: str
    lines: tuple[int, ...]

    def change(self, state: CaseState) -> CaseState:
        known = RecognitionState(agency=self.agency, lines=self.lines)
        return replace(state, recognitions=state.recognitions | {self.recognition: known})


class RecognitionRevoked(Told, frozen=True):
    recognition: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, recognitions=changed(state.recognitions, self.recognition, revoked=True))


class RightsConfirmationOpened(Told, frozen=True):
    """``state`` is GENUINE at once where an authorisation was registered beforehand."""

    confirmation: str
    agency: str
    line: int
    state: str

    def change(self, state: CaseState) -> CaseState:
        opened = ConfirmationState(agency=self.agency, line=self.line, state=self.state)
        return replace(state, confirmations=state.confirmations | {self.confirmation: opened})


class RightsHolderReplied(Told, frozen=True):
    confirmation: str
    outcome: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, confirmations=changed(state.confirmations, self.confirmation, state=self.outcome))


class RightsConfirmationLapsed(Told, frozen=True):
    """Silence is no reply: the agency decides by itself."""

    confirmation: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, confirmations=changed(state.confirmations, self.confirmation, state="LAPSED"))


class RightsConfirmationWithdrawn(Told, frozen=True):
    confirmation: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, confirmations=changed(state.confirmations, self.confirmation, state="WITHDRAWN"))
