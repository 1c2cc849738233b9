"""Information requests and minutes as members of a case read them, and as the rules see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from agencies.signature import encoded
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.requesting import request as rules
from inspection.requesting.request import Asked, Chain, Source, State
from inspection.requesting.request_tables import FindingMinutes, InfoAnswer, InfoRequest


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What was said: ``outcome`` ANSWERED or DECLINED (``text`` is its reason).

    ``signature`` (base64url) is over the UTF-8 bytes of ``statement`` by the key ``key_id``; a decline is not signed.
    """

    outcome: str
    text: str
    sources: tuple[Source, ...]
    by: str
    at: datetime
    late: bool
    key_id: str | None
    signature: str | None
    statement: str | None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request with its answer. ``agency`` asks ``asked``."""

    id: UUID
    finding: UUID
    line: int
    agency: str
    asked: str
    subject: str
    text: str
    blocking: bool
    state: State
    by: str
    sent_at: datetime
    due: datetime
    withdrawn_because: str | None
    answer: AnswerView | None


class Participant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who took part in a consultation; ``agency`` is a code, or empty for somebody of none."""

    name: rules.Short
    agency: str = ""


class MinutesView(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes of a consultation about a finding."""

    id: UUID
    finding: UUID
    agency: str
    held_at: datetime
    participants: tuple[Participant, ...]
    text: str
    evidence: UUID | None
    by: str
    at: datetime


class EvidenceChains(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was asked in a case in the order it was asked, and the chain of each finding that was asked about."""

    requests: list[RequestView]
    minutes: list[MinutesView]
    chains: list[Chain]


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> EvidenceChains:
    """What the agencies of a case have asked each other."""
    case = await case_for(session, principal, case_no)
    return await gather(session, case)


async def gather(session: AsyncSession, case: JointCase) -> EvidenceChains:
    """The same for a case at hand."""
    known = await _rows(session, case)
    taken = select(FindingMinutes).where(FindingMinutes.port == case.port, FindingMinutes.case_no == case.no)
    minutes = await session.scalars(taken.order_by(FindingMinutes.held_at, FindingMinutes.id))
    asked = [asked_of(request, answer) for request, answer in known]
    return EvidenceChains(
        requests=[view_of(request, answer) for request, answer in known],
        minutes=[minutes_view(row) for row in minutes],
        chains=chains_of(asked),
    )


async def asked_in(session: AsyncSession, case: JointCase) -> list[Asked]:
    """The requests of a case as the rules see them."""
    return [asked_of(request, answer) for request, answer in await _rows(session, case)]


def chains_of(asked: Sequence[Asked]) -> list[Chain]:
    """The chain of every finding that something was asked about, by finding."""
    return [rules.chain(finding, asked) for finding in sorted({one.finding for one in asked})]


def asked_of(request: InfoRequest, answer: InfoAnswer | None) -> Asked:
    """The rows as the rules see them."""
    return Asked(
        id=str(request.id),
        finding=str(request.finding_id),
        agency=request.agency,
        asked=request.asked,
        line=request.line,
        state=state_of(request, answer),
        blocking=request.blocking,
        sources=len(answer.sources) if answer else 0,
    )


def state_of(request: InfoRequest, answer: InfoAnswer | None) -> State:
    """Where the request stands."""
    return rules.state_of(answer.outcome if answer else None, withdrawn=request.withdrawn_at is not None)


def view_of(request: InfoRequest, answer: InfoAnswer | None) -> RequestView:
    """The rows as people read them."""
    same = ("id", "line", "agency", "asked", "subject", "text", "blocking", "sent_at", "withdrawn_because")
    return RequestView(
        **{name: getattr(request, name) for name in same},
        finding=request.finding_id,
        state=state_of(request, answer),
        by=request.name,
        due=request.due_at,
        answer=_answer(answer) if answer else None,
    )


def minutes_view(row: FindingMinutes) -> MinutesView:
    """The row as people read it."""
    return MinutesView(
        **{name: getattr(row, name) for name in ("id", "agency", "held_at", "text", "at")},
        finding=row.finding_id,
        participants=msgspec.convert(row.participants, tuple[Participant, ...]),
        evidence=UUID(row.evidence) if row.evidence else None,
        by=row.name,
    )


def _answer(row: InfoAnswer) -> AnswerView:
    return AnswerView(
        **{name: getattr(row, name) for name in ("outcome", "text", "at", "late", "key_id")},
        sources=msgspec.convert(row.sources, tuple[Source, ...]),
        by=row.name,
        signature=encoded(row.signature) if row.signature else None,
        statement=row.signed.decode() if row.signed else None,
    )


async def _rows(session: AsyncSession, case: JointCase) -> Iterable[tuple[InfoRequest, InfoAnswer | None]]:
    query = select(InfoRequest, InfoAnswer).outerjoin(InfoAnswer, InfoAnswer.request_id == InfoRequest.id)
    of_case = query.where(InfoRequest.port == case.port, InfoRequest.case_no == case.no)
    found = await session.execute(of_case.order_by(InfoRequest.sent_at, InfoRequest.id))
    return [(request, answer) for request, answer in found]
