"""What the events of a deadline on its way tell a watcher: the due of the invitation or recall it belongs to moves. Pure.

A rung that was reached (DeadlineReached) tells nothing: what it means follows as an event of its own.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from inspection.replaying.case_state import CaseState
from inspection.replaying.told import Told, changed
from inspection.timekeeping.deadline_subject import invited_agency, recalled_version


class DeadlineRecomputed(Told, frozen=True):
    """Another calendar, or any other reason for which the due moves."""

    subject: str
    due: datetime

    def change(self, state: CaseState) -> CaseState:
        if (version := recalled_version(self.subject)) is not None:
            return replace(state, recalls=changed(state.recalls, version, due=self.due))
        agency = invited_agency(self.subject)
        if agency not in state.invitations:
            return state
        return replace(state, invitations=changed(state.invitations, agency, due=self.due))


class DeadlineExtended(DeadlineRecomputed, frozen=True):
    """More was given: the same two fields."""


class DeadlinePaused(DeadlineRecomputed, frozen=True):
    """The clock stands, and for what."""

    reason: str

    def change(self, state: CaseState) -> CaseState:
        return replace(super().change(state), paused=state.paused | {self.subject: self.reason})


class DeadlineResumed(DeadlineRecomputed, frozen=True):
    """The clock runs again."""

    def change(self, state: CaseState) -> CaseState:
        going_on = {subject: reason for subject, reason in state.paused.items() if subject != self.subject}
        return replace(super().change(state), paused=going_on)
