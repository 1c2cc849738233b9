"""Information requests 协查请求: asked from a finding, answered with a signature, declined with a reason, taken back with one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, signing_keys
from agencies.deadlines import in_time, runs_from
from agencies.powers import PLATFORM, Principal
from agencies.work_calendars import calendar_for
from inspection import events
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.fieldwork import session_views
from inspection.fieldwork.field import EXCERPT, EvidenceUnknown
from inspection.fieldwork.field_tables import FindingRow
from inspection.fieldwork.finding import FINAL, NotYourFinding
from inspection.notifying.inbox import tell
from inspection.preparing import sheet_acknowledgements
from inspection.requesting import request as rules
from inspection.requesting import request_views
from inspection.requesting.request import Action, Answer, RequestContent, RequestDiffers, RequestInvalid, State, Words
from inspection.requesting.request_rows import check_running
from inspection.requesting.request_tables import InfoAnswer, InfoRequest
from inspection.requesting.request_views import RequestView
from inspection.timekeeping.deadline_subject import INFO_REQUEST
from kit.database import elevated
from kit.errors import NotAllowed, NotFound
from media import uploads


class NotYourRequest(NotAllowed):
    """The agency that was asked answers or declines; the one that asked takes it back. ``details``: agency."""

    code = "not_your_request"
    title_zh = "该协查请求不由本部门办理"
    title_en = "This request is another agency's to deal with"
    advice_zh = "请由被请求部门答复或谢绝，由发起部门撤回。"
    advice_en = "The agency asked answers or declines it; the one that asked may withdraw it."


class SignedAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer, and the sender's signature over its statement by the key ``key_id``, base64url."""

    answer: Answer
    signature: str | None = None
    key_id: str | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is declined, or taken back."""

    reason: Words


async def ask(
    session: AsyncSession, principal: Principal, case_no: str, request_id: UUID, content: RequestContent, now: datetime
) -> RequestView:
    """Asks another agency of the case from a finding of one's own; the same request again is answered again."""
    case = await case_for(session, principal, case_no, lock=True)
    content_hash = rules.content_hash(case.no, principal.agency or "", content)
    known = await _request(session, case, request_id)
    if known is not None:
        if known.content_hash != content_hash:
            raise RequestDiffers(id=str(request_id))
        return request_views.view_of(known, await session.get(InfoAnswer, known.id))

    check_running(case)
    finding = await own_finding(session, principal, case, content.finding)
    rules.check_asked(finding.agency, content.asked, await sheet_acknowledgements.taking_part(session, case))
    in_session = any(row.opened_at and not row.closed_at for row in await session_views.rows_of(session, case))
    terms = rules.terms(content.within, in_session=in_session)
    calendar = await calendar_for(session, case.port, content.asked)

    async with elevated(session, PLATFORM, principal.acting):  # a deadline and another agency's inbox are the platform's
        deadline = await running_deadlines.start(
            session,
            port=case.port,
            stream=events.case_stream(case.no),
            subject=f"{INFO_REQUEST}/{case.no}/{content.asked}/{request_id}",
            terms=terms,
            starts=runs_from(now, None) if terms.budget.basis.counts_hours else now,
            calendar=calendar,
            agency=content.asked,
        )
    row = {
        "id": request_id, "port": case.port, "case_no": case.no, "agency": finding.agency, "asked": content.asked,
        "finding_id": finding.id, "line": finding.line, "subject": content.subject.value, "text": content.text,
        "blocking": content.blocking, "content_hash": content_hash, "person_id": principal.id, "name": principal.name,
        "sent_at": now, "deadline_id": deadline.id, "due_at": deadline.due_at,
    }  # fmt: skip
    written = await session.scalar(insert(InfoRequest).values(row).on_conflict_do_nothing().returning(InfoRequest))
    if written is None:  # the id stands in another case
        raise RequestDiffers(id=str(request_id))

    told = _told(written) | {"subject": written.subject, "text": written.text[:EXCERPT], "due": written.due_at.isoformat()}
    told |= {"budget": str(terms.budget), "in_session": in_session, "name": principal.name}
    await events.record(session, case, EventType.INFO_REQUEST_SENT, told, by=principal, at=now)
    await _inform(session, principal, case, written.asked, "info_request", written, now)
    return request_views.view_of(written, None)


async def answer(
    session: AsyncSession, principal: Principal, case_no: str, request_id: UUID, said: SignedAnswer, sent: Any, now: datetime
) -> RequestView:
    """The asked agency answers, signed by whoever sends it. ``sent`` is the JSON of the answer as it came: what is signed.

    The same answer again is answered again; late ones count, and are printed as late.
    """
    case = await case_for(session, principal, case_no, lock=True)
    row = await _of(session, case, request_id)
    _check_own(principal, row.asked)
    known = await session.get(InfoAnswer, row.id)
    sources = [msgspec.to_builtins(one) for one in said.answer.sources]
    if known is not None and (known.outcome, known.text, known.sources) == (State.ANSWERED, said.answer.text, sources):
        return request_views.view_of(row, known)

    state = rules.advance(request_views.state_of(row, known), Action.ANSWER)
    cited = rules.check_sources(said.answer)
    if unknown := await uploads.unknown(session, scope=events.case_stream(case.no), owner=row.asked, ids=cited):
        raise EvidenceUnknown(evidence=[str(one) for one in unknown])
    signed = rules.statement(case.no, row.id, row.asked, sent)
    signature = await signing_keys.check_signed(session, principal, said.key_id, said.signature, signed)

    proof = {"key_id": said.key_id, "signature": signature, "signed": signed}
    written = await _say(session, principal, case, row, state, said.answer.text, now, sources=sources, **proof)

    chain = rules.chain(str(row.finding_id), await request_views.asked_in(session, case))
    told = _told(row) | {"text": written.text[:EXCERPT], "sources": sources, "late": written.late, "name": principal.name}
    told |= {"key_id": said.key_id, "chain_closed": chain.closed}
    await events.record(session, case, EventType.INFO_REQUEST_ANSWERED, told, by=principal, at=now)
    await _inform(session, principal, case, row.agency, "info_request_answered", row, now)
    return request_views.view_of(row, written)


async def decline(
    session: AsyncSession, principal: Principal, case_no: str, request_id: UUID, why: Reason, now: datetime
) -> RequestView:
    """The asked agency cannot answer, and says why. The chain stays open: a decline is no answer."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _of(session, case, request_id)
    _check_own(principal, row.asked)
    known = await session.get(InfoAnswer, row.id)
    if known is not None and (known.outcome, known.text) == (State.DECLINED, why.reason):
        return request_views.view_of(row, known)

    state = rules.advance(request_views.state_of(row, known), Action.DECLINE)

    written = await _say(session, principal, case, row, state, why.reason, now, sources=[])

    told = _told(row) | {"reason": why.reason, "late": written.late, "name": principal.name}
    await events.record(session, case, EventType.INFO_REQUEST_DECLINED, told, by=principal, at=now)
    await _inform(session, principal, case, row.agency, "info_request_declined", row, now)
    return request_views.view_of(row, written)


async def withdraw(
    session: AsyncSession, principal: Principal, case_no: str, request_id: UUID, why: Reason, now: datetime
) -> RequestView:
    """Whoever asked takes it back, with a reason; what it had held goes on. Again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    row = await _of(session, case, request_id)
    _check_own(principal, row.agency)
    known = await session.get(InfoAnswer, row.id)
    if row.withdrawn_because == why.reason:
        return request_views.view_of(row, known)

    rules.advance(request_views.state_of(row, known), Action.WITHDRAW)

    row.withdrawn_at, row.withdrawn_because = now, why.reason
    await session.flush()
    async with elevated(session, PLATFORM, principal.acting):
        await running_deadlines.withdraw(session, row.deadline_id, now)

    told = _told(row) | {"reason": why.reason, "name": principal.name}
    await events.record(session, case, EventType.INFO_REQUEST_WITHDRAWN, told, by=principal, at=now)
    return request_views.view_of(row, known)


async def own_finding(session: AsyncSession, principal: Principal, case: JointCase, finding_id: UUID) -> FindingRow:
    """A finding of the person's agency that stands and may be spoken about. Raises NotFound, NotYourFinding, RequestInvalid."""
    row = await session.get(FindingRow, finding_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(finding=str(finding_id))
    if row.agency != principal.agency:
        raise NotYourFinding(agency=row.agency)
    if row.state in FINAL:
        raise RequestInvalid(errors=[{"path": "$.finding", "message": f"a finding that stands; this one is {row.state}"}])
    if row.label is not None:
        message = f"a finding that the others may read: this one is {row.label}; record what may be told as one without a label"
        raise RequestInvalid(errors=[{"path": "$.finding", "message": message}])
    return row


async def _say(
    session: AsyncSession,
    principal: Principal,
    case: JointCase,
    row: InfoRequest,
    state: State,
    text: str,
    now: datetime,
    **other: Any,
) -> InfoAnswer:
    """Keeps what was said and stops the clock."""
    written = InfoAnswer(
        request_id=row.id,
        port=case.port,
        case_no=case.no,
        agency=row.asked,
        outcome=state.value,
        text=text,
        late=not in_time(now, row.due_at),
        person_id=principal.id,
        name=principal.name,
        at=now,
        **other,
    )
    session.add(written)
    await session.flush()
    async with elevated(session, PLATFORM, principal.acting):
        await running_deadlines.meet(session, row.deadline_id, now)
    return written


async def _inform(
    session: AsyncSession, principal: Principal, case: JointCase, agency: str, kind: str, row: InfoRequest, now: datetime
) -> None:
    data = {"round": str(row.id), "agency": row.agency, "asked": row.asked, "subject": row.subject, "line": row.line}
    async with elevated(session, PLATFORM, principal.acting):
        await tell(session, case, agency, kind, data | {"due": row.due_at.isoformat()}, now)


async def _request(session: AsyncSession, case: JointCase, request_id: UUID) -> InfoRequest | None:
    row = await session.get(InfoRequest, request_id)
    return row if row is not None and (row.port, row.case_no) == (case.port, case.no) else None


async def _of(session: AsyncSession, case: JointCase, request_id: UUID) -> InfoRequest:
    """The request; the case's row is its lock. Raises NotFound."""
    row = await _request(session, case, request_id)
    if row is None:
        raise NotFound(request=str(request_id))
    return row


def _check_own(principal: Principal, agency: str) -> None:
    if principal.agency != agency:
        raise NotYourRequest(agency=agency)


def _told(row: InfoRequest) -> dict[str, Any]:
    """What every event of a request says of it; ``agency`` is who asked."""
    return {
        "request": str(row.id),
        "finding": str(row.finding_id),
        "line": row.line,
        "agency": row.agency,
        "asked": row.asked,
        "blocking": row.blocking,
    }
