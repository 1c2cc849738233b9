"""The life of a policy version: drafted by one person, published by another, retired; its text never changes afterwards. Pure."""

from __future__ import annotations

from enum import StrEnum

from inspection import transitions
from inspection.deciding.disposition import Type
from inspection.policies.policy import Policy
from kit.errors import Conflict, Invalid, NotAllowed


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class Action(StrEnum):
    """What moves it."""

    PUBLISH = "publish"
    RETIRE = "retire"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Action.RETIRE): State.RETIRED,
}


class AuthorPublishes(NotAllowed):
    """Whoever wrote a policy does not publish it."""

    code = "author_publishes"
    title_zh = "策略须由起草人以外的人员发布"
    title_en = "Another person publishes a policy"
    advice_zh = "请由另一名审批人核对后发布。"
    advice_en = "Have another approver read and publish it."


class PolicyPublished(Conflict):
    """The version is published or retired and never changes; ``details``: name, version, next (the version to draft)."""

    code = "policy_published"
    title_zh = "该版本已发布，不得修改"
    title_en = "This version is published and never changes"
    advice_zh = "请以所示的下一版本号另行起草。"
    advice_en = "Draft the next version, by the number shown."


class PolicyInUse(Conflict):
    """New cases of a port still get this version; ``details['ports']`` lists them (empty: it is the default of every port)."""

    code = "policy_in_use"
    title_zh = "仍有口岸适用该版本，不能停用"
    title_en = "Ports still use this version"
    advice_zh = "请先发布后续版本，或由所列口岸改选其他策略。"
    advice_en = "Publish a later version first, or have the ports listed choose another policy."


class PolicyNotForCases(Invalid):
    """The platform cannot carry out what the policy decides; ``details['errors']`` lists which of its words."""

    code = "policy_not_for_cases"
    title_zh = "该策略的处置本平台不能执行"
    title_en = "The platform cannot carry out this policy"
    advice_zh = "此类策略仅供 lianjian merge 试算；口岸请选择以本平台处置类型写成的策略。"
    advice_en = "It serves `lianjian merge` only; a port chooses a policy written in the dispositions of this platform."


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises :class:`inspection.transitions.StateForbids`."""
    return transitions.advance(TRANSITIONS, state, action)


def check_second_person(author: str | None, approver: str) -> None:
    """Raises :class:`AuthorPublishes` when the author publishes the own draft."""
    if author == approver:
        raise AuthorPublishes(author=author)


def check_for_cases(policy: Policy) -> None:
    """Raises :class:`PolicyNotForCases` unless every disposition and measure of the policy is one that the platform carries out.

    Checks that are never merged with each other belong to systems that release check by check; here a line is released.
    """
    types = {type_.value for type_ in Type}
    errors = [
        {"path": f"$.{path}[{at}]", "message": f"{code} is no disposition of the platform; one of {', '.join(sorted(types))}"}
        for path in ("strength", "side_measures")
        for at, code in enumerate(getattr(policy, path))
        if code not in types
    ]
    if policy.merged_by != "LINE":
        errors.append({"path": "$.merged_by", "message": "the platform releases lines as a whole: LINE"})
    if errors:
        raise PolicyNotForCases(errors=errors)
