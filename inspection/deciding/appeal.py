"""An objection 异议 of the enterprise to what was decided: in time, judged by somebody else, looked at again by others. Pure.

The measure stays while the objection is open, unless a superior suspends it. Looking again is done by officers who have not
inspected these goods, or by another laboratory of the port's list. Source: the domain page, section 3 (Appeal).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from agencies import deadlines
from agencies.calendars import WorkCalendar
from agencies.deadlines import Budget
from inspection import transitions
from inspection.deciding import disposition
from inspection.policies.policy import Policy
from kit.errors import Conflict, Invalid, NotAllowed, TooLate

WINDOW = "appeal"


class State(StrEnum):
    """Where an objection stands."""

    FILED = "FILED"
    UPHELD = "UPHELD"
    VARIED = "VARIED"
    REVOKED = "REVOKED"


class Outcome(StrEnum):
    """What a superior decides about the disposition objected to."""

    UPHOLD = "UPHOLD"
    VARY = "VARY"
    REVOKE = "REVOKE"


class Examiners(StrEnum):
    """Who looks again."""

    OFFICERS = "OFFICERS"
    LABORATORY = "LABORATORY"


class SecondTest(StrEnum):
    """What the other laboratory found: the same as the first, or something else."""

    CONFIRMS = "CONFIRMS"
    DIFFERS = "DIFFERS"


TRANSITIONS: dict[tuple[State, Outcome], State] = {
    (State.FILED, Outcome.UPHOLD): State.UPHELD,
    (State.FILED, Outcome.VARY): State.VARIED,
    (State.FILED, Outcome.REVOKE): State.REVOKED,
}
STEPS: dict[Outcome, disposition.Action] = {
    Outcome.UPHOLD: disposition.Action.UPHOLD,
    Outcome.VARY: disposition.Action.VARY,
    Outcome.REVOKE: disposition.Action.REVOKE,
}
"""The same decision as a step of the disposition."""
APPEALABLE = frozenset({disposition.State.NOTIFIED, disposition.State.IN_EXECUTION})


class NothingToAppeal(Conflict):
    """Nothing is in force that could be objected to; ``details['state']`` is the disposition's, if there is one."""

    code = "nothing_to_appeal"
    title_zh = "目前没有可以提出异议的处置决定"
    title_en = "There is no decision to object to"
    advice_zh = "收到处置通知后，可在规定期限内提出异议。"
    advice_en = "Once a disposition has been notified, object within its time limit."


class AppealTooLate(TooLate):
    """The window has ended; ``details['due']``. The server's receipt counts."""

    code = "appeal_too_late"
    title_zh = "提出异议的期限已过"
    title_en = "The time limit for objections has passed"


class AppealDiffers(Conflict):
    """The id stands for another objection already."""

    code = "appeal_differs"
    title_zh = "同一编号的异议内容不一致"
    title_en = "This id stands for another objection"


class AppealOvertaken(Conflict):
    """A newer version of the report has issued: what was objected to can only be revoked; ``details['version']``."""

    code = "appeal_overtaken"
    title_zh = "综合报告已有新版，原处置只能撤销"
    title_en = "A newer report has issued: the old decision can only be revoked"
    advice_zh = "请撤销原处置，并按新版综合报告办理。"
    advice_en = "Revoke it, and decide by the newer version of the report."


class VariationInvalid(Invalid):
    """A variation names another disposition that is milder; ``details['errors']``."""

    code = "variation_invalid"
    title_zh = "变更后的处置不成立"
    title_en = "The decision cannot be varied like this"


class LaboratoryRefused(Invalid):
    """The second test is made at another laboratory that is listed for the port; ``details['errors']``."""

    code = "laboratory_refused"
    title_zh = "复检机构不符合要求"
    title_en = "This laboratory may not make the second test"
    advice_zh = "请从口岸名录中另选一家机构，不得为原检测机构。"
    advice_en = "Choose another one from the port's list, not the one that tested first."


class SecondTestAwaited(Conflict):
    """The other laboratory has not said yet what it found; ``details['laboratory']``."""

    code = "second_test_awaited"
    title_zh = "复检结果尚未登记，不能作出异议决定"
    title_en = "The second test has no result yet"
    advice_zh = "请先登记复检机构的结果，或改由其他人员复验。"
    advice_en = "Record what the laboratory found, or have other officers inspect instead."


class PreviousInspector(NotAllowed):
    """Who inspected these goods does not inspect them again after an objection; ``details['officers']`` (logins)."""

    code = "previous_inspector"
    title_zh = "复验须由未参与原查验的人员进行"
    title_en = "Others have to inspect now"
    advice_zh = "请由未参与原查验的人员到场复验。"
    advice_en = "Send people who did not take part in the inspection objected to."


def advance(state: State, outcome: Outcome) -> State:
    """The state after a superior's decision; raises StateForbids when there is one already."""
    return transitions.advance(TRANSITIONS, state, outcome)


def window_ends(policy: Policy, decided_at: datetime, calendar: WorkCalendar) -> datetime:
    """Until when the enterprise may object, that instant included."""
    return deadlines.due(decided_at, Budget.parse(policy.windows[WINDOW]), calendar).due


def check_in_time(received_at: datetime, due: datetime) -> None:
    """Raises :class:`AppealTooLate`."""
    if received_at > due:
        raise AppealTooLate(due=due.isoformat())


def may_be_carried_out(state: disposition.State, *, window_over: bool) -> bool:
    """Whether what cannot be undone may begin: nobody may object to it any more, or a superior has upheld it against one."""
    return state is disposition.State.UPHELD or (window_over and state is not disposition.State.APPEALED)


def check_variation(policy: Policy, was: str | None, becomes: str | None, conditions: Collection[str]) -> None:
    """Raises :class:`VariationInvalid`: an objection never makes a decision stricter."""
    errors = []
    strength = {code: place for place, code in enumerate(policy.strength)}
    if becomes not in strength:
        errors.append({"path": "$.type", "message": f"one of {', '.join(policy.strength)}"})
    elif was in strength and strength[becomes] >= strength[was]:
        errors.append({"path": "$.type", "message": f"milder than {was}: an objection never makes it stricter"})
    if becomes == disposition.Type.CONDITIONAL_RELEASE and not conditions:
        errors.append({"path": "$.conditions", "message": f"at least one of {', '.join(policy.conditions)}"})
    if unknown := sorted({*conditions} - {*policy.conditions}):
        errors.append({"path": "$.conditions", "message": f"{', '.join(unknown)} is not known"})
    if errors:
        raise VariationInvalid(errors=errors)


def check_laboratory(laboratory: str | None, tested_before: Collection[str], listed: Collection[str]) -> None:
    """Raises :class:`LaboratoryRefused` unless it is listed for the port and has not tested these goods before."""
    if laboratory is None or laboratory not in listed:
        raise LaboratoryRefused(errors=[{"path": "$.laboratory", "message": f"one of {', '.join(sorted(listed)) or '(none)'}"}])
    if laboratory in tested_before:
        raise LaboratoryRefused(errors=[{"path": "$.laboratory", "message": f"{laboratory} has tested these goods before"}])


def check_second_test(laboratory: str, *, examined_by: str | None, ordered: str | None) -> None:
    """Raises :class:`LaboratoryRefused` unless this laboratory was asked for the second test."""
    if examined_by != Examiners.LABORATORY or laboratory != ordered:
        asked = ordered if examined_by == Examiners.LABORATORY else None
        message = f"{asked} was asked for the second test" if asked else "no second test was ordered"
        raise LaboratoryRefused(errors=[{"path": "$.laboratory", "message": message}])


def check_examined(examined_by: str | None, second_test: str | None, laboratory: str | None) -> None:
    """Raises :class:`SecondTestAwaited`: a second test that was ordered is waited for."""
    if examined_by == Examiners.LABORATORY and second_test is None:
        raise SecondTestAwaited(laboratory=laboratory)


def check_other_officers(present: Mapping[str, str], previous: Collection[str]) -> None:
    """Raises :class:`PreviousInspector` for everybody of ``present`` (person → login) who inspected these goods before."""
    if again := sorted(login for person, login in present.items() if person in previous):
        raise PreviousInspector(officers=again)
