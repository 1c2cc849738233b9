"""Objections 异议: the enterprise files one, a superior has the goods looked at again by others, and decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection import events, transitions
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.deciding import adoption, appeal_windows, appealed_dispositions, departures, disposition
from inspection.deciding import appeal as rules
from inspection.deciding.appeal import Examiners, Outcome, SecondTest, State
from inspection.deciding.decision_tables import DispositionRow
from inspection.deciding.dissent_tables import AppealRow, LaboratoryRow
from inspection.deciding.proposal import Reason
from inspection.declaring.declaration_tables import DeclarationRow
from inspection.events import EventType
from inspection.fieldwork.session_views import rows_of
from inspection.notifying.inbox import tell
from inspection.policies.policy import Code
from inspection.staffing import assignment
from kit.database import elevated
from kit.errors import NotFound

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]


class Material(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper the enterprise relies on, and where it is found (number of a certificate, of a test report …)."""

    title: Text
    reference: Text


class AppealRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ground of the objection under an id of the client's, with what it relies on."""

    id: UUID
    ground: Reason
    materials: Annotated[tuple[Material, ...], Meta(max_length=50)] = ()


class SuspendRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the measure stands still until the decision."""

    reason: Reason


class ExamineRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who looks again and why. For a laboratory: the code of the second one, and of the one that tested first."""

    by: Examiners
    reason: Reason
    laboratory: Text | None = None
    earlier_laboratory: Text | None = None


class AppealDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a superior decides, and why; VARY names the milder disposition and its conditions. The enterprise reads the reason."""

    outcome: Outcome
    reason: Reason
    type: disposition.Type | None = None
    conditions: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()


class SecondTestRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the laboratory asked for the second test found: the number of its report, and what it says."""

    laboratory: Text
    result: SecondTest
    reference: Text
    note: Reason


class AppealView(msgspec.Struct, frozen=True, kw_only=True):
    """An objection and what came of it. ``due_at``: until when it could be filed; ``decided_type``: what it was varied to."""

    id: UUID
    declaration_number: str
    report_version: int
    state: str
    ground: str
    materials: list[dict[str, Any]]
    filed_at: datetime
    due_at: datetime
    suspended: bool
    suspended_because: str | None
    examined_by: str | None
    laboratory: str | None
    second_test: str | None
    second_reference: str | None
    second_note: str | None
    second_at: datetime | None
    decided_at: datetime | None
    decided_because: str | None
    decided_type: str | None


async def file(session: AsyncSession, principal: Principal, number: str, request: AppealRequest, now: datetime) -> AppealView:
    """The enterprise objects to what is in force for a declaration of its own. The same id and content changes nothing.

    Raises NothingToAppeal, AppealTooLate, AppealDiffers, NotFound.
    """
    declared = await _own(session, principal, number)
    materials = [msgspec.to_builtins(one) for one in request.materials]
    # By rule: whose declaration it is has been checked; the case, its log and its disposition are the platform's to write.
    async with elevated(session, PLATFORM, principal.acting):
        of_number = (JointCase.port == declared.port) & (JointCase.declaration_number == number)
        query = select(JointCase).where(of_number, JointCase.trader == declared.trader).order_by(JointCase.opened_at.desc())
        case = await session.scalar(query.limit(1).with_for_update())
        known = await session.get(AppealRow, request.id)
        if known is not None:
            same = (known.declaration_number, known.ground, known.materials) == (number, request.ground, materials)
            if not same or principal.enterprise not in (known.trader, known.broker):
                raise rules.AppealDiffers(appeal=str(request.id))
            return _view(known)
        row = await _in_force(session, case) if case is not None else None
        if case is None or row is None:
            raise rules.NothingToAppeal(state=None)
        due = await appeal_windows.ends_at(session, case, row)
        rules.check_in_time(now, due)

        was, row.state = row.state, disposition.advance(disposition.State(row.state), disposition.Action.APPEAL).value
        one = AppealRow(
            id=request.id, port=case.port, case_no=case.no, declaration_number=number, trader=case.trader, broker=case.broker,
            disposition_id=row.id, report_version=row.report_version, was=was, ground=request.ground, materials=materials,
            state=State.FILED.value, filed_by=principal.id, filed_at=now, due_at=due, suspended=False,
        )  # fmt: skip
        session.add(one)
        await session.flush()
        told = {"appeal": str(one.id), "report_version": row.report_version, "reason": request.ground}
        await events.record(session, case, EventType.APPEAL_FILED, told, by=principal, at=now)
        await tell(session, case, case.lead_agency, "appeal_filed", {"ground": request.ground, "round": str(one.id)}, now)
    return _view(one)


async def suspend(
    session: AsyncSession, principal: Principal, case_no: str, appeal_id: UUID, request: SuspendRequest, now: datetime
) -> AppealView:
    """A superior lets the measure stand still until the decision. Again, it changes nothing."""
    case, one = await _of_case(session, principal, case_no, appeal_id)
    if one.suspended:
        return _view(one)
    _check_open(one, "suspend")
    one.suspended, one.suspended_because = True, request.reason
    told = {"appeal": str(one.id), "reason": request.reason}
    await events.record(session, case, EventType.MEASURE_SUSPENDED, told, by=principal, at=now)
    return _view(one)


async def examine(
    session: AsyncSession, principal: Principal, case_no: str, appeal_id: UUID, request: ExamineRequest, now: datetime
) -> AppealView:
    """A superior has the goods looked at again: by other officers, or by another laboratory of the port's list."""
    case, one = await _of_case(session, principal, case_no, appeal_id)
    wanted = (request.by.value, request.reason, request.laboratory, request.earlier_laboratory)
    if (one.examined_by, one.examined_because, one.laboratory, one.earlier_laboratory) == wanted:
        return _view(one)
    _check_open(one, "examine")
    if request.by is Examiners.LABORATORY:
        listed = select(LaboratoryRow.code).where(LaboratoryRow.port == case.port, LaboratoryRow.listed)
        before = {code for code in (request.earlier_laboratory, one.laboratory, one.earlier_laboratory) if code}
        rules.check_laboratory(request.laboratory, before, set(await session.scalars(listed)))

    one.examined_by, one.examined_because, one.laboratory, one.earlier_laboratory = wanted
    one.ordered_by, one.ordered_at = principal.id, now
    one.second_test = one.second_reference = one.second_note = None
    told = {"appeal": str(one.id), "by": one.examined_by, "laboratory": one.laboratory, "reason": request.reason}
    await events.record(session, case, EventType.REEXAMINATION_ORDERED, told, by=principal, at=now)
    return _view(one)


async def record_second_test(
    session: AsyncSession, principal: Principal, case_no: str, appeal_id: UUID, request: SecondTestRequest, now: datetime
) -> AppealView:
    """What the other laboratory found, put on record by somebody who did not inspect these goods. Again, it changes nothing.

    No conclusion is changed by it: the agency may amend its own, and the superior decides knowing both results.
    """
    case, one = await _of_case(session, principal, case_no, appeal_id)
    said = (request.result.value, request.reference, request.note)
    if (one.second_test, one.second_reference, one.second_note) == said and request.laboratory == one.laboratory:
        return _view(one)
    _check_open(one, "second_test")
    if one.second_test is not None:
        raise transitions.StateForbids(state=one.second_test, action="second_test", allowed=[])
    rules.check_second_test(request.laboratory, examined_by=one.examined_by, ordered=one.laboratory)
    async with elevated(session, PLATFORM, principal.acting):
        inspected = await assignment.previous_inspectors(session, case)
    rules.check_other_officers({str(principal.id): principal.login}, inspected)

    one.second_test, one.second_reference, one.second_note = said
    one.second_by, one.second_at = principal.id, now
    told = {"appeal": str(one.id), "laboratory": one.laboratory, "second_test": one.second_test, "reference": request.reference}
    told |= {"reason": request.note, "agency": case.lead_agency}
    await events.record(session, case, EventType.SECOND_TEST_RECORDED, told, by=principal, at=now)
    return _view(one)


async def decide(
    session: AsyncSession, principal: Principal, case_no: str, appeal_id: UUID, request: AppealDecision, now: datetime
) -> AppealView:
    """A superior who took no part in the decision upholds, varies or revokes it. The same again changes nothing."""
    case, one = await _of_case(session, principal, case_no, appeal_id)
    decided = State.FILED if one.state == State.FILED else State(one.state)
    if decided is not State.FILED and (one.decided_by, one.decided_because) == (principal.id, request.reason):
        return _view(one)
    state = rules.advance(decided, request.outcome)
    rules.check_examined(one.examined_by, one.second_test, one.laboratory)
    row = await session.get_one(DispositionRow, one.disposition_id)
    await _check_took_no_part(session, principal, case, row)

    one.state, one.decided_by, one.decided_at, one.decided_because = state.value, principal.id, now, request.reason
    one.decided_type = request.type.value if request.outcome is Outcome.VARY and request.type else None
    async with elevated(session, PLATFORM, principal.acting):  # what follows is the platform's, whoever decided
        await appealed_dispositions.carry_out(session, case, row, one, request.outcome, request.conditions, principal, now)
    return _view(one)


async def of_case(session: AsyncSession, principal: Principal, case_no: str) -> list[AppealView]:
    """The objections of a case, oldest first."""
    case = await case_for(session, principal, case_no)
    query = select(AppealRow).where(AppealRow.port == case.port, AppealRow.case_no == case.no).order_by(AppealRow.filed_at)
    return [_view(one) for one in await session.scalars(query)]


async def of_declaration(session: AsyncSession, principal: Principal, number: str) -> list[AppealView]:
    """The enterprise's own objections, oldest first."""
    await _own(session, principal, number)
    own = or_(AppealRow.trader == principal.enterprise, AppealRow.broker == principal.enterprise)
    query = select(AppealRow).where(AppealRow.declaration_number == number, own).order_by(AppealRow.filed_at)
    return [_view(one) for one in await session.scalars(query)]


async def _own(session: AsyncSession, principal: Principal, number: str) -> DeclarationRow:
    own = or_(DeclarationRow.trader == principal.enterprise, DeclarationRow.broker == principal.enterprise)
    query = select(DeclarationRow).where(DeclarationRow.number == number, own).order_by(DeclarationRow.version.desc())
    row = await session.scalar(query.limit(1))
    if row is None:
        raise NotFound(declaration=number)
    return row


async def _in_force(session: AsyncSession, case: JointCase) -> DispositionRow | None:
    """The latest disposition that may be objected to."""
    states = [state.value for state in rules.APPEALABLE]
    query = select(DispositionRow).where(
        DispositionRow.port == case.port, DispositionRow.case_no == case.no, DispositionRow.state.in_(states)
    )
    return await session.scalar(query.order_by(DispositionRow.report_version.desc()).limit(1))


async def _of_case(session: AsyncSession, principal: Principal, case_no: str, appeal_id: UUID) -> tuple[JointCase, AppealRow]:
    case = await case_for(session, principal, case_no, lock=True)
    one = await session.get(AppealRow, appeal_id)
    if one is None or (one.port, one.case_no) != (case.port, case.no):
        raise NotFound(case=case.no, appeal=str(appeal_id))
    return case, one


def _check_open(one: AppealRow, action: str) -> None:
    if one.state != State.FILED:
        raise transitions.StateForbids(state=one.state, action=action, allowed=[])


async def _check_took_no_part(session: AsyncSession, principal: Principal, case: JointCase, row: DispositionRow) -> None:
    leads = {str(field.lead_inspector) for field in await rows_of(session, case)}
    proposed, approved = (str(one) if one else None for one in (row.proposed_by, row.approved_by))
    adoption.check_decides(str(principal.id), proposed_by=proposed, approved_by=approved, lead_inspectors=leads)
    if principal.id in {one.decided_by for one in await departures.of_disposition(session, row)}:
        raise adoption.DecidedBefore(because="superior")


def _view(one: AppealRow) -> AppealView:
    return AppealView(**{name: getattr(one, name) for name in AppealView.__struct_fields__})
