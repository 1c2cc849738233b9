"""A joint case 协同查验案件: its number, and its state, which follows from its children and is only cached.

The state is the furthest stage the children have reached. What people decide about the case itself (suspend, cancel, reopen)
are flags of the facts, so there is no second way to write a state.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

import msgspec

from inspection import transitions
from inspection.deciding import disposition
from inspection.fieldwork import session
from inspection.inviting import invitation
from kit.errors import Invalid

_NUMBER = re.compile(r"JC-(?P<port>[0-9A-Z]{4,5})-(?P<day>[0-9]{8})-(?P<seq>[0-9]{4,})")


class State(StrEnum):
    """The stages of a case, and what interrupts them."""

    SUGGESTED = "SUGGESTED"
    INVITING = "INVITING"
    PREPARING = "PREPARING"
    SCHEDULED = "SCHEDULED"
    IN_FIELD = "IN_FIELD"
    CONCLUDING = "CONCLUDING"
    REPORTED = "REPORTED"
    DISPOSING = "DISPOSING"
    FOLLOW_UP = "FOLLOW_UP"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"
    SUSPENDED = "SUSPENDED"
    CANCELLED = "CANCELLED"


class Action(StrEnum):
    """What the children or the lead do that moves the case."""

    OPEN = "open"
    ISSUE_SHEET = "issue_sheet"
    CONFIRM_SLOT = "confirm_slot"
    LOSE_SLOT = "lose_slot"
    ENTER_FIELD = "enter_field"
    LEAVE_FIELD = "leave_field"
    ISSUE_REPORT = "issue_report"
    PROPOSE = "propose"
    EXECUTE = "execute"
    CLOSE = "close"
    REOPEN = "reopen"
    CONCLUDE_AGAIN = "conclude_again"
    SUSPEND = "suspend"
    CANCEL = "cancel"


FINAL = frozenset({State.CANCELLED})
_ACTIVE = tuple(state for state in State if state not in {State.CLOSED, State.SUSPENDED, State.CANCELLED})

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.SUGGESTED, Action.OPEN): State.INVITING,
    (State.INVITING, Action.ISSUE_SHEET): State.PREPARING,
    (State.PREPARING, Action.CONFIRM_SLOT): State.SCHEDULED,
    (State.SCHEDULED, Action.LOSE_SLOT): State.PREPARING,  # nobody came, or the bay was lost: a window must be found again
    (State.SCHEDULED, Action.ENTER_FIELD): State.IN_FIELD,
    (State.IN_FIELD, Action.LEAVE_FIELD): State.CONCLUDING,
    (State.CONCLUDING, Action.ISSUE_REPORT): State.REPORTED,
    (State.REPORTED, Action.PROPOSE): State.DISPOSING,
    (State.DISPOSING, Action.EXECUTE): State.FOLLOW_UP,
    (State.FOLLOW_UP, Action.CLOSE): State.CLOSED,
    (State.CLOSED, Action.REOPEN): State.REOPENED,
    (State.REOPENED, Action.CONCLUDE_AGAIN): State.CONCLUDING,
    **{(state, Action.SUSPEND): State.SUSPENDED for state in _ACTIVE},
    **{(state, Action.CANCEL): State.CANCELLED for state in (*_ACTIVE, State.SUSPENDED)},
}
"""Resuming is not in the table: it leads back to the stage the children are at (:func:`resume`)."""

_DECIDING = frozenset(
    {
        disposition.State.PROPOSED,
        disposition.State.CONFLICT,
        disposition.State.RESOLVED,
        disposition.State.APPROVED,
        disposition.State.NOTIFIED,
        disposition.State.APPEALED,
        disposition.State.VARIED,
    }
)


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the state of a case follows from.

    ``opened``: by a mandatory hit or by the lead. ``slot_held``: a booking that is confirmed, or changed and being confirmed
    anew. ``report_issued`` and ``dispositions`` are those of the present round: a reopened case starts without them, and
    ``reopened`` stays set until the first conclusion of the new round.
    """

    opened: bool = False
    invitations: tuple[invitation.State, ...] = ()
    sheet_issued: bool = False
    slot_held: bool = False
    sessions: tuple[session.State, ...] = ()
    conclusions_missing: bool = True
    report_issued: bool = False
    dispositions: tuple[disposition.State, ...] = ()
    follow_ups_open: int = 0
    suspended: bool = False
    cancelled: bool = False
    reopened: bool = False


class CaseNumberInvalid(Invalid):
    """Not like ``JC-5316-20261120-0001``."""

    code = "case_number_invalid"
    title_zh = "案件编号格式不正确"
    title_en = "This is not a case number"
    advice_zh = "编号格式为 JC-口岸-年月日-四位序号。"
    advice_en = "A case number is JC-<port>-<yyyymmdd>-<four digits>."


class CaseNumber(msgspec.Struct, frozen=True, kw_only=True):
    """``JC-<port>-<yyyymmdd>-<seq>``: the day is the port's, the sequence starts at 1 each day and port."""

    port: str
    day: date
    seq: int

    def __str__(self) -> str:
        return f"JC-{self.port}-{self.day:%Y%m%d}-{self.seq:04}"

    @classmethod
    def parse(cls, text: str) -> CaseNumber:
        """Raises :class:`CaseNumberInvalid`; ``str(CaseNumber.parse(text)) == text`` for every number it takes."""
        match = _NUMBER.fullmatch(text)
        try:
            number = cls(port=match["port"], day=date.fromisoformat(match["day"]), seq=int(match["seq"])) if match else None
        except ValueError:
            number = None
        if number is None or number.seq < 1 or str(number) != text:
            raise CaseNumberInvalid(errors=[{"path": "case", "message": f"{text!r} is not like JC-5316-20261120-0001"}])
        return number


def advance(state: State, action: Action) -> State:
    """The state after ``action``."""
    return transitions.advance(TRANSITIONS, state, action)


def resume(state: State, facts: CaseFacts) -> State:
    """Out of SUSPENDED, back to the stage the children are at; :class:`~inspection.transitions.StateForbids` from elsewhere."""
    if state is not State.SUSPENDED:
        raise transitions.StateForbids(state=state.value, action="resume", allowed=[])
    return derive_state(msgspec.structs.replace(facts, suspended=False))


def derive_state(facts: CaseFacts) -> State:
    """The state that follows from the children. The cached column is asserted equal to it after every operation."""
    if facts.cancelled:
        return State.CANCELLED
    if facts.suspended:
        return State.SUSPENDED
    if facts.dispositions:
        return _disposing(facts)
    if facts.report_issued:
        return State.REPORTED
    if facts.reopened:
        return State.REOPENED
    return _before_report(facts)


def _disposing(facts: CaseFacts) -> State:
    """The least advanced disposition decides; a case closes when all are settled and nothing is left to follow up."""
    if any(state in _DECIDING for state in facts.dispositions):
        return State.DISPOSING
    everything_done = all(state in disposition.SETTLED for state in facts.dispositions) and not facts.follow_ups_open
    return State.CLOSED if everything_done else State.FOLLOW_UP


def _before_report(facts: CaseFacts) -> State:
    if session.State.CLOSED in facts.sessions or not facts.conclusions_missing:
        return State.CONCLUDING
    if any(state is not session.State.PLANNED for state in facts.sessions):
        return State.IN_FIELD
    if facts.sheet_issued:
        return State.SCHEDULED if facts.slot_held else State.PREPARING
    invited = any(state is not invitation.State.DRAFT for state in facts.invitations)
    return State.INVITING if facts.opened or invited else State.SUGGESTED
