"""What the enterprise sees: one combined status in public words, always with holder, next step and date.

``expected_by`` is not optional in the facts, so that no status can ever say "processing" without a date. No officer is named.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import msgspec

from inspection import case
from inspection.deciding import disposition
from inspection.declaring import declaration_state


class Code(StrEnum):
    """The public vocabulary; a client may rely on the codes."""

    RECEIVED = "RECEIVED"
    UNDER_REVIEW = "UNDER_REVIEW"
    AWAITING_AGENCIES = "AWAITING_AGENCIES"
    SCHEDULED = "SCHEDULED"
    IN_INSPECTION = "IN_INSPECTION"
    COMBINING_RESULTS = "COMBINING_RESULTS"
    DOCUMENTS_REQUIRED = "DOCUMENTS_REQUIRED"
    RECTIFYING = "RECTIFYING"
    RELEASED = "RELEASED"
    CONDITIONALLY_RELEASED = "CONDITIONALLY_RELEASED"
    PARTIALLY_RELEASED = "PARTIALLY_RELEASED"
    NOT_RELEASED = "NOT_RELEASED"
    DETAINED = "DETAINED"
    RECALLED = "RECALLED"
    CLOSED = "CLOSED"


class Words(msgspec.Struct, frozen=True):
    """Chinese first, English second."""

    zh: str
    en: str


CUSTOMS, ENTERPRISE = Words("海关", "customs"), Words("企业", "the enterprise")
NOBODY = Words("无", "nobody")

STATUS: dict[Code, Words] = {
    Code.RECEIVED: Words("已接收", "Received"),
    Code.UNDER_REVIEW: Words("审核中", "Under review"),
    Code.AWAITING_AGENCIES: Words("待协同部门确认", "Awaiting the agencies"),
    Code.SCHEDULED: Words("已排查验", "Inspection scheduled"),
    Code.IN_INSPECTION: Words("查验中", "In inspection"),
    Code.COMBINING_RESULTS: Words("结果汇总中", "Combining the results"),
    Code.DOCUMENTS_REQUIRED: Words("需补充材料", "Documents required"),
    Code.RECTIFYING: Words("整改中", "In rectification"),
    Code.RELEASED: Words("已放行", "Released"),
    Code.CONDITIONALLY_RELEASED: Words("附条件放行", "Conditionally released"),
    Code.PARTIALLY_RELEASED: Words("部分放行", "Partially released"),
    Code.NOT_RELEASED: Words("不予放行（退运/销毁）", "Not released (return or destruction)"),
    Code.DETAINED: Words("扣留/立案", "Detained, or a case is filed"),
    Code.RECALLED: Words("已召回", "Recalled"),
    Code.CLOSED: Words("已结案", "Closed"),
}

BEING_VERIFIED = Words("提出部门复核企业提交的材料", "The agency that demanded it checks what was sent")

NEXT_STEP: dict[Code, Words] = {
    Code.RECEIVED: Words("系统校验与风险筛查", "Validation and risk screening"),
    Code.UNDER_REVIEW: Words("确定是否需要协同查验", "Decide whether a joint inspection is needed"),
    Code.AWAITING_AGENCIES: Words("协同部门确认参与并安排查验时间", "The agencies confirm, then a time is set"),
    Code.SCHEDULED: Words("请按预约时间到场配合查验", "Attend the inspection at the time appointed"),
    Code.IN_INSPECTION: Words("各部门完成现场查验", "The agencies finish the inspection on site"),
    Code.COMBINING_RESULTS: Words("汇总各部门结论并作出处置决定", "Conclusions are combined and the disposition decided"),
    Code.DOCUMENTS_REQUIRED: Words("请按通知补充材料", "Supply what the notice asks for"),
    Code.RECTIFYING: Words("请按整改通知完成整改并申请复核", "Rectify as the notice says and ask for the re-check"),
    Code.RELEASED: Words("可提离货物", "The goods may be taken"),
    Code.CONDITIONALLY_RELEASED: Words("可提离货物，并按期履行所附条件", "The goods may be taken; meet the conditions in time"),
    Code.PARTIALLY_RELEASED: Words(
        "可提离已放行部分，其余按通知办理", "Take the released part; the notice says what of the rest"
    ),
    Code.NOT_RELEASED: Words("请按处置通知办理退运或销毁", "Return or destroy the goods as the notice says"),
    Code.DETAINED: Words("等待调查处理结果", "Await the outcome of the investigation"),
    Code.RECALLED: Words("请按召回通知停止销售使用并交回货物", "Stop sale and use, and bring the goods back as the notice says"),
    Code.CLOSED: Words("无需办理", "Nothing is left to do"),
}

APPEAL_STEP = Words(
    "异议已受理，由上级复核；原处置措施在此期间有效", "Your objection is with a superior; the measure stays until the decision"
)
"""While an objection is open the enterprise waits for its answer."""

ENTERPRISE_ACTS = frozenset(
    {
        Code.SCHEDULED,
        Code.DOCUMENTS_REQUIRED,
        Code.RECTIFYING,
        Code.CONDITIONALLY_RELEASED,
        Code.PARTIALLY_RELEASED,
        Code.NOT_RELEASED,
        Code.RECALLED,
    }
)
BEFORE_THE_DECISION = frozenset(
    {
        Code.UNDER_REVIEW,
        Code.AWAITING_AGENCIES,
        Code.SCHEDULED,
        Code.IN_INSPECTION,
        Code.COMBINING_RESULTS,
        Code.DOCUMENTS_REQUIRED,
    }
)
DONE = frozenset({Code.RELEASED, Code.CLOSED})


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One disposition of the case as it stands. ``brought_back``: it was recalled, and that has ended."""

    type: disposition.Type
    state: disposition.State
    brought_back: bool = False


class StatusFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the status follows from.

    ``awaited``: the agencies whose answer or conclusion is outstanding. ``expected_by``: when the present stage ends at the
    latest (a deadline, the appointment's start while scheduled). ``enterprise_awaited`` says whether it is the enterprise's turn
    in what follows the decision (None: nothing does). ``next_step`` replaces the usual sentence where a notice says
    it better (place and time, the merged demand); ``said_first`` stands before either until the goods are decided upon.
    """

    declaration: declaration_state.State
    case: case.State | None = None
    outcomes: tuple[Outcome, ...] = ()
    awaited: tuple[Words, ...] = ()
    lead: Words = CUSTOMS
    documents_required: bool = False
    enterprise_awaited: bool | None = None
    next_step: Words | None = None
    said_first: Words | None = None
    expected_by: datetime
    as_of: datetime
    seq: int


class PublicStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the enterprise's status sequence. ``due`` is null only when nothing is left to do."""

    code: Code
    status_zh: str
    status_en: str
    holder_zh: str
    holder_en: str
    next_step_zh: str
    next_step_en: str
    due: datetime | None
    as_of: datetime
    seq: int


_OF_CASE: dict[case.State, Code] = {
    case.State.SUGGESTED: Code.UNDER_REVIEW,
    case.State.INVITING: Code.AWAITING_AGENCIES,
    case.State.PREPARING: Code.AWAITING_AGENCIES,
    case.State.SCHEDULED: Code.SCHEDULED,
    case.State.IN_FIELD: Code.IN_INSPECTION,
    case.State.CONCLUDING: Code.COMBINING_RESULTS,
    case.State.REPORTED: Code.COMBINING_RESULTS,
    case.State.DISPOSING: Code.COMBINING_RESULTS,
    case.State.FOLLOW_UP: Code.COMBINING_RESULTS,
    case.State.REOPENED: Code.COMBINING_RESULTS,
    case.State.SUSPENDED: Code.UNDER_REVIEW,
    case.State.CANCELLED: Code.CLOSED,
    case.State.CLOSED: Code.CLOSED,
}

_OF_DECLARATION: dict[declaration_state.State, Code] = {
    declaration_state.State.RECEIVED: Code.RECEIVED,
    declaration_state.State.VALIDATED: Code.UNDER_REVIEW,
    declaration_state.State.REJECTED: Code.DOCUMENTS_REQUIRED,
    declaration_state.State.SCREENED: Code.UNDER_REVIEW,
    declaration_state.State.NO_INTERVENTION: Code.CLOSED,  # no joint inspection; ordinary clearance is not ours to announce
    declaration_state.State.UNDER_JOINT_CASE: Code.UNDER_REVIEW,
    declaration_state.State.RELEASED: Code.RELEASED,
    declaration_state.State.PARTIALLY_RELEASED: Code.PARTIALLY_RELEASED,
    declaration_state.State.NOT_RELEASED: Code.NOT_RELEASED,
    declaration_state.State.SUPERSEDED: Code.CLOSED,
    declaration_state.State.CANCELLED: Code.CLOSED,
}

_ENDED = frozenset({declaration_state.State.SUPERSEDED, declaration_state.State.CANCELLED})
_MEASURES: tuple[tuple[Code, frozenset[disposition.Type]], ...] = (
    (Code.NOT_RELEASED, frozenset({disposition.Type.RETURN, disposition.Type.DESTROY})),
    (Code.RECTIFYING, frozenset({disposition.Type.RECTIFY})),
    (Code.COMBINING_RESULTS, frozenset({disposition.Type.SAMPLE_AND_HOLD, disposition.Type.MOVE_TO_SAFE_SITE})),
    (Code.PARTIALLY_RELEASED, frozenset({disposition.Type.SPLIT})),
    (Code.CONDITIONALLY_RELEASED, frozenset({disposition.Type.CONDITIONAL_RELEASE})),
    (Code.RELEASED, frozenset({disposition.Type.RELEASE})),
)
_HELD_BY_LAW = frozenset({disposition.Type.DETAIN, disposition.Type.CASE_FILING})
_PASSING = _HELD_BY_LAW | {disposition.Type.RECTIFY, disposition.Type.SAMPLE_AND_HOLD, disposition.Type.MOVE_TO_SAFE_SITE}
_FREES = disposition.RELEASING | {disposition.Type.SPLIT}
_DONE_WITH = frozenset({disposition.State.VERIFIED, disposition.State.CLOSED})


def waits_sentence(version: int) -> Words:
    """A new version came while somebody was at the goods."""
    return Words(
        f"第 {version} 版申报已收到，待现场查验结束后按新版办理",
        f"Version {version} of the declaration is received; the case takes it up when the inspection on site is over",
    )


def followed_sentence(version: int, *, unchanged: int, again: int, removed: int) -> Words:
    """What a new version did to the case, in numbers of lines."""
    gone = (f"，删除 {removed} 项", f", {removed} removed") if removed else ("", "")
    return Words(
        f"已按第 {version} 版申报办理：{unchanged} 项不变，{again} 项重新查验{gone[0]}",
        f"The case is on version {version} of the declaration: {unchanged} unchanged, {again} inspected anew{gone[1]}",
    )


def public_status(facts: StatusFacts) -> PublicStatus:
    """The one line the enterprise sees for these facts."""
    code = status_code(facts)
    holder = _holder(code, facts)
    step = facts.next_step if facts.next_step is not None and code not in DONE else NEXT_STEP[code]
    if facts.enterprise_awaited is False and code in (Code.RECTIFYING, Code.NOT_RELEASED, Code.DOCUMENTS_REQUIRED):
        step = BEING_VERIFIED
    if facts.said_first is not None and code in BEFORE_THE_DECISION:
        step = Words(f"{facts.said_first.zh}；{step.zh}", f"{facts.said_first.en}. {step.en}")
    if code not in DONE and any(outcome.state is disposition.State.APPEALED for outcome in facts.outcomes):
        holder, step = facts.lead, APPEAL_STEP
    return PublicStatus(
        code=code,
        status_zh=STATUS[code].zh,
        status_en=STATUS[code].en,
        holder_zh=holder.zh,
        holder_en=holder.en,
        next_step_zh=step.zh,
        next_step_en=step.en,
        due=None if code in DONE else facts.expected_by,
        as_of=facts.as_of,
        seq=facts.seq,
    )


def status_code(facts: StatusFacts) -> Code:
    """Recall before all, then what ended, then the measure in force, then an open demand, then the stage."""
    recalled = [outcome for outcome in facts.outcomes if outcome.state is disposition.State.RECALLED]
    if not all(outcome.brought_back for outcome in recalled):
        return Code.RECALLED
    if facts.declaration in _ENDED or facts.case is case.State.CANCELLED:
        return Code.CLOSED
    in_force = {outcome.type for outcome in facts.outcomes if _counts(outcome)}
    if in_force:
        return _of_measures(in_force, closed=facts.case is case.State.CLOSED)
    if facts.documents_required:
        return Code.DOCUMENTS_REQUIRED
    return _of_stage(facts, taken_back=bool(recalled))


def _of_stage(facts: StatusFacts, *, taken_back: bool) -> Code:
    """A declaration that is final says how it ended; where that was taken back, the case does."""
    if facts.case is None or (facts.declaration in declaration_state.FINAL and not taken_back):
        return _OF_DECLARATION[facts.declaration]
    return _OF_CASE[facts.case]


def _counts(outcome: Outcome) -> bool:
    """In force; a measure that only passes (a rectification, a detention) counts until it is verified.

    A release that waits for what has to be registered first is no release yet.
    """
    if outcome.type in _FREES and outcome.state in disposition.IN_FORCE - disposition.LET_GO:
        return False
    passed = outcome.type in _PASSING and outcome.state in _DONE_WITH
    return outcome.state in disposition.IN_FORCE and not passed


def _of_measures(types: Collection[disposition.Type], *, closed: bool) -> Code:
    if closed:  # a trader looks for the word release; every other end is an end
        return Code.RELEASED if set(types) == {disposition.Type.RELEASE} else Code.CLOSED
    if _HELD_BY_LAW & set(types):
        return Code.DETAINED
    released = {one for one in types if one in disposition.RELEASING}
    if released and len(released) < len(set(types)):
        return Code.PARTIALLY_RELEASED
    return next(code for code, measured in _MEASURES if measured & set(types))


def _holder(code: Code, facts: StatusFacts) -> Words:
    if code in DONE:
        return NOBODY
    if code in ENTERPRISE_ACTS and facts.enterprise_awaited is not False:
        return ENTERPRISE
    if facts.awaited and (code is not Code.DETAINED or facts.enterprise_awaited is not None):
        return Words("、".join(one.zh for one in facts.awaited), ", ".join(one.en for one in facts.awaited))
    return facts.lead
