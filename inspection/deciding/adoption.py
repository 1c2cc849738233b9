"""Adoption 采纳: what departing from an agency's conclusion takes, who may dissent until when, and when it takes effect. Pure.

The lead follows a professional agency's conclusion. Milder than one that binds is refused; milder than any other takes what the
case's policy says of its standing: as shipped a reason, a second approver, a notice to the agency and a window in which it may
dissent 不同意见. A departure takes effect when that window has ended in silence, or when a superior has upheld it. A veto is no
conclusion to depart from: only a superior, saying so openly, decides past it.
Source: the domain page, section 3 (Adoption, Policies); requirement R3-41.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from inspection import transitions
from inspection.concluding.merge_documents import LineOutcome
from inspection.deciding.disposition import Vetoed
from inspection.deciding.floors import Floor, is_mere_advice
from inspection.policies.policy import Adoption, Policy, Standing
from inspection.policies.policy_reading import Reading
from kit.errors import Conflict, NotAllowed, TooLate


class State(StrEnum):
    """Where a departure stands with one agency."""

    PROPOSED = "PROPOSED"
    OPEN = "OPEN"
    DISSENTED = "DISSENTED"
    UNOPPOSED = "UNOPPOSED"
    UPHELD = "UPHELD"
    FOLLOWED = "FOLLOWED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What moves it. ``NOTIFY`` begins the window, ``LAPSE`` is its end in silence, ``RULE`` a superior's own departure."""

    NOTIFY = "notify"
    RULE = "rule"
    DISSENT = "dissent"
    LAPSE = "lapse"
    UPHOLD = "uphold"
    FOLLOW = "follow"
    WITHDRAW = "withdraw"


FINAL = frozenset({State.UNOPPOSED, State.UPHELD, State.FOLLOWED, State.WITHDRAWN})
CLEARED = frozenset({State.UNOPPOSED, State.UPHELD})
"""The agency was heard: nothing of it stands in the way any more."""

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.PROPOSED, Action.NOTIFY): State.OPEN,
    (State.PROPOSED, Action.LAPSE): State.UNOPPOSED,  # a policy that asks for no window
    (State.PROPOSED, Action.RULE): State.UPHELD,
    (State.OPEN, Action.DISSENT): State.DISSENTED,
    (State.OPEN, Action.LAPSE): State.UNOPPOSED,
    (State.DISSENTED, Action.UPHOLD): State.UPHELD,
    (State.DISSENTED, Action.FOLLOW): State.FOLLOWED,
    **{(state, Action.WITHDRAW): State.WITHDRAWN for state in (State.PROPOSED, State.OPEN, State.DISSENTED)},
}


class DepartureRefused(Conflict):
    """A binding conclusion is followed; ``details``: line, agencies, concluded, proposed."""

    code = "departure_refused"
    title_zh = "该部门结论具有约束力，不得作出更宽的处置"
    title_en = "The conclusion binds: nothing milder may be proposed"
    advice_zh = "请按该部门结论处置，或由该部门修改结论。"
    advice_en = "Follow the conclusion, or have the agency amend it."


class MilderThanPolicy(Conflict):
    """Milder than the policy itself says, whatever the agencies said; ``details``: line, agencies, concluded, proposed."""

    code = "milder_than_policy"
    title_zh = "处置建议宽于处置策略的规定"
    title_en = "This is milder than the case's policy allows"
    advice_zh = "请按处置策略办理；措施相互冲突的，须从中选择其一或从严。"
    advice_en = "Follow the policy; where measures exclude each other, take one of them or something stricter."


class SuperiorDecides(NotAllowed):
    """Only a superior may decide this: measures each mandatory by law, or a departure the policy leaves to the superior."""

    code = "superior_decides"
    title_zh = "该事项须由上级决定"
    title_en = "The superior decides this"
    advice_zh = "请报上级决定。"
    advice_en = "Submit it to the superior."


class DissentTooLate(TooLate):
    """The window has ended; ``details``: due, state. The server's receipt counts."""

    code = "dissent_too_late"
    title_zh = "提出不同意见的时限已过"
    title_en = "The window for dissent has ended"
    advice_zh = "如结论确有变化，请修改本部门结论。"
    advice_en = "If your conclusion has changed, amend it."


class DecidedBefore(NotAllowed):
    """Whoever proposed or approved does not judge the objection; ``details['because']``: proposer, approver, lead_inspector."""

    code = "decided_before"
    title_zh = "原处置的提出人、审批人或主检人员不得裁定"
    title_en = "Whoever decided before does not decide this"
    advice_zh = "请由未参与原处置的上级裁定。"
    advice_en = "A superior who took no part in the decision decides."


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """Something milder than one agency concluded on one line. ``veto``: it vetoes the line, and a superior decides past it.

    ``concluded`` is a disposition; for a veto that names no measure, the verdict at which the policy begins to veto.
    """

    agency: str
    line: int
    standing: Standing
    concluded: str
    proposed: str
    veto: bool = False


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises StateForbids with the current one when the table has no such step."""
    return transitions.advance(TRANSITIONS, state, action)


def departures(
    reading: Reading,
    line: LineOutcome,
    type_: str,
    spoken: Iterable[Floor],
    *,
    unadvised: str | None,
    detained: str | None,
    superior: bool,
    lifts_veto: bool,
) -> tuple[Departure, ...]:
    """What ``type_`` on this line departs from, by agency; nothing where it follows, is stricter, or passes over mere advice.

    ``unadvised``: what the merge says of the line when mere advice is left out. Advice may be passed over, but it opens no way
    below what would have to be done without it. ``detained``: what the policy itself asks for
    (:func:`~inspection.deciding.floors.detained`); no agency can give that up, not even one that asked for the same.
    Raises :class:`DepartureRefused`, :class:`MilderThanPolicy`, :class:`SuperiorDecides` and, below a veto that no superior
    decides past (``superior`` and ``lifts_veto``), :class:`~inspection.deciding.disposition.Vetoed`.
    """
    if type_ == line.disposition:
        return ()  # what the merge resolved between the agencies is followed, not departed from
    here = [floor for floor in spoken if floor.line == line.line]
    passed_over = [floor for floor in here if reading.strength[type_] < reading.strength[floor.at_least]]
    vetoes = [floor for floor in passed_over if floor.agency in line.vetoed_by]
    if vetoes and not (superior and lifts_veto):
        raise Vetoed(line=line.line, vetoed_by=sorted({floor.agency for floor in vetoes}))
    others = [floor for floor in passed_over if floor.agency not in line.vetoed_by]
    heard = [floor for floor in others if _takes_more_than_a_reason(reading, line, type_, floor, others, superior=superior)]
    for own, from_whom in ((line.disposition, passed_over), (unadvised, (*vetoes, *heard)), (detained, ())):
        _check_covered(reading, line.line, type_, own, from_whom)
    bare = {*line.vetoed_by} - {floor.agency for floor in vetoes} if type_ in reading.policy.releasing else set()
    return tuple(_past_bare_veto(reading, line.line, type_, agency) for agency in sorted(bare)) + tuple(
        _departure(reading, line.line, type_, agency, [floor for floor in (*vetoes, *heard) if floor.agency == agency], vetoes)
        for agency in sorted({floor.agency for floor in (*vetoes, *heard)})
    )


def _check_covered(reading: Reading, line: int, type_: str, own: str | None, passed_over: Iterable[Floor]) -> None:
    """Milder than the merge's ``own`` is what departs from somebody who asked for as much; else the policy itself forbids it."""
    if own is None or reading.strength[type_] >= reading.strength[own]:
        return
    covering = reading.strongest(floor.at_least for floor in passed_over)
    if covering is None or reading.strength[covering] < reading.strength[own]:
        raise MilderThanPolicy(line=line, agencies=[], concluded=own, proposed=type_)


def _takes_more_than_a_reason(
    reading: Reading, line: LineOutcome, type_: str, floor: Floor, passed_over: Sequence[Floor], *, superior: bool
) -> bool:
    terms = reading.policy.adoption_of(floor.standing)
    if terms.milder is None:
        same = [one for one in passed_over if one.standing == floor.standing]
        concluded, agencies = reading.strongest(one.at_least for one in same), sorted({one.agency for one in same})
        raise DepartureRefused(line=line.line, agencies=agencies, concluded=concluded, proposed=type_)
    if is_mere_advice(reading, floor.standing):
        return False
    if terms.by == "SUPERIOR" and not superior:
        raise SuperiorDecides(line=line.line, agencies=[floor.agency], measures=[floor.at_least])
    return True


def _departure(
    reading: Reading, line: int, type_: str, agency: str, of_agency: Sequence[Floor], vetoes: Collection[Floor]
) -> Departure:
    strictest = max(of_agency, key=lambda floor: reading.strength[floor.at_least])
    return Departure(
        agency=agency,
        line=line,
        standing=strictest.standing,
        concluded=strictest.at_least,
        proposed=type_,
        veto=any(floor.agency == agency for floor in vetoes),
    )


def _past_bare_veto(reading: Reading, line: int, type_: str, agency: str) -> Departure:
    """A veto that asks for no measure, or for one that this type satisfies, is a veto all the same."""
    standing, concluded = reading.standing(agency, None), reading.policy.veto_at or ""
    return Departure(agency=agency, line=line, standing=standing, concluded=concluded, proposed=type_, veto=True)


# --- hearing the agency ---------------------------------------------------------------------------------------------------


def terms_of(policy: Policy, departed: Sequence[Departure]) -> Adoption:
    """What the policy asks for before these departures from one agency take effect: the strictest of their standings."""
    terms = [policy.adoption_of(one.standing) for one in departed]
    return max(terms, key=lambda one: (_hears(one), len(one.milder or ())))


def first_step(policy: Policy, departed: Sequence[Departure]) -> Action:
    """How the hearing of one agency begins once a second person has approved."""
    if any(one.veto for one in departed):
        return Action.RULE
    return Action.NOTIFY if _hears(terms_of(policy, departed)) else Action.LAPSE


def _hears(terms: Adoption) -> bool:
    return "DISSENT" in (terms.milder or ()) and terms.window is not None


def waits(policy: Policy, departed: Sequence[Departure], priority_class: str) -> bool:
    """Whether the goods wait until this agency has been heard; some classes (perishable, dangerous) may be told not to."""
    return priority_class not in terms_of(policy, departed).not_waiting


def check_dissent(state: State, received_at: datetime, due: datetime | None) -> State:
    """The state after a dissent received at ``received_at``: the window is closed at ``due``, that instant included."""
    if state in CLEARED or (state is State.OPEN and due is not None and received_at > due):
        raise DissentTooLate(due=due.isoformat() if due else None, state=state.value)
    return advance(state, Action.DISSENT)


def check_decides(person: str, *, proposed_by: str | None, approved_by: str | None, lead_inspectors: Collection[str]) -> None:
    """Raises :class:`DecidedBefore` for whoever proposed, approved or led the inspection."""
    for because, one in (("proposer", proposed_by), ("approver", approved_by)):
        if person == one:
            raise DecidedBefore(because=because)
    if person in lead_inspectors:
        raise DecidedBefore(because="lead_inspector")


def may_take_effect(states: Iterable[State]) -> bool:
    """Whether every agency departed from has been heard; what was withdrawn stands in nobody's way."""
    return all(state in CLEARED for state in states if state is not State.WITHDRAWN)


def falls(states: Iterable[State]) -> bool:
    """Whether a superior has said that a conclusion is followed after all."""
    return State.FOLLOWED in {*states}
