"""What the events of follow-ups tell a watcher: what has to happen, whose turn it is, and how the disposition goes on. Pure."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from inspection.replaying.case_state import CaseState, FollowUpState
from inspection.replaying.told import Told, changed
from inspection.replaying.told_decision import DispositionProposed


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    follow_up: str
    disposition: str
    kind: str
    agency: str
    state: str
    holder: str | None

    def known(self) -> FollowUpState:
        return FollowUpState(
            kind=self.kind, agency=self.agency, state=self.state, holder=self.holder, disposition=self.disposition
        )


class _Ended(msgspec.Struct, frozen=True, kw_only=True):
    follow_up: str
    state: str


class FollowUpsOpened(Told, frozen=True):
    """What begins now, and what is queued behind it."""

    follow_ups: tuple[_Item, ...]

    def change(self, state: CaseState) -> CaseState:
        return replace(state, follow_ups=state.follow_ups | {one.follow_up: one.known() for one in self.follow_ups})


class FollowUpMoved(Told, frozen=True):
    """One step of one follow-up."""

    follow_up: str
    state: str
    holder: str | None

    def change(self, state: CaseState) -> CaseState:
        moved = changed(state.follow_ups, self.follow_up, state=self.state, holder=self.holder)
        return replace(state, follow_ups=moved)


class FollowUpsReplaced(Told, frozen=True):
    """Another decision took the place of theirs."""

    follow_ups: tuple[_Ended, ...]

    def change(self, state: CaseState) -> CaseState:
        known = state.follow_ups
        for one in self.follow_ups:
            known = changed(known, one.follow_up, state=one.state, holder=None)
        return replace(state, follow_ups=known)


class DispositionMoved(DispositionProposed, frozen=True):
    """Its follow-ups brought it on; when it closes, what was verified closes with it, and the sheet."""

    disposition: str
    over: bool = False

    def change(self, state: CaseState) -> CaseState:
        after = super().change(state)
        if not self.over:
            return after
        closed = {
            id_: replace(one, state="CLOSED", holder=None)
            if (one.disposition, one.state) == (self.disposition, "VERIFIED")
            else one
            for id_, one in after.follow_ups.items()
        }
        sheet = replace(after.sheet, state="CLOSED") if after.sheet is not None else None
        return replace(after, follow_ups=closed, sheet=sheet)
