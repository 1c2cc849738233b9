"""A disposition 处置: its types, its life, who may approve it, and what no one may release."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from inspection import transitions
from kit.errors import Conflict, NotAllowed


class Type(StrEnum):
    """What is done with the goods."""

    RELEASE = "RELEASE"
    CONDITIONAL_RELEASE = "CONDITIONAL_RELEASE"
    RECTIFY = "RECTIFY"
    RETURN = "RETURN"
    DESTROY = "DESTROY"
    DETAIN = "DETAIN"
    CASE_FILING = "CASE_FILING"
    MOVE_TO_SAFE_SITE = "MOVE_TO_SAFE_SITE"
    SAMPLE_AND_HOLD = "SAMPLE_AND_HOLD"
    SPLIT = "SPLIT"


class State(StrEnum):
    """Where it stands. CLOSED is not final: a release that proved wrong is recalled, whenever that comes out."""

    PROPOSED = "PROPOSED"
    CONFLICT = "CONFLICT"
    RESOLVED = "RESOLVED"
    APPROVED = "APPROVED"
    NOTIFIED = "NOTIFIED"
    APPEALED = "APPEALED"
    UPHELD = "UPHELD"
    VARIED = "VARIED"
    REVOKED = "REVOKED"
    IN_EXECUTION = "IN_EXECUTION"
    VERIFIED = "VERIFIED"
    CLOSED = "CLOSED"
    RECALLED = "RECALLED"


class Action(StrEnum):
    """What moves it."""

    FIND_CONFLICT = "find_conflict"
    RESOLVE = "resolve"
    APPROVE = "approve"
    FOLLOW_CONCLUSION = "follow_conclusion"
    NOTIFY = "notify"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    VARY = "vary"
    REVOKE = "revoke"
    EXECUTE = "execute"
    VERIFY = "verify"
    CLOSE = "close"
    ESCALATE = "escalate"
    RECALL = "recall"


FINAL = frozenset({State.REVOKED, State.RECALLED})
SETTLED = FINAL | {State.CLOSED}
IN_FORCE = frozenset(
    {State.NOTIFIED, State.APPEALED, State.UPHELD, State.VARIED, State.IN_EXECUTION, State.VERIFIED, State.CLOSED}
)
"""What was decided holds and has been told. Approved alone is not enough: a departure waits for the agency's word."""
LET_GO = IN_FORCE - {State.NOTIFIED, State.VARIED, State.UPHELD}
"""Where the goods of a release may be gone: before that it may wait for what has to be registered first."""
RELEASING = frozenset({Type.RELEASE, Type.CONDITIONAL_RELEASE})
_TOLD = (
    *(State.NOTIFIED, State.APPEALED, State.UPHELD, State.VARIED),
    *(State.IN_EXECUTION, State.VERIFIED, State.CLOSED),
)
"""What the enterprise has been told may have to be taken back, whatever it has said to it meanwhile."""

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.PROPOSED, Action.FIND_CONFLICT): State.CONFLICT,
    (State.CONFLICT, Action.RESOLVE): State.RESOLVED,
    (State.PROPOSED, Action.APPROVE): State.APPROVED,
    (State.RESOLVED, Action.APPROVE): State.APPROVED,
    (State.APPROVED, Action.FOLLOW_CONCLUSION): State.PROPOSED,  # a superior says that the agency is followed after all
    (State.APPROVED, Action.NOTIFY): State.NOTIFIED,
    (State.NOTIFIED, Action.APPEAL): State.APPEALED,
    (State.IN_EXECUTION, Action.APPEAL): State.APPEALED,  # the measure stays, unless a superior suspends it
    (State.APPEALED, Action.UPHOLD): State.UPHELD,
    (State.APPEALED, Action.VARY): State.VARIED,
    (State.APPEALED, Action.REVOKE): State.REVOKED,
    (State.VARIED, Action.NOTIFY): State.NOTIFIED,
    (State.NOTIFIED, Action.EXECUTE): State.IN_EXECUTION,
    (State.UPHELD, Action.EXECUTE): State.IN_EXECUTION,
    (State.IN_EXECUTION, Action.VERIFY): State.VERIFIED,
    (State.VERIFIED, Action.CLOSE): State.CLOSED,
    # The next version took its place before it was carried out.
    **{(state, Action.REVOKE): State.REVOKED for state in (State.NOTIFIED, State.UPHELD, State.IN_EXECUTION)},
    (State.IN_EXECUTION, Action.ESCALATE): State.PROPOSED,  # overdue: the lead proposes the policy's next row
    **{(state, Action.RECALL): State.RECALLED for state in _TOLD},
}


class SecondPersonNeeded(NotAllowed):
    """The proposer and the lead inspector of the case do not approve; ``details['because']`` says which applies."""

    code = "second_person_needed"
    title_zh = "须由另一名审批人审批"
    title_en = "Another person must approve"
    advice_zh = "提出处置的人员及本案主检人员不得审批。"
    advice_en = "Neither the proposer nor the case's lead inspector may approve."


class Vetoed(Conflict):
    """The line stands under a veto; ``details``: line, vetoed_by. Its own agency lifts it, or rectification, or an appeal."""

    code = "vetoed"
    title_zh = "该商品项已被一票否决，不能放行"
    title_en = "The line is vetoed and cannot be released"
    advice_zh = "仅否决部门可通过修改结论、验证整改解除，或经申诉、上级决定解除；牵头部门不能解除。"
    advice_en = "The vetoing agency lifts it by an amendment or a verified rectification, or an appeal does; the lead cannot."


class NotAutomatic(Conflict):
    """Only what the merge found automatic passes without a person."""

    code = "not_automatic"
    title_zh = "不符合自动放行条件，须由人员审批"
    title_en = "A person must decide this"
    advice_zh = "请由审批人核对综合报告后审批。"
    advice_en = "An approver reads the report and decides."


class NotARelease(Conflict):
    """Only a release can be recalled."""

    code = "not_a_release"
    title_zh = "仅放行类处置可以召回"
    title_en = "Only a release can be recalled"


def advance(state: State, action: Action, type_: Type | None = None) -> State:
    """The state after ``action``. A recall names the ``type_`` it recalls: anything but a release is :class:`NotARelease`."""
    after = transitions.advance(TRANSITIONS, state, action)
    if action is Action.RECALL and type_ not in RELEASING | {Type.SPLIT}:
        raise NotARelease(state=state.value, type=None if type_ is None else type_.value)
    return after


def check_approver(approver: str, *, proposed_by: str | None, lead_inspectors: Collection[str]) -> None:
    """Two people decide: raises :class:`SecondPersonNeeded` for the proposer and for every lead inspector of the case."""
    if approver == proposed_by:
        raise SecondPersonNeeded(because="proposer")
    if approver in lead_inspectors:
        raise SecondPersonNeeded(because="lead_inspector")


def check_release(type_: Type, *, line: int | None, vetoed_by: Collection[str]) -> None:
    """Asked when a release is proposed and again when it is approved: raises :class:`Vetoed` with the agencies that veto."""
    if type_ in RELEASING and vetoed_by:
        raise Vetoed(line=line, vetoed_by=sorted(vetoed_by))


def check_automatic(type_: Type | None, *, merge_automatic: bool) -> None:
    """Raises :class:`NotAutomatic` unless this is a RELEASE and the merge itself said ``automatic``."""
    if type_ is not Type.RELEASE or not merge_automatic:
        raise NotAutomatic(type=None if type_ is None else type_.value, automatic=merge_automatic)
