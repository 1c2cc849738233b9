"""A rights holder's confirmation 云确权: what a reply or an earlier authorisation settles, and silence does not. Pure.

Genuine is what the holder said, or an authorisation on file says. Nobody else's word and no passing of time makes it so: after
silence the agency concludes on its own ground, and until it does its pair is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from inspection import transitions
from inspection.concluding.merge_documents import LineNo
from kit.canonical import canonical_hash
from kit.errors import Conflict, Invalid

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]
Name = Annotated[str, Meta(pattern=r"^[^\x00\r\n]*\S[^\x00\r\n]*$", max_length=200)]
Email = Annotated[str, Meta(pattern=r"^[^\s@<>,;:\"\x00]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}$")]


class Outcome(StrEnum):
    """What a rights holder may say."""

    GENUINE = "GENUINE"  # 真品
    COUNTERFEIT = "COUNTERFEIT"  # 侵权假冒
    UNKNOWN = "UNKNOWN"  # 无法确认


class Silence(StrEnum):
    """What follows when the holder says nothing. No rule releases anything.

    AGENCY_DECIDES: the agency concludes by itself. DETERMINATION: it does so within the time of its own determination.
    """

    AGENCY_DECIDES = "AGENCY_DECIDES"
    DETERMINATION = "DETERMINATION"


class State(StrEnum):
    """Where a confirmation stands. LAPSED: the due passed in silence; a reply that comes after all is late and still counts."""

    OPEN = "OPEN"
    LAPSED = "LAPSED"
    REPLIED = "REPLIED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What moves it."""

    REPLY = "reply"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.OPEN, Action.REPLY): State.REPLIED,
    (State.OPEN, Action.LAPSE): State.LAPSED,
    (State.OPEN, Action.WITHDRAW): State.WITHDRAWN,
    (State.LAPSED, Action.REPLY): State.REPLIED,
    (State.LAPSED, Action.WITHDRAW): State.WITHDRAWN,
}


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agency asks a rights holder it has on file, about one line. The holder reads ``brand`` and ``text`` only."""

    line: LineNo
    brand: Name
    holder: UUID
    text: Text


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rights holder says, and who says so for it."""

    outcome: Outcome
    name: Name
    text: Annotated[str, Meta(pattern=r"^[^\x00]*$", max_length=4_000)] = ""


class Authorisation(msgspec.Struct, frozen=True, kw_only=True):
    """An authorisation on file: this trader may use this brand, days included."""

    id: str
    holder: str
    brand: str
    trader: str
    reference: str
    valid_from: date
    valid_until: date
    revoked: bool = False


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmation as the rules see it; ``outcome`` is the holder's word or an authorisation's, None while there is neither."""

    id: str
    agency: str
    line: int
    state: State
    outcome: Outcome | None = None


class ConfirmationInvalid(Invalid):
    """It cannot be asked like this; ``details['errors']`` names the field and what would be right."""

    code = "confirmation_invalid"
    title_zh = "确权请求内容有误"
    title_en = "This cannot be asked of the rights holder"
    advice_zh = "请按所列字段更正后重新提交。"
    advice_en = "Correct the fields listed and send it again."


class ConfirmationDiffers(Conflict):
    """The id is known with another question, or somebody else's; what was asked stands."""

    code = "confirmation_differs"
    title_zh = "同一编号的确权请求内容不一致"
    title_en = "This id was already used for another question"
    advice_zh = "原请求保持不变；请以新编号发送。"
    advice_en = "The first one stands; ask the other under a new id."


class ReplyDiffers(Conflict):
    """The holder has replied already, otherwise; the first reply stands."""

    code = "reply_differs"
    title_zh = "权利人已作答复，不能更改"
    title_en = "The rights holder has replied already"
    advice_zh = "如需更正，请联系发出请求的部门。"
    advice_en = "Contact the agency that asked to correct it."


class RightsDiffer(Conflict):
    """The id is known with other content; contacts and authorisations are ended, never edited."""

    code = "rights_differ"
    title_zh = "同一编号的登记内容不一致"
    title_en = "This id was already used for another entry"
    advice_zh = "请终止原条目后以新编号登记。"
    advice_en = "End the first one and register the other under a new id."


def advance(state: State, action: Action) -> State:
    """The state after ``action``."""
    return transitions.advance(TRANSITIONS, state, action)


def state_of(outcome: str | None, *, lapsed: bool, withdrawn: bool) -> State:
    """Where it stands, from what was said and what time did."""
    if withdrawn:
        return State.WITHDRAWN
    if outcome is not None:
        return State.REPLIED
    return State.LAPSED if lapsed else State.OPEN


def content_hash(owner: str, content: msgspec.Struct) -> str:
    """SHA-256 (hex) of what ``owner`` sent."""
    return canonical_hash({"owner": owner, "content": msgspec.to_builtins(content)})


def check_question(question: Question, *, lines: Iterable[int], asked: Iterable[int], brands: Iterable[str]) -> None:
    """Raises :class:`ConfirmationInvalid`. ``lines`` are the declaration's, ``asked`` those the agency has to conclude on,
    ``brands`` those the holder speaks for."""
    errors = []
    mine = sorted({*asked} & {*lines})
    if question.line not in mine:
        errors.append({"path": "$.line", "message": f"a line your agency concludes on: {', '.join(map(str, mine)) or 'none'}"})
    if _plain(question.brand) not in {_plain(one) for one in brands}:
        errors.append({"path": "$.brand", "message": f"a brand of this holder: {', '.join(sorted(brands))}"})
    if errors:
        raise ConfirmationInvalid(errors=errors)


def matching(question: Question, trader: str, authorisations: Iterable[Authorisation], day: date) -> Authorisation | None:
    """The authorisation on file that settles the question at once: same holder, brand and trader, in force that day."""
    fitting = [
        one
        for one in authorisations
        if not one.revoked
        and (one.holder, _plain(one.brand), one.trader) == (str(question.holder), _plain(question.brand), trader)
        and one.valid_from <= day <= one.valid_until
    ]
    return max(fitting, key=lambda one: (one.valid_until, one.id), default=None)


def outcome_of(*, replied: str | None, authorised: bool) -> Outcome | None:
    """What is confirmed: the holder's own word, else an authorisation on file. Silence confirms nothing."""
    if replied is not None:
        return Outcome(replied)
    return Outcome.GENUINE if authorised else None


def waited_for(agency: str, line: int, known: Iterable[Confirmation]) -> tuple[str, ...]:
    """Confirmations that may still be answered in time: before that the agency does not pass the line on another ground."""
    return tuple(
        sorted(one.id for one in known if (one.agency, one.line, one.state) == (agency, line, State.OPEN) and one.outcome is None)
    )


def problem(cited: Confirmation | None, *, agency: str, line: int, passes: bool) -> str | None:
    """What speaks against resting on the holder's word: a pass needs GENUINE, anything stricter COUNTERFEIT. None: nothing."""
    if cited is None or cited.agency != agency:
        return "no confirmation of your agency in this case has this id"
    if cited.line != line:
        return f"that confirmation is about line {cited.line}, not line {line}"
    if cited.state is State.WITHDRAWN:
        return "that confirmation was withdrawn"
    if cited.outcome is None:
        return "the rights holder has not said anything: silence confirms nothing, conclude on another basis"
    needed = Outcome.GENUINE if passes else Outcome.COUNTERFEIT
    if cited.outcome is not needed:
        return f"the rights holder said {cited.outcome.value}; this verdict would rest on {needed.value}"
    return None


def by_id(known: Iterable[Confirmation]) -> Mapping[str, Confirmation]:
    """The confirmations under their ids."""
    return {one.id: one for one in known}


def _plain(brand: str) -> str:
    return " ".join(brand.casefold().split())
