"""What the events of an invitation's end tell a watcher: escalated, waived, substituted, deemed, claimed, answered late. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from inspection.replaying.case_state import CaseState
from inspection.replaying.told import Told, changed


class InvitationEscalated(Told, frozen=True):
    """``state`` is BLOCKED where it was: the next rung was told, nothing else changed."""

    agency: str
    state: str
    level: int
    conflict: bool

    def change(self, state: CaseState) -> CaseState:
        stands = {"state": self.state, "level": self.level, "conflict": self.conflict, "decline_confirmed": False}
        return replace(state, invitations=changed(state.invitations, self.agency, **stands))


class InvitationBlocked(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, state="BLOCKED"))


class InvitationDeemed(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, state="DEEMED_NO_OBJECTION"))


class InvitationWaived(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        ended = {"state": "WAIVED", "conflict": False, "offered": ()}
        return replace(state, invitations=changed(state.invitations, self.agency, **ended))


class InvitationSubstituted(Told, frozen=True):
    """Also when the result of the one that stands in has come."""

    agency: str
    name: str

    def change(self, state: CaseState) -> CaseState:
        ended = {"state": "SUBSTITUTED", "conflict": False, "offered": (), "substitute": self.name}
        return replace(state, invitations=changed(state.invitations, self.agency, **ended))


class ExpertReplaced(Told, frozen=True):
    agency: str
    experts: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, experts=self.experts))


class LateAnswerOffered(Told, frozen=True):
    """It waits for the lead; nothing counts yet."""

    agency: str
    experts: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, offered=self.experts))


class PointsClaimed(Told, frozen=True):
    """One agency takes over what another declined, which settles the decline."""

    agency: str
    declined_by: str
    mandatory: bool
    experts: tuple[str, ...]

    def change(self, state: CaseState) -> CaseState:
        known = changed(state.invitations, self.agency, mandatory=self.mandatory, experts=self.experts)
        settled = {"state": "DECLINED", "decline_confirmed": True, "conflict": False}
        return replace(state, invitations=changed(known, self.declined_by, **settled))
