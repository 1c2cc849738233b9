"""What the events of deciding tell a watcher: conclusions, reports, dispositions. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from inspection.replaying.case_state import (
    AppealState,
    CaseState,
    ConclusionState,
    DispositionState,
    LineVerdict,
    RecallState,
)
from inspection.replaying.told import Told, changed

REPLACEABLE: Final = frozenset({"PROPOSED", "CONFLICT", "RESOLVED", "APPROVED"})
"""Dispositions that have not taken effect: the next report version takes their place."""


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


class ConclusionCarriedOver(ConclusionSubmitted, frozen=True):
    """What an agency's word on an earlier version of the declaration still says of this one."""

    reopened: tuple[int, ...]

    def change(self, state: CaseState) -> CaseState:
        said = ConclusionState(version=self.version, late=self.late, lines=self.lines, reopened=self.reopened)
        return replace(state, conclusions=state.conclusions | {self.agency: said})


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


class DispositionHeld(DispositionProposed, frozen=True):
    """Approved, but milder than a conclusion: it waits until the agencies departed from have been heard."""


class DepartureNotified(Told, frozen=True):
    """An agency learns that its conclusion is departed from, and until when it may dissent."""

    agency: str
    state: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, departures=state.departures | {self.agency: self.state})


class DissentRaised(DepartureNotified, frozen=True):
    """The agency dissents."""


class DepartureSettled(DepartureNotified, frozen=True):
    """The window ended in silence, a superior decided, or the proposal was replaced."""


class AppealFiled(Told, frozen=True):
    """The enterprise objects; the measure stays."""

    appeal: str
    report_version: int

    def change(self, state: CaseState) -> CaseState:
        appealed = changed(state.dispositions, self.report_version, state="APPEALED")
        return replace(state, dispositions=appealed, appeals=state.appeals | {self.appeal: AppealState(state="FILED")})


class MeasureSuspended(Told, frozen=True):
    appeal: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, appeals=changed(state.appeals, self.appeal, suspended=True))


class ReexaminationOrdered(Told, frozen=True):
    appeal: str
    by: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, appeals=changed(state.appeals, self.appeal, examined_by=self.by))


class SecondTestRecorded(Told, frozen=True):
    """What another laboratory found."""

    appeal: str
    second_test: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, appeals=changed(state.appeals, self.appeal, second_test=self.second_test))


class AppealDecided(DispositionProposed, frozen=True):
    """A superior upholds, varies or revokes; what is varied hangs on another version of the report from now on."""

    appeal: str
    outcome: str
    was_version: int

    def change(self, state: CaseState) -> CaseState:
        left = {version: one for version, one in state.dispositions.items() if version != self.was_version}
        decided = replace(state, dispositions=left, appeals=changed(state.appeals, self.appeal, state=self.outcome))
        return super().change(decided)


class Recalled(Told, frozen=True):
    """The release stands recalled, and the goods are awaited until ``due`` (absent in events from before recalls had a date)."""

    report_version: int
    due: datetime | None = None
    lines: tuple[int, ...] = ()

    def change(self, state: CaseState) -> CaseState:
        after = replace(state, dispositions=changed(state.dispositions, self.report_version, state="RECALLED"))
        if self.due is None:
            return after
        opened = RecallState(state="OPEN", due=self.due, lines=self.lines)
        return replace(after, recalls=state.recalls | {self.report_version: opened})


class RecallAnswered(Told, frozen=True):
    report_version: int

    def change(self, state: CaseState) -> CaseState:
        return replace(state, recalls=changed(state.recalls, self.report_version, state="ANSWERED"))


class RecallEscalated(Told, frozen=True):
    """The date has passed."""

    report_version: int

    def change(self, state: CaseState) -> CaseState:
        return replace(state, recalls=changed(state.recalls, self.report_version, escalated=True))


class RecallClosed(Told, frozen=True):
    report_version: int
    outcome: str
    state: str

    def change(self, state: CaseState) -> CaseState:
        ended = changed(state.recalls, self.report_version, state=self.state, outcome=self.outcome)
        return replace(state, recalls=ended)


class CaseReopened(Told, frozen=True):
    """A closed case is taken up again, and its sheet with it."""

    number: int

    def change(self, state: CaseState) -> CaseState:
        over = state.sheet is not None and state.sheet.state == "CLOSED"
        sheet = replace(state.sheet, state="FROZEN") if over and state.sheet is not None else state.sheet
        return replace(state, reopenings=self.number, sheet=sheet)


class ReportVoided(Told, frozen=True):
    """What was proposed on the version goes with it."""

    version: int

    def change(self, state: CaseState) -> CaseState:
        kept = {version: one for version, one in state.dispositions.items() if version != self.version}
        return replace(state, dispositions=kept, voided=(*state.voided, self.version))
