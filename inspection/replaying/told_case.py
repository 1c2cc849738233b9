"""What the events of a case's course tell a watcher: invitations, the task sheet, draws, hand-over. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from inspection.replaying.case_state import CaseState, InvitationState, SheetState
from inspection.replaying.told import Told, changed


class CaseOpened(Told, frozen=True):
    state: str
    version: int = 1

    def change(self, state: CaseState) -> CaseState:
        return replace(state, state=self.state, declaration_version=self.version)


class CaseFollowedDeclaration(Told, frozen=True):
    """The case is on another version of its declaration; what was concluded speaks of the one before until it is carried over.

    ``mandatory``: of each agency that is still asked, whether it has to come.
    """

    to_version: int
    mandatory: dict[str, bool]

    def change(self, state: CaseState) -> CaseState:
        asked = {
            agency: replace(one, mandatory=self.mandatory.get(agency, one.mandatory)) for agency, one in state.invitations.items()
        }
        return replace(state, declaration_version=self.to_version, invitations=asked, conclusions={})


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
        return replace(state, invitations=changed(state.invitations, self.agency, due=self.due))


class InvitationAccepted(Told, frozen=True):
    agency: str
    experts: tuple[str, ...]
    late: bool

    def change(self, state: CaseState) -> CaseState:
        answer = {"state": "ACCEPTED", "experts": self.experts, "late": self.late, "conflict": False, "offered": ()}
        return replace(state, invitations=changed(state.invitations, self.agency, **answer))


class InvitationDeclined(Told, frozen=True):
    agency: str
    state: str
    reason: str
    confirmed: bool

    def change(self, state: CaseState) -> CaseState:
        answer = {"state": self.state, "decline_reason": self.reason, "decline_confirmed": self.confirmed}
        return replace(state, invitations=changed(state.invitations, self.agency, **answer))


class DeclineConfirmed(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, decline_confirmed=True))


class InvitationLapsed(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, state="LAPSED"))


class InvitationWithdrawn(Told, frozen=True):
    agency: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, invitations=changed(state.invitations, self.agency, state="WITHDRAWN"))


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


class TaskSheetAmended(Told, frozen=True):
    """The next version; one the goods were opened on stays frozen."""

    number: str
    version: int
    state: str

    def change(self, state: CaseState) -> CaseState:
        return replace(state, sheet=SheetState(number=self.number, version=self.version, state=self.state))
