"""What the events before the yard tell a watcher: papers, who has read them, the deliberation, what is ticked off. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from inspection.replaying.case_state import CaseState, DivisionState, PaperState
from inspection.replaying.told import Told


class CabinPaperFiled(Told, frozen=True):
    """A version of a paper lies in the cabin."""

    paper: str
    version: int
    kind: str
    agency: str
    required_of: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        filed = PaperState(version=self.version, kind=self.kind, agency=self.agency, required_of=self.required_of)
        return replace(state, cabin=state.cabin | {self.paper: filed})


class CabinPaperRead(Told, frozen=True):
    """The highest version counts, in whatever order they are confirmed."""

    paper: str
    version: int
    login: str

    def change(self, state: CaseState) -> CaseState:
        key = f"{self.paper}/{self.login}"
        return replace(state, read=state.read | {key: max(self.version, state.read.get(key, 0))})


class ReadingExcused(Told, frozen=True):
    login: str
    reason: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, excused=state.excused | {self.login: self.reason})


class ChecklistAnswered(Told, frozen=True):
    session: str
    paper: str
    entry: str
    outcome: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, ticked=state.ticked | {f"{self.session}/{self.paper}/{self.entry}": self.outcome})


class MessagePosted(Told, frozen=True):
    message: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, messages=state.messages + 1)


class DivisionProposed(Told, frozen=True):
    """It takes the place of whatever was proposed before."""

    proposal: str
    number: int

    def change(self, state: CaseState) -> CaseState:
        return replace(state, division=DivisionState(proposal=self.proposal, number=self.number))


class DivisionAnswered(Told, frozen=True):
    """An agency may think again: only its last word counts."""

    proposal: str
    agency: str
    agrees: bool

    def change(self, state: CaseState) -> CaseState:
        if state.division is None or state.division.proposal != self.proposal:
            return state
        agreed = {*state.division.agreed} - {self.agency} | ({self.agency} if self.agrees else set())
        objected = {*state.division.objected} - {self.agency} | (set() if self.agrees else {self.agency})
        return replace(state, division=replace(state.division, agreed=tuple(sorted(agreed)), objected=tuple(sorted(objected))))


class DivisionAdopted(Told, frozen=True):
    proposal: str
    version: int

    def change(self, state: CaseState) -> CaseState:
        if state.division is None or state.division.proposal != self.proposal:
            return state
        return replace(state, division=replace(state.division, adopted=self.version))


class TaskSheetAcknowledged(Told, frozen=True):
    """``state`` is where the sheet stands with it."""

    agency: str
    version: int
    state: str

    def change(self, state: CaseState) -> CaseState:
        sheet = state.sheet and replace(state.sheet, state=self.state)
        return replace(state, sheet=sheet, acknowledged=state.acknowledged | {self.agency: self.version})
