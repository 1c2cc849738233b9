"""An information request 协查请求: one agency asks another from a finding, and is answered with a signature. Pure.

The chain of evidence is ``finding ← request ← response ← source``. A request is over when it was answered, or when whoever
asked takes it back; a decline is no answer, and silence is none either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from agencies import signature
from agencies.deadline_ledger import Terms
from agencies.deadlines import Basis, Budget
from inspection import transitions
from inspection.timekeeping.time_limits import INFO_REQUEST, INFO_REQUEST_IN_SESSION
from kit.canonical import canonical_hash
from kit.errors import Conflict, Invalid

Words = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]
Short = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]
MOST_SOURCES = 20
LONGEST = {Basis.WORKING_HOURS: 24, Basis.WORKING_DAYS: 5}
"""The longest time whoever asks may give, in units of the basis."""


class Subject(StrEnum):
    """What is asked about."""

    SUPPLIER_HISTORY = "SUPPLIER_HISTORY"  # 供应商进口记录
    PATENT_STATUS = "PATENT_STATUS"  # 相关专利状态
    PERMIT_VALIDITY = "PERMIT_VALIDITY"  # 许可证件有效性
    OTHER = "OTHER"


class State(StrEnum):
    """Where a request stands."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What moves it: the asked agency answers or declines, the asking one takes it back."""

    ANSWER = "answer"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.OPEN, Action.ANSWER): State.ANSWERED,
    (State.OPEN, Action.DECLINE): State.DECLINED,
    (State.OPEN, Action.WITHDRAW): State.WITHDRAWN,
    (State.DECLINED, Action.WITHDRAW): State.WITHDRAWN,
}
OVER = frozenset({State.ANSWERED, State.WITHDRAWN})
"""Nothing is awaited any more, and nothing is missing from the chain."""


class RequestContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one agency asks another. ``blocking``: it will not conclude on the finding's line before this is answered.

    ``within`` replaces the time by default, in working hours or working days, for example ``2wh``.
    """

    finding: UUID
    asked: Annotated[str, Meta(min_length=1, max_length=60)]
    subject: Subject
    text: Words
    blocking: bool = False
    within: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where an answer is taken from: a record of a register by its number, or evidence of the answering agency in this case."""

    register: Short | None = None
    reference: Short | None = None
    as_of: date | None = None
    evidence: UUID | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the asked agency says, and where it has that from."""

    text: Words
    sources: Annotated[tuple[Source, ...], Meta(min_length=1, max_length=MOST_SOURCES)]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the rules see it. ``line`` is its finding's; ``sources`` how many the answer names (0: no answer)."""

    id: str
    finding: str
    agency: str
    asked: str
    line: int
    state: State
    blocking: bool = False
    sources: int = 0


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """``of`` rests on ``rests_on``: a finding on its request, that on its response, that on its source."""

    of: str
    rests_on: str


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence chain of one finding. ``open``: requests that still keep it from being closed."""

    finding: str
    closed: bool
    open: tuple[str, ...]
    edges: tuple[Edge, ...]


class RequestInvalid(Invalid):
    """The request cannot be made like this; ``details['errors']`` names the field and what would be right."""

    code = "request_invalid"
    title_zh = "协查请求内容有误"
    title_en = "The information request is not valid"
    advice_zh = "请按所列字段更正后重新提交。"
    advice_en = "Correct the fields listed and send it again."


class RequestDiffers(Conflict):
    """The id is known with other content, or somebody else's; what was asked stands."""

    code = "request_differs"
    title_zh = "同一编号的协查请求内容不一致"
    title_en = "This id was already used for another request"
    advice_zh = "原请求保持不变；请以新编号发送。"
    advice_en = "The first one stands; send the other under a new id."


class RequestsOpen(Conflict):
    """The agency waits for answers it has made its conclusion depend on; ``details['requests']`` lists them."""

    code = "requests_open"
    title_zh = "协查请求尚未答复，不能就该商品项作出结论"
    title_en = "Information requests on these lines are not answered yet"
    advice_zh = "请等待答复，或说明理由撤回协查请求后再提交结论。"
    advice_en = "Wait for the answers, or withdraw the requests with a reason, and conclude then."


def advance(state: State, action: Action) -> State:
    """The state after ``action``."""
    return transitions.advance(TRANSITIONS, state, action)


def state_of(outcome: str | None, *, withdrawn: bool) -> State:
    """Where a request stands, from what was said to it (ANSWERED, DECLINED; None: nothing yet) and whether it was taken back."""
    if withdrawn:
        return State.WITHDRAWN
    return State(outcome) if outcome else State.OPEN


def terms(within: str | None, *, in_session: bool) -> Terms:
    """How long the asked agency has: an hour of its working time while the goods are open, else a working day.

    Raises :class:`RequestInvalid` for a time of another kind or a longer one than may be asked for, BudgetNotUnderstood.
    """
    usual = INFO_REQUEST_IN_SESSION if in_session else INFO_REQUEST
    if within is None:
        return usual
    budget = Budget.parse(within)
    if budget.amount > LONGEST.get(budget.basis, 0):
        raise RequestInvalid(errors=[{"path": "$.within", "message": "1wh to 24wh, or 1wd to 5wd"}])
    like = INFO_REQUEST_IN_SESSION if budget.basis is Basis.WORKING_HOURS else INFO_REQUEST
    return msgspec.structs.replace(like, budget=budget)


def content_hash(case: str, agency: str, content: RequestContent) -> str:
    """SHA-256 (hex) of what ``agency`` asks in this case."""
    return canonical_hash({"case": case, "agency": agency, "request": msgspec.to_builtins(content)})


def statement(case: str, request: UUID, agency: str, answer: Any) -> bytes:
    """What is signed: the canonical bytes of ``answer`` exactly as it is sent, to this request in this case."""
    return signature.statement(signature.ANSWER, case=case, request=str(request), agency=agency, answer=answer)


def check_asked(agency: str, asked: str, taking_part: Iterable[str]) -> None:
    """Raises :class:`RequestInvalid` unless ``asked`` is another agency of the case."""
    others = sorted({*taking_part} - {agency})
    if asked not in others:
        message = f"another agency that takes part: {', '.join(others) or 'there is none'}"
        raise RequestInvalid(errors=[{"path": "$.asked", "message": message}])


def check_sources(answer: Answer) -> tuple[UUID, ...]:
    """The evidence an answer cites. Raises :class:`RequestInvalid` for a source that is neither a record nor evidence."""
    errors = []
    for at, one in enumerate(answer.sources):
        record = one.register is not None and one.reference is not None
        if record == (one.evidence is not None) or (one.register is None) != (one.reference is None):
            message = "a register with the record's reference, or the id of evidence; one of the two"
            errors.append({"path": f"$.sources[{at}]", "message": message})
    if errors:
        raise RequestInvalid(errors=errors)
    return tuple(one.evidence for one in answer.sources if one.evidence is not None)


def chain(finding: str, requests: Iterable[Asked]) -> Chain:
    """The chain of one finding. Closed: something was asked, and everything that was asked and not taken back is answered."""
    mine = sorted((one for one in requests if one.finding == finding), key=lambda one: one.id)
    asked = [one for one in mine if one.state is not State.WITHDRAWN]
    missing = tuple(one.id for one in asked if one.state is not State.ANSWERED)
    return Chain(finding=finding, closed=bool(asked) and not missing, open=missing, edges=tuple(_edges(finding, asked)))


def _edges(finding: str, asked: Sequence[Asked]) -> Iterable[Edge]:
    for one in asked:
        request, response = f"request:{one.id}", f"response:{one.id}"
        yield Edge(of=f"finding:{finding}", rests_on=request)
        if one.state is State.ANSWERED:
            yield Edge(of=request, rests_on=response)
            yield from (Edge(of=response, rests_on=f"source:{one.id}/{at}") for at in range(1, one.sources + 1))


def check_may_conclude(agency: str, lines: Iterable[int | None], requests: Iterable[Asked]) -> None:
    """Raises :class:`RequestsOpen` when ``agency`` itself waits for an answer on one of ``lines`` (None: on all of them)."""
    spoken = {*lines}
    waits = [
        one
        for one in requests
        if one.agency == agency and one.blocking and one.state not in OVER and (None in spoken or one.line in spoken)
    ]
    if waits:
        known = [{"id": one.id, "line": one.line, "asked": one.asked, "state": one.state.value} for one in waits]
        raise RequestsOpen(requests=sorted(known, key=lambda one: str(one["id"])))
