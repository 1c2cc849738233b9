"""What the events of a deadline on its way tell a watcher: the due of the invitation it belongs to moves. Pure.

A rung that was reached (DeadlineReached) tells nothing: what it means follows as an event of its own.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from inspection.case_state import CaseState
from inspection.deadline_subject import invited_agency
from inspection.told import Told, changed


class DeadlinePaused(Told, frozen=True):
    subject: str
    due: datetime

    def change(self, state: CaseState) -> CaseState:
        agency = invited_agency(self.subject)
        if agency not in state.invitations:
            return state
        return replace(state, invitations=changed(state.invitations, agency, due=self.due))


class DeadlineResumed(DeadlinePaused, frozen=True):
    """The clock runs again: the same two fields."""


class DeadlineExtended(DeadlinePaused, frozen=True):
    """More was given: the same two fields."""


class DeadlineRecomputed(DeadlinePaused, frozen=True):
    """Another calendar: the same two fields."""
