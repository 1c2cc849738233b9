"""What the events of a booking and of the yard's places tell a watcher. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from inspection.replaying.case_state import BookingState, CaseState, Wish, YardState
from inspection.replaying.told import Told


class ScheduleProposed(Told, frozen=True):
    """Whatever happens to a window tells it whole, as it then is."""

    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime
    state: str
    agreed: tuple[str, ...]
    earliest: datetime | None = None
    wished: bool = False

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
