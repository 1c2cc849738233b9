"""What people do about a follow-up: prove, check, register, hand over, take over, state a demand, exclude testing, extend.

Every act loads the case locked, asks the rule who may do it and how this kind is done, and lets the disposition go on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import running_deadlines, work_calendars
from agencies.powers import PLATFORM, Principal
from agencies.running_deadlines import Deadline
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.following_up import demand, follow_up, follow_up_files, follow_up_rows, follow_ups
from inspection.following_up.demand import Demand, DemandRequest
from inspection.following_up.follow_up import Action, Kind, State
from inspection.following_up.follow_up_files import Document
from inspection.following_up.follow_up_tables import CaseFiling, FollowUp, FollowUpEntry
from inspection.following_up.follow_up_views import (
    FollowUpView,
    HandedOverView,
    OwnFollowUpView,
    handed_over_view,
    own_view,
    view,
)
from inspection.notifying.inbox import tell
from inspection.policies import policies_in_force
from inspection.timekeeping.time_limits import LABORATORY
from kit.database import elevated
from kit.errors import NotFound
from kit.ids import uuid7

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]
Short = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=200)]
Amount = Annotated[str, Meta(pattern=r"^[0-9]{1,15}(\.[0-9]{1,2})?$", description="decimal text, e.g. 120000.00")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class ProofRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the enterprise says it has done, and the documents that show it."""

    text: Text
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The re-check: enough, or back to the enterprise; with the reason in both cases."""

    passed: bool
    reason: Text


class RecordRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is put on record; which fields a kind cannot do without stands in ``follow_up.RECORD``."""

    reference: Short | None = None
    reason: Text | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    outcome: Literal["CONFORMS", "FAILS"] | None = None
    place: Short | None = None
    method: Short | None = None
    witnesses: Annotated[tuple[Short, ...], Meta(max_length=20)] = ()


class HandOverRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The office that is to inspect or sample at the destination."""

    port: Annotated[str, Meta(pattern=r"^[0-9A-Z]{4,5}$")]
    agency: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    reason: Text


class TestingRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``running`` true: the goods are at the laboratory and the statutory clock stands; false: they are back."""

    running: bool
    why: Text


class ExtensionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``days`` more of detention, approved."""

    days: Annotated[int, Meta(ge=1, le=366)]
    reason: Text


async def prove(
    session: AsyncSession, principal: Principal, number: str, follow_up_id: UUID, request: ProofRequest, now: datetime
) -> OwnFollowUpView:
    """The enterprise sends what shows that it has done its part; sending more before the check adds to it."""
    seen = await follow_up_rows.own(session, principal, number, follow_up_id)
    # By rule: whose it is has been checked; the case's rows and log are the platform's to write.
    async with elevated(session, PLATFORM, principal.acting):
        case = await _locked(session, seen)
        row = await session.get_one(FollowUp, follow_up_id, with_for_update=True, populate_existing=True)

        follow_up.check_way(Kind(row.kind), Action.SUBMIT)
        follow_up.advance(State(row.state), Action.SUBMIT)
        documents = await follow_up_files.taken(session, row, principal.enterprise or "", request.documents)

        _write_entry(session, row, Action.SUBMIT, "enterprise", principal, request.text, documents, now)
        await follow_ups.move(session, case, row, Action.SUBMIT, principal, now, documents=_plain(documents))
        await tell(session, case, row.agency, f"follow_up_proof {row.id}", {"kind": row.kind, "round": now.isoformat()}, now)
        await _go_on(session, case, row, principal, now)
        return await own_view(session, row)


async def verify(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: VerifyRequest, now: datetime
) -> FollowUpView:
    """The demanding agency checks again: done, or back with the reason. Raises VerifiedByAnother for anybody else's."""
    case, row = await _of_case(session, principal, no, follow_up_id)
    follow_up.check_own(row.agency, principal.agency)
    follow_up.check_way(Kind(row.kind), Action.VERIFY)
    action = Action.VERIFY if request.passed else Action.SEND_BACK
    follow_up.advance(State(row.state), action)

    async with elevated(session, PLATFORM, principal.acting):
        row = await _fresh(session, row)
        _write_entry(session, row, action, row.agency, principal, request.reason, (), now)
        await follow_ups.move(session, case, row, action, principal, now, reason=request.reason)
        await _go_on(session, case, row, principal, now)
        return await view(session, row)


async def register(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: RecordRequest, now: datetime
) -> FollowUpView:
    """Puts on record what this kind needs, and with that it is done; the same again changes nothing."""
    case, row = await _of_case(session, principal, no, follow_up_id)
    record = msgspec.to_builtins(request)
    follow_up.check_own(row.agency, principal.agency)
    if row.state not in follow_up.OPEN and row.record and msgspec.convert(row.record, RecordRequest) == request:
        return await view(session, row)

    follow_up.check_way(Kind(row.kind), Action.REGISTER)
    follow_up.check_record(Kind(row.kind), record)
    follow_up.advance(State(row.state), Action.REGISTER)

    async with elevated(session, PLATFORM, principal.acting):
        row = await _fresh(session, row)
        row.record = record
        _write_entry(session, row, Action.REGISTER, row.agency, principal, request.reason or "", (), now)
        told = {name: record[name] for name in ("outcome",) if name in record}
        await follow_ups.move(session, case, row, Action.REGISTER, principal, now, **told)
        if row.kind == Kind.CASE_FILING:
            await _file(session, case, row, request, principal, now)
        await _go_on(session, case, row, principal, now)
        return await view(session, row)


async def hand_over(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: HandOverRequest, now: datetime
) -> FollowUpView:
    """The lead hands an inspection or a sampling to the office at the destination; until that acknowledges, nothing goes."""
    case, row = await _of_case(session, principal, no, follow_up_id)
    follow_up.check_own(case.lead_agency, principal.agency)
    follow_up.check_way(Kind(row.kind), Action.HAND_OVER)
    office = f"{request.port}/{request.agency}"
    if (row.state, row.office) == (State.HANDED_OVER, office):
        return await view(session, row)
    follow_up.advance(State(row.state), Action.HAND_OVER)

    async with elevated(session, PLATFORM, principal.acting):
        row = await _fresh(session, row)
        row.office = office
        _write_entry(session, row, Action.HAND_OVER, case.lead_agency, principal, request.reason, (), now)
        await follow_ups.move(session, case, row, Action.HAND_OVER, principal, now, office=office)
        return await view(session, row)


async def acknowledge(session: AsyncSession, principal: Principal, follow_up_id: UUID, now: datetime) -> HandedOverView:
    """The office has taken it over; again, it changes nothing."""
    row = await _of_office(session, principal, follow_up_id)
    if row.state not in (State.NOTIFIED, State.HANDED_OVER):
        return handed_over_view(row)
    follow_up.advance(State(row.state), Action.ACKNOWLEDGE)

    async with elevated(session, PLATFORM, principal.acting):
        case = await _locked(session, row)
        row = await _fresh(session, row)
        _write_entry(session, row, Action.ACKNOWLEDGE, row.office or "", principal, "", (), now)
        await follow_ups.move(session, case, row, Action.ACKNOWLEDGE, principal, now, office=row.office)
        await _go_on(session, case, row, principal, now)
        return handed_over_view(row)


async def conclude_elsewhere(
    session: AsyncSession, principal: Principal, follow_up_id: UUID, request: VerifyRequest, now: datetime
) -> HandedOverView:
    """What the office found at the destination. A failure is recorded too: the demanding agency decides what follows."""
    row = await _of_office(session, principal, follow_up_id)
    follow_up.advance(State(row.state), Action.VERIFY)

    async with elevated(session, PLATFORM, principal.acting):
        case = await _locked(session, row)
        row = await _fresh(session, row)
        outcome = "CONFORMS" if request.passed else "FAILS"
        row.record = {"outcome": outcome, "reason": request.reason}
        _write_entry(session, row, Action.VERIFY, row.office or "", principal, request.reason, (), now)
        await follow_ups.move(session, case, row, Action.VERIFY, principal, now, outcome=outcome)
        await tell(session, case, row.agency, f"follow_up_result {row.id}", {"kind": row.kind, "outcome": outcome}, now)
        await _go_on(session, case, row, principal, now)
        return handed_over_view(row)


async def state_demand(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: DemandRequest, now: datetime
) -> FollowUpView:
    """The demanding agency says exactly what it wants; the enterprise gets the merged demand anew. The same changes nothing."""
    case, row = await _of_case(session, principal, no, follow_up_id)
    follow_up.check_own(row.agency, principal.agency)
    before = msgspec.convert(row.demand, Demand)
    asked = demand.stated(before, request)
    if asked == before:
        return await view(session, row)
    if row.state not in follow_up.OPEN:
        raise transitions.StateForbids(state=row.state, action="state_demand", allowed=[])

    async with elevated(session, PLATFORM, principal.acting):
        row = await _fresh(session, row)
        row.demand = msgspec.to_builtins(asked)
        await session.flush()
        told = follow_up_rows.told_of(row) | {"what": request.what}
        await events.record(session, case, EventType.DEMAND_STATED, told, by=principal, at=now)
        return await view(session, row)


async def exclude_testing(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: TestingRequest, now: datetime
) -> FollowUpView:
    """The detaining agency says that the goods are being tested: the statutory clock stands meanwhile, and the owner is told."""
    case, row = await _of_case(session, principal, no, follow_up_id)
    follow_up.check_own(row.agency, principal.agency)
    clock = await _detention_clock(session, row)
    paused = running_deadlines.ledger_of(clock).paused
    if paused is request.running:
        return await view(session, row)

    async with elevated(session, PLATFORM, principal.acting):
        calendar = await work_calendars.cited(session, clock.port, clock.agency, clock.calendar)
        if request.running:
            await running_deadlines.pause(
                session, principal, clock, reason=LABORATORY, why=request.why, calendar=calendar, now=now
            )
        else:
            await running_deadlines.resume(session, principal, clock, calendar=calendar, now=now)
        told = follow_up_rows.told_of(row) | {"running": request.running, "why": request.why, "due": clock.due_at.isoformat()}
        await events.record(session, case, EventType.TESTING_EXCLUDED, told, by=principal, at=now)
        return await view(session, row)


async def extend(
    session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID, request: ExtensionRequest, now: datetime
) -> FollowUpView:
    """An approver gives the detention more days, within what the law allows. Raises what the ledger raises."""
    case, row = await _of_case(session, principal, no, follow_up_id)
    clock = await _detention_clock(session, row)
    async with elevated(session, PLATFORM, principal.acting):
        calendar = await work_calendars.cited(session, clock.port, clock.agency, clock.calendar)
        await running_deadlines.extend(session, principal, clock, request.days, reason=request.reason, calendar=calendar, now=now)
        await tell(session, case, row.agency, f"detention_extended {now.isoformat()}", {"days": request.days}, now)
        return await view(session, row)


async def _detention_clock(session: AsyncSession, row: FollowUp) -> Deadline:
    """The running statutory clock of a detention, locked; anything else has none that stops for a test."""
    if row.kind != Kind.DETAIN or row.deadline_id is None or row.state not in follow_up.OPEN:
        raise follow_up.NotThisWay(
            kind=row.kind, action="testing", instead=[way.value for way in follow_up.ways_of(Kind(row.kind))]
        )
    return await running_deadlines.locked(session, row.deadline_id, events.case_stream(row.case_no))


async def _file(
    session: AsyncSession, case: JointCase, row: FollowUp, request: RecordRequest, principal: Principal, now: datetime
) -> None:
    filed = CaseFiling(
        id=uuid7(),
        port=case.port,
        case_no=case.no,
        follow_up_id=row.id,
        agency=row.agency,
        reference=request.reference or "",
        basis=request.reason or "",
        lines=row.lines,
        state="FILED",
        outcome=None,
        filed_by=principal.id,
        filed_at=now,
        closed_by=None,
        closed_at=None,
    )
    session.add(filed)
    await session.flush()
    told = {"filing": str(filed.id), "agency": row.agency, "reference": filed.reference, "lines": row.lines}
    await events.record(session, case, EventType.CASE_FILED, told, by=principal, at=now)


async def _go_on(session: AsyncSession, case: JointCase, row: FollowUp, principal: Principal, now: datetime) -> None:
    policy = (await policies_in_force.of_case(session, case)).policy
    await follow_ups.go_on(session, case, row.disposition_id, policy, principal, now)


async def _of_case(session: AsyncSession, principal: Principal, no: str, follow_up_id: UUID) -> tuple[JointCase, FollowUp]:
    """The follow-up of the case, which is locked; NotFound for one of another case."""
    case = await case_for(session, principal, no, lock=True)
    row = await session.get(FollowUp, follow_up_id)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        raise NotFound(follow_up=str(follow_up_id))
    await session.refresh(row)
    return case, row


async def _of_office(session: AsyncSession, principal: Principal, follow_up_id: UUID) -> FollowUp:
    """What was handed over to the person's own office."""
    row = await session.get(FollowUp, follow_up_id)
    if row is None or row.office != f"{principal.port}/{principal.agency}":
        raise NotFound(follow_up=str(follow_up_id))
    return row


async def _fresh(session: AsyncSession, row: FollowUp) -> FollowUp:
    return await session.get_one(FollowUp, row.id, with_for_update=True, populate_existing=True)


async def _locked(session: AsyncSession, row: FollowUp) -> JointCase:
    return await session.get_one(JointCase, (row.port, row.case_no), with_for_update=True, populate_existing=True)


def _write_entry(
    session: AsyncSession,
    row: FollowUp,
    action: Action,
    party: str,
    by: Principal,
    text: str,
    documents: tuple[Document, ...],
    now: datetime,
) -> None:
    session.add(
        FollowUpEntry(
            id=uuid7(),
            follow_up_id=row.id,
            port=row.port,
            case_no=row.case_no,
            trader=row.trader,
            broker=row.broker,
            office=row.office,
            action=action.value,
            party=party,
            by=by.id,
            at=now,
            text=text,
            documents=_plain(documents),
        )
    )


def _plain(documents: tuple[Document, ...]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in documents]
