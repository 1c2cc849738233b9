"""A follow-up 后续任务: what has to happen after a disposition, whose turn it is, and who alone may say that it is done. Pure.

Each kind has one way: who begins, what is put on record, who verifies. Only the agency that demanded it verifies; what must stand
before the goods go is marked, and the release waits for it. Source: the domain page, sections 1 to 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from inspection import transitions
from inspection.timekeeping.waiting import ENTERPRISE, LABORATORY
from kit.errors import Conflict, Invalid, NotAllowed


class Kind(StrEnum):
    """What has to be done. The code of the condition or measure it follows from."""

    SECURITY = "SECURITY"
    DESTINATION_INSPECTION = "DESTINATION_INSPECTION"
    DESTINATION_SAMPLING = "DESTINATION_SAMPLING"
    NO_SALE_UNTIL_RESULT = "NO_SALE_UNTIL_RESULT"
    DOCUMENT_BY = "DOCUMENT_BY"
    RECTIFY = "RECTIFY"
    RETURN = "RETURN"
    DESTROY = "DESTROY"
    DETAIN = "DETAIN"
    CASE_FILING = "CASE_FILING"
    MOVE_TO_SAFE_SITE = "MOVE_TO_SAFE_SITE"
    SAMPLE_AND_HOLD = "SAMPLE_AND_HOLD"


class State(StrEnum):
    """Where it stands. QUEUED: something else goes first. APPEALABLE: begun when nobody may object to it any more.
    IN_EXECUTION: done by whoever had to, and to be verified."""

    QUEUED = "QUEUED"
    APPEALABLE = "APPEALABLE"
    NOTIFIED = "NOTIFIED"
    HANDED_OVER = "HANDED_OVER"
    IN_EXECUTION = "IN_EXECUTION"
    VERIFIED = "VERIFIED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


KINDS: Final[frozenset[str]] = frozenset(kind.value for kind in Kind)


class Action(StrEnum):
    """What moves it."""

    BEGIN = "begin"
    WAIT = "wait"
    SUBMIT = "submit"
    HAND_OVER = "hand_over"
    ACKNOWLEDGE = "acknowledge"
    REGISTER = "register"
    SEND_BACK = "send_back"
    VERIFY = "verify"
    CLOSE = "close"
    CANCEL = "cancel"


class By(StrEnum):
    """Who begins."""

    ENTERPRISE = "enterprise"
    LEAD = "lead"
    LABORATORY = "laboratory"
    AGENCY = "agency"


FINAL = frozenset({State.CLOSED, State.CANCELLED})
OPEN = frozenset({State.QUEUED, State.APPEALABLE, State.NOTIFIED, State.HANDED_OVER, State.IN_EXECUTION})
NOT_BEGUN = frozenset({State.QUEUED, State.APPEALABLE})

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.QUEUED, Action.BEGIN): State.NOTIFIED,
    (State.QUEUED, Action.WAIT): State.APPEALABLE,
    (State.APPEALABLE, Action.BEGIN): State.NOTIFIED,
    (State.NOTIFIED, Action.SUBMIT): State.IN_EXECUTION,
    (State.NOTIFIED, Action.HAND_OVER): State.HANDED_OVER,
    (State.NOTIFIED, Action.REGISTER): State.VERIFIED,
    (State.HANDED_OVER, Action.HAND_OVER): State.HANDED_OVER,  # to another office, while the first has not acknowledged
    (State.HANDED_OVER, Action.ACKNOWLEDGE): State.IN_EXECUTION,
    (State.IN_EXECUTION, Action.SUBMIT): State.IN_EXECUTION,
    (State.IN_EXECUTION, Action.SEND_BACK): State.NOTIFIED,
    (State.IN_EXECUTION, Action.VERIFY): State.VERIFIED,
    (State.IN_EXECUTION, Action.REGISTER): State.VERIFIED,
    (State.VERIFIED, Action.CLOSE): State.CLOSED,
    **{(state, Action.CANCEL): State.CANCELLED for state in (*sorted(OPEN), State.VERIFIED)},
}

BEGUN_BY: Final[Mapping[Kind, By]] = {
    Kind.SECURITY: By.ENTERPRISE,
    Kind.DESTINATION_INSPECTION: By.LEAD,
    Kind.DESTINATION_SAMPLING: By.LEAD,
    Kind.NO_SALE_UNTIL_RESULT: By.LABORATORY,
    Kind.DOCUMENT_BY: By.ENTERPRISE,
    Kind.RECTIFY: By.ENTERPRISE,
    Kind.RETURN: By.ENTERPRISE,
    Kind.DESTROY: By.ENTERPRISE,
    Kind.DETAIN: By.AGENCY,
    Kind.CASE_FILING: By.AGENCY,
    Kind.MOVE_TO_SAFE_SITE: By.ENTERPRISE,
    Kind.SAMPLE_AND_HOLD: By.LABORATORY,
}
HANDED_OVER: Final = frozenset({Kind.DESTINATION_INSPECTION, Kind.DESTINATION_SAMPLING})
"""Done at another office, which has to acknowledge that it has taken them over."""
CONDITIONS: Final = HANDED_OVER | {Kind.SECURITY, Kind.NO_SALE_UNTIL_RESULT, Kind.DOCUMENT_BY}
BEFORE_RELEASE: Final = HANDED_OVER | {Kind.SECURITY}
"""Conditions without which a release does not take effect; the others are met afterwards."""
VERIFIED_FROM_PROOF: Final = frozenset({Kind.RECTIFY, Kind.RETURN, Kind.DOCUMENT_BY})
"""The enterprise proves, the demanding agency says whether it is enough; of every other kind a record is made."""
DECIDED_ANEW: Final = frozenset({Kind.RECTIFY, Kind.SAMPLE_AND_HOLD, Kind.DETAIN})
"""Once verified the goods still need a decision: the agency amends its conclusion."""
NEVER_QUEUED: Final = frozenset({Kind.CASE_FILING})
"""A case has a life of its own: it is filed whatever becomes of the goods."""

RECORD: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.SECURITY: ("amount", "currency", "reference"),
    Kind.NO_SALE_UNTIL_RESULT: ("outcome", "reference"),
    Kind.SAMPLE_AND_HOLD: ("outcome", "reference"),
    Kind.DESTROY: ("place", "method", "witnesses"),
    Kind.DETAIN: ("reason",),
    Kind.CASE_FILING: ("reference", "reason"),
    Kind.MOVE_TO_SAFE_SITE: ("place",),
}
"""What a record of each kind cannot do without."""
WITNESSES: Final = 2


class VerifiedByAnother(NotAllowed):
    """Only who demanded it may do this; ``details``: agency (whose it is), yours."""

    code = "follow_up_of_another"
    title_zh = "仅提出要求的部门可以办理或复核此事项"
    title_en = "Only the agency that demanded it may do this"
    advice_zh = "请由所列部门办理。"
    advice_en = "The agency named has to do it."


class NotThisWay(Conflict):
    """This kind goes another way; ``details``: kind, action, instead."""

    code = "follow_up_not_this_way"
    title_zh = "此类后续任务不以该方式办理"
    title_en = "This follow-up is not done this way"
    advice_zh = "请按所列方式办理。"
    advice_en = "Use the way named."


class RecordIncomplete(Invalid):
    """What was put on record lacks something; ``details['errors']`` names each field and what would be right."""

    code = "follow_up_record_incomplete"
    title_zh = "登记内容不完整"
    title_en = "The record is not complete"
    advice_zh = "请按所列字段补全后重新登记。"
    advice_en = "Complete the fields listed and register again."


class ConditionsNotRegistered(Conflict):
    """The release has not taken effect: ``details['open']`` are the conditions that have to be registered first."""

    code = "conditions_not_registered"
    title_zh = "放行前须登记的条件尚未登记"
    title_en = "Conditions that come before the release are not registered"
    advice_zh = "请先登记所列条件。"
    advice_en = "Register the conditions listed first."


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One follow-up as the life of its disposition looks at it."""

    kind: Kind
    state: State
    before_release: bool = False


def advance(state: State, action: Action) -> State:
    """The state after ``action``."""
    return transitions.advance(TRANSITIONS, state, action)


def holder(kind: Kind, state: State, *, agency: str, lead: str, office: str | None) -> str | None:
    """The party that has the next word: an agency's code, the enterprise, a laboratory; None when nobody is awaited."""
    if state in FINAL or state is State.QUEUED:
        return None
    if state is State.VERIFIED:
        return agency if kind in DECIDED_ANEW else None
    if state is State.HANDED_OVER or (state is State.IN_EXECUTION and kind in HANDED_OVER):
        return office or lead
    if state is State.IN_EXECUTION:
        return agency
    if state is State.APPEALABLE:
        return ENTERPRISE  # it alone may object
    begins = BEGUN_BY[kind]
    return {By.ENTERPRISE: ENTERPRISE, By.LABORATORY: LABORATORY, By.LEAD: lead, By.AGENCY: agency}[begins]


def check_own(demanded_by: str, agency: str | None) -> None:
    """Raises :class:`VerifiedByAnother` unless this is the demanding agency's person."""
    if agency != demanded_by:
        raise VerifiedByAnother(agency=demanded_by, yours=agency)


def check_way(kind: Kind, action: Action) -> None:
    """Raises :class:`NotThisWay` when ``kind`` is not done by ``action``; says by what it is."""
    ways = ways_of(kind)
    if action not in ways:
        raise NotThisWay(kind=kind.value, action=action.value, instead=sorted(way.value for way in ways))


def ways_of(kind: Kind) -> frozenset[Action]:
    """The acts by which people bring such a follow-up to its end."""
    if kind in HANDED_OVER:
        return frozenset({Action.HAND_OVER, Action.ACKNOWLEDGE, Action.VERIFY})
    proven = BEGUN_BY[kind] is By.ENTERPRISE
    ways = {Action.SUBMIT, Action.SEND_BACK} if proven else set()
    return frozenset(ways | {Action.VERIFY if kind in VERIFIED_FROM_PROOF else Action.REGISTER})


def check_record(kind: Kind, record: Mapping[str, object]) -> None:
    """Raises :class:`RecordIncomplete` naming everything a record of this kind lacks."""
    errors = [
        {"path": f"$.{name}", "message": f"a {kind.value} is not recorded without {name}"}
        for name in RECORD.get(kind, ())
        if not record.get(name)
    ]
    witnesses = record.get("witnesses")
    if kind is Kind.DESTROY and isinstance(witnesses, Sequence) and 0 < len({*witnesses}) < WITNESSES:
        errors.append({"path": "$.witnesses", "message": f"a destruction is witnessed by {WITNESSES} people at least"})
    if errors:
        raise RecordIncomplete(errors=errors)


def let_go(follow_ups: Iterable[Standing]) -> bool:
    """Whether a release may take effect: everything that comes before it is registered, or acknowledged by who takes over."""
    return not awaited_before_release(follow_ups)


def awaited_before_release(follow_ups: Iterable[Standing]) -> tuple[Kind, ...]:
    """The conditions the release still waits for."""

    def done(one: Standing) -> bool:
        taken_over = one.kind in HANDED_OVER and one.state is State.IN_EXECUTION
        return taken_over or one.state not in OPEN

    return tuple(sorted({one.kind for one in follow_ups if one.before_release and not done(one)}))


def check_may_go(follow_ups: Iterable[Standing]) -> None:
    """Raises :class:`ConditionsNotRegistered` while something that comes first is open."""
    if waits := awaited_before_release(follow_ups):
        raise ConditionsNotRegistered(open=[kind.value for kind in waits])


def to_begin(follow_ups: Sequence[Standing]) -> frozenset[Kind]:
    """The kinds whose follow-ups begin now, or can be objected to from now on: nothing while what goes first is open, then a
    detention, then the rest."""
    queued = {one.kind for one in follow_ups if one.state in NOT_BEGUN}
    goes_first = {Kind.MOVE_TO_SAFE_SITE, Kind.DETAIN}
    if any(one.kind in goes_first and one.state in OPEN - NOT_BEGUN for one in follow_ups):
        return frozenset()
    return frozenset({Kind.DETAIN} if Kind.DETAIN in queued else queued)


def all_done(follow_ups: Iterable[Standing]) -> bool:
    """Whether nothing is left to do."""
    return not any(one.state in OPEN for one in follow_ups)


def needs_new_decision(follow_ups: Iterable[Standing]) -> bool:
    """Whether goods are still without a decision when everything is done: rectified, tested, or no longer detained."""
    standing = list(follow_ups)
    decided = any(one.kind in {Kind.RETURN, Kind.DESTROY} and one.state is not State.CANCELLED for one in standing)
    anew = {one.kind for one in standing if one.kind in DECIDED_ANEW and one.state is not State.CANCELLED}
    return bool(anew - ({Kind.DETAIN} if decided else set()))
