"""An agency's invitation 协同邀请: its states, answers in time and late, declines with their codes, and what silence leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from agencies.deadlines import in_time, may_lapse
from inspection import transitions
from inspection.inviting.focus_points import points_of, printing_order
from inspection.reporting.document_parts import FocusPoint
from kit.errors import Conflict, Invalid, TooLate
from risk.declaration import Line
from risk.screening_result import Hit

_COMPONENT_PATH = re.compile(r"line\.components\[([0-9]+)\]")


class State(StrEnum):
    """Where an invitation stands. BLOCKED holds the case until the agency comes, or somebody waives or substitutes it."""

    DRAFT = "DRAFT"
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    ESCALATED = "ESCALATED"
    WAIVED = "WAIVED"
    SUBSTITUTED = "SUBSTITUTED"
    DEEMED_NO_OBJECTION = "DEEMED_NO_OBJECTION"
    BLOCKED = "BLOCKED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What moves it. CONFIRM_DECLINE and REPLACE_EXPERT are recorded and leave the state as it is.

    CLAIM_ELSEWHERE: another agency takes the points over, which confirms the decline. ESCALATE in BLOCKED tells the next rung.
    """

    SEND = "send"
    ACCEPT = "accept"
    ACCEPT_LATE = "accept_late"
    REPLACE_EXPERT = "replace_expert"
    DECLINE = "decline"
    CONFIRM_DECLINE = "confirm_decline"
    OVERRULE_DECLINE = "overrule_decline"
    CLAIM_ELSEWHERE = "claim_elsewhere"
    LAPSE = "lapse"
    ESCALATE = "escalate"
    WAIVE = "waive"
    SUBSTITUTE = "substitute"
    DEEM = "deem"
    BLOCK = "block"
    WITHDRAW = "withdraw"


FINAL = frozenset({State.WAIVED, State.SUBSTITUTED, State.DEEMED_NO_OBJECTION, State.WITHDRAWN})
_SILENT = (State.LAPSED, State.ESCALATED)
_LATE = (*_SILENT, State.BLOCKED)

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.SEND): State.PENDING,
    (State.PENDING, Action.ACCEPT): State.ACCEPTED,
    (State.ESCALATED, Action.ACCEPT): State.ACCEPTED,  # a decline overruled before the due is answered again in time
    (State.ACCEPTED, Action.REPLACE_EXPERT): State.ACCEPTED,
    (State.PENDING, Action.DECLINE): State.DECLINED,
    (State.DECLINED, Action.CONFIRM_DECLINE): State.DECLINED,
    (State.DECLINED, Action.OVERRULE_DECLINE): State.ESCALATED,
    (State.DECLINED, Action.ESCALATE): State.ESCALATED,
    (State.DECLINED, Action.CLAIM_ELSEWHERE): State.DECLINED,
    (State.ESCALATED, Action.CLAIM_ELSEWHERE): State.DECLINED,
    (State.PENDING, Action.LAPSE): State.LAPSED,
    **{(state, Action.ESCALATE): State.ESCALATED for state in _SILENT},
    (State.BLOCKED, Action.ESCALATE): State.BLOCKED,
    **{(state, Action.DEEM): State.DEEMED_NO_OBJECTION for state in _SILENT},
    **{(state, Action.BLOCK): State.BLOCKED for state in _SILENT},
    **{(state, Action.ACCEPT_LATE): State.ACCEPTED for state in _LATE},
    **{(state, Action.WAIVE): State.WAIVED for state in _LATE},
    **{(state, Action.SUBSTITUTE): State.SUBSTITUTED for state in _LATE},
    **{(state, Action.WITHDRAW): State.WITHDRAWN for state in State if state not in FINAL},
}


class DeclineReason(StrEnum):
    """Why an agency does not come."""

    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    NO_QUALIFIED_EXPERT = "NO_QUALIFIED_EXPERT"
    ALREADY_COVERED = "ALREADY_COVERED"
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
    DUPLICATE = "DUPLICATE"
    OTHER = "OTHER"


_ESCALATES_WHEN_MANDATORY = frozenset({DeclineReason.NO_QUALIFIED_EXPERT, DeclineReason.CONFLICT_OF_INTEREST})


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One agency to invite, with everything it is asked to look at; each point names the rule that asked."""

    agency: str
    mandatory: bool
    domains: tuple[str, ...]
    points: tuple[FocusPoint, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The step an answer takes. ``late`` is printed wherever the acceptance is."""

    action: Action
    state: State
    late: bool = False


class DeclineIncomplete(Invalid):
    """The reason code asks for more; ``details['errors']`` names the field."""

    code = "decline_incomplete"
    title_zh = "谢绝理由不完整"
    title_en = "The decline lacks what its reason asks for"
    advice_zh = "“已覆盖”须引用互认结果，“其他”须写明理由；必须参与的部门须有结果互认记录。"
    advice_en = "ALREADY_COVERED cites the recognised result (a record, when mandatory); OTHER says why in words."


class ExpertMissing(Invalid):
    """An acceptance names at least one expert."""

    code = "expert_missing"
    title_zh = "接受邀请须指定专家"
    title_en = "An acceptance names an expert"
    advice_zh = "请至少指定一名持证、空闲且无需回避的专家。"
    advice_en = "Name at least one expert who is certified, free and not excluded."


class LateNeedsAdmission(Conflict):
    """The task sheet is frozen: the lead admits a late acceptance, or it does not count."""

    code = "late_needs_admission"
    title_zh = "任务单已冻结，逾期接受须经牵头部门同意"
    title_en = "The task sheet is frozen; the lead must admit a late answer"


class DeemedNotAllowed(Conflict):
    """Silence may stand for no objection only where nobody depends on it; ``details['because']`` lists what forbids it."""

    code = "deemed_not_allowed"
    title_zh = "不得以逾期视为无异议"
    title_en = "Silence may not be read as no objection here"
    advice_zh = "请改为阻断、升级、替代，或由审批人豁免。"
    advice_en = "Block, escalate or substitute instead, or let an approver waive it."


def advance(state: State, action: Action) -> State:
    """The state after ``action``."""
    return transitions.advance(TRANSITIONS, state, action)


def collapse(hits: Iterable[Hit], lines: Iterable[Line] = (), *, lead_agency: str = "customs") -> tuple[Proposal, ...]:
    """One proposal per agency, in order of its name, whatever the order of ``hits``; the lead is in the case uninvited.

    An agency is mandatory as soon as one hit is. Every hit stays a point of its own: the why is never merged away.
    With the declaration's ``lines`` a point names the component whose facts decided.
    """
    named = {line.no: line for line in lines}
    by_agency: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.agency != lead_agency:
            by_agency.setdefault(hit.agency, []).append(hit)
    return tuple(_proposal(agency, by_agency[agency], named) for agency in sorted(by_agency))


def _proposal(agency: str, hits: list[Hit], lines: Mapping[int, Line]) -> Proposal:
    points = {point for hit in hits for point in points_of(hit, component_of(hit, lines))}
    return Proposal(
        agency=agency,
        mandatory=any(hit.mandatory for hit in hits),
        domains=tuple(sorted({hit.domain for hit in hits})),
        points=tuple(sorted(points, key=printing_order)),
    )


def component_of(hit: Hit, lines: Mapping[int, Line]) -> str | None:
    """The name of the component the hit was about, read from the paths of its facts; None when it was the line itself."""
    line = lines.get(hit.line) if hit.line is not None else None
    indexes = (int(match[1]) for fact in hit.facts if (match := _COMPONENT_PATH.match(fact.path)))
    index = next(indexes, None)
    if line is None or index is None or index >= len(line.components):
        return None
    return line.components[index].name


def accept(
    state: State,
    *,
    experts: int,
    received_at: datetime,
    due: datetime,
    sheet_frozen: bool = False,
    admitted_by_lead: bool = False,
) -> Answer:
    """ACCEPTED in time, ACCEPTED late, or refused. Only the server's receipt decides; a device's time is shown, never used.

    Between due and lapse the state is still PENDING, and an acceptance is :class:`~kit.errors.TooLate`; after the lapse it is
    taken as late until the sheet is frozen, then only with the lead's admission.
    """
    if experts < 1:
        raise ExpertMissing(errors=[{"path": "experts", "message": "at least one"}])
    late = not in_time(received_at, due)
    _check_not_too_late(state, received_at, due)
    action = Action.ACCEPT if state is State.PENDING or (state is State.ESCALATED and not late) else Action.ACCEPT_LATE
    after = advance(state, action)
    if late and sheet_frozen and not admitted_by_lead:
        raise LateNeedsAdmission(state=state.value, due=due.isoformat(), received_at=received_at.isoformat())
    return Answer(action=action, state=after, late=late)


def decline(
    state: State,
    reason: DeclineReason,
    *,
    mandatory: bool,
    received_at: datetime,
    due: datetime,
    text: str = "",
    recognition: str | None = None,
) -> Answer:
    """DECLINED, or ESCALATED at once where a mandatory agency has nobody it can send.

    ``recognition`` is the id of a recognition record 结果互认. An answered DECLINED still has to be confirmed where
    :func:`needs_confirmation` says so.
    """
    _check_not_too_late(state, received_at, due)
    declined = advance(state, Action.DECLINE)
    check_decline(reason, mandatory=mandatory, text=text, recognition=recognition)
    if mandatory and reason in _ESCALATES_WHEN_MANDATORY:
        return Answer(action=Action.ESCALATE, state=advance(declined, Action.ESCALATE))
    return Answer(action=Action.DECLINE, state=declined)


def _check_not_too_late(state: State, received_at: datetime, due: datetime) -> None:
    if state is State.PENDING and not in_time(received_at, due):
        raise TooLate(state=state.value, due=due.isoformat(), received_at=received_at.isoformat())


def check_decline(reason: DeclineReason, *, mandatory: bool, text: str = "", recognition: str | None = None) -> None:
    """Raises :class:`DeclineIncomplete` when the code lacks its words, its citation or its recognition record."""
    if reason is DeclineReason.OTHER and not text.strip():
        raise _incomplete("text", "say why in words")
    if reason is DeclineReason.ALREADY_COVERED:
        if mandatory and not recognition:
            raise _incomplete("recognition", "a mandatory agency needs a recognition record")
        if not (recognition or text.strip()):
            raise _incomplete("text", "cite the recognised result")


def _incomplete(path: str, message: str) -> DeclineIncomplete:
    return DeclineIncomplete(errors=[{"path": path, "message": message}])


def needs_confirmation(reason: DeclineReason, *, mandatory: bool) -> bool:
    """Whether the lead must confirm before the agency is out: always for OUT_OF_SCOPE, and for whatever a mandatory one says.

    Unconfirmed means not settled: two agencies that both say "not mine" must never add up to silence.
    """
    return mandatory or reason is DeclineReason.OUT_OF_SCOPE


def lapses(state: State, *, now: datetime, due: datetime) -> bool:
    """Whether the tick turns this invitation into LAPSED: still PENDING, five seconds past due."""
    return state is State.PENDING and may_lapse(now, due)
