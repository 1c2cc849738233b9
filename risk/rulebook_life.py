"""The life of a rulebook's version: drafted, run in the shadow, put in force by a second person, retired. Pure.

Its text may only change while it is a draft. What is in force of a rulebook is the highest ACTIVE version whose time has come,
so that retiring the newest brings the one before it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from kit.errors import Conflict, NotAllowed

SHADOW_LEAST = timedelta(days=7)
"""How long a version runs in the shadow before it is put in force, unless the approver says why it cannot wait."""


class State(StrEnum):
    """Where a version stands."""

    DRAFT = "DRAFT"
    SHADOW = "SHADOW"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


class Action(StrEnum):
    """What moves it."""

    SHADOW = "shadow"
    STOP = "stop"
    PUBLISH = "publish"
    RETIRE = "retire"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.SHADOW): State.SHADOW,
    (State.SHADOW, Action.STOP): State.DRAFT,
    (State.SHADOW, Action.PUBLISH): State.ACTIVE,
    (State.ACTIVE, Action.RETIRE): State.RETIRED,
}


class RulebookStateForbids(Conflict):
    """The version's state has no such step; ``details``: state, action, allowed (what may be done instead)."""

    code = "rulebook_state_forbids"
    title_zh = "规则集该版本的当前状态不允许此操作"
    title_en = "The version's state does not allow this"
    advice_zh = "请按所列可办理的操作办理；上线前须先影子运行。"
    advice_en = "Choose among the actions listed; before it is put in force a version runs in the shadow."


class RulebookFixed(Conflict):
    """The text of a version changes only while it is a draft; ``details``: state, next (the version to draft)."""

    code = "rulebook_fixed"
    title_zh = "该版本已不是草稿，不得修改"
    title_en = "This version is no draft any more and does not change"
    advice_zh = "请以所示的下一版本号另行起草；影子运行中的版本可先停止影子运行。"
    advice_en = "Draft the next version, by the number shown; stop the shadow run of a version to correct it."


class RulebookAuthorPublishes(NotAllowed):
    """Whoever wrote the rules does not put them in force."""

    code = "rulebook_author_publishes"
    title_zh = "规则集须由起草人以外的人员上线"
    title_en = "Another person puts rules in force"
    advice_zh = "请由另一名审批人核对后上线。"
    advice_en = "Have another approver read and publish them."


class NotTheAuthor(NotAllowed):
    """Only the draft's author starts and stops its shadow run."""

    code = "not_the_author"
    title_zh = "仅起草人可以启动或停止影子运行"
    title_en = "Only the author starts and stops the shadow run"
    advice_zh = "请由起草人办理，或先以自己的名义保存草稿。"
    advice_en = "Ask the author, or save the draft in your own name first."


class ShadowTooShort(Conflict):
    """The version has not run in the shadow long enough; ``details``: since, until."""

    code = "shadow_too_short"
    title_zh = "影子运行时间不足"
    title_en = "The shadow run was too short"
    advice_zh = "请在所示时间之后上线；确需提前的，请写明理由（hastened）。"
    advice_en = "Publish it after the instant shown, or say why it cannot wait (`hastened`)."


def advance(state: State, action: Action) -> State:
    """The state after ``action``; raises :class:`RulebookStateForbids`."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        allowed = sorted(one.value for source, one in TRANSITIONS if source == state)
        raise RulebookStateForbids(state=state.value, action=action.value, allowed=allowed) from None


def check_second_person(author: str | None, approver: str) -> None:
    """Raises :class:`RulebookAuthorPublishes` when the author publishes the own rules."""
    if author == approver:
        raise RulebookAuthorPublishes(author=author)


def check_author(author: str | None, person: str) -> None:
    """Raises :class:`NotTheAuthor` for anybody else."""
    if author != person:
        raise NotTheAuthor(author=author)


def check_shadowed(since: datetime, now: datetime, hastened: str | None) -> None:
    """Raises :class:`ShadowTooShort` for a run shorter than :data:`SHADOW_LEAST` that nobody gave a reason to cut short."""
    until = since + SHADOW_LEAST
    if now < until and hastened is None:
        raise ShadowTooShort(since=since.isoformat(), until=until.isoformat())
